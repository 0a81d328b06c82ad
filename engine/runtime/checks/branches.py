"""Which elements of a process belong to one branch of a split, before the branches come together.

The branches are walked side by side; an element that two of them reach is where they meet, and is walked no further. So
the work stays inside of the block that begins at the split, and a chain of blocks costs what its blocks cost.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.runtime.checks.events import link_name
from engine.runtime.diagram import Diagram, Element, child, flow_nodes, is_true, kind_of, text_of
from engine.xml import local

MOST_STEPS = 300_000
"""Elements walked in one diagram: what looks at each split is bounded, however the splits are nested."""
MOST_OF_A_CHOICE = 400
"""Elements walked behind one exclusive split: its branches may never meet again."""

CHOOSES = frozenset({"exclusiveGateway", "eventBasedGateway", "complexGateway"})
JOINS = frozenset({"parallelGateway", "inclusiveGateway"})
_MET = -1


@dataclass(slots=True)
class Steps:
    """How many elements may still be walked."""

    left: int = MOST_STEPS

    def take(self) -> bool:
        """Whether there is one more."""
        self.left -= 1
        return self.left >= 0


@dataclass(frozen=True, slots=True)
class Split:
    """Where branches begin, and what is in each; ``certain`` when all of them are always taken, ``chooses`` when one is."""

    origin: Element
    branches: tuple[tuple[Element, ...], ...]
    meetings: tuple[Element, ...]
    certain: bool = False
    chooses: bool = False


class Graph:
    """One process or sub-process: which element leads to which, over flows, links and boundary events."""

    def __init__(self, diagram: Diagram, container: Element) -> None:
        self.diagram, self.container = diagram, container
        self.nodes = {node.get("id", ""): node for node in flow_nodes(container)}
        self.onward: dict[str, list[str]] = {id: [] for id in self.nodes}
        self.back: dict[str, list[str]] = {id: [] for id in self.nodes}
        for source, target in self._edges():
            if source in self.nodes and target in self.nodes:
                self.onward[source].append(target)
                self.back[target].append(source)

    def _edges(self) -> Iterator[tuple[str, str]]:
        caught = {link_name(n): id for id, n in self.nodes.items() if _is_link(n, "intermediateCatchEvent")}
        for id, node in self.nodes.items():
            for flow in self.diagram.outgoing(node):
                yield id, flow.get("targetRef", "")
            if local(node) == "boundaryEvent":
                yield node.get("attachedToRef", ""), id
            elif _is_link(node, "intermediateThrowEvent"):
                yield id, caught.get(link_name(node), "")

    def beside(self, host: str) -> list[str]:
        """The events on the border of an activity that do not end it."""
        return [id for id in self.onward[host] if _runs_beside(self.nodes[id], host)]


def _is_link(node: Element, place: str) -> bool:
    return local(node) == place and kind_of(node) == "link"


def _runs_beside(node: Element, host: str) -> bool:
    on_it = local(node) == "boundaryEvent" and node.get("attachedToRef") == host
    return on_it and not is_true(node, "cancelActivity", True) and kind_of(node) != "compensate"


def splits(graph: Graph, steps: Steps) -> Iterator[Split]:
    """Every split of a process or sub-process, in the order of the diagram."""
    for id, node in graph.nodes.items():
        flows = graph.diagram.outgoing(node)
        if len(flows) > 1:
            kind = local(node)
            seeds = [flow.get("targetRef", "") for flow in flows]
            walk = _Walk(graph, id, seeds, steps)
            walk.go(MOST_OF_A_CHOICE if kind in CHOOSES else None)
            certain = kind not in CHOOSES and kind != "inclusiveGateway" and not any(map(_has_condition, flows))
            yield Split(node, walk.branches(), walk.meetings(), certain, kind in CHOOSES)
        if beside := graph.beside(id):
            walk = _Walk(graph, None, [id, *beside], steps)
            walk.go(None)
            yield Split(node, walk.branches(), ())


def _has_condition(flow: Element) -> bool:
    return text_of(child(flow, "conditionExpression")) is not None


@dataclass(slots=True)
class _Walk:
    """Walks the branches that begin at ``seeds``, taking turns; ``origin`` is not passed again."""

    graph: Graph
    origin: str | None
    seeds: list[str]
    steps: Steps
    branch: dict[str, int] = field(default_factory=dict)
    arrived: Counter[str] = field(default_factory=Counter)

    def go(self, most: int | None) -> None:
        todo = deque((seed, number) for number, seed in enumerate(self.seeds) if seed in self.graph.nodes)
        while todo and self.steps.take() and (most is None or len(self.branch) < most):
            id, number = todo.popleft()
            if id != self.origin and self._enters(id, number):
                todo.extend((next_, number) for next_ in self.graph.onward[id] if next_ not in self.seeds)
        for id, came in self.arrived.items():
            if came < len(self.graph.back[id]):
                self.branch[id] = _MET  # something from elsewhere comes in here too

    def _enters(self, id: str, number: int) -> bool:
        """Note that a branch has come to an element; whether it goes on from there now."""
        before = self.branch.setdefault(id, number)
        if before != number:
            self.branch[id] = _MET
            return False
        ways = len(self.graph.back[id])
        if ways > 1 and local(self.graph.nodes[id]) in JOINS:
            self.arrived[id] += 1
            return self.arrived[id] == ways
        return id not in self.arrived and self._first(id)

    def _first(self, id: str) -> bool:
        self.arrived[id] = len(self.graph.back[id])
        return True

    def branches(self) -> tuple[tuple[Element, ...], ...]:
        """The elements of each branch: what can be reached from nowhere else."""
        found: list[list[Element]] = [[] for _ in self.seeds]
        for id, number in self._own().items():
            found[number].append(self.graph.nodes[id])
        return tuple(map(tuple, found))

    def _own(self) -> dict[str, int]:
        own = {id: number for id, number in self.branch.items() if number != _MET}
        doubtful = [id for id, number in own.items() if not self._is_closed(id, number)]
        while doubtful:
            id = doubtful.pop()
            if (number := own.pop(id, None)) is not None:
                doubtful += [next_ for next_ in self.graph.onward[id] if own.get(next_) == number]
        return own

    def _is_closed(self, id: str, number: int) -> bool:
        if self.origin is None and id in self.seeds:
            return True
        ways = self.graph.back[id]
        return all(way == self.origin or self.branch.get(way) == number for way in ways)

    def meetings(self) -> tuple[Element, ...]:
        """Where two branches come together, each by a way that is its own."""
        own = self._own()
        return tuple(
            self.graph.nodes[id]
            for id, number in self.branch.items()
            if number == _MET and len(self._come_in(id, own)) > 1
        )

    def _come_in(self, id: str, own: dict[str, int]) -> set[int]:
        direct = {number for number, seed in enumerate(self.seeds) if seed == id}
        return direct | {own[way] for way in self.graph.back[id] if way in own}
