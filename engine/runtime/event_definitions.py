"""What an event waits for or throws, and what the log says about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unicodedata import category

from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import (
    ErrorEventDefinition,
    EscalationEventDefinition,
    SignalEventDefinition,
)
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition

from engine.runtime.failure import StepFailed, evaluate

if TYPE_CHECKING:
    from engine.runtime.activity import Activity
    from engine.runtime.language import Expression

LONGEST_KEY = 255
"""Characters of a correlation key."""


class Definition(EventDefinition):
    """What an element that waits asks its event definition to do.

    A *place* is where a wait is listed: the element itself, or one of several events of it. A *wait* is what is
    remembered of it while it lasts.
    """

    may_fail = False
    code: str | None = None

    def arm(self, activity: Activity, place: Any, carried: dict[str, Any] | None = None) -> dict[str, Any]:
        """What is to be remembered while waiting; computed before anything changes."""
        return {}

    def note_armed(self, activity: Activity, place: Any, wait: dict[str, Any]) -> None:
        """The wait begins."""

    def note_closed(self, activity: Activity, place: Any) -> None:
        """The wait ends without the event."""

    def note_heard(self, activity: Activity, place: Any) -> None:
        """The event came from inside the instance."""
        self.note_closed(activity, place)

    def begin(self, activity: Activity) -> bool:
        """A throwing event is entered; whether it can throw at once."""
        return True

    def throw(self, activity: Activity) -> None:
        """The throwing event does what it is there for."""

    def catches(self, activity: Activity, event: Any) -> bool:
        """Whether it is what was thrown inside the instance."""
        return False

    def look(self, activity: Activity, place: Any, wait: dict[str, Any]) -> bool:
        """Whether a condition that is waited for has just become true."""
        return False

    @property
    def watches(self) -> bool:
        """Whether it has to be looked at when variables change."""
        return False

    # an element may have several events; here it has one
    def places(self, spec: Any, wait: dict[str, Any]) -> list[tuple[Any, dict[str, Any]]]:
        """Where it still waits, each with what is remembered of it."""
        return [] if "heard" in wait else [(spec, wait)]

    def place(self, spec: Any, element: str) -> Any:
        """The place of that name."""
        return spec

    def wait_at(self, wait: dict[str, Any], element: str) -> dict[str, Any]:
        """What is remembered of that place."""
        return wait

    def hear(self, wait: dict[str, Any], element: str) -> None:
        """An input has closed the wait there; whatever ends it before it fires need not say so again."""
        wait["heard"] = True

    def come(
        self, activity: Activity, spec: Any, wait: dict[str, Any], element: str, values: dict[str, Any]
    ) -> dict[str, Any] | None:
        """The event came at that place: the values it brings, None while more events are needed."""
        return values

    def rearm(self, activity: Activity, wait: dict[str, Any], element: str) -> dict[str, Any] | None:
        """What the next wait begins with, None when there is no next: only non-interrupting events ask."""
        return {}

    def skip(self, wait: dict[str, Any], element: str, carried: dict[str, Any] | None) -> dict[str, Any]:
        """What is remembered once the wait at that place was passed over."""
        return {"heard": True} if carried is None else carried

    def is_meant(self, event: Any) -> bool:
        """Whether it is for this very code, and not for any."""
        return self.code is not None


class Subscribing(Definition):
    """Messages and signals: the instance is listed as a receiver while it waits."""

    kind: str
    name: str

    def note_armed(self, activity: Activity, place: Any, wait: dict[str, Any]) -> None:
        activity.workflow.top_workflow.emit(
            "SubscriptionOpened",
            subscription=subscription_id(activity, place),
            activity=activity.id,
            element=place.facts["element"],
            elementName=place.facts.get("name"),
            event=self.kind,
            name=self.name,
            key=wait.get("key"),
        )

    def note_closed(self, activity: Activity, place: Any) -> None:
        activity.workflow.top_workflow.emit("SubscriptionClosed", subscription=subscription_id(activity, place))


def subscription_id(activity: Activity, place: Any) -> str:
    """The id under which a waiting place is listed."""
    top: Any = activity.workflow.top_workflow
    return str(top.identity(f"subscription {activity.id} {place.facts['element']}"))


class Message(Subscribing, MessageEventDefinition):
    """A message goes to exactly one place, found by name and correlation key.

    The key is the instance's business key unless ``correlation`` computes another.
    """

    kind = "message"

    def __init__(self, name: str, correlation: Expression | None, sends: tuple[str, ...] = ()) -> None:
        MessageEventDefinition.__init__(self, name)
        self.correlation, self.sends = correlation, sends
        self.may_fail = correlation is not None

    def arm(self, activity: Activity, place: Any, carried: dict[str, Any] | None = None) -> dict[str, Any]:
        key = self._key(activity)
        return {} if key is None else {"key": key}

    def _key(self, activity: Activity) -> str | None:
        if self.correlation is None:
            top = activity.workflow.top_workflow
            key: str | None = top.business_key or top.correlation_key
            return key
        value = evaluate(self.correlation, activity.scope)
        return None if value is None else self._as_key(value, activity)

    def _as_key(self, value: Any, activity: Activity) -> str:
        """A key is looked up in an index and shown to people: short, and nothing that cannot be seen."""
        key = None if isinstance(value, list | dict) else str(value)
        if key is None or len(key) > LONGEST_KEY or any(category(c) in ("Cc", "Cs") for c in key):
            assert self.correlation is not None
            raise StepFailed(
                "badKey",
                f"Khoá nối thư dài nhất {LONGEST_KEY} ký tự và không có ký tự điều khiển.",
                f"A correlation key has at most {LONGEST_KEY} characters and no control characters.",
                self.correlation.text,
                activity.scope.seen(self.correlation.names),
            )
        return key

    def throw(self, activity: Activity) -> None:
        top = activity.workflow.top_workflow
        values = activity.scope.seen(self.sends)
        top.send("MessageSent", "message", activity, name=self.name, key=self._key(activity), values=values)


class Signal(Subscribing, SignalEventDefinition):
    """A signal reaches everybody who waits for it at that moment."""

    kind = "signal"

    def __init__(self, name: str, sends: tuple[str, ...] = ()) -> None:
        SignalEventDefinition.__init__(self, name)
        self.sends = sends

    def catches(self, activity: Activity, event: Any) -> bool:
        return isinstance(event, Signal) and event.name == self.name

    def throw(self, activity: Activity) -> None:
        top = activity.workflow.top_workflow
        values = activity.scope.seen(self.sends)
        top.send("SignalThrown", "signal", activity, name=self.name, values=values)
        top.event_manager.broadcast(self, values)


class Thrown(Definition):
    """Errors and escalations: heard by the nearest catcher, or by nobody."""

    record: str
    """Kind of the record that says so."""
    name: str

    def catches(self, activity: Activity, event: Any) -> bool:
        return isinstance(event, type(self)) and (self.code is None or self.code == event.code)

    def throw(self, activity: Activity) -> None:
        top = activity.workflow.top_workflow
        catcher = top.event_manager.propagate(self, activity)
        caught = None if catcher is None else catcher.id
        top.emit(self.record, activity=activity.id, code=self.code, name=self.name, caught=caught)
        if catcher is None:
            self.uncaught(activity)
        else:
            catcher.task_spec.signal(catcher, self)

    def is_caught(self, activity: Activity) -> bool:
        """Whether anybody would hear it."""
        return activity.workflow.top_workflow.event_manager.propagate(self, activity) is not None

    def uncaught(self, activity: Activity) -> None:
        """Nobody hears it; it stands in the log."""


class Error(Thrown, ErrorEventDefinition):
    """A BPMN error: the nearest catcher, or the instance has failed."""

    record = "ErrorThrown"

    def __init__(self, name: str, code: str | None) -> None:
        ErrorEventDefinition.__init__(self, name, code)

    def rearm(self, activity: Activity, wait: dict[str, Any], element: str) -> dict[str, Any] | None:
        return None

    def uncaught(self, activity: Activity) -> None:
        top = activity.workflow.top_workflow
        top.error_code = self.code or self.name
        top.end("failed", "ProcessInstanceFailed", code=top.error_code, element=activity.task_spec.name)


class Escalation(Thrown, EscalationEventDefinition):
    """An escalation: the nearest catcher; without one the process goes on."""

    record = "EscalationThrown"

    def __init__(self, name: str, code: str | None) -> None:
        EscalationEventDefinition.__init__(self, name, code)
