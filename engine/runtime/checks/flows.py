"""Sequence flows and what they join: what the standard demands of both, and what is legal but seldom meant."""

from __future__ import annotations

from engine.runtime.diagram import Diagram, Element, child, flow_nodes, flows, kind_of, text_of
from engine.runtime.report import Report, called
from engine.xml import local

_CHOOSES = frozenset({"exclusiveGateway", "eventBasedGateway", "complexGateway"})
_EVENTS_WITH_FLOW = frozenset({"startEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"})
"""Events that a token leaves (BPMN 2.0.2, 10.5.2 and 10.5.4)."""


def check_flows(diagram: Diagram, container: Element, report: Report) -> None:
    """What can be seen of the flows of one process or sub-process."""
    _check_doubles(diagram, container, report)
    for node in flow_nodes(container):
        outgoing = diagram.outgoing(node)
        _check_default(node, outgoing, report)
        _check_condition(node, outgoing, report)
        if kind_of(node) == "link":
            _check_link(diagram, node, report)
        elif local(node) in _EVENTS_WITH_FLOW and not outgoing and kind_of(node) != "compensate":
            report.warn("eventWithoutFlow", node)


def condition_of(flow: Element) -> str | None:
    """The text of a flow's condition."""
    return text_of(child(flow, "conditionExpression"))


def _check_doubles(diagram: Diagram, container: Element, report: Report) -> None:
    """Two flows between the same elements are two tokens, unless the first one chooses (13.3.1)."""
    seen: dict[tuple[str | None, str | None], Element] = {}
    for flow in flows(container):
        first = seen.setdefault((flow.get("sourceRef"), flow.get("targetRef")), flow)
        if first is flow or condition_of(flow) is not None or condition_of(first) is not None:
            continue
        source, target = (diagram.by_id.get(flow.get(end, "")) for end in ("sourceRef", "targetRef"))
        if source is not None and target is not None and local(source) not in _CHOOSES:
            report.warn("sameFlowTwice", source, ref=called(target))


def _check_default(node: Element, outgoing: list[Element], report: Report) -> None:
    """A default flow is the one without a condition (8.4.13)."""
    for flow in outgoing:
        if flow.get("id") == node.get("default") and condition_of(flow) is not None:
            report.warn("defaultWithCondition", flow, name=called(node))


def _check_condition(node: Element, outgoing: list[Element], report: Report) -> None:
    """A condition chooses among several flows; alone it can only stop the token."""
    if len(outgoing) == 1 and condition_of(outgoing[0]) is not None and outgoing[0].get("id") != node.get("default"):
        report.warn("onlyFlowConditional", outgoing[0], name=called(node))


def _check_link(diagram: Diagram, node: Element, report: Report) -> None:
    """A link is one end of a flow that is not drawn (10.5.5): the drawn flows come on its other side."""
    wrong = diagram.outgoing(node) if local(node) == "intermediateThrowEvent" else diagram.incoming(node)
    if wrong:
        report.refuse("linkFlow", node)
    if local(node) == "intermediateCatchEvent" and not diagram.outgoing(node):
        report.warn("eventWithoutFlow", node)
