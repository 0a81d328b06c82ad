"""Gateways: conditions where they are needed, and what may follow an event gateway."""

from __future__ import annotations

from engine.runtime.checks.executed import LOOPS
from engine.runtime.diagram import Diagram, Element, child, is_true, kind_of, text_of
from engine.runtime.report import Report, called
from engine.xml import local


def check_gateway(diagram: Diagram, node: Element, report: Report) -> None:
    """What a gateway must keep to."""
    outgoing = diagram.outgoing(node)
    if local(node) in ("exclusiveGateway", "inclusiveGateway") and len(outgoing) > 1:
        for flow in outgoing:
            if flow.get("id") != node.get("default") and text_of(child(flow, "conditionExpression")) is None:
                report.refuse("conditionMissing", flow, name=called(node))
    if local(node) == "eventBasedGateway":
        _check_event_gateway(diagram, node, outgoing, report)


def _check_event_gateway(diagram: Diagram, node: Element, outgoing: list[Element], report: Report) -> None:
    begins = is_true(node, "instantiate", False)
    if len(outgoing) < 2:
        report.refuse("eventGatewayAlone", node)
    if begins and diagram.incoming(node):
        report.refuse("beginsInTheMiddle", node)
    if node.get("eventGatewayType") == "Parallel" and not begins:
        report.refuse("parallelGatewayBegins", node)
    for flow in outgoing:
        target = diagram.by_id.get(flow.get("targetRef", ""))
        if target is not None and not _may_follow_event_gateway(diagram, target, BEGINS if begins else FOLLOWS):
            report.refuse("eventGatewayBranch", node, ref=called(target))
    if _receives_in_both_ways([diagram.by_id.get(flow.get("targetRef", "")) for flow in outgoing]):
        report.refuse("eventGatewayMixed", node)


def _receives_in_both_ways(targets: list[Element | None]) -> bool:
    """Receive tasks or message events, not both (BPMN 2.0.2, 10.6.6)."""
    kinds = {(local(target), kind_of(target)) for target in targets if target is not None}
    return ("intermediateCatchEvent", "message") in kinds and any(kind == "receiveTask" for kind, _ in kinds)


FOLLOWS = frozenset({"message", "timer", "signal", "conditional", "multiple"})
BEGINS = frozenset({"message", "signal"})
"""What may begin an instance behind a gateway; a start event can do more."""


def _may_follow_event_gateway(diagram: Diagram, target: Element, kinds: frozenset[str]) -> bool:
    catches = local(target) == "receiveTask" or (local(target) == "intermediateCatchEvent" and kind_of(target) in kinds)
    return (
        catches
        and target.get("id") not in diagram.guarded
        and not any(child(target, loop) is not None for loop in LOOPS)
        and len(diagram.incoming(target)) == 1
    )
