"""Data that moves with an activity: what it takes in, keeps to itself, and gives out (BPMN 2.0.2, 10.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.runtime.erasure import ErasedRead
from engine.runtime.failure import StepFailed, evaluate
from engine.runtime.variables import Variables

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
        """
        value = scope.get(self.source) if self.value is None else evaluate(self.value, scope)
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
        values = self._moved(activity, self.takes, activity.scope)
        if activity.scope.owner != (owner := _owner(activity)):
            activity.scope = Variables(activity.workflow.top_workflow, owner, activity.scope, closed=False)
        activity.scope.declare({**dict.fromkeys(self.own), **values})

    def leave(self, activity: Activity) -> None:
        """Hand its outputs out.

        Raises:
            StepFailed: an output cannot be computed.
        """
        outside = activity.scope.parent
        assert outside is not None
        outside.write(self._moved(activity, self.gives, activity.scope))

    def drop(self, activity: Activity) -> None:
        """The activity is over, and its own variables with it."""
        if activity.scope.owner == _owner(activity):
            assert activity.scope.parent is not None
            activity.scope = activity.scope.parent

    def _moved(self, activity: Activity, associations: tuple[Association, ...], scope: Variables) -> dict[str, Any]:
        try:
            return {association.target: association.moved(scope) for association in associations}
        except ErasedRead:
            testimony, at = activity.workflow.top_workflow.witness()
            return testimony.written(at)


def _owner(activity: Activity) -> str:
    """Whose variables they are; a repeated activity has a scope of its own besides."""
    return f"{activity.id}:data"


def _not_there(name: str) -> StepFailed:
    return StepFailed(
        "variableMissing",
        f"Dữ liệu vào “{name}” chưa có giá trị.",
        f"The data input '{name}' has no value yet.",
        name,
    )
