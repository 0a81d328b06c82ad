"""Which elements of a process belong to one branch of a split, before the branches come together.

The branches are walked side by side; an element that two of them reach is where they meet, and is walked no further. So
the work stays inside of the block that begins at the split, and a chain of blocks costs what its blocks cost.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass

from engine.runtime.checks.events import link_name
from engine.runtime.diagram import Diagram, Element, child, entries, flow_nodes, is_true, kind_of, text_of
from engine.xml import local

MOST_STEPS = 60_000
"""Elements walked, and names compared, in one diagram: the work is bounded, however the splits are nested."""
MOST_OF_A_CHOICE = 400
"""Elements walked behind one exclusive split: its branches may never meet again."""

CHOOSES = frozenset({"exclusiveGateway", "eventBasedGateway", "complexGateway"})
JOINS = frozenset({"parallelGateway", "inclusiveGateway"})
_MET = -1


@dataclass(slots=True)
class Steps:
    """How much may still be looked at."""

    left: int = MOST_STEPS

    def take(self, steps: int = 1) -> bool:
        """Whether there are so many more."""
        self.left -= steps
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
    if len(begins := _begins(graph)) > 1:
        walk = _Walk(graph, None, begins, steps)
        yield Split(graph.container, walk.branches(), walk.meetings(), certain=True)
    for id, node in graph.nodes.items():
        if len(flows := graph.diagram.outgoing(node)) > 1:
            yield _split(graph, node, flows, steps)
        if beside := graph.beside(id):
            yield Split(node, _Walk(graph, None, [id, *beside], steps).branches(), ())


def _begins(graph: Graph) -> list[str]:
    """Several elements that nothing leads to all begin at once (BPMN 2.0.2, 13.2)."""
    starts = any(local(node) == "startEvent" for node in graph.nodes.values())
    if starts or local(graph.container) == "adHocSubProcess":
        return []
    return [node.get("id", "") for node in entries(graph.diagram, graph.container)]


def _split(graph: Graph, node: Element, flows: list[Element], steps: Steps) -> Split:
    kind = local(node)
    seeds = [flow.get("targetRef", "") for flow in flows]
    walk = _Walk(graph, node.get("id"), seeds, steps, MOST_OF_A_CHOICE if kind in CHOOSES else MOST_STEPS)
    certain = kind not in CHOOSES and kind != "inclusiveGateway" and not any(map(_has_condition, flows))
    return Split(node, walk.branches(), walk.meetings(), certain, kind in CHOOSES)


def _has_condition(flow: Element) -> bool:
    return text_of(child(flow, "conditionExpression")) is not None


class _Walk:
    """Walks the branches that begin at ``seeds``, taking turns; ``origin`` is not passed again.

    Without an origin the branches begin by themselves: at the first seed, and beside it.
    """

    def __init__(
        self, graph: Graph, origin: str | None, seeds: list[str], steps: Steps, most: int = MOST_STEPS
    ) -> None:
        self.graph, self.origin, self.seeds = graph, origin, seeds
        self.branch: dict[str, int] = {}
        self._passed: set[str] = set()
        self._arrived: Counter[str] = Counter()
        self._go(steps, most)
        self.own = self._without_doubt()

    def _go(self, steps: Steps, most: int) -> None:
        todo = deque((seed, number) for number, seed in enumerate(self.seeds) if seed in self.graph.nodes)
        while todo and steps.take() and len(self.branch) < most:
            id, number = todo.popleft()
            if id != self.origin and self._passes(id, number):
                todo.extend((next_, number) for next_ in self._next(id))
        for id, came in self._arrived.items():
            if came < len(self.graph.back[id]):
                self.branch[id] = _MET  # something from elsewhere comes in here too

    def _next(self, id: str) -> list[str]:
        onward = self.graph.onward[id]
        beside = self.origin is None and id == self.seeds[0]
        return [next_ for next_ in onward if next_ not in self.seeds] if beside else onward

    def _passes(self, id: str, number: int) -> bool:
        """Note that a branch has come to an element; whether it goes on from there now."""
        if self.branch.setdefault(id, number) != number:
            self.branch[id] = _MET
            return False
        ways = len(self.graph.back[id])
        if ways > 1 and local(self.graph.nodes[id]) in JOINS:
            self._arrived[id] += 1
            return self._arrived[id] == ways
        first = id not in self._passed
        self._passed.add(id)
        return first

    def _without_doubt(self) -> dict[str, int]:
        """Element to its branch, where no way from elsewhere leads to it."""
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
        return all(way == self.origin or self.branch.get(way) == number for way in self.graph.back[id])

    def branches(self) -> tuple[tuple[Element, ...], ...]:
        """The elements of each branch."""
        found: list[list[Element]] = [[] for _ in self.seeds]
        for id, number in self.own.items():
            found[number].append(self.graph.nodes[id])
        return tuple(map(tuple, found))

    def meetings(self) -> tuple[Element, ...]:
        """Where two branches come together, each by a way of its own."""
        met = (id for id, number in self.branch.items() if number == _MET and len(self._come_in(id)) > 1)
        return tuple(self.graph.nodes[id] for id in met)

    def _come_in(self, id: str) -> set[int]:
        direct = {number for number, seed in enumerate(self.seeds) if seed == id}
        return direct | {self.own[way] for way in self.graph.back[id] if way in self.own}
