"""Conditional events: they fire when what the variables say becomes true (BPMN 2.0.2, 10.5.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.event_definitions.conditional import ConditionalEventDefinition

from engine.runtime.erasure import ErasedRead
from engine.runtime.event_definitions import Definition
from engine.runtime.failure import StepFailed, is_true
from engine.runtime.witness import witness_of

if TYPE_CHECKING:
    from engine.runtime.activity import Activity
    from engine.runtime.language import Expression


class Conditional(Definition, ConditionalEventDefinition):
    """Looked at when the wait begins and whenever variables have changed and nothing else can run.

    It fires at once if its condition holds when the wait begins; afterwards the condition must have been false before it
    can fire again. While a variable has no value yet it is false; anything else that cannot be computed is an incident.
    """

    def __init__(self, condition: Expression) -> None:
        ConditionalEventDefinition.__init__(self, condition.text)
        self.condition = condition

    @property
    def watches(self) -> bool:
        return True

    def arm(self, activity: Activity, place: Any, carried: dict[str, Any] | None = None) -> dict[str, Any]:
        return dict(carried) if carried else {"held": False}

    def note_armed(self, activity: Activity, place: Any, wait: dict[str, Any]) -> None:
        activity.workflow.top_workflow.written = True

    def rearm(self, activity: Activity, wait: dict[str, Any], element: str) -> dict[str, Any] | None:
        return {"held": True}

    def look(self, activity: Activity, place: Any, wait: dict[str, Any]) -> bool:
        """Whether the condition has just become true; it is noted with the values that it read.

        Raises:
            StepFailed: the condition cannot be computed.
        """
        held: bool | None = wait["held"]
        try:
            holds: bool | None = is_true(self.condition, activity.scope)
            met = bool(holds) and self._is_new(activity, place, held)
        except ErasedRead:
            met = self._as_recorded(activity, place)
            holds = True if met else held and None
        wait["held"] = holds
        if met:
            self._note_met(activity, place)
        return met

    def _is_new(self, activity: Activity, place: Any, held: bool | None) -> bool:
        """Whether a condition that holds did not before; None where what it read before was erased."""
        top = activity.workflow.top_workflow
        if held is not None or top.testimony is None:
            return not held
        testimony, at = top.witness()
        return testimony.met(at, activity.id, place.facts["element"])

    def _as_recorded(self, activity: Activity, place: Any) -> bool:
        """Whether the condition became true, as the log has it: it read a value that was erased.

        One that did not is false now, or has been true for longer: that the log does not tell.

        Raises:
            StepFailed: it could not be computed, or still cannot.
        """
        testimony, at = witness_of(activity)
        if testimony.met(at, activity.id, place.facts["element"]):
            return True
        incident = activity.workflow.top_workflow.incidents.get(activity.id)
        if incident is not None and not testimony.resolved(at, activity.id, incident):
            raise StepFailed("expressionFailed", "", "", self.condition.text)
        return False

    def _note_met(self, activity: Activity, place: Any) -> None:
        activity.workflow.top_workflow.emit(
            "ConditionMet",
            activity=activity.id,
            element=place.facts["element"],
            values=activity.scope.seen(self.condition.names),
        )
