"""National statuses of dossiers: codes that there are, in an order that there is."""

from __future__ import annotations

from collections.abc import Iterator

from engine.domain import legal_clock, status
from engine.runtime.checks.branches import Graph, Steps
from engine.runtime.diagram import Element
from engine.runtime.extensions import attribute
from engine.runtime.report import Report, called

PAPERED = (status.REFUSED, status.STOPPED, status.FINISHED)
"""What a citizen is told by a signed paper."""


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


def check_papers(graph: Graph, steps: Steps, report: Report) -> None:
    """In a diagram that makes papers no dossier is refused, stopped or finished without one that says so."""
    if not any(_makes_paper(node) for node in graph.nodes.values()):
        return
    for id, node in graph.nodes.items():
        code = attribute(node, "statusCode")
        if code in PAPERED and (since := _unpapered(graph, id, steps)) is not None:
            report.warn("statusWithoutPaper", node, after=code, ref=called(graph.nodes[since]))


def _makes_paper(node: Element) -> bool:
    return attribute(node, "paper") is not None


def _unpapered(graph: Graph, id: str, steps: Steps) -> str | None:
    """An element with the status before, or the beginning, from where a way leads here on which no paper is made."""
    seen, todo = set[str](), list(graph.back[id])
    while todo and steps.take():
        here = todo.pop()
        node = graph.nodes[here]
        if here in seen or _makes_paper(node):
            continue
        if attribute(node, "statusCode") is not None or not graph.back[here]:
            return here
        seen.add(here)
        todo += graph.back[here]
    return None


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
