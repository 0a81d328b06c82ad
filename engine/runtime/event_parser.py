"""From the event definitions of a diagram to what events wait for, throw and end with."""

from __future__ import annotations

from typing import Any

from engine.runtime import extensions, language
from engine.runtime.checks.events import message_of, timer_of
from engine.runtime.conditions import Conditional
from engine.runtime.diagram import (
    Diagram,
    Element,
    child,
    definition_kind,
    event_definitions,
    is_true,
    text_of,
    unprefixed,
)
from engine.runtime.event_definitions import Error, Escalation, Message, Signal
from engine.runtime.multiple import Several, places_of
from engine.runtime.specs.compensating import Cancel, Compensation
from engine.xml import local


def definition_of(diagram: Diagram, node: Element) -> Any:
    """What the event waits for or throws; None for a plain, link or terminate event."""
    if local(node) in ("sendTask", "receiveTask"):
        return _message(diagram, node, node)
    found = [made for definition in event_definitions(node) if (made := _one(diagram, node, definition)) is not None]
    if len(found) < 2:
        return found[0] if found else None
    places = places_of(node.get("id", ""), node.get("name"), found)
    return Several(places, all_needed=is_true(node, "parallelMultiple", False))


def _one(diagram: Diagram, node: Element, definition: Element) -> Any:
    make = _DEFINITIONS.get(definition_kind(definition))
    return None if make is None else make(diagram, node, definition)


def _declared(diagram: Diagram, holder: Element, attribute: str, tag: str) -> Element | None:
    ref = holder.get(attribute)
    return None if ref is None else diagram.declared(tag)[unprefixed(ref)]


def _message(diagram: Diagram, node: Element, holder: Element) -> Message:
    key = extensions.attribute(node, "correlationKey")
    name = message_of(diagram, node, holder)
    assert name is not None
    return Message(name, None if key is None else language.expression(key), extensions.names(node, "dataIn") or ())


def _signal(diagram: Diagram, node: Element, definition: Element) -> Signal:
    declared = _declared(diagram, definition, "signalRef", "signal")
    assert declared is not None
    return Signal(declared.get("name", ""), extensions.names(node, "dataIn") or ())


def _error(diagram: Diagram, node: Element, definition: Element) -> Error:
    declared = _declared(diagram, definition, "errorRef", "error")
    return Error("", None) if declared is None else Error(declared.get("name", ""), declared.get("errorCode"))


def _escalation(diagram: Diagram, node: Element, definition: Element) -> Escalation:
    declared = _declared(diagram, definition, "escalationRef", "escalation")
    return Escalation("", None) if declared is None else Escalation(declared.get("name", ""), declared.get("escalationCode"))  # fmt: skip


def _timer(diagram: Diagram, node: Element, definition: Element) -> Any:
    return timer_of(node, definition)


def _conditional(diagram: Diagram, node: Element, definition: Element) -> Conditional:
    return Conditional(language.expression(text_of(child(definition, "condition")) or ""))


def _compensation(diagram: Diagram, node: Element, definition: Element) -> Compensation:
    ref = definition.get("activityRef")
    waits = is_true(definition, "waitForCompletion", True)
    return Compensation(None if ref is None else unprefixed(ref), waits=waits)


def _cancel(diagram: Diagram, node: Element, definition: Element) -> Cancel:
    return Cancel()


_DEFINITIONS = {
    "message": _message,
    "signal": _signal,
    "error": _error,
    "escalation": _escalation,
    "timer": _timer,
    "conditional": _conditional,
    "compensate": _compensation,
    "cancel": _cancel,
}
