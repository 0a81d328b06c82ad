"""Transactions and compensation: cancel only where something can be cancelled, handlers outside of the flow."""

from __future__ import annotations

from engine.runtime.checks.references import resolved
from engine.runtime.diagram import Diagram, Element, child, flow_nodes, is_true, kind_of
from engine.runtime.report import Report, called
from engine.xml import is_flow_node, local


def check_transactions(diagram: Diagram, container: Element, report: Report) -> None:
    """The rules of cancel and compensation events in one process or sub-process (BPMN 2.0.2, 10.3.5, 10.5 and 10.7)."""
    for node in flow_nodes(container):
        kind = kind_of(node)
        if kind == "cancel":
            _check_cancel(diagram, node, report)
        if kind == "compensate" and local(node) == "boundaryEvent":
            _check_handler(diagram, node, report)
        elif kind == "compensate" and local(node) != "startEvent":
            _check_compensated(diagram, node, report)
        if is_handler(node) and (diagram.incoming(node) or diagram.outgoing(node)):
            report.refuse("compensationFlow", node)


def is_handler(node: Element) -> bool:
    """An activity that runs only to undo another."""
    return is_true(node, "isForCompensation", False)


def handlers_of(diagram: Diagram, boundary: Element) -> list[Element]:
    """The activities that a compensation boundary event is associated with."""
    found = (diagram.by_id.get(ref) for ref in diagram.associated.get(boundary.get("id", ""), ()))
    return [node for node in found if node is not None and is_flow_node(node)]


def _check_cancel(diagram: Diagram, node: Element, report: Report) -> None:
    """10.3.5: an end event inside a transaction, or an event on its border."""
    where: Element | None = node.getparent()
    if local(node) == "boundaryEvent":
        where = diagram.by_id.get(node.get("attachedToRef", ""))
    if where is not None and local(where) != "transaction":
        report.refuse("cancelOutside", node)


def _check_handler(diagram: Diagram, node: Element, report: Report) -> None:
    """10.7.1: an association, not a flow, leads to exactly one activity that is for compensation."""
    if diagram.outgoing(node):
        report.refuse("compensationFlow", node)
    handlers = handlers_of(diagram, node)
    if len(handlers) != 1 or not is_handler(handlers[0]) or handlers[0].getparent() is not node.getparent():
        report.refuse("compensationHandler", node)


def _check_compensated(diagram: Diagram, node: Element, report: Report) -> None:
    """10.7.2: only what stands beside the throwing event, or around its event sub-process, can be undone by it."""
    definition = child(node, "compensateEventDefinition")
    ref = None if definition is None else definition.get("activityRef")
    if ref is None:
        return
    activity = resolved(diagram, ref)
    if activity is None:
        report.refuse("referenceDangling", node, attribute="activityRef", ref=ref)
    elif activity.getparent() not in _scopes(node):
        report.refuse("compensationOutOfReach", node, ref=called(activity))


def _scopes(node: Element) -> list[Element | None]:
    parent = node.getparent()
    inside_handler = parent is not None and is_true(parent, "triggeredByEvent", False)
    return [parent, parent.getparent()] if parent is not None and inside_handler else [parent]
