"""A diagram and its processes: starts, flows, links, and what no token can reach."""

from __future__ import annotations

from collections.abc import Collection

from engine.runtime.checks.events import link_name
from engine.runtime.checks.executed import DATA_NOT_EXECUTED
from engine.runtime.checks.nodes import check_attributes, check_id, check_node
from engine.runtime.diagram import (
    Diagram,
    Element,
    bpmn,
    child,
    containers,
    flow_nodes,
    flows,
    is_true,
    kind_of,
    text_of,
)
from engine.runtime.report import Report, called
from engine.xml import is_bpmn, is_flow_node, local, repeated_ids


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
        check_attributes(lane, report)


def _check_process(diagram: Diagram, process: Element, forms: Collection[str], report: Report) -> None:
    if not process.get("id"):
        report.refuse("missingId", process, tag=local(process))
        return
    check_id(process, report)
    for container in containers(process):
        _check_start(container, report)
        _check_flows(diagram, container, report)
        _check_links(container, report)
        _check_reached(container, report)
        _check_data(container, report)
        for node in flow_nodes(container):
            check_node(diagram, node, forms, report)


def _check_data(container: Element, report: Report) -> None:
    for element in container.iterchildren():
        if local(element) in DATA_NOT_EXECUTED and is_bpmn(element):
            report.refuse("notExecuted", element, what=local(element))


def _check_start(container: Element, report: Report) -> None:
    starts = [node for node in flow_nodes(container) if local(node) == "startEvent"]
    plain = [start for start in starts if kind_of(start) == "none"]
    if is_true(container, "triggeredByEvent", False):
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
        if end is not None and is_true(end, "triggeredByEvent", False):
            report.refuse("flowOfEventSubProcess", end)
    if (condition := text_of(child(flow, "conditionExpression"))) is not None:
        if source is not None and local(source) in ("parallelGateway", "eventBasedGateway", "startEvent"):
            report.refuse("conditionNotAllowed", flow, name=called(source))
        report.check_expression("conditionRefused", flow, condition)


def _check_links(container: Element, report: Report) -> None:
    links = [node for node in flow_nodes(container) if kind_of(node) == "link"]
    catches = [link_name(node) for node in links if local(node) == "intermediateCatchEvent"]
    throws = [link_name(node) for node in links if local(node) == "intermediateThrowEvent"]
    for node in links:
        name = link_name(node)
        if catches.count(name) != 1 or not throws.count(name):
            report.refuse("linkUnmatched", node, ref=name)


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
        if local(node) == "startEvent" or is_true(node, "triggeredByEvent", False) or _is_link_catch(node)
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
