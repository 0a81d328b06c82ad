"""National statuses of dossiers: codes that there are, in an order that there is."""

from __future__ import annotations

from collections.abc import Iterator

from engine.domain import legal_clock, status
from engine.runtime.checks.branches import Graph, Steps
from engine.runtime.diagram import Element
from engine.runtime.extensions import attribute
from engine.runtime.report import Report, called


def check_status(node: Element, report: Report) -> None:
    """A status has to be one of the ten, what a wait does to the legal clock one of the four."""
    if (code := attribute(node, "statusCode")) is not None and code not in status.NAMES:
        report.refuse("statusRefused", node, text=code)
    if (mode := attribute(node, "clock")) is not None and mode not in legal_clock.MODES:
        report.refuse("clockRefused", node, text=mode)


def check_statuses(graph: Graph, steps: Steps, report: Report) -> None:
    """Where one element with a status leads to another, a dossier has to be allowed to go that way."""
    said = {id: attribute(node, "statusCode") for id, node in graph.nodes.items()}
    codes = {id: code for id, code in said.items() if code is not None and code in status.NAMES}
    for id, before in codes.items():
        for next_ in _next(graph, id, codes, steps):
            if not status.may_follow(before, codes[next_]):
                report.refuse(
                    "statusMove", graph.nodes[next_], before=before, after=codes[next_], ref=called(graph.nodes[id])
                )


def _next(graph: Graph, id: str, codes: dict[str, str], steps: Steps) -> Iterator[str]:
    """The elements with a status that come next."""
    seen, todo = set[str](), list(graph.onward[id])
    while todo and steps.take():
        here = todo.pop()
        if here in seen:
            continue
        seen.add(here)
        if here in codes:
            yield here
        else:
            todo += graph.onward[here]
