"""Gateways that do not do what they say, or nothing at all."""

from __future__ import annotations

from engine.runtime.checks.executed import GATEWAYS
from engine.runtime.diagram import Diagram, Element, flow_nodes
from engine.runtime.report import Report
from engine.xml import local


def check_directions(diagram: Diagram, container: Element, report: Report) -> None:
    """Warn: neither changes what is executed, both mean that the drawing is not what its author thought."""
    for node in flow_nodes(container):
        if local(node) in GATEWAYS:
            _check_direction(diagram, node, report)


def _check_direction(diagram: Diagram, node: Element, report: Report) -> None:
    joins, splits = len(diagram.incoming(node)) > 1, len(diagram.outgoing(node)) > 1
    direction = node.get("gatewayDirection", "Unspecified")
    if not joins and not splits:
        if local(node) != "eventBasedGateway":
            report.warn("gatewayWithoutUse", node)
    elif not _fits(direction, joins=joins, splits=splits):
        report.warn("gatewayDirectionWrong", node, direction=direction)


def _fits(direction: str, *, joins: bool, splits: bool) -> bool:
    """BPMN 2.0.2, 8.4.9: what each direction says of the flows."""
    return {"Converging": joins and not splits, "Diverging": splits and not joins, "Mixed": joins and splits}.get(
        direction, True
    )
