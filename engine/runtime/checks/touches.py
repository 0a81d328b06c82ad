"""Which variables an element reads and writes, as far as its diagram and its forms say."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from engine.runtime import extensions, language
from engine.runtime.checks.activities import loop_items
from engine.runtime.checks.branches import Steps
from engine.runtime.checks.events import timer_of
from engine.runtime.checks.executed import LOOPS
from engine.runtime.data_parser import data_flow, data_objects, variable_of
from engine.runtime.diagram import Diagram, Element, child, definition_kind, event_definitions, flow_nodes, text_of
from engine.xml import local

COUNTERS = frozenset({"loopCounter", "nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances"})
"""What loops count in; each has its own."""


@dataclass(slots=True)
class Touched:
    """Variable to the first element that reads it, or writes it."""

    reads: dict[str, Element] = field(default_factory=dict)
    writes: dict[str, Element] = field(default_factory=dict)

    def add(self, other: Touched, *, but: Collection[str] = ()) -> None:
        """What another element touches as well, but not the names that are its own."""
        for mine, its in ((self.reads, other.reads), (self.writes, other.writes)):
            for name, element in its.items():
                if name not in but:
                    mine.setdefault(name, element)


class Touches:
    """Looks at each element once. ``forms`` are the names of the fields of each form, where they are known."""

    def __init__(self, diagram: Diagram, forms: Mapping[str, Collection[str]], steps: Steps) -> None:
        self.diagram, self.forms, self.steps = diagram, forms, steps
        self._known: dict[Element, Touched] = {}
        self._scripts: dict[Element, tuple[tuple[str, ...], tuple[str, ...]]] = {}

    def of(self, node: Element) -> Touched:
        """What an element touches, with everything inside of it, its loop and the conditions behind it."""
        if node not in self._known:
            self._known[node] = self._looked_at(node)
        return self._known[node]

    def of_all(self, nodes: Iterable[Element]) -> Touched:
        """What some elements touch together."""
        found = Touched()
        for node in nodes:
            touched = self.of(node)
            if not self.steps.take(len(touched.reads) + len(touched.writes)):
                break
            found.add(touched)
        return found

    def inside(self, node: Element) -> Touched:
        """What an element itself, and what it holds, touch outside of it."""
        reads, writes = self._script(node)
        touched = Touched(
            dict.fromkeys((*reads, *_reads(node)), node), dict.fromkeys((*writes, *self._fills(node)), node)
        )
        touched.add(self.of_all(flow_nodes(node)))
        found = Touched()
        found.add(touched, but=self._own(node))
        return found

    def _looked_at(self, node: Element) -> Touched:
        found = self.inside(node)
        self._move_data(node, found)
        self._repeat(node, found)
        for flow in self.diagram.outgoing(node):
            for name in _names(text_of(child(flow, "conditionExpression"))):
                found.reads.setdefault(name, node)
        return found

    def writes(self, node: Element) -> tuple[str, ...]:
        """What an element itself writes."""
        return (*self._script(node)[1], *self._fills(node))

    def _script(self, node: Element) -> tuple[tuple[str, ...], tuple[str, ...]]:
        if node not in self._scripts:
            text = child(node, "script") if local(node) == "scriptTask" else None
            self._scripts[node] = ((), ()) if text is None else language.touched_by(text.text or "")
        return self._scripts[node]

    def _fills(self, node: Element) -> Iterator[str]:
        yield from extensions.names(node, "dataOut") or ()
        if (key := extensions.attribute(node, "formKey")) is not None:
            yield from self.forms.get(key, ())

    def _move_data(self, node: Element, found: Touched) -> None:
        flow = data_flow(self.diagram, node, (), body=False)
        if flow is None:
            return
        for take in flow.takes:
            for name in (take.source,) if take.value is None else take.value.names:
                found.reads.setdefault(name, node)
        for give in flow.gives:
            found.writes.setdefault(give.target, node)

    def _repeat(self, node: Element, found: Touched) -> None:
        """How often an activity runs is read outside of it; what multi-instance children give is collected outside."""
        for loop in (loop for tag in LOOPS if (loop := child(node, tag)) is not None):
            for tag in ("loopCardinality", "completionCondition", "loopCondition"):
                for name in set(_names(text_of(child(loop, tag)))) - COUNTERS:
                    found.reads.setdefault(name, node)
            if (collection := text_of(child(loop, "loopDataInputRef"))) is not None:
                found.reads.setdefault(variable_of(self.diagram, collection), node)
            if (results := text_of(child(loop, "loopDataOutputRef"))) is not None:
                found.writes.setdefault(variable_of(self.diagram, results), node)

    def _own(self, node: Element) -> set[str]:
        """Names that mean something inside of an activity only."""
        flow = data_flow(self.diagram, node, (), body=False)
        own = set(COUNTERS) | set(data_objects(node)) | set(() if flow is None else flow.own)
        loop = child(node, "multiInstanceLoopCharacteristics")
        return own if loop is None else own | {name for name in loop_items(loop) if name is not None}


def _reads(node: Element) -> Iterator[str]:
    yield from extensions.names(node, "dataIn") or ()
    yield from _names(extensions.attribute(node, "correlationKey"))
    yield from _names(extensions.attribute(node, "fee"))
    for definition in event_definitions(node):
        if definition_kind(definition) == "timer" and (timer := timer_of(node, definition)) and timer.compiled:
            yield from timer.compiled.names


def _names(text: str | None) -> tuple[str, ...]:
    return () if text is None else language.read_by(text)
