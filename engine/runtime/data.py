"""Data that moves with an activity: what it takes in, keeps to itself, and gives out (BPMN 2.0.2, 10.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.runtime.erasure import Erased, ErasedRead, Unexpected, is_erased
from engine.runtime.failure import StepFailed, evaluate
from engine.runtime.variables import Variables, data_of
from engine.runtime.witness import witness_of

if TYPE_CHECKING:
    from engine.runtime.activity import Activity
    from engine.runtime.language import Expression


@dataclass(frozen=True, slots=True)
class Association:
    """One value on its way: ``source`` is copied to ``target``, or ``value`` is computed for it."""

    target: str
    source: str
    value: Expression | None
    needed: bool = False
    """An input that the activity cannot begin without."""

    def moved(self, scope: Variables) -> Any:
        """The value as it is now.

        Raises:
            StepFailed: it cannot be computed, or it is needed and there is none yet.
            ErasedRead: whether there is one was erased with it.
        """
        value = scope.get(self.source) if self.value is None else evaluate(self.value, scope)
        if self.needed and isinstance(value, Erased):
            raise ErasedRead
        if value is None and self.needed:
            raise _not_there(self.source or self.target)
        return value


@dataclass(frozen=True, slots=True)
class DataFlow:
    """``own`` are variables that only the activity sees; ``takes`` fills them, ``gives`` takes results out of them."""

    own: tuple[str, ...]
    takes: tuple[Association, ...]
    gives: tuple[Association, ...]

    def enter(self, activity: Activity) -> None:
        """Give the activity variables of its own, filled with its inputs.

        Raises:
            StepFailed: an input is not there or cannot be computed.
        """
        owner = data_of(activity.id)
        owners = dict.fromkeys([*self.own, *(association.target for association in self.takes)], owner)
        values = self._moved(activity, self.takes, owners)
        if activity.scope.owner != owner:
            activity.scope = Variables(activity.workflow.top_workflow, owner, activity.scope, closed=False)
        activity.scope.declare({**dict.fromkeys(self.own), **values})

    def leave(self, activity: Activity) -> None:
        """Hand its outputs out.

        Raises:
            StepFailed: an output cannot be computed.
        """
        outside = activity.scope.parent
        assert outside is not None
        owners = outside.owners_of(association.target for association in self.gives)
        outside.write(self._moved(activity, self.gives, owners))

    def drop(self, activity: Activity) -> None:
        """The activity is over, and its own variables with it."""
        if activity.scope.owner == data_of(activity.id):
            assert activity.scope.parent is not None
            activity.scope = activity.scope.parent

    def _moved(
        self, activity: Activity, associations: tuple[Association, ...], owners: Mapping[str, str]
    ) -> dict[str, Any]:
        """The values; where something was erased, the log tells them, or that they could not be computed or stored.

        Raises:
            Unexpected: the log does not have all of them.
        """
        try:
            values = {association.target: association.moved(activity.scope) for association in associations}
            if activity.workflow.top_workflow.testimony is None or not is_erased(list(values.values())):
                return values
        except ErasedRead:
            pass
        testimony, at = witness_of(activity)
        values = testimony.written(at, owners)
        if missing := [association.target for association in associations if association.target not in values]:
            raise Unexpected(f"{', '.join(missing)} of {activity.id} not written")
        return values


def _not_there(name: str) -> StepFailed:
    return StepFailed(
        "variableMissing",
        f"Dữ liệu vào “{name}” chưa có giá trị.",
        f"The data input '{name}' has no value yet.",
        name,
    )
