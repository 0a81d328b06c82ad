"""Variables live in scopes, not in copies per branch.

A read finds the nearest scope that has the name. A write goes where the name is, else to the nearest closed
scope: process, called process or multi-instance child. Embedded sub-processes are open, so that wrapping three
tasks in one changes nothing for the tasks after it. A multi-instance child keeps new names to itself, and writes those
that the process had before; a called process is a wall.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from engine.domain.values import fault_in
from engine.runtime.erasure import is_erased
from engine.runtime.failure import StepFailed, value_not_storable
from engine.runtime.functions import CALENDAR, NOW, TABLES
from engine.runtime.language import VariableMissing

if TYPE_CHECKING:
    from engine.runtime.workflow import ProcessWorkflow

COUNTER = "loopCounter"
"""The number of the repetition, from 1, as a loop and a multi-instance activity tell it."""


CALLED = "_called"
"""Whose data tables are read in a called process, under a name that no script can read."""


def data_of(activity: str) -> str:
    """Who owns the data that belongs to an activity alone; a repeated one has a scope of its own besides."""
    return f"{activity}:data"


def owners_of(activity: str) -> tuple[str, str, str]:
    """Who may own variables of an activity: its inside, its repetition, its own data."""
    return f"{activity}/", activity, data_of(activity)


class Variables(dict[str, Any]):
    """One scope. ``owner`` is the activity it belongs to ("" for the process).

    It lives as long as anything alive, or anything that can still be undone, sees it. ``changed`` says that the last
    snapshot does not have it as it is.
    """

    __slots__ = ("changed", "home", "owner", "parent", "top")

    def __init__(
        self,
        top: ProcessWorkflow,
        owner: str,
        parent: Variables | None = None,
        *,
        closed: bool = True,
        values: Mapping[str, Any] = {},
    ) -> None:
        dict.__init__(self, values)
        self.top, self.owner, self.parent = top, owner, parent
        self.changed = False
        self.home: Variables = self if closed or parent is None else parent.home

    def __missing__(self, name: str) -> Any:
        scope = self.parent
        while scope is not None:
            if dict.__contains__(scope, name):
                return dict.__getitem__(scope, name)
            scope = scope.parent
        if name == NOW:
            return self.top.now_text
        if name == CALENDAR:
            return self.top.calendar
        if name == TABLES:
            return self.top.program.tables(self._outermost().called)
        raise VariableMissing(name)

    def _outermost(self) -> Variables:
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    @property
    def called(self) -> str | None:
        """The key of the called process whose outermost scope this is."""
        return dict.get(self, CALLED)

    def __contains__(self, name: object) -> bool:
        scope: Variables | None = self
        while scope is not None:
            if dict.__contains__(scope, name):
                return True
            scope = scope.parent
        return False

    def get(self, name: str, default: Any = None) -> Any:
        try:
            return self[name]
        except KeyError:
            return default

    def __setitem__(self, name: str, value: Any) -> None:
        self.write({name: value})

    def update(self, *args: Any, **more: Any) -> None:
        self.write(dict(*args, **more))

    def pop(self, *_: Any) -> Any:
        raise TypeError("variables are not popped")

    def write(self, values: Mapping[str, Any]) -> None:
        """Set several variables, each where it belongs; one record a scope.

        Raises:
            StepFailed: a value that the log could not hold exactly.
        """
        if self.parent is None:
            self.declare(values)
            return
        parts: dict[int, tuple[Variables, dict[str, Any]]] = {}
        for name, value in values.items():
            home = self._home_of(name)
            parts.setdefault(id(home), (home, {}))[1][name] = value
        for _, part in parts.values():
            check_storable(part)
        for home, part in parts.values():
            home._set(part)

    def declare(self, values: Mapping[str, Any]) -> None:
        """Set variables in this very scope.

        Raises:
            StepFailed: a value that the log could not hold exactly.
        """
        if values:
            check_storable(values)
            self._set(values)

    def keep(self, name: str, value: Any) -> None:
        """Set what the engine itself knows; no record says it."""
        dict.__setitem__(self, name, value)
        self.changed = True

    def seen(self, names: tuple[str, ...]) -> dict[str, Any]:
        """What these names hold as seen from here; names that are not there are left out."""
        own = self.keys()
        return {name: self[name] for name in names if name in own or name in self}

    def owners_of(self, names: Iterable[str]) -> dict[str, str]:
        """Whose each variable is, or would be once it is written from here."""
        return {name: self._home_of(name).owner for name in names}

    def _home_of(self, name: str) -> Variables:
        scope: Variables | None = self
        while scope is not None:
            if dict.__contains__(scope, name):
                return scope
            scope = scope.parent
        return self.home

    def _set(self, values: Mapping[str, Any]) -> None:
        top = self.top
        top.records.append(("VariablesWritten", {"scope": self.owner, "values": dict(values)}))
        dict.update(self, values)
        self.changed = top.written = True


def check_storable(values: Mapping[str, Any]) -> None:
    """Refuse values that the log could not hold exactly.

    Raises:
        StepFailed: naming the variable.
    """
    for name, value in values.items():
        if (fault := fault_in(value)) and not is_erased(value):
            raise value_not_storable(name, fault[1])


__all__ = ["StepFailed", "Variables"]
