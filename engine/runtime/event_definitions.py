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
    """What catching elements ask their event definition to do."""

    may_fail = False
    code: str | None = None

    def arm(self, activity: Activity, spec: Any, carried: dict[str, Any] | None = None) -> dict[str, Any]:
        """What is to be remembered while waiting; computed before anything changes."""
        return {}

    def note_armed(self, activity: Activity, spec: Any, wait: dict[str, Any]) -> None:
        """The wait begins."""

    def note_closed(self, activity: Activity, spec: Any) -> None:
        """The wait ends without the event."""

    def note_heard(self, activity: Activity, spec: Any) -> None:
        """The event came from inside the instance."""
        self.note_closed(activity, spec)

    def rearm(self, activity: Activity) -> dict[str, Any] | None:
        """What the next wait begins with, None when there is no next: only non-interrupting events ask."""
        return {}

    def catches(self, activity: Activity, event: Any) -> bool:
        return False


class Subscribing(Definition):
    """Messages and signals: the instance is listed as a receiver while it waits."""

    kind: str
    name: str

    def note_armed(self, activity: Activity, spec: Any, wait: dict[str, Any]) -> None:
        activity.workflow.top_workflow.emit(
            "SubscriptionOpened",
            subscription=subscription_id(activity, spec),
            activity=activity.id,
            element=spec.facts["element"],
            elementName=spec.facts.get("name"),
            event=self.kind,
            name=self.name,
            key=wait.get("key"),
        )

    def note_closed(self, activity: Activity, spec: Any) -> None:
        activity.workflow.top_workflow.emit("SubscriptionClosed", subscription=subscription_id(activity, spec))


def subscription_id(activity: Activity, spec: Any) -> str:
    """The id under which a waiting place is listed."""
    top: Any = activity.workflow.top_workflow
    return str(top.identity(f"subscription {activity.id} {spec.facts['element']}"))


class Message(Subscribing, MessageEventDefinition):
    """A message goes to exactly one place, found by name and correlation key.

    The key is the instance's business key unless ``correlation`` computes another.
    """

    kind = "message"

    def __init__(self, name: str, correlation: Expression | None) -> None:
        MessageEventDefinition.__init__(self, name)
        self.correlation = correlation
        self.may_fail = correlation is not None

    def arm(self, activity: Activity, spec: Any, carried: dict[str, Any] | None = None) -> dict[str, Any]:
        key = self._key(activity)
        return {} if key is None else {"key": key}

    def _key(self, activity: Activity) -> str | None:
        if self.correlation is None:
            key: str | None = activity.workflow.top_workflow.business_key
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
        top.send("MessageSent", "message", activity, name=self.name, key=self._key(activity), values={})


class Signal(Subscribing, SignalEventDefinition):
    """A signal reaches everybody who waits for it at that moment."""

    kind = "signal"

    def __init__(self, name: str) -> None:
        SignalEventDefinition.__init__(self, name)

    def catches(self, activity: Activity, event: Any) -> bool:
        return isinstance(event, Signal) and event.name == self.name

    def throw(self, activity: Activity) -> None:
        top = activity.workflow.top_workflow
        top.send("SignalThrown", "signal", activity, name=self.name, values={})
        top.event_manager.broadcast(self)


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
            catcher.task_spec.fired(catcher, catcher.task_spec.name, {})

    def uncaught(self, activity: Activity) -> None:
        """Nobody hears it; it stands in the log."""


class Error(Thrown, ErrorEventDefinition):
    """A BPMN error: the nearest catcher, or the instance has failed."""

    record = "ErrorThrown"

    def __init__(self, name: str, code: str | None) -> None:
        ErrorEventDefinition.__init__(self, name, code)

    def rearm(self, activity: Activity) -> dict[str, Any] | None:
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
