"""An uploaded diagram as a tree that can be asked: what stands where, in which lane, under which name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from lxml import etree

from engine.xml import BPMN, is_bpmn, is_flow_node, local, parse

MOTCUA = "urn:motcua:bpmn:1"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

Element = etree._Element


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
        return {id: e for e in self.root.iter() if isinstance(e.tag, str) and (id := e.get("id"))}

    @cached_property
    def processes(self) -> list[Element]:
        return list(self.root.iterchildren(bpmn("process")))

    @property
    def executable(self) -> list[Element]:
        """The processes meant to run: all but those that say ``isExecutable="false"``."""
        return [process for process in self.processes if is_true(process, "isExecutable", True)]

    def declared(self, kind: str) -> dict[str, Element]:
        """Messages, signals, errors or escalations by id."""
        return {id: e for e in self.root.iterchildren(bpmn(kind)) if (id := e.get("id"))}

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


def containers(process: Element) -> Iterator[Element]:
    """A process and the sub-processes in it, outermost first."""
    yield process
    for node in flow_nodes(process):
        if local(node) in ("subProcess", "transaction", "adHocSubProcess"):
            yield from containers(node)


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


def text_of(element: Element | None) -> str | None:
    """The text of an element, without the white space around; None where there is none."""
    return None if element is None or element.text is None or not element.text.strip() else element.text.strip()


def event_definitions(node: Element) -> list[Element]:
    """The event definitions directly in an event; what it refers to counts as well."""
    return [c for c in node if is_bpmn(c) and local(c).endswith(("EventDefinition", "eventDefinitionRef"))]


def kind_of(node: Element) -> str:
    """message, timer, signal, …; "none" for an event without definition, "multiple" for several."""
    found = event_definitions(node)
    if not found:
        return "none"
    return "multiple" if len(found) > 1 else local(found[0]).removesuffix("EventDefinition")
