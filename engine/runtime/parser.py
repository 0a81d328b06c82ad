"""SpiffWorkflow's BPMN parser, taught our elements.

It sees only trees that were checked before. Every node is created in the order of the document, then the flows are
connected: a thousand tasks in a row are no deeper than one.
"""

from __future__ import annotations

from typing import Any, ClassVar

from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag

from engine.domain.calendar import Limit
from engine.runtime import extensions, language
from engine.runtime.checks.activities import loop_items
from engine.runtime.checks.events import link_name, timer_of, unprefixed
from engine.runtime.diagram import Diagram, Element, child, event_definitions, flow_nodes, is_true, kind_of, text_of
from engine.runtime.event_definitions import Error, Escalation, Message, Signal
from engine.runtime.specs.base import Flow, ProcessSpec
from engine.runtime.specs.events import (
    BoundaryEvent,
    BoundarySplit,
    CatchEvent,
    EndEvent,
    ReceiveTask,
    SendTask,
    StartEvent,
    ThrowEvent,
)
from engine.runtime.specs.gateways import EventGateway, ExclusiveGateway, InclusiveGateway, ParallelGateway
from engine.runtime.specs.loops import ParallelMultiInstance, SequentialMultiInstance, StandardLoop
from engine.runtime.specs.subprocesses import CallActivity, EventSubProcess, SubProcess
from engine.runtime.specs.tasks import ManualTask, PlainTask, ScriptTask, UserTask
from engine.xml import local

_NO_EVENT: Any = None


class NodeParser(TaskParser):
    """Creates one element; connects it when all of its process are there."""

    STANDARD_LOOP_CLASS = StandardLoop
    PARALLEL_MI_CLASS = ParallelMultiInstance
    SEQUENTIAL_MI_CLASS = SequentialMultiInstance

    process_parser: DiagramProcessParser

    @property
    def diagram(self) -> Diagram:
        return self.process_parser.parser.diagram

    @property
    def bpmn_attributes(self) -> dict[str, Any]:
        return {"bpmn_name": self.node.get("name"), "lane": self.lane}

    def _get_lane(self) -> str | None:
        lane = self.diagram.lane_of(self.node)
        return None if lane is None else lane.get("name") or lane.get("id")

    def parse_node(self) -> Any:
        """Create the element, what repeats it, and what listens on its border; returns what flows lead to."""
        self.task = self.create_task()
        self.task.facts = self.facts()
        self.dress(self.task)
        if (loop := child(self.node, "standardLoopCharacteristics")) is not None:
            self._repeat_while(loop)
        if (loop := child(self.node, "multiInstanceLoopCharacteristics")) is not None:
            self._repeat_for(loop)
        boundary = self.process_parser.get_boundary_events(self.bpmn_id)
        return self._guard(boundary) if boundary else self.task

    def dress(self, task: Any) -> None:
        """Give the element what its kind needs beyond its facts."""

    def facts(self) -> dict[str, Any]:
        """What the log says whenever the element is entered."""
        said = {
            "element": self.bpmn_id,
            "type": local(self.node),
            "name": self.node.get("name"),
            "lane": self.lane,
            "statusCode": extensions.attribute(self.node, "statusCode"),
            "legalBasis": extensions.attribute(self.node, "legalBasis"),
        }
        return {key: value for key, value in said.items() if value is not None}

    def _repeat_while(self, loop: Element) -> None:
        self._add_loop_task(loop)
        condition = text_of(child(loop, "loopCondition"))
        self.task.condition_compiled = None if condition is None else language.expression(condition)
        self._mark_body("loop")

    def _repeat_for(self, loop: Element) -> None:
        self._add_multiinstance_task(loop)
        body, count, completion = self.task, text_of(child(loop, "loopCardinality")), child(loop, "completionCondition")
        body.count = None if count is None else language.expression(count)
        condition = text_of(completion)
        body.completion = None if condition is None else language.expression(condition)
        body.collection, body.results_name = (
            text_of(child(loop, "loopDataInputRef")),
            text_of(child(loop, "loopDataOutputRef")),
        )
        body.item_name, body.result_name = loop_items(loop)
        self._mark_body("multiInstance")

    def _mark_body(self, loop: str) -> None:
        inner = self.spec.task_specs[self.task.task_spec]
        self.task.facts = {**inner.facts, "loop": loop}

    def _guard(self, boundary: list[Element]) -> BoundarySplit:
        split = BoundarySplit(self.spec, f"{self.bpmn_id}<boundary>")
        split.connect(self.task)
        for event in boundary:
            split.connect(self.process_parser.create(event))
        return split

    def connect_all(self) -> None:
        """Give the element its outgoing flows."""
        default = self.node.get("default")
        flows = tuple(self._flow(flow, default) for flow in self.diagram.outgoing(self.node))
        for flow in flows:
            self.task.connect(flow.target)
        self.task.flows = flows
        chooses = any(flow.condition is not None or (flow.default and len(flows) > 1) for flow in flows)
        self.task.conditional = chooses and not isinstance(self.task, EventGateway)

    def _flow(self, node: Element, default: str | None) -> Flow:
        target = self.process_parser.entries[node.get("targetRef", "")]
        is_default = node.get("id") == default
        condition = None if is_default else text_of(child(node, "conditionExpression"))
        return Flow(
            node.get("id", ""), target, None if condition is None else language.expression(condition), is_default
        )


