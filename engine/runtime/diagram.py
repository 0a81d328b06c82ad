"""An uploaded diagram as a tree that can be asked: what stands where, in which lane, under which name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, lru_cache

from lxml import etree

from engine.xml import BPMN, is_bpmn, is_flow_node, is_of_omg, local, parse

MOTCUA = "urn:motcua:bpmn:1"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

Element = etree._Element

MOST_LEVELS = 32
"""Sub-processes inside one another in one diagram, and as many again through calls while an instance runs."""
SUB_PROCESSES = ("subProcess", "transaction", "adHocSubProcess")

GLOBAL_TASKS = {
    "globalTask": "task",
    "globalUserTask": "userTask",
    "globalManualTask": "manualTask",
    "globalScriptTask": "scriptTask",
    "globalBusinessRuleTask": "businessRuleTask",
}
"""Tasks that stand by themselves, to be called, and what each of them is inside a process."""


def bpmn(name: str) -> str:
    """The full tag of a BPMN element."""
    return f"{{{BPMN}}}{name}"


class Diagram:
    """One .bpmn file. Flows that have no id are given one, from source and target in document order."""

    def __init__(self, file: str, content: bytes) -> None:
        """Parse ``content``.

        Raises:
            XmlRefused: see :func:`engine.xml.parse`.
        """
        self.file, self.content = file, content
        self.root = parse(content)
        for task in [element for element in self.root if local(element) in GLOBAL_TASKS and is_bpmn(element)]:
            self.root.replace(task, _process_around(task))
        self._name_flows()

    def _name_flows(self) -> None:
        seen: dict[str, int] = {}
        for flow in self.root.iter(bpmn("sequenceFlow")):
            if not flow.get("id"):
                base = f"{flow.get('sourceRef')}~{flow.get('targetRef')}"
                seen[base] = seen.get(base, 0) + 1
                flow.set("id", base if seen[base] == 1 else f"{base}~{seen[base]}")

    @cached_property
    def _leaving(self) -> dict[str, list[Element]]:
        return self._flows_by("sourceRef")

    @cached_property
    def _arriving(self) -> dict[str, list[Element]]:
        return self._flows_by("targetRef")

    def _flows_by(self, end: str) -> dict[str, list[Element]]:
        found: dict[str, list[Element]] = {}
        for flow in self.root.iter(bpmn("sequenceFlow")):
            found.setdefault(flow.get(end, ""), []).append(flow)
        return found

    def outgoing(self, node: Element) -> list[Element]:
        """Flows that leave an element, in document order: the order in which conditions are tried."""
        return self._leaving.get(node.get("id", ""), [])

    def incoming(self, node: Element) -> list[Element]:
        return self._arriving.get(node.get("id", ""), [])

    @property
    def is_bpmn(self) -> bool:
        return bool(self.root.tag == bpmn("definitions"))

    @cached_property
    def by_id(self) -> dict[str, Element]:
        """What the standard's references can mean; ids inside other vendors' elements are their own."""
        return {id: e for e in self.root.iter() if is_of_omg(e) and (id := e.get("id"))}

    @cached_property
    def associated(self) -> dict[str, list[str]]:
        """Id to the ids that associations lead to from there."""
        found: dict[str, list[str]] = {}
        for link in self.root.iter(bpmn("association")):
            found.setdefault(unprefixed(link.get("sourceRef", "")), []).append(unprefixed(link.get("targetRef", "")))
        return found

    @cached_property
    def processes(self) -> list[Element]:
        return list(self.root.iterchildren(bpmn("process")))

    @cached_property
    def executable(self) -> list[Element]:
        """The processes meant to run: all but those that say ``isExecutable="false"``."""
        return [process for process in self.processes if is_true(process, "isExecutable", True)]

    def declared(self, kind: str) -> dict[str, Element]:
        """Messages, signals, errors or escalations by id."""
        return self._declared.get(kind, {})

    @cached_property
    def _declared(self) -> dict[str, dict[str, Element]]:
        found: dict[str, dict[str, Element]] = {}
        for element in filter(is_bpmn, self.root):
            if id := element.get("id"):
                found.setdefault(local(element), {})[id] = element
        return found

    @cached_property
    def guarded(self) -> frozenset[str]:
        """Ids of the activities with events on their border."""
        return frozenset(event.get("attachedToRef", "") for event in self.root.iter(bpmn("boundaryEvent")))

    @cached_property
    def message_flows(self) -> dict[str, Element]:
        """Id of either end to the first message flow that is drawn there."""
        found: dict[str, Element] = {}
        for flow in self.root.iter(bpmn("messageFlow")):
            for end in ("sourceRef", "targetRef"):
                found.setdefault(unprefixed(flow.get(end, "")), flow)
        return found

    @cached_property
    def lanes(self) -> dict[str, list[Element]]:
        """Flow node to the lanes it stands in, innermost first."""
        found: dict[str, list[Element]] = {}
        for reference in self.root.iter(bpmn("flowNodeRef")):
            lane = reference.getparent()
            inner = found.setdefault((reference.text or "").strip(), [])
            if lane is not None:
                inner.append(lane)
        for lanes in found.values():
            lanes.sort(key=lambda lane: -len(list(lane.iterancestors())))
        return found

    def lane_of(self, node: Element) -> Element | None:
        """The innermost lane; what stands in a sub-process stands in the sub-process's lane."""
        at: Element | None = node
        while at is not None:
            if lanes := self.lanes.get(at.get("id", "")):
                return lanes[0]
            at = at.getparent()
        return None


