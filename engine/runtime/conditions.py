"""Conditional events: they fire when what the variables say becomes true (BPMN 2.0.2, 10.5.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.event_definitions.conditional import ConditionalEventDefinition

from engine.runtime.erasure import ErasedRead
from engine.runtime.event_definitions import Definition
from engine.runtime.failure import is_true
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
        try:
            holds = is_true(self.condition, activity.scope)
            met = holds and not wait["held"]
        except ErasedRead:
            testimony, at = witness_of(activity)
            holds = met = testimony.met(at, activity.id, place.facts["element"])
        wait["held"] = holds
        if met:
            self._note_met(activity, place)
        return met

    def _note_met(self, activity: Activity, place: Any) -> None:
        activity.workflow.top_workflow.emit(
            "ConditionMet",
            activity=activity.id,
            element=place.facts["element"],
            values=activity.scope.seen(self.condition.names),
        )