class UserTaskParser(NodeParser):
    """Work for people: who may do it, with which form, until when."""

    def dress(self, task: Any) -> None:
        task.limit_text = extensions.attribute(self.node, "limit")
        task.limit = None if task.limit_text is None else Limit.read(task.limit_text)
        offer = {
            "element": self.bpmn_id,
            "name": self.node.get("name"),
            "lane": self.lane,
            "candidateGroups": self._candidate_groups(),
            "assignee": extensions.attribute(self.node, "assignee"),
            "formKey": extensions.attribute(self.node, "formKey"),
        }
        task.offer = {key: value for key, value in offer.items() if value}

    def _candidate_groups(self) -> list[str]:
        """The task's own, else its lane's, else the lane itself is the group."""
        if own := extensions.names(self.node, "candidateGroups"):
            return list(own)
        lane = self.diagram.lane_of(self.node)
        if lane is None:
            return []
        return list(extensions.names(lane, "candidateGroups") or (lane.get("id", ""),))


class ScriptTaskParser(NodeParser):
    """A script, compiled here."""

    def create_task(self) -> Any:
        script = child(self.node, "script")
        text = "" if script is None else script.text or ""
        task = self.spec_class(self.spec, self.bpmn_id, script=text, **self.bpmn_attributes)
        task.compiled = language.script(text)
        return task


class EventNodeParser(NodeParser):
    """Events, and the tasks that send and receive."""

    def create_task(self) -> Any:
        task = self.spec_class(
            self.spec, self.bpmn_id, event_definition=_NO_EVENT, **self._more(), **self.bpmn_attributes
        )
        task.definition = self.definition()
        task.event_definition = task.definition
        return task

    def _more(self) -> dict[str, Any]:
        if local(self.node) == "boundaryEvent":
            return {"cancel_activity": is_true(self.node, "cancelActivity", True)}
        return {}

    def definition(self) -> Any:
        return definition_of(self.diagram, self.node)


class StartEventParser(EventNodeParser):
    """A start event is connected to its process."""

    def create_task(self) -> Any:
        task = super().create_task()
        self.spec.start.connect(task)
        return task


class EndEventParser(EventNodeParser):
    """An end event may end everything."""

    def dress(self, task: Any) -> None:
        task.terminates = kind_of(self.node) == "terminate"


class EventGatewayParser(NodeParser):
    """Its branches keep their own event definitions."""

    def create_task(self) -> Any:
        return self.spec_class(self.spec, self.bpmn_id, event_definition=_NO_EVENT, **self.bpmn_attributes)


