"""A process ready to run: parsed once per content, shared by all its instances, never changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.domain.table import Tables
from engine.runtime.diagram import Diagram, Element, containers, flow_nodes, unprefixed
from engine.runtime.extensions import attribute, four_eyes, names
from engine.runtime.parser import DiagramParser
from engine.runtime.specs.compensating import Cancel, Compensation
from engine.runtime.specs.events import BoundarySplit
from engine.runtime.specs.gateways import InclusiveGateway, ParallelGateway
from engine.runtime.specs.loops import Repeating
from engine.runtime.specs.subprocesses import SubProcess
from engine.runtime.timers import Timer
from engine.xml import local


@dataclass(frozen=True, slots=True)
class Start:
    """A start event that something outside triggers: a message or signal by name, or a timer."""

    element_id: str
    kind: str
    name: str | None
    timer: Timer | None


@dataclass(frozen=True, slots=True)
class Call:
    """A call activity: which key it calls, whether its version is chosen at deploy."""

    element_id: str
    element_name: str | None
    key: str
    at_deployment: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A service task that names an operation of a connector, and the variables that it gives to it."""

    element_id: str
    element_name: str | None
    operation: str
    gives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CompiledProcess:
    """One executable process of one diagram. ``forms`` are the form keys its elements use (element to key).

    ``user_tasks`` are its user tasks, ``four_eyes`` those that nobody may do who did one of some others.
    """

    key: str
    name: str
    spec: Any
    starts: tuple[Start, ...]
    calls: tuple[Call, ...]
    forms: Mapping[str, str]
    start_form: str | None
    user_tasks: frozenset[str]
    four_eyes: Mapping[str, tuple[str, ...]]
    asked: tuple[Asked, ...] = ()
    clocks: Mapping[str, str] = field(default_factory=dict)
    """What each wait does to the legal clock (element to mode)."""
    messages: frozenset[str] = frozenset()
    """Names of all messages that its diagram speaks of."""
    tables: Tables = field(default_factory=dict)
    """The data tables beside the diagram."""

    @property
    def starts_plainly(self) -> bool:
        """Whether the API can start it."""
        return bool(self.spec.entries)

    def all_specs(self) -> Iterator[Any]:
        """Its spec and those of its embedded sub-processes."""
        return _all_specs(self.spec)

    def starter(self, place: str) -> Any:
        """The element that something outside triggers at a place.

        Raises:
            KeyError: there is no such place.
        """
        return self.spec.starters[place][0]


def compile_diagram(diagram: Diagram) -> dict[str, CompiledProcess]:
    """Compile every executable process of a diagram that passed its checks, by key."""
    parser = DiagramParser(diagram)
    compiled = {}
    for process in diagram.executable:
        key = process.get("id", "")
        spec = parser.get_spec(key)
        for each in _all_specs(spec):
            _prepare(each)
            each.undoes = any(
                _asks_to_undo(task_spec) for within in _all_specs(each) for task_spec in within.task_specs.values()
            )
        compiled[key] = _compiled(diagram, process, spec)
    return compiled


def _compiled(diagram: Diagram, process: Element, spec: Any) -> CompiledProcess:
    nodes = [node for container in containers(process) for node in flow_nodes(container)]
    forms = {node.get("id", ""): key for node in nodes if (key := attribute(node, "formKey"))}
    plain = spec.entries
    return CompiledProcess(
        process.get("id", ""),
        process.get("name") or process.get("id") or "",
        spec,
        tuple(_starts(spec)),
        tuple(_calls(nodes)),
        forms,
        None if not plain else forms.get(plain[0].name),
        frozenset(node.get("id", "") for node in nodes if local(node) == "userTask"),
        {node.get("id", ""): others for node in nodes if (others := four_eyes(node))},
        tuple(_asked(nodes)),
        {node.get("id", ""): mode for node in nodes if (mode := attribute(node, "clock"))},
        frozenset(message.get("name", "") for message in diagram.declared("message").values()),
    )


def _asked(nodes: list[Element]) -> Iterator[Asked]:
    for node in nodes:
        if (operation := attribute(node, "connector")) is not None:
            yield Asked(node.get("id", ""), node.get("name"), operation, names(node, "dataIn") or ())


def _starts(spec: Any) -> Iterator[Start]:
    for place, (_, definition) in spec.starters.items():
        timer = definition if isinstance(definition, Timer) else None
        kind = "timer" if timer else definition.kind
        yield Start(place, kind, None if timer else definition.name, timer)


def _calls(nodes: list[Element]) -> Iterator[Call]:
    for node in nodes:
        if local(node) == "callActivity":
            key = unprefixed(node.get("calledElement", ""))
            yield Call(node.get("id", ""), node.get("name"), key, attribute(node, "calledVersion") == "deployment")


def _all_specs(spec: Any) -> Iterator[Any]:
    """A process spec and those of its embedded sub-processes."""
    yield spec
    for task_spec in spec.task_specs.values():
        if isinstance(task_spec, SubProcess):
            yield from _all_specs(task_spec.inner_spec)


def _asks_to_undo(task_spec: Any) -> bool:
    return isinstance(getattr(task_spec, "definition", None), Compensation | Cancel)


def _prepare(spec: Any) -> None:
    """Tell joins what leads to them: counted per flow, since two flows may come from one element."""
    repeated = {body.task_spec for body in spec.task_specs.values() if isinstance(body, Repeating)}
    for task_spec in spec.task_specs.values():
        task_spec.settle(judged=spec.ad_hoc is not None or task_spec.name in repeated)
    incoming: dict[str, set[str]] = {}
    for task_spec in spec.task_specs.values():
        for flow in task_spec.flows:
            incoming.setdefault(flow.target.name, set()).add(flow.id)
    for name, flows in incoming.items():
        target = spec.task_specs[name]
        target.incoming = frozenset(flows)
        if len(flows) > 1 and isinstance(target, ParallelGateway | InclusiveGateway):
            target.joins = True
            target.inclusive = isinstance(target, InclusiveGateway)
    for task_spec in spec.task_specs.values():
        if task_spec.inclusive:
            task_spec.reach = _reach(spec, task_spec)


def _reach(spec: Any, join: Any) -> dict[str, frozenset[str]]:
    """Element to the join's incoming flows over which a token at it could still arrive without passing the join."""
    back: dict[str, list[tuple[str, str | None]]] = {}
    for task_spec in spec.task_specs.values():
        for flow in task_spec.flows:
            back.setdefault(flow.target.name, []).append((task_spec.name, flow.id))
        if isinstance(task_spec, BoundarySplit):
            for inner in task_spec.outputs:
                back.setdefault(inner.name, []).append((task_spec.name, None))
    reached: dict[str, set[str]] = {}
    for source, flow_id in back.get(join.name, ()):
        _walk_back(source, str(flow_id), join.name, back, reached)
    return {name: frozenset(flows) for name, flows in reached.items()}


def _walk_back(source: str, flow: str, join: str, back: Any, reached: dict[str, set[str]]) -> None:
    todo, seen = [source], {join}
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            reached.setdefault(name, set()).add(flow)
            todo += [before for before, _ in back.get(name, ())]


__all__ = ["Call", "CompiledProcess", "Start", "compile_diagram"]
