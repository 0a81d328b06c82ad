"""Two branches of one moment that touch the same variable: what comes out depends on who is faster."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from engine.runtime.checks.branches import Graph, Steps, splits
from engine.runtime.checks.joins import check_inclusive_joins, check_meeting
from engine.runtime.checks.statuses import check_papers, check_statuses
from engine.runtime.checks.touches import Touched, Touches
from engine.runtime.diagram import Diagram, Element, child, containers, flow_nodes, is_true
from engine.runtime.report import Report, called
from engine.xml import local


def check_branches(diagram: Diagram, forms: Collection[str], report: Report) -> None:
    """Warn of what parallel branches do to each other. The diagram must be right: its expressions are compiled here.

    ``forms`` may be a map from a form's key to the names of its fields.
    """
    steps = Steps()
    touches, races = Touches(diagram, forms if isinstance(forms, Mapping) else {}, steps), _Races(report)
    for process in diagram.executable:
        for container in containers(process):
            graph = Graph(diagram, container)
            check_statuses(graph, steps, report)
            check_papers(graph, steps, report)
            for split in splits(graph, steps):
                check_meeting(split, report)
                if not split.chooses:
                    races.look(split.origin, [touches.of_all(branch) for branch in split.branches])
            check_inclusive_joins(graph, steps, report)
            _check_listeners(container, touches, races)
        _check_instances(process, touches, report)


class _Races:
    """Tells of each variable once for two elements, however many splits lie between them."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self._told: set[tuple[str, Element, Element]] = set()

    def look(self, origin: Element, branches: Sequence[Touched]) -> None:
        """Compare what the branches of one split touch."""
        writers: dict[str, list[tuple[int, Element]]] = {}
        for number, branch in enumerate(branches):
            for name, element in branch.writes.items():
                writers.setdefault(name, []).append((number, element))
        for name, found in writers.items():
            if len(found) > 1:
                self._tell("racingWrites", name, found[1][1], found[0][1], origin)
        for number, branch in enumerate(branches):
            for name, element in branch.reads.items():
                if len(found := writers.get(name, [])) == 1 and found[0][0] != number:
                    self._tell("racingReads", name, element, found[0][1], origin)

    def _tell(self, code: str, variable: str, element: Element, other: Element, origin: Element) -> None:
        if (variable, element, other) not in self._told:
            self._told |= {(variable, element, other), (variable, other, element)}
            self.report.warn(code, element, variable=variable, other=called(other), split=called(origin))


def _check_listeners(container: Element, touches: Touches, races: _Races) -> None:
    """An event sub-process that does not interrupt runs beside everything else of its process."""
    nodes = flow_nodes(container)
    listeners = [node for node in nodes if is_true(node, "triggeredByEvent", False)]
    beside = [node for node in listeners if not _interrupts(node)]
    if beside:
        others = touches.of_all(node for node in nodes if node not in listeners)
        races.look(container, [others, *(touches.of(node) for node in beside)])


def _interrupts(listener: Element) -> bool:
    return all(is_true(start, "isInterrupting", True) for start in flow_nodes(listener) if local(start) == "startEvent")


def _check_instances(process: Element, touches: Touches, report: Report) -> None:
    """Instances that run at once and write what the process has: only one of them wins."""
    repeated = list(_parallel_instances(process))
    writers = _writers(process, touches) if repeated else {}
    for node in repeated:
        for name, element in touches.inside(node).writes.items():
            other = next((w for w in writers.get(name, ()) if not _is_in(w, node)), None)
            if other is not None:
                report.warn("racingInstances", element, variable=name, other=called(other), split=called(node))


def _writers(process: Element, touches: Touches) -> dict[str, list[Element]]:
    found: dict[str, list[Element]] = {}
    for container in containers(process):
        for node in flow_nodes(container):
            for name in touches.writes(node):
                found.setdefault(name, []).append(node)
    return found


def _is_in(element: Element, node: Element) -> bool:
    at: Element | None = element
    while at is not None and at is not node:
        at = at.getparent()
    return at is node


def _parallel_instances(process: Element) -> Iterator[Element]:
    for container in containers(process):
        for node in flow_nodes(container):
            loop = child(node, "multiInstanceLoopCharacteristics")
            if loop is not None and not is_true(loop, "isSequential", False):
                yield node
