"""What waits for something outside: armed once, never polled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.runtime.activity import WAITING
from engine.runtime.specs.base import Executed

if TYPE_CHECKING:
    from engine.runtime.activity import Activity


class Listening(Executed):
    """An element with an event definition that it waits for."""

    definition: Any = None
    repeats = False
    """Whether it goes on listening after its event: a non-interrupting boundary event or event sub-process."""
    name: str

    def wait(self, activity: Activity, carried: dict[str, Any] | None = None) -> None:
        """Arm the event; ``carried`` is what a repeating one brings from its last time.

        Raises:
            StepFailed: its time or key cannot be computed.
        """
        wait = self.definition.arm(activity, self, carried)
        activity.internal_data = {"wait": wait}
        activity._set_state(WAITING)
        activity.workflow.top_workflow.event_manager.add_task(activity)
        self.definition.note_armed(activity, self, wait)

    def definition_of(self, element: str) -> Any:
        """The event definition behind one of the waiting places: here there is one."""
        return self.definition

    def catches(self, activity: Activity, event: Any) -> bool:
        """Whether an event thrown inside the instance is what it waits for."""
        return activity._state == WAITING and self.definition.catches(activity, event)

    def signal(self, activity: Activity, event: Any) -> None:
        """Something thrown inside the instance reached it."""
        self.definition.note_heard(activity, self)
        self.fired(activity, self.name, {})

    def fired(self, activity: Activity, element: str, values: dict[str, Any]) -> None:
        """What it waited for has come, with these values."""
        raise NotImplementedError

    def heard(self, activity: Activity, element: str) -> None:
        """An input has closed its wait; whatever ends it before it fires need not say so again."""
        activity.internal_data["heard"] = True

    def stop_listening(self, activity: Activity) -> None:
        """Its repetitions are used up, and its wait was closed by the input that told so."""
        self.deaf(activity)
        activity.workflow.handlers.pop(activity.id, None)
        activity.detach()

    def wait_again(self, activity: Activity, carried: dict[str, Any]) -> None:
        """Its wait was closed by the input that told so, and begins anew without having fired."""
        activity.internal_data = {"wait": carried}
        self.definition.note_armed(activity, self, carried)

    def wait_of(self, activity: Activity, element: str) -> dict[str, Any]:
        """What is remembered of one of its waits: here there is one."""
        wait: dict[str, Any] = activity.internal_data["wait"]
        return wait

    def _on_cancel(self, activity: Activity) -> None:
        self.deaf(activity)
        if activity._state == WAITING and "heard" not in activity.internal_data:
            self.definition.note_closed(activity, self)
        super()._on_cancel(activity)

    def deaf(self, activity: Activity) -> None:
        """It no longer listens."""
        activity.workflow.top_workflow.event_manager.remove_task(activity)
