"""Pools, and the messages that flow between them (BPMN 2.0.2, 7.6.2 and chapter 9)."""

from __future__ import annotations

from engine.runtime.checks.references import resolved
from engine.runtime.diagram import Diagram, Element, bpmn, kind_of, unprefixed
from engine.runtime.report import Report, called
from engine.xml import is_flow_node, local

THROWS = frozenset({"intermediateThrowEvent", "endEvent"})
CATCHES = frozenset({"startEvent", "intermediateCatchEvent", "boundaryEvent"})
MESSAGES = frozenset({"message", "multiple", "parallelMultiple"})
"""Events that a message flow may touch have one of these definitions (9.4)."""


def check_collaborations(diagram: Diagram, report: Report) -> None:
    """Refuse message flows that stay in one pool, lead nowhere, or touch what neither sends nor receives."""
    pools = _pools(diagram)
    for flow in diagram.root.iter(bpmn("messageFlow")):
        source, target = (_end(diagram, flow, end, report) for end in ("sourceRef", "targetRef"))
        for end, which in ((source, "sourceRef"), (target, "targetRef")):
            if end is not None and not _may_touch(end, which):
                report.refuse("messageFlowEnd", flow, ref=called(end), kind=local(end))
        if source is not None and target is not None and _pool(source, pools) is _pool(target, pools):
            report.refuse("messageFlowInPool", flow)


def _end(diagram: Diagram, flow: Element, which: str, report: Report) -> Element | None:
    ref = (flow.get(which) or "").strip()
    found = resolved(diagram, ref)
    if found is None:
        report.refuse("referenceDangling", flow, attribute=which, ref=ref)
    return found


def _may_touch(end: Element, which: str) -> bool:
    kind = local(end)
    if kind.endswith("Event"):
        return kind in (THROWS if which == "sourceRef" else CATCHES) and kind_of(end) in MESSAGES
    return kind == "participant" or (is_flow_node(end) and not kind.endswith("Gateway"))


def _pools(diagram: Diagram) -> dict[str, Element]:
    """Process to the first pool that holds it."""
    found: dict[str, Element] = {}
    for participant in diagram.root.iter(bpmn("participant")):
        if ref := participant.get("processRef"):
            found.setdefault(unprefixed(ref), participant)
    return found


def _pool(end: Element, pools: dict[str, Element]) -> Element:
    """The pool that an element is or stands in; a process without a pool stands for one."""
    at = end
    while local(at) != "process" and (parent := at.getparent()) is not None and local(at) != "participant":
        at = parent
    return pools.get(at.get("id", ""), at)
