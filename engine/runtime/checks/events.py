"""Events: in their place, with what they refer to, and a time that can be computed."""

from __future__ import annotations

from engine.domain.calendar import Limit
from engine.runtime import extensions, language
from engine.runtime.checks.executed import ACTIVITIES, ALONE, EVENT_SUB_PROCESS, EVENTS
from engine.runtime.diagram import (
    Diagram,
    Element,
    child,
    definition_kind,
    event_definitions,
    is_true,
    kind_of,
    text_of,
    unprefixed,
)
from engine.runtime.report import Report
from engine.runtime.timers import CYCLE, DATE, DURATION, LIMIT, Timer
from engine.xml import local

REFERENCES = {
    "message": ("messageRef", "message"),
    "signal": ("signalRef", "signal"),
    "error": ("errorRef", "error"),
    "escalation": ("escalationRef", "escalation"),
}


def link_name(node: Element) -> str:
    """What a link event is paired by."""
    return event_definitions(node)[0].get("name") or node.get("name") or ""


def check_event(diagram: Diagram, node: Element, report: Report) -> None:
    """What an event, or a task that sends or receives, must keep to."""
    kind, where = kind_of(node), local(node)
    if where in ("sendTask", "receiveTask"):
        _check_message(diagram, node, node, report)
        return
    starts_event_sub = where == "startEvent" and starts_event_sub_process(node)
    allowed = EVENT_SUB_PROCESS if starts_event_sub else EVENTS[where]
    if where == "boundaryEvent":
        _check_host(diagram, node, report)
        if kind == "none":
            report.refuse("boundaryWithoutEvent", node)
            return
    if kind == "conditional" and where == "startEvent" and not starts_event_sub:
        report.refuse("conditionalStart", node)
    elif kind not in allowed:
        if not (starts_event_sub and kind == "none"):
            report.refuse("eventNotExecuted", node, what=kind, where=where)
    else:
        _check_definitions(diagram, node, allowed, report)


def _check_definitions(diagram: Diagram, node: Element, allowed: frozenset[str], report: Report) -> None:
    found = event_definitions(node)
    for definition in found:
        kind = definition_kind(definition)
        if kind not in allowed:
            report.refuse("eventNotExecuted", node, what=kind, where=local(node))
        elif len(found) > 1 and kind in ALONE:
            report.refuse("eventNotAlone", node, what=kind)
        else:
            _check_definition(diagram, node, definition, kind, report)


def _check_definition(diagram: Diagram, node: Element, definition: Element, kind: str, report: Report) -> None:
    if kind == "message":
        _check_message(diagram, node, definition, report)
    elif kind in REFERENCES:
        _check_reference(diagram, node, definition, kind, report)
    elif kind == "timer":
        _check_timer(node, definition, report)
    elif kind == "conditional":
        _check_condition(node, definition, report)


def _check_condition(node: Element, definition: Element, report: Report) -> None:
    condition = text_of(child(definition, "condition"))
    if condition is None:
        report.refuse("eventConditionMissing", node)
    else:
        report.check_expression("eventConditionRefused", node, condition)


def _check_host(diagram: Diagram, node: Element, report: Report) -> None:
    host = diagram.by_id.get(node.get("attachedToRef", ""))
    listens = host is not None and is_true(host, "triggeredByEvent", False)
    if host is None or listens or local(host) not in ACTIVITIES or host.getparent() is not node.getparent():
        report.refuse("boundaryWithoutHost", node, ref=node.get("attachedToRef"))


def _check_message(diagram: Diagram, node: Element, holder: Element, report: Report) -> None:
    if holder.get("messageRef") is not None or message_of(diagram, node, holder) is None:
        _check_reference(diagram, node, holder, "message", report)


def message_of(diagram: Diagram, node: Element, holder: Element) -> str | None:
    """The name of the message of an event or task.

    Where it refers to none, the message flow drawn between two pools tells: by its message, by that of its other end,
    or by itself.
    """
    if (own := _message_name(diagram, holder)) is not None or holder.get("messageRef") is not None:
        return own
    flow = diagram.message_flows.get(node.get("id", ""))
    if flow is None:
        return None
    other = diagram.by_id.get(next((end for end in _ends(flow) if end != node.get("id")), ""))
    holders = [] if other is None else [other, *event_definitions(other)]
    named = (_message_name(diagram, each) for each in (flow, *holders))
    return next((name for name in named if name is not None), flow.get("name") or flow.get("id"))


def _ends(flow: Element) -> list[str]:
    return [unprefixed(flow.get(end, "")) for end in ("sourceRef", "targetRef")]


def _message_name(diagram: Diagram, holder: Element) -> str | None:
    declared = diagram.declared("message").get(unprefixed(holder.get("messageRef", "")))
    return None if declared is None else declared.get("name")


def _check_reference(diagram: Diagram, node: Element, holder: Element, kind: str, report: Report) -> None:
    attribute, tag = REFERENCES[kind]
    ref = holder.get(attribute)
    declared = diagram.declared(tag)
    if ref is None:
        if kind in ("message", "signal"):
            report.refuse("referenceMissing", node, what=tag, ref="")
    elif unprefixed(ref) not in declared:
        report.refuse("referenceMissing", node, what=tag, ref=ref)
    elif kind in ("message", "signal") and not declared[unprefixed(ref)].get("name"):
        report.refuse("nameMissing", node, what=tag, ref=ref)


def timer_of(node: Element, definition: Element) -> Timer | None:
    """The timer of an event; None when it says no time.

    Raises:
        ValueError, LanguageError: its text is neither ISO 8601 nor an expression.
    """
    name, missed = node.get("id", ""), extensions.attribute(node, "missedCycle") or "once"
    if (limit := extensions.attribute(node, "limit")) is not None:
        return Timer(name, LIMIT, limit, Limit.read(limit))
    for kind, tag in ((DATE, "timeDate"), (DURATION, "timeDuration"), (CYCLE, "timeCycle")):
        if (text := text_of(child(definition, tag))) is not None:
            return Timer(name, kind, text, None, missed)
    return None


def _check_timer(node: Element, definition: Element, report: Report) -> None:
    text = next((text for e in definition if (text := text_of(e))), "")
    try:
        timer = timer_of(node, definition)
    except (ValueError, language.LanguageError) as error:
        report.refuse_text("timerRefused", node, error, text)
        return
    if timer is None:
        report.refuse("timerMissing", node)
    elif local(node) == "startEvent" and timer.compiled is not None and not starts_event_sub_process(node):
        report.refuse_text("timerRefused", node, NO_VARIABLES_YET, text)


NO_VARIABLES_YET = language.LanguageError(
    "trước khi bắt đầu chưa có biến nào để tính", "before the start there are no variables to compute with"
)


def starts_event_sub_process(node: Element) -> bool:
    """Whether a start event belongs to an event sub-process."""
    parent = node.getparent()
    return parent is not None and is_true(parent, "triggeredByEvent", False)
