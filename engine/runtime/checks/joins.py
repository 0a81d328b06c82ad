"""Branches that come together where they should not, or never do: legal, and next to always a mistake."""

from __future__ import annotations

from engine.runtime.checks.branches import JOINS, Graph, Split, Steps
from engine.runtime.diagram import Element
from engine.runtime.report import Report, called
from engine.xml import local


def check_meeting(split: Split, report: Report) -> None:
    """Parallel branches need a join, or all behind it runs twice; exclusive ones must not have one, or it waits forever."""
    for meeting in split.meetings:
        kind = local(meeting)
        if split.certain and kind not in JOINS and kind != "endEvent":
            report.warn("mergedTwice", meeting, split=called(split.origin))
        if split.chooses and kind == "parallelGateway" and split.origin.get("eventGatewayType") != "Parallel":
            report.warn("joinNeverFires", meeting, split=called(split.origin))


def check_inclusive_joins(graph: Graph, steps: Steps, report: Report) -> None:
    """Two inclusive joins, each upstream of some ways into the other, can wait for one another (BPMN 2.0.2, 13.4.3)."""
    joins = [id for id, node in graph.nodes.items() if _is_inclusive_join(graph, id, node)]
    if len(joins) < 2:
        return
    waits = {join: _waits_for(graph, join, steps).intersection(joins) for join in joins}
    for join in joins:
        for other in sorted(waits[join]):
            if join < other and join in waits[other]:
                report.warn("inclusiveJoinsWait", graph.nodes[join], other=called(graph.nodes[other]))


def _is_inclusive_join(graph: Graph, id: str, node: Element) -> bool:
    return local(node) == "inclusiveGateway" and len(graph.back[id]) > 1


def _waits_for(graph: Graph, join: str, steps: Steps) -> set[str]:
    """Elements from which a token could still come in by some ways, but not by all: the join waits for those."""
    ways = [_upstream(graph, way, join, steps) for way in graph.back[join]]
    return ways[0].union(*ways) - ways[0].intersection(*ways) - {join}


def _upstream(graph: Graph, id: str, join: str, steps: Steps) -> set[str]:
    seen, todo = {join, id}, [id]
    while todo and steps.take():
        for way in graph.back[todo.pop()]:
            if way not in seen:
                seen.add(way)
                todo.append(way)
    return seen - {join}