class SubProcessParser(NodeParser):
    """A sub-process brings a process of its own."""

    def create_task(self) -> Any:
        inner = self._inner()
        if not is_true(self.node, "triggeredByEvent", False):
            task = self.spec_class(self.spec, self.bpmn_id, subworkflow_spec=self.bpmn_id, **self.bpmn_attributes)
            task.inner_spec = inner
            return task
        return self._event_sub_process(inner)

    def _inner(self) -> ProcessSpec:
        parser = self.process_parser.parser
        parser.create_parser(self.node, filename=self.filename, lane=self.lane)
        inner: ProcessSpec = parser.process_parsers[self.bpmn_id].get_spec()
        return inner

    def _event_sub_process(self, inner: ProcessSpec) -> EventSubProcess:
        """Its start event's definition is what it listens with; the start event itself just passes."""
        task = EventSubProcess(self.spec, self.bpmn_id, subworkflow_spec=self.bpmn_id, **self.bpmn_attributes)
        start = next(node for node in flow_nodes(self.node) if local(node) == "startEvent")
        task.inner_spec, task.definition = inner, inner.plain_start.definition
        task.interrupting = is_true(start, "isInterrupting", True)
        self.spec.event_subprocesses.append(task)
        return task


class CallActivityParser(NodeParser):
    """What is called is found when an instance runs."""

    def create_task(self) -> Any:
        called = unprefixed(self.node.get("calledElement", ""))
        task = self.spec_class(self.spec, self.bpmn_id, subworkflow_spec=called, **self.bpmn_attributes)
        task.takes, task.gives = extensions.names(self.node, "dataIn"), extensions.names(self.node, "dataOut")
        return task


def definition_of(diagram: Diagram, node: Element) -> Any:
    """What the event waits for or throws; None for a plain, link or terminate event."""
    kind = "message" if local(node) in ("sendTask", "receiveTask") else kind_of(node)
    make = _DEFINITIONS.get(kind)
    return None if make is None else make(diagram, node)


def _reference(diagram: Diagram, node: Element, attribute: str, tag: str) -> Element | None:
    holders = [node, *event_definitions(node)]
    ref = next((ref for holder in holders if (ref := holder.get(attribute))), None)
    return None if ref is None else diagram.declared(tag)[unprefixed(ref)]


def _message(diagram: Diagram, node: Element) -> Message:
    key = extensions.attribute(node, "correlationKey")
    declared = _reference(diagram, node, "messageRef", "message")
    assert declared is not None
    return Message(declared.get("name", ""), None if key is None else language.expression(key))


def _signal(diagram: Diagram, node: Element) -> Signal:
    declared = _reference(diagram, node, "signalRef", "signal")
    assert declared is not None
    return Signal(declared.get("name", ""))


def _error(diagram: Diagram, node: Element) -> Error:
    declared = _reference(diagram, node, "errorRef", "error")
    return Error("", None) if declared is None else Error(declared.get("name", ""), declared.get("errorCode"))


def _escalation(diagram: Diagram, node: Element) -> Escalation:
    declared = _reference(diagram, node, "escalationRef", "escalation")
    return Escalation("", None) if declared is None else Escalation(declared.get("name", ""), declared.get("escalationCode"))  # fmt: skip


def _timer(diagram: Diagram, node: Element) -> Any:
    return timer_of(node)


_DEFINITIONS = {"message": _message, "signal": _signal, "error": _error, "escalation": _escalation, "timer": _timer}


