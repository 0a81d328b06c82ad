"""Errors and escalations: thrown with a code, and errors never beside a running activity."""

from __future__ import annotations

from engine.runtime.diagram import Diagram, Element, child, flow_nodes, is_true, kind_of, unprefixed
from engine.runtime.report import Report
from engine.xml import local

CODES = {"error": ("errorRef", "errorCode"), "escalation": ("escalationRef", "escalationCode")}
_INTERRUPTS = frozenset({"error", "cancel"})


def check_failures(diagram: Diagram, container: Element, report: Report) -> None:
    """Refuse throws without a code, and errors that are caught without interrupting."""
    for node in flow_nodes(container):
        kind = kind_of(node)
        if local(node) in ("endEvent", "intermediateThrowEvent") and kind in CODES:
            _check_code(diagram, node, kind, report)
        if kind in _INTERRUPTS and not _interrupts(node):
            report.refuse("alwaysInterrupts", node, what=kind)


def _check_code(diagram: Diagram, node: Element, kind: str, report: Report) -> None:
    """What is thrown is recognised by its code (BPMN 2.0.2, 8.4.3 and 8.4.4)."""
    attribute, code = CODES[kind]
    definition = child(node, f"{kind}EventDefinition")
    if definition is None:
        return  # it refers to one that others use as well
    ref = definition.get(attribute)
    declared = None if ref is None else diagram.declared(kind).get(unprefixed(ref))
    if ref is None or (declared is not None and not declared.get(code)):
        report.refuse("codeMissing", node, what=kind, attribute=code)


def _interrupts(node: Element) -> bool:
    """10.5.4 for boundary events, 10.5.2 for the start of an event sub-process."""
    attribute = {"boundaryEvent": "cancelActivity", "startEvent": "isInterrupting"}.get(local(node))
    return attribute is None or is_true(node, attribute, True)
