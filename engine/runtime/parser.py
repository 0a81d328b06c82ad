"""SpiffWorkflow's BPMN parser, taught our elements.

It sees only trees that were checked before. Every node is created in the order of the document, then the flows are
connected: a thousand tasks in a row are no deeper than one.
"""

from __future__ import annotations

from typing import Any, ClassVar

from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.specs.data_spec import DataObject

from engine.runtime.checks.events import link_name
from engine.runtime.checks.transactions import handlers_of
from engine.runtime.data_parser import data_objects, declared_data
from engine.runtime.diagram import (
    Diagram,
    Element,
    entries,
    flow_nodes,
    is_true,
    kind_of,
    starts_by_event,
)
from engine.runtime.node_parsers import (
    AdHocParser,
    CallActivityParser,
    EndEventParser,
    EventGatewayParser,
    EventNodeParser,
    NodeParser,
    ScriptTaskParser,
    ServiceTaskParser,
    StartEventParser,
    SubProcessParser,
    UserTaskParser,
)
from engine.runtime.specs.ad_hoc import AdHocSubProcess, StartOfAdHoc
from engine.runtime.specs.base import Flow, ProcessSpec
from engine.runtime.specs.compensating import Compensating
from engine.runtime.specs.events import (
    BoundaryEvent,
    CatchEvent,
    EndEvent,
    ReceiveTask,
    SendTask,
    StartEvent,
    ThrowEvent,
)
from engine.runtime.specs.gateways import EventGateway, ExclusiveGateway, InclusiveGateway, ParallelGateway
from engine.runtime.specs.services import ServiceTask
from engine.runtime.specs.subprocesses import CallActivity, SubProcess, Transaction
from engine.runtime.specs.tasks import ManualTask, PlainTask, ScriptTask, UserTask
from engine.xml import local


class DiagramProcessParser(ProcessParser):
    """A process or sub-process, in two passes."""

    parser: DiagramParser

    def create_spec(self) -> ProcessSpec:
        spec = ProcessSpec(name=self.bpmn_id, description=self.get_name(), filename=self.filename)
        if local(self.node) == "adHocSubProcess":
            del spec.task_specs[spec.start.name]
            spec.start = StartOfAdHoc(spec, "<start>")
        spec.compensation = Compensating(spec, "<compensation>")
        spec.objects = data_objects(self.node)
        spec.inputs, spec.outputs = declared_data(self.node)
        return spec

    def create(self, node: Element) -> Any:
        """Create one element; ``entries`` then leads to it, or to what guards it."""
        parser_class, spec_class = self.parser._get_parser_class(node.tag)
        parser = parser_class(self, spec_class, node, self.nsmap, lane=None)
        entry = parser.parse_node()
        self.entries[node.get("id", "")] = entry
        self.made[node.get("id", "")] = parser
        return entry

    def add_tasks(self) -> None:
        self.entries: dict[str, Any] = {}
        self.made: dict[str, NodeParser] = {}
        nodes = flow_nodes(self.node)
        for node in nodes:
            if local(node) != "boundaryEvent":
                self.create(node)
        for parser in self.made.values():
            parser.connect_all()
        self._connect_links(nodes)
        self._connect_handlers(nodes)
        self._find_starts(nodes)

    def _connect_links(self, nodes: list[Element]) -> None:
        """A link is a flow that is not drawn (BPMN 2.0.2, 10.5.5)."""
        links = [node for node in nodes if kind_of(node) == "link"]
        catches = {link_name(node): node for node in links if local(node) == "intermediateCatchEvent"}
        for node in links:
            if local(node) == "intermediateThrowEvent":
                source, target = self.entries[node.get("id", "")], self.entries[catches[link_name(node)].get("id", "")]
                source.connect(target)
                source.flows = (Flow(f"{source.name}~{target.name}", target, None, False),)

    def _connect_handlers(self, nodes: list[Element]) -> None:
        """An association leads from a compensation boundary event to what undoes its activity (BPMN 2.0.2, 10.7)."""
        for node in nodes:
            if local(node) == "boundaryEvent" and kind_of(node) == "compensate":
                (handler,) = handlers_of(self.parser.diagram, node)
                self.made[node.get("attachedToRef", "")].step.undo = self.entries[handler.get("id", "")]

    def _find_starts(self, nodes: list[Element]) -> None:
        if not is_true(self.node, "triggeredByEvent", False):
            begins = entries(self.parser.diagram, self.node)
            self.spec.entries = tuple(self.entries[node.get("id", "")] for node in begins)
        for node in nodes:
            if starts_by_event(node):
                spec = self.entries[node.get("id", "")]
                self.spec.starters |= {place.name: (spec, place.definition) for place in spec.places()}

    def parse_data_object(self, obj: Any) -> Any:
        """Data objects are variables of ours; stock's would be copied in and out of tasks."""
        return DataObject(obj.get("id"), obj.get("name"))


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
    "serviceTask": (ServiceTaskParser, ServiceTask),
    "subProcess": (SubProcessParser, SubProcess),
    "transaction": (SubProcessParser, Transaction),
    "adHocSubProcess": (AdHocParser, AdHocSubProcess),
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
