"""Events: in their place, with what they refer to, and a time that can be computed."""

from __future__ import annotations

from engine.domain.calendar import Limit
from engine.runtime import extensions, language
from engine.runtime.checks.executed import ACTIVITIES, EVENT_SUB_PROCESS, EVENTS
from engine.runtime.diagram import Diagram, Element, child, event_definitions, is_true, kind_of, text_of
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
        _check_reference(diagram, node, node, "message", report)
        return
    starts_event_sub = where == "startEvent" and starts_event_sub_process(node)
    allowed = EVENT_SUB_PROCESS if starts_event_sub else EVENTS[where]
    if where == "boundaryEvent":
        _check_host(diagram, node, report)
        if kind == "none":
            report.refuse("boundaryWithoutEvent", node)
            return
    if kind not in allowed:
        if not (starts_event_sub and kind == "none"):
            report.refuse("eventNotExecuted", node, what=kind, where=where)
        return
    if kind in REFERENCES:
        _check_reference(diagram, node, event_definitions(node)[0], kind, report)
    if kind == "timer":
        _check_timer(node, report)


def _check_host(diagram: Diagram, node: Element, report: Report) -> None:
    host = diagram.by_id.get(node.get("attachedToRef", ""))
    listens = host is not None and is_true(host, "triggeredByEvent", False)
    if host is None or listens or local(host) not in ACTIVITIES or host.getparent() is not node.getparent():
        report.refuse("boundaryWithoutHost", node, ref=node.get("attachedToRef"))


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


def unprefixed(ref: str) -> str:
    """A QName's local part: references inside a file need no prefix, some modelers write one."""
    return ref.rpartition(":")[2]


def timer_of(node: Element) -> Timer | None:
    """The timer of an event; None when it says no time.

    Raises:
        ValueError, LanguageError: its text is neither ISO 8601 nor an expression.
    """
    name, missed = node.get("id", ""), extensions.attribute(node, "missedCycle") or "once"
    if (limit := extensions.attribute(node, "limit")) is not None:
        return Timer(name, LIMIT, limit, Limit.read(limit))
    for definition in event_definitions(node):
        for kind, tag in ((DATE, "timeDate"), (DURATION, "timeDuration"), (CYCLE, "timeCycle")):
            if (text := text_of(child(definition, tag))) is not None:
                return Timer(name, kind, text, None, missed)
    return None


def _check_timer(node: Element, report: Report) -> None:
    text = next((text for e in event_definitions(node)[0] if (text := text_of(e))), "")
    try:
        timer = timer_of(node)
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
