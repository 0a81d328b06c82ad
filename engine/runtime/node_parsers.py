"""What makes an element of a diagram into a task of SpiffWorkflow: one class for each kind that needs its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser

from engine.domain.calendar import Limit
from engine.runtime import extensions, language
from engine.runtime.checks.activities import loop_items, topic_of
from engine.runtime.checks.executed import ACTIVITIES
from engine.runtime.data_parser import data_flow, variable_of
from engine.runtime.diagram import (
    Diagram,
    Element,
    child,
    flow_nodes,
    is_true,
    kind_of,
    text_of,
    unprefixed,
)
from engine.runtime.event_parser import definition_of
from engine.runtime.specs.base import Flow, ProcessSpec
from engine.runtime.specs.compensating import Compensation
from engine.runtime.specs.events import (
    BoundarySplit,
)
from engine.runtime.specs.gateways import EventGateway
from engine.runtime.specs.loops import ParallelMultiInstance, SequentialMultiInstance, StandardLoop
from engine.runtime.specs.papers import PaperTask
from engine.runtime.specs.subprocesses import EventSubProcess
from engine.xml import local

if TYPE_CHECKING:
    from engine.runtime.parser import DiagramProcessParser

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
        self.task = self.step = self.create_task()
        self.task.facts = self.facts()
        self.task.is_activity = local(self.node) in ACTIVITIES
        self.dress(self.task)
        self._let_data_move()
        if (loop := child(self.node, "standardLoopCharacteristics")) is not None:
            self._repeat_while(loop)
        if (loop := child(self.node, "multiInstanceLoopCharacteristics")) is not None:
            self._repeat_for(loop)
        if (fee := extensions.attribute(self.node, "fee")) is not None:
            self.task.fee = language.expression(fee)
        boundary = self.process_parser.get_boundary_events(self.bpmn_id)
        listening = [event for event in boundary if kind_of(event) != "compensate"]
        return self._guard(listening) if listening else self.task

    def dress(self, task: Any) -> None:
        """Give the element what its kind needs beyond its facts."""

    def _let_data_move(self) -> None:
        """A multi-instance activity takes its collections in once, everything else moves with each of its children."""
        loop = child(self.node, "multiInstanceLoopCharacteristics")
        self.collections = () if loop is None else self._collections(loop)
        self.step.data_flow = data_flow(self.diagram, self.node, self.collections, body=False)

    def _collections(self, loop: Element) -> tuple[str, ...]:
        refs = [text_of(child(loop, tag)) for tag in ("loopDataInputRef", "loopDataOutputRef")]
        return tuple(variable_of(self.diagram, ref) for ref in refs if ref is not None)

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
            self._loop_data(loop, ref) for ref in ("loopDataInputRef", "loopDataOutputRef")
        )
        body.data_flow = data_flow(self.diagram, self.node, self.collections, body=True)
        body.item_name, body.result_name = loop_items(loop)
        self._mark_body("multiInstance")

    def _loop_data(self, loop: Element, tag: str) -> str | None:
        ref = text_of(child(loop, tag))
        return None if ref is None else variable_of(self.diagram, ref)

    def _mark_body(self, loop: str) -> None:
        self.task.facts = {**self.step.facts, "loop": loop}
        self.task.is_activity = True

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
        if isinstance(self.task, EventGateway):
            self.task.listen_behind()

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
        task = self.spec_class(self.spec, self.bpmn_id, event_definition=_NO_EVENT, **self.bpmn_attributes)
        task.all_needed = self.node.get("eventGatewayType") == "Parallel"
        return task


class ServiceTaskParser(NodeParser):
    """Work for another system, or a paper: whose it is, what it is given, what is taken of its results."""

    def create_task(self) -> Any:
        form = extensions.attribute(self.node, "paper")
        if form is None:
            return super().create_task()
        task = PaperTask(self.spec, self.bpmn_id, **self.bpmn_attributes)
        task.form = form
        return task

    def dress(self, task: Any) -> None:
        task.topic = topic_of(self.diagram, self.node) or ""
        task.sends = extensions.names(self.node, "dataIn") or ()
        task.keeps = extensions.names(self.node, "dataOut")


class SubProcessParser(NodeParser):
    """A sub-process brings a process of its own."""

    def create_task(self) -> Any:
        inner = self._inner()
        if is_true(self.node, "triggeredByEvent", False):
            return self._event_sub_process(inner)
        task = self.spec_class(self.spec, self.bpmn_id, subworkflow_spec=self.bpmn_id, **self.bpmn_attributes)
        task.inner_spec = inner
        return task

    def _inner(self) -> ProcessSpec:
        parser = self.process_parser.parser
        parser.create_parser(self.node, filename=self.filename, lane=self.lane)
        inner: ProcessSpec = parser.process_parsers[self.bpmn_id].get_spec()
        return inner

    def _event_sub_process(self, inner: ProcessSpec) -> EventSubProcess:
        """Its start event's definition is what it listens with; the start event itself just passes."""
        task = EventSubProcess(self.spec, self.bpmn_id, subworkflow_spec=self.bpmn_id, **self.bpmn_attributes)
        start = next(node for node in flow_nodes(self.node) if local(node) == "startEvent")
        begins = inner.task_specs[start.get("id", "")]
        task.inner_spec, task.definition = inner, begins.definition
        inner.entries, begins.definition = (begins,), None
        task.interrupting = is_true(start, "isInterrupting", True)
        if isinstance(task.definition, Compensation):
            self.spec.undoing = task
        else:
            self.spec.event_subprocesses.append(task)
        return task


class AdHocParser(SubProcessParser):
    """A sub-process without an order."""

    def create_task(self) -> Any:
        task = super().create_task()
        task.completion = language.expression(text_of(child(self.node, "completionCondition")) or "")
        task.sequential = self.node.get("ordering") == "Sequential"
        task.cancels = is_true(self.node, "cancelRemainingInstances", True)
        task.inner_spec.ad_hoc = task.inner_spec.start.ad_hoc = task
        return task


class CallActivityParser(NodeParser):
    """What is called is found when an instance runs."""

    def create_task(self) -> Any:
        called = unprefixed(self.node.get("calledElement", ""))
        task = self.spec_class(self.spec, self.bpmn_id, subworkflow_spec=called, **self.bpmn_attributes)
        task.takes, task.gives = extensions.names(self.node, "dataIn"), extensions.names(self.node, "dataOut")
        return task