def _process_around(task: Element) -> Element:
    """A global task is a process of one step that call activities call (BPMN 2.0.2, 10.3.8)."""
    process = etree.Element(bpmn("process"), {name: task.get(name, "") for name in ("id", "name") if task.get(name)})
    step = etree.SubElement(process, bpmn(GLOBAL_TASKS[local(task)]), {str(k): str(v) for k, v in task.attrib.items()})
    step.set("id", f"{task.get('id')}.task")
    process.sourceline = step.sourceline = task.sourceline
    for inside in task:
        (process if local(inside) == "ioSpecification" else step).append(inside)
    process.append(step)
    return process


def containers(process: Element) -> Iterator[Element]:
    """A process and the sub-processes in it, outermost first."""
    yield process
    for node in flow_nodes(process):
        if local(node) in SUB_PROCESSES:
            yield from containers(node)


def starts_by_event(node: Element) -> bool:
    """Whether something outside begins an instance at this element."""
    if local(node) == "startEvent":
        return kind_of(node) != "none"
    return local(node) in ("receiveTask", "eventBasedGateway") and is_true(node, "instantiate", False)


def entries(diagram: Diagram, container: Element) -> list[Element]:
    """Where tokens begin: plain start events, else everything that nothing leads to (BPMN 2.0.2, 10.5.2)."""
    nodes = [node for node in flow_nodes(container) if not starts_by_event(node)]
    if any(local(node) == "startEvent" for node in flow_nodes(container)):
        return [node for node in nodes if local(node) == "startEvent"]
    return [node for node in nodes if not _is_led_to(diagram, node)]


def _is_led_to(diagram: Diagram, node: Element) -> bool:
    """Whether a token comes to a node by itself: along a flow or link, or because of an event."""
    links = local(node) == "intermediateCatchEvent" and kind_of(node) == "link"
    called = is_true(node, "triggeredByEvent", False) or is_true(node, "isForCompensation", False)
    return links or called or local(node) == "boundaryEvent" or bool(diagram.incoming(node))


def flow_nodes(container: Element) -> list[Element]:
    """The activities, events and gateways directly in a process or sub-process."""
    return [child for child in container if is_flow_node(child)]


def flows(container: Element) -> list[Element]:
    """The sequence flows directly in a process or sub-process."""
    return list(container.iterchildren(bpmn("sequenceFlow")))


def is_true(element: Element, attribute: str, default: bool) -> bool:
    """An attribute of type xsd:boolean, which may be written 1 and 0 as well."""
    value = element.get(attribute)
    return default if value is None else value.strip() in ("true", "1")


def child(element: Element, name: str) -> Element | None:
    """The first BPMN child of that name."""
    return element.find(bpmn(name))


def children(element: Element, name: str) -> list[Element]:
    """The BPMN children of that name, in document order."""
    return list(element.iterchildren(bpmn(name)))


def text_of(element: Element | None) -> str | None:
    """The text of an element, without the white space around; None where there is none."""
    return None if element is None or element.text is None or not element.text.strip() else element.text.strip()


def event_definitions(node: Element) -> list[Element]:
    """The event definitions of an event, in document order; those that it refers to in their place."""
    found = []
    for inside in node:
        if is_bpmn(inside) and local(inside).endswith("EventDefinition"):
            found.append(inside)
        elif is_bpmn(inside) and local(inside) == "eventDefinitionRef":
            found.append(_referred(inside))
    return found


def _referred(reference: Element) -> Element:
    """The event definition that stands in the file once for all events that refer to it; else the reference itself."""
    id = unprefixed((reference.text or "").strip())
    return _roots(reference.getroottree().getroot()).get(id, reference)


@lru_cache(maxsize=1)
def _roots(root: Element) -> dict[str, Element]:
    """What stands beside the processes, by id; of the file that is being looked at."""
    return {id: e for e in root if is_bpmn(e) and (id := e.get("id"))}


def unprefixed(ref: str) -> str:
    """A QName's local part: references inside a file need no prefix, some modelers write one."""
    return ref.rpartition(":")[2]


def kind_of(node: Element) -> str:
    """message, timer, signal, …; "none" for an event without definition, "multiple" for several."""
    found = event_definitions(node)
    if not found:
        return "none"
    if len(found) > 1:
        return "parallelMultiple" if is_true(node, "parallelMultiple", False) else "multiple"
    return definition_kind(found[0])


def definition_kind(definition: Element) -> str:
    """message, timer, signal, … of one event definition."""
    return local(definition).removesuffix("EventDefinition")
