"""Everything that refers to something by its id: it must be there, and be of the right kind (BPMN 2.0.2, 8.3.1)."""

from __future__ import annotations

from collections.abc import Iterator

from engine.runtime.diagram import Diagram, Element, bpmn, text_of, unprefixed
from engine.runtime.report import Report, identified
from engine.xml import BPMN, is_bpmn, is_flow_node, local

ITEMS = frozenset(
    {"dataObject", "dataObjectReference", "dataStore", "dataStoreReference", "dataInput", "dataOutput", "property"}
)
"""What data can be taken from or put into (10.4.1)."""
KINDS: dict[str, frozenset[str]] = {
    "messageRef": frozenset({"message"}),
    "inMessageRef": frozenset({"message"}),
    "outMessageRef": frozenset({"message"}),
    "signalRef": frozenset({"signal"}),
    "errorRef": frozenset({"error"}),
    "escalationRef": frozenset({"escalation"}),
    "operationRef": frozenset({"operation"}),
    "supportedInterfaceRef": frozenset({"interface"}),
    "itemSubjectRef": frozenset({"itemDefinition"}),
    "itemRef": frozenset({"itemDefinition"}),
    "dataObjectRef": frozenset({"dataObject"}),
    "dataStoreRef": frozenset({"dataStore"}),
    "dataInputRefs": frozenset({"dataInput"}),
    "dataOutputRefs": frozenset({"dataOutput"}),
    "inputSetRefs": frozenset({"inputSet"}),
    "outputSetRefs": frozenset({"outputSet"}),
    "processRef": frozenset({"process"}),
    "participantRef": frozenset({"participant"}),
    "messageFlowRef": frozenset({"messageFlow"}),
    "correlationKeyRef": frozenset({"correlationKey"}),
    "correlationPropertyRef": frozenset({"correlationProperty"}),
    "resourceRef": frozenset({"resource"}),
    "parameterRef": frozenset({"resourceParameter"}),
    "categoryValueRef": frozenset({"categoryValue"}),
    "definitionalCollaborationRef": frozenset({"collaboration"}),
    "choreographyRef": frozenset({"choreography"}),
    "partnerEntityRef": frozenset({"partnerEntity"}),
    "partnerRoleRef": frozenset({"partnerRole"}),
    "interfaceRef": frozenset({"interface"}),
    "endPointRef": frozenset({"endPoint"}),
}
"""Attribute, or child element, to the kinds of what it may refer to; flow nodes and event definitions are added below."""
EVENT_DEFINITIONS = frozenset({"eventDefinitionRef", "noneBehaviorEventRef", "oneBehaviorEventRef"})
_BETTER_SAID = frozenset({"referenceMissing", "danglingFlow"})
_ENDS = ("sourceRef", "targetRef")
_DATA_ASSOCIATIONS = ("dataInputAssociation", "dataOutputAssociation")
_DRAWN = "{http://www.omg.org/spec/BPMN/20100524/DI}"


def check_references(diagram: Diagram, report: Report) -> None:
    """Refuse what refers to nothing, or to something of another kind. Runs behind the checks of single elements."""
    told = {problem.element_id for problem in report.problems if problem.code in _BETTER_SAID}
    for element in diagram.root.iter(f"{{{BPMN}}}*"):
        for attribute, ref in _refs(element):
            if identified(element).get("id") not in told:
                _check(diagram, element, attribute, ref, report)
    _check_drawing(diagram, report)
    _check_listed_flows(diagram, report)


def _refs(element: Element) -> Iterator[tuple[str, str]]:
    """What an element refers to, and by which attribute or child."""
    kind = local(element)
    for name, value in element.attrib.items():
        if (str(name) in KINDS or (kind == "association" and str(name) in _ENDS)) and value:
            yield str(name), str(value).strip()
    if (text := text_of(element)) is not None and _is_reference(element, kind):
        yield kind, text


def _is_reference(element: Element, kind: str) -> bool:
    return kind in KINDS or kind in EVENT_DEFINITIONS or kind == "flowNodeRef" or _is_data_end(element)


def _is_data_end(element: Element) -> bool:
    parent = element.getparent()
    return local(element) in _ENDS and parent is not None and local(parent) in _DATA_ASSOCIATIONS


def _check(diagram: Diagram, element: Element, attribute: str, ref: str, report: Report) -> None:
    found = resolved(diagram, ref)
    if found is None:
        if not _is_elsewhere(diagram, element, ref):
            report.refuse("referenceDangling", identified(element), attribute=attribute, ref=ref)
    elif (wanted := _wanted(element, attribute, found)) is not None:
        report.refuse(
            "referenceWrongKind", identified(element), attribute=attribute, ref=ref, found=local(found), what=wanted
        )


def resolved(diagram: Diagram, ref: str) -> Element | None:
    """What an id, with or without a prefix, stands for."""
    return diagram.by_id.get(unprefixed(ref))


def _is_elsewhere(diagram: Diagram, element: Element, ref: str) -> bool:
    """A name of another namespace (8.2.2) stands in another file, which this one cannot see."""
    prefix = ref.rpartition(":")[0]
    namespace = element.nsmap.get(prefix) if prefix else None
    return namespace not in (None, BPMN, diagram.root.get("targetNamespace"))


def _wanted(element: Element, attribute: str, found: Element) -> str | None:
    """What should stand there; None when the right thing does."""
    kind = local(found)
    if attribute == "flowNodeRef":
        return None if is_flow_node(found) else "flow node"
    if attribute in EVENT_DEFINITIONS:
        return None if kind.endswith("EventDefinition") else "event definition"
    if _is_data_end(element):
        return None if kind in ITEMS else "data object"
    kinds = KINDS.get(attribute)
    return None if kinds is None or kind in kinds else ", ".join(sorted(kinds))


def _check_drawing(diagram: Diagram, report: Report) -> None:
    """A drawing of something that is not there says more than the process does."""
    for shape in diagram.root.iter(f"{_DRAWN}BPMNShape", f"{_DRAWN}BPMNEdge", f"{_DRAWN}BPMNPlane"):
        ref = shape.get("bpmnElement")
        if ref and resolved(diagram, ref) is None and not _is_elsewhere(diagram, shape, ref):
            report.warn("drawnNothing", shape, what=local(shape), ref=ref)


def _check_listed_flows(diagram: Diagram, report: Report) -> None:
    """Elements may list their flows (8.4.9); the flow's own ends are what counts."""
    for side, end in (("incoming", "targetRef"), ("outgoing", "sourceRef")):
        for listed in diagram.root.iter(bpmn(side)):
            node, ref = listed.getparent(), text_of(listed)
            if node is None or ref is None or not is_bpmn(node) or not is_flow_node(node):
                continue
            flow = resolved(diagram, ref)
            if flow is None or unprefixed(flow.get(end, "")) != node.get("id"):
                report.warn("listedFlow", node, side=side, ref=ref)