class DiagramProcessParser(ProcessParser):
    """A process or sub-process, in two passes."""

    parser: DiagramParser

    def create_spec(self) -> ProcessSpec:
        return ProcessSpec(name=self.bpmn_id, description=self.get_name(), filename=self.filename)

    def create(self, node: Element) -> Any:
        """Create one element; ``entries`` then leads to it, or to what guards it."""
        parser_class, spec_class = self.parser._get_parser_class(node.tag)
        parser = parser_class(self, spec_class, node, self.nsmap, lane=None)
        entry = parser.parse_node()
        self.entries[node.get("id", "")] = entry
        self.made.append(parser)
        return entry

    def add_tasks(self) -> None:
        self.entries: dict[str, Any] = {}
        self.made: list[NodeParser] = []
        nodes = flow_nodes(self.node)
        for node in nodes:
            if local(node) != "boundaryEvent":
                self.create(node)
        for parser in self.made:
            parser.connect_all()
        self._connect_links(nodes)
        self.spec.plain_start = self._plain_start(nodes)

    def _connect_links(self, nodes: list[Element]) -> None:
        """A link is a flow that is not drawn (BPMN 2.0.2, 10.5.5)."""
        links = [node for node in nodes if kind_of(node) == "link"]
        catches = {link_name(node): node for node in links if local(node) == "intermediateCatchEvent"}
        for node in links:
            if local(node) == "intermediateThrowEvent":
                source, target = self.entries[node.get("id", "")], self.entries[catches[link_name(node)].get("id", "")]
                source.connect(target)
                source.flows = (Flow(f"{source.name}~{target.name}", target, None, False),)

    def _plain_start(self, nodes: list[Element]) -> Any:
        starts = [node for node in nodes if local(node) == "startEvent"]
        if local(self.node) == "process":
            starts = [node for node in starts if kind_of(node) == "none"]
        return self.entries[starts[0].get("id", "")] if starts else None

    def parse_data_object(self, obj: Any) -> Any:
        raise AssertionError("data objects are refused before")


_KINDS: dict[str, tuple[type[NodeParser], type]] = {
    "startEvent": (StartEventParser, StartEvent),
    "endEvent": (EndEventParser, EndEvent),
    "intermediateCatchEvent": (EventNodeParser, CatchEvent),
    "intermediateThrowEvent": (EventNodeParser, ThrowEvent),
    "boundaryEvent": (EventNodeParser, BoundaryEvent),
    "receiveTask": (EventNodeParser, ReceiveTask),
    "sendTask": (EventNodeParser, SendTask),
    "task": (NodeParser, PlainTask),
    "manualTask": (NodeParser, ManualTask),
    "userTask": (UserTaskParser, UserTask),
    "scriptTask": (ScriptTaskParser, ScriptTask),
    "subProcess": (SubProcessParser, SubProcess),
    "callActivity": (CallActivityParser, CallActivity),
    "exclusiveGateway": (NodeParser, ExclusiveGateway),
    "parallelGateway": (NodeParser, ParallelGateway),
    "inclusiveGateway": (NodeParser, InclusiveGateway),
    "eventBasedGateway": (EventGatewayParser, EventGateway),
}


class DiagramParser(BpmnParser):
    """Parses the processes of one checked diagram."""

    PARSER_CLASSES: ClassVar[dict[str, Any]] = {full_tag(kind): classes for kind, classes in _KINDS.items()}
    PROCESS_PARSER_CLASS = DiagramProcessParser

    def __init__(self, diagram: Diagram) -> None:
        super().__init__()
        self.diagram = diagram
        self.add_bpmn_xml(diagram.root, diagram.file)

    def _add_data_stores(self, bpmn: Any) -> None:
        pass

    def _add_diagram_indexes(self, bpmn: Any) -> None:
        """Positions must not matter (stock sorts flows by them), and lanes are found by ourselves."""

    def _add_processes(self, bpmn: Any, filename: str | None = None) -> None:
        for process in self.diagram.executable:
            self.create_parser(process, filename)

    def _add_collaborations(self, bpmn: Any) -> None:
        pass

    def _add_correlations(self, bpmn: Any) -> None:
        pass

    def _add_messages(self, bpmn: Any) -> None:
        """Messages, signals, errors and escalations are looked up in the diagram where they are used."""

    _add_signals = _add_errors = _add_escalations = _add_messages
