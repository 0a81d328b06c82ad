"""What waits for something: armed once, never polled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.runtime.activity import WAITING
from engine.runtime.failure import StepFailed
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
        self.remember(activity, wait)
        activity._set_state(WAITING)
        activity.workflow.top_workflow.event_manager.add_task(activity)
        self.definition.note_armed(activity, self, wait)

    def remember(self, activity: Activity, wait: dict[str, Any]) -> None:
        """Keep what is to be known of its waits."""
        activity.internal_data = {"wait": wait}

    def remembered(self, activity: Activity) -> dict[str, Any]:
        """What is known of its waits."""
        wait: dict[str, Any] = activity.internal_data["wait"]
        return wait

    def definition_of(self, element: str) -> Any:
        """The event definition behind one of the waiting places."""
        return self.definition.place(self, element).definition

    def wait_of(self, activity: Activity, element: str) -> dict[str, Any]:
        """What is remembered of one of its waits."""
        wait: dict[str, Any] = self.definition.wait_at(self.remembered(activity), element)
        return wait

    def catches(self, activity: Activity, event: Any) -> bool:
        """Whether an event thrown inside the instance is what it waits for."""
        return self.listens(activity) and self.definition.catches(activity, event)

    def signal(self, activity: Activity, event: Any, values: Mapping[str, Any] = {}) -> None:
        """Something thrown inside the instance reached it, with these values."""
        for place, _ in self.definition.places(self, self.remembered(activity)):
            if place.definition.catches(activity, event):
                place.definition.note_heard(activity, place)
                self.fired(activity, place.facts["element"], dict(values))
                return

    def look(self, activity: Activity) -> list[str]:
        """The places where a condition that it waits for has become true.

        Raises:
            StepFailed: a condition cannot be computed, and none has become true.
        """
        met, failures = [], []
        for place, wait in self.definition.places(self, self.remembered(activity)):
            try:
                if place.definition.look(activity, place, wait):
                    met.append(place.facts["element"])
            except StepFailed as failure:
                failures.append(failure)
        if failures and not met:
            raise failures[0]
        return met

    def fired(self, activity: Activity, element: str, values: dict[str, Any]) -> None:
        """What it waited for at one of its places has come, with these values."""
        brought = self.definition.come(activity, self, self.remembered(activity), element, values)
        if brought is not None:
            self.triggered(activity, element, brought)

    def triggered(self, activity: Activity, element: str, values: dict[str, Any]) -> None:
        """Everything that it waited for is there."""
        raise NotImplementedError

    def heard(self, activity: Activity, element: str) -> None:
        """An input has closed one of its waits; whatever ends it before it fires need not say so again."""
        self.definition.hear(self.remembered(activity), element)

    def skip(self, activity: Activity, element: str, carried: dict[str, Any] | None) -> None:
        """Repetitions were passed over: the wait there, which the input closed, begins anew, or is over."""
        wait = self.definition.skip(self.remembered(activity), element, carried)
        self.remember(activity, wait)
        place = self.definition.place(self, element)
        if carried is not None:
            place.definition.note_armed(activity, place, carried)
        elif not self.definition.places(self, wait):
            self.deaf(activity)
            activity.workflow.handlers.pop(activity.id, None)
            activity.detach()

    def _on_cancel(self, activity: Activity) -> None:
        self.deaf(activity)
        if activity._state == WAITING:
            for place, _ in self.definition.places(self, self.remembered(activity)):
                place.definition.note_closed(activity, place)
        super()._on_cancel(activity)

    def deaf(self, activity: Activity) -> None:
        """It no longer listens."""
        activity.workflow.top_workflow.event_manager.remove_task(activity)
