"""Looks at a diagram before anything runs: rules of BPMN that can be seen, and what is not executed.

Each check is a function over one process or one element; all of them run, so that a person gets every finding.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from engine.domain.calendar import Limit
from engine.runtime import extensions, language
from engine.runtime.diagram import (
    Diagram,
    Element,
    bpmn,
    child,
    containers,
    event_definitions,
    flow_nodes,
    flows,
    kind_of,
    text_of,
)
from engine.runtime.report import Report, called
from engine.runtime.timers import CYCLE, DATE, DURATION, LIMIT, MISSED, Timer
from engine.xml import is_bpmn, is_flow_node, local, repeated_ids

ACTIVITIES = frozenset(
    {"task", "userTask", "manualTask", "scriptTask", "sendTask", "receiveTask", "subProcess", "callActivity"}
)
GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"})
EVENTS: dict[str, frozenset[str]] = {
    "startEvent": frozenset({"none", "message", "timer", "signal"}),
    "endEvent": frozenset({"none", "message", "signal", "error", "escalation", "terminate"}),
    "intermediateCatchEvent": frozenset({"message", "timer", "signal", "link"}),
    "intermediateThrowEvent": frozenset({"none", "message", "signal", "escalation", "link"}),
    "boundaryEvent": frozenset({"message", "timer", "signal", "error", "escalation"}),
}
"""Which events are executed where."""
EVENT_SUB_PROCESS = frozenset({"message", "timer", "signal", "error", "escalation"})
"""Which events may start an event sub-process."""
EXECUTED = ACTIVITIES | GATEWAYS | EVENTS.keys()
REFERENCES = {
    "message": ("messageRef", "message"),
    "signal": ("signalRef", "signal"),
    "error": ("errorRef", "error"),
    "escalation": ("escalationRef", "escalation"),
}
LOOPS = ("multiInstanceLoopCharacteristics", "standardLoopCharacteristics")
DATA_NOT_EXECUTED = frozenset(
    {"dataStoreReference", "dataObject", "dataObjectReference", "dataInputAssociation", "dataOutputAssociation"}
)


def check(diagram: Diagram, forms: Collection[str], report: Report) -> None:
    """Put everything that is wrong with ``diagram`` into ``report``; ``forms`` are the keys of the forms beside it."""
    if not diagram.is_bpmn:
        report.refuse("notBpmn")
        return
    for element in repeated_ids(diagram.root):
        report.refuse("duplicateId", element)
    for process in diagram.processes:
        if process not in diagram.executable:
            report.warn("notExecutableProcess", process)
    if not diagram.executable:
        report.refuse("noProcess")
    for process in diagram.executable:
        _check_process(diagram, process, forms, report)
    for lane in diagram.root.iter(bpmn("lane")):
        _check_attributes(lane, report)


def _check_process(diagram: Diagram, process: Element, forms: Collection[str], report: Report) -> None:
    if not process.get("id"):
        report.refuse("missingId", process, tag=local(process))
        return
    for container in containers(process):
        _check_start(container, report)
        _check_flows(diagram, container, report)
        _check_links(container, report)
        _check_reached(container, report)
        _check_data(container, report)
        for node in flow_nodes(container):
            _check_node(diagram, node, forms, report)


def _check_data(container: Element, report: Report) -> None:
    for element in container.iterchildren():
        if local(element) in DATA_NOT_EXECUTED and is_bpmn(element):
            report.refuse("notExecuted", element, what=local(element))


def _check_start(container: Element, report: Report) -> None:
    starts = [node for node in flow_nodes(container) if local(node) == "startEvent"]
    plain = [start for start in starts if kind_of(start) == "none"]
    if container.get("triggeredByEvent") == "true":
        if len(starts) != 1 or kind_of(starts[0]) == "none":
            report.refuse("eventSubProcessStart", container)
    elif local(container) != "process":
        if len(starts) != 1 or len(plain) != 1:
            report.refuse("startNotPlain", container)
    elif not starts:
        report.refuse("noStart", container)
    elif len(plain) > 1:
        report.refuse("severalStarts", container, count=len(plain))


def _check_flows(diagram: Diagram, container: Element, report: Report) -> None:
    here = {node.get("id") for node in flow_nodes(container)}
    for flow in flows(container):
        for end in ("sourceRef", "targetRef"):
            if (ref := flow.get(end)) not in here:
                elsewhere = ref in diagram.by_id and is_flow_node(diagram.by_id[ref])
                report.refuse("flowAcrossScopes" if elsewhere else "danglingFlow", flow, ref=ref)
        _check_flow_ends(diagram, flow, report)


def _check_flow_ends(diagram: Diagram, flow: Element, report: Report) -> None:
    source, target = (diagram.by_id.get(flow.get(end, "")) for end in ("sourceRef", "targetRef"))
    if target is not None and local(target) in ("startEvent", "boundaryEvent"):
        report.refuse("flowIntoStart" if local(target) == "startEvent" else "flowIntoBoundary", target)
    if source is not None and local(source) == "endEvent":
        report.refuse("flowOutOfEnd", source)
    for end in (source, target):
        if end is not None and end.get("triggeredByEvent") == "true":
            report.refuse("flowOfEventSubProcess", end)
    if (condition := text_of(child(flow, "conditionExpression"))) is not None:
        if source is not None and local(source) in ("parallelGateway", "eventBasedGateway", "startEvent"):
            report.refuse("conditionNotAllowed", flow, name=called(source))
        _check_expression("conditionRefused", flow, condition, report)


def _check_expression(code: str, element: Element, text: str, report: Report) -> None:
    try:
        language.expression(text)
    except language.LanguageError as error:
        report.refuse_text(code, element, error, text)


def _check_links(container: Element, report: Report) -> None:
    links = [node for node in flow_nodes(container) if kind_of(node) == "link"]
    catches = [link_name(node) for node in links if local(node) == "intermediateCatchEvent"]
    throws = [link_name(node) for node in links if local(node) == "intermediateThrowEvent"]
    for node in links:
        name = link_name(node)
        if catches.count(name) != 1 or not throws.count(name):
            report.refuse("linkUnmatched", node, ref=name)


def link_name(node: Element) -> str:
    """What a link event is paired by."""
    return event_definitions(node)[0].get("name") or node.get("name") or ""


def _check_reached(container: Element, report: Report) -> None:
    """Warn of nodes that no token can come to."""
    nodes = {node.get("id", ""): node for node in flow_nodes(container)}
    onward: dict[str, list[str]] = {}
    for flow in flows(container):
        onward.setdefault(flow.get("sourceRef", ""), []).append(flow.get("targetRef", ""))
    for node in nodes.values():
        if local(node) == "boundaryEvent":
            onward.setdefault(node.get("attachedToRef", ""), []).append(node.get("id", ""))
    todo = [
        id
        for id, node in nodes.items()
        if local(node) == "startEvent" or node.get("triggeredByEvent") == "true" or _is_link_catch(node)
    ]
    seen = set(todo)
    while todo:
        for next_ in onward.get(todo.pop(), ()):
            if next_ not in seen:
                seen.add(next_)
                todo.append(next_)
    for id, node in nodes.items():
        if id not in seen:
            report.warn("unreachable", node)


def _is_link_catch(node: Element) -> bool:
    return local(node) == "intermediateCatchEvent" and kind_of(node) == "link"


# one element
def _check_node(diagram: Diagram, node: Element, forms: Collection[str], report: Report) -> None:
    kind = local(node)
    if not node.get("id"):
        report.refuse("missingId", node, tag=kind)
        return
    if kind not in EXECUTED:
        report.refuse("notExecuted", node, what=kind)
        return
    _check_attributes(node, report)
    _check_form(node, forms, report)
    if kind in EVENTS or kind in ("sendTask", "receiveTask"):
        _check_event(diagram, node, report)
    if kind in GATEWAYS:
        _check_gateway(diagram, node, report)
    if kind in ACTIVITIES:
        _check_activity(node, report)
    _check_default(diagram, node, report)


def _check_attributes(node: Element, report: Report) -> None:
    for name in extensions.misspelt(node):
        report.refuse("unknownAttribute", node, attribute=name)
    for name in extensions.misplaced(node, kind_of(node)):
        report.refuse("attributeNotHere", node, attribute=name)
    for name in extensions.foreign(node):
        report.warn("foreignAttribute", node, attribute=name)
    if (limit := extensions.attribute(node, "limit")) is not None:
        try:
            Limit.read(limit)
        except ValueError:
            report.refuse("limitRefused", node, text=limit)
    if (missed := extensions.attribute(node, "missedCycle")) not in (None, *MISSED):
        report.refuse("missedCycleRefused", node, text=missed)
    if (key := extensions.attribute(node, "correlationKey")) is not None:
        _check_expression("keyRefused", node, key, report)


def _check_form(node: Element, forms: Collection[str], report: Report) -> None:
    key = extensions.attribute(node, "formKey")
    if key is None:
        return
    if local(node) != "userTask" and not (local(node) == "startEvent" and kind_of(node) == "none"):
        report.refuse("formNotHere", node)
    elif key not in forms:
        report.refuse("formMissing", node, ref=key)


def _check_default(diagram: Diagram, node: Element, report: Report) -> None:
    ref = node.get("default")
    if ref is not None:
        flow = diagram.by_id.get(ref)
        if flow is None or local(flow) != "sequenceFlow" or flow.get("sourceRef") != node.get("id"):
            report.refuse("defaultNotOutgoing", node, ref=ref)


# events
def _check_event(diagram: Diagram, node: Element, report: Report) -> None:
    kind, where = kind_of(node), local(node)
    if where in ("sendTask", "receiveTask"):
        _check_reference(diagram, node, node, "message", report)
        return
    starts_event_sub = where == "startEvent" and _in_event_sub_process(node)
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
    if host is None or local(host) not in ACTIVITIES or host.getparent() is not node.getparent():
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
    elif local(node) == "startEvent" and timer.compiled is not None and not _in_event_sub_process(node):
        report.refuse_text("timerRefused", node, NO_VARIABLES_YET, text)


NO_VARIABLES_YET = language.LanguageError(
    "trước khi bắt đầu chưa có biến nào để tính", "before the start there are no variables to compute with"
)


def _in_event_sub_process(node: Element) -> bool:
    parent = node.getparent()
    return parent is not None and parent.get("triggeredByEvent") == "true"


# gateways
def _check_gateway(diagram: Diagram, node: Element, report: Report) -> None:
    outgoing = diagram.outgoing(node)
    if local(node) in ("exclusiveGateway", "inclusiveGateway") and len(outgoing) > 1:
        for flow in outgoing:
            if flow.get("id") != node.get("default") and text_of(child(flow, "conditionExpression")) is None:
                report.refuse("conditionMissing", flow, name=called(node))
    if local(node) == "eventBasedGateway":
        _check_event_gateway(diagram, node, outgoing, report)


def _check_event_gateway(diagram: Diagram, node: Element, outgoing: list[Element], report: Report) -> None:
    if len(outgoing) < 2:
        report.refuse("eventGatewayAlone", node)
    if node.get("instantiate") == "true" or node.get("eventGatewayType") == "Parallel":
        report.refuse("notExecuted", node, what="instantiating or parallel eventBasedGateway")
    for flow in outgoing:
        target = diagram.by_id.get(flow.get("targetRef", ""))
        if target is not None and not _may_follow_event_gateway(diagram, target):
            report.refuse("eventGatewayBranch", node, ref=called(target))


def _may_follow_event_gateway(diagram: Diagram, target: Element) -> bool:
    catches = local(target) == "receiveTask" or (
        local(target) == "intermediateCatchEvent" and kind_of(target) in ("message", "timer", "signal")
    )
    guarded = any(b.get("attachedToRef") == target.get("id") for b in diagram.root.iter(bpmn("boundaryEvent")))
    return (
        catches
        and not guarded
        and not any(child(target, loop) is not None for loop in LOOPS)
        and len(diagram.incoming(target)) == 1
    )


# activities
def _check_activity(node: Element, report: Report) -> None:
    for inside in node.iterchildren():
        if is_bpmn(inside) and local(inside) in DATA_NOT_EXECUTED:
            report.refuse("notExecuted", node, what=local(inside))
    if node.get("isForCompensation") == "true":
        report.refuse("notExecuted", node, what="compensation")
    if node.get("instantiate") == "true":
        report.refuse("notExecuted", node, what="instantiating receiveTask")
    for quantity in ("startQuantity", "completionQuantity"):
        if node.get(quantity, "1") != "1":
            report.refuse("notExecuted", node, what=quantity)
    if local(node) == "scriptTask":
        _check_script(node, report)
    if local(node) == "callActivity" and extensions.attribute(node, "calledVersion") not in (
        None,
        "atStart",
        "deployment",
    ):
        report.refuse("calledVersionRefused", node, text=extensions.attribute(node, "calledVersion"))
    for loop in LOOPS:
        if (found := child(node, loop)) is not None:
            _check_loop(node, found, report)


def _check_script(node: Element, report: Report) -> None:
    text = child(node, "script")
    if text is None or not text.text or not text.text.strip():
        report.refuse("scriptMissing", node)
        return
    try:
        language.script(text.text)
    except language.LanguageError as error:
        report.refuse_text("scriptRefused", node, error, text.text)


def _check_loop(node: Element, loop: Element, report: Report) -> None:
    if local(loop) == "standardLoopCharacteristics":
        _check_standard_loop(node, loop, report)
        return
    if loop.get("behavior", "All") != "All":
        report.refuse("notExecuted", node, what=f"multiInstance behavior={loop.get('behavior')}")
    count, collection = text_of(child(loop, "loopCardinality")), text_of(child(loop, "loopDataInputRef"))
    if (count is None) == (collection is None):
        _refuse_loop(
            node,
            "cần đúng một trong loopCardinality và loopDataInputRef",
            "exactly one of loopCardinality and loopDataInputRef is needed",
            report,
        )
    for expression in (count, text_of(child(loop, "completionCondition"))):
        _check_loop_expression(node, expression, report)
    for name in (collection, text_of(child(loop, "loopDataOutputRef")), *loop_items(loop)):
        if name is not None and not re.fullmatch(r"[^\W\d_]\w*", name):
            _refuse_loop(node, f"“{name}” không phải tên biến", f"'{name}' is no name of a variable", report)
    if (loop_items(loop)[1] is None) != (text_of(child(loop, "loopDataOutputRef")) is None):
        _refuse_loop(
            node,
            "outputDataItem và loopDataOutputRef phải đi cùng nhau",
            "outputDataItem and loopDataOutputRef go together",
            report,
        )


def loop_items(loop: Element) -> tuple[str | None, str | None]:
    """Names of the input item and the output item: their name, else their id."""
    found = [child(loop, tag) for tag in ("inputDataItem", "outputDataItem")]
    first, second = (None if item is None else item.get("name") or item.get("id") for item in found)
    return first, second


def _check_standard_loop(node: Element, loop: Element, report: Report) -> None:
    maximum, condition = loop.get("loopMaximum"), text_of(child(loop, "loopCondition"))
    if maximum is None and condition is None:
        _refuse_loop(node, "cần loopCondition hoặc loopMaximum", "loopCondition or loopMaximum is needed", report)
    if maximum is not None and not re.fullmatch(r"\d{1,6}", maximum):
        _refuse_loop(node, f"loopMaximum “{maximum}” không phải số", f"loopMaximum '{maximum}' is no number", report)
    _check_loop_expression(node, condition, report)


def _check_loop_expression(node: Element, text: str | None, report: Report) -> None:
    if text is None:
        return
    try:
        language.expression(text)
    except language.LanguageError as error:
        report.refuse_text("loopRefused", node, error, text)


def _refuse_loop(node: Element, vi: str, en: str, report: Report) -> None:
    report.refuse_text("loopRefused", node, language.LanguageError(vi, en), "")
