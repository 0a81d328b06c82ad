"""A diagram and its processes: starts, flows, links, and what no token can reach."""

from __future__ import annotations

from collections.abc import Collection

from engine.runtime.checks.ad_hoc import check_ad_hoc
from engine.runtime.checks.collaborations import check_collaborations
from engine.runtime.checks.data import check_data
from engine.runtime.checks.directions import check_directions
from engine.runtime.checks.events import link_name
from engine.runtime.checks.failures import check_failures
from engine.runtime.checks.flows import check_flows
from engine.runtime.checks.lanes import check_lanes
from engine.runtime.checks.languages import check_languages
from engine.runtime.checks.nodes import check_attributes, check_id, check_node
from engine.runtime.checks.races import check_branches
from engine.runtime.checks.references import check_references
from engine.runtime.checks.schema import check_schema
from engine.runtime.checks.transactions import check_transactions
from engine.runtime.diagram import (
    MOST_LEVELS,
    SUB_PROCESSES,
    Diagram,
    Element,
    bpmn,
    child,
    containers,
    entries,
    flow_nodes,
    flows,
    is_true,
    kind_of,
    starts_by_event,
    text_of,
)
from engine.runtime.report import Report, called
from engine.xml import is_flow_node, local, repeated_ids


def check(diagram: Diagram, forms: Collection[str], report: Report) -> None:
    """Put everything that is wrong with ``diagram`` into ``report``; ``forms`` are the keys of the forms beside it.

    With the names of each form's fields (a map) more can be said of what parallel branches write.
    """
    if not diagram.is_bpmn:
        report.refuse("notBpmn")
        return
    if (too_deep := _too_deep(diagram)) is not None:
        report.refuse("nestedTooDeep", too_deep, most=MOST_LEVELS)
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
    check_lanes(diagram, report)
    check_collaborations(diagram, report)
    check_data(diagram, report)
    check_references(diagram, report)
    check_schema(diagram, report)
    if not report.problems:
        check_branches(diagram, forms, report)


def _too_deep(diagram: Diagram) -> Element | None:
    """A sub-process that lies deeper than anything here could follow."""
    tags = [bpmn(kind) for kind in SUB_PROCESSES]
    return next(
        (each for each in diagram.root.iter(*tags) if len(list(each.iterancestors(*tags))) >= MOST_LEVELS), None
    )


def _check_process(diagram: Diagram, process: Element, forms: Collection[str], report: Report) -> None:
    if not process.get("id"):
        report.refuse("missingId", process, tag=local(process))
        return
    check_id(process, report)
    check_languages(diagram, process, report)
    for container in containers(process):
        _check_start(diagram, container, report)
        _check_flows(diagram, container, report)
        _check_links(container, report)
        _check_stores(container, report)
        _check_reached(diagram, container, report)
        check_flows(diagram, container, report)
        check_directions(diagram, container, report)
        check_failures(diagram, container, report)
        check_transactions(diagram, container, report)
        check_ad_hoc(container, report)
        for node in flow_nodes(container):
            check_node(diagram, node, forms, report)


def _check_stores(container: Element, report: Report) -> None:
    """Nothing is read from a data store or written to it: whoever does the work does that."""
    for store in container.iterchildren(bpmn("dataStoreReference")):
        report.warn("storeNotUsed", store)


def _check_start(diagram: Diagram, container: Element, report: Report) -> None:
    starts = [node for node in flow_nodes(container) if local(node) == "startEvent"]
    plain = [start for start in starts if kind_of(start) == "none"]
    if is_true(container, "triggeredByEvent", False):
        if len(starts) != 1 or kind_of(starts[0]) == "none":
            report.refuse("eventSubProcessStart", container)
    elif local(container) == "adHocSubProcess":
        return
    elif local(container) != "process" and (len(starts) > 1 or len(plain) != len(starts)):
        report.refuse("startNotPlain", container)
    elif not entries(diagram, container) and not any(starts_by_event(node) for node in flow_nodes(container)):
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


def _check_reached(diagram: Diagram, container: Element, report: Report) -> None:
    """Warn of nodes that no token can come to."""
    nodes = {node.get("id", ""): node for node in flow_nodes(container)}
    onward: dict[str, list[str]] = {}
    for flow in flows(container):
        onward.setdefault(flow.get("sourceRef", ""), []).append(flow.get("targetRef", ""))
    for node in nodes.values():
        if local(node) == "boundaryEvent":
            onward.setdefault(node.get("attachedToRef", ""), []).append(node.get("id", ""))
    begins = {node.get("id") for node in entries(diagram, container)}
    todo = [id for id, node in nodes.items() if id in begins or _begins_by_itself(node)]
    seen = set(todo)
    while todo:
        for next_ in onward.get(todo.pop(), ()):
            if next_ not in seen:
                seen.add(next_)
                todo.append(next_)
    for id, node in nodes.items():
        if id not in seen:
            report.warn("unreachable", node)


def _begins_by_itself(node: Element) -> bool:
    """No flow leads there, and a token comes all the same: by an event, a link, a compensation."""
    aside = is_true(node, "triggeredByEvent", False) or is_true(node, "isForCompensation", False)
    link = local(node) == "intermediateCatchEvent" and kind_of(node) == "link"
    return aside or link or starts_by_event(node)
