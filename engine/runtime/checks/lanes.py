"""Lanes: each flow node of a process in one lane of each lane set at most (BPMN 2.0.2, 10.8)."""

from __future__ import annotations

from engine.runtime.diagram import Diagram, Element, bpmn, text_of
from engine.runtime.report import Report, called
from engine.xml import is_flow_node, local


def check_lanes(diagram: Diagram, report: Report) -> None:
    """Refuse lanes that hold what is of another process; warn of a node in two lanes side by side."""
    for lane_set in diagram.root.iter(bpmn("laneSet"), bpmn("childLaneSet")):
        process = _process_of(lane_set)
        first: dict[str, Element] = {}
        for lane in lane_set.iterchildren(bpmn("lane")):
            for reference in lane.iterchildren(bpmn("flowNodeRef")):
                ref = text_of(reference) or ""
                _check_home(diagram, lane, ref, process, report)
                if (before := first.setdefault(ref, lane)) is not lane and ref in diagram.by_id:
                    report.warn("twoLanes", diagram.by_id[ref], one=called(before), other=called(lane))


def _check_home(diagram: Diagram, lane: Element, ref: str, process: Element | None, report: Report) -> None:
    node = diagram.by_id.get(ref)
    if node is not None and is_flow_node(node) and _process_of(node) is not process:
        report.refuse("laneOfOther", lane, ref=called(node))


def _process_of(element: Element) -> Element | None:
    at: Element | None = element
    while at is not None and local(at) != "process":
        at = at.getparent()
    return at
