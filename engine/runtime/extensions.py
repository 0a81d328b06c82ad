"""What our attributes on diagram elements say, and the equivalents that Camunda's modelers write."""

from __future__ import annotations

from engine.runtime.diagram import CAMUNDA, MOTCUA, ZEEBE, Element
from engine.xml import local

OURS = frozenset(
    [
        "candidateGroups",
        "assignee",
        "formKey",
        "statusCode",
        "legalBasis",
        "limit",
        "clock",
        "missedCycle",
        "topic",
        "connector",
        "paper",
        "calledVersion",
        "correlationKey",
        "dataIn",
        "dataOut",
        "location",
        "phase",
        "fourEyes",
        "fee",
    ]
)
"""The attributes of ``urn:motcua:bpmn:1``."""
PHASES = ("intake", "appraisal", "approval", "return")
"""The four steps of every procedure, in their order."""
TASKS = frozenset(
    {
        "task", "userTask", "manualTask", "scriptTask", "serviceTask", "sendTask", "receiveTask", "subProcess",
        "transaction", "adHocSubProcess", "callActivity",
    }
)  # fmt: skip
EVENTS = frozenset({"startEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent", "endEvent"})
WAITS = frozenset(
    {
        "userTask",
        "receiveTask",
        "serviceTask",
        "intermediateCatchEvent",
        "boundaryEvent",
        "eventBasedGateway",
        "subProcess",
        "callActivity",
    }
)
CHARGED = frozenset({"task", "userTask", "manualTask", "scriptTask", "serviceTask", "sendTask", "receiveTask"})
"""What can find that something is to be paid."""
PLACES: dict[str, frozenset[str]] = {
    "candidateGroups": frozenset({"userTask", "lane"}),
    "assignee": frozenset({"userTask"}),
    "fourEyes": frozenset({"userTask"}),
    "limit": frozenset({"userTask", "timer"}),
    "missedCycle": frozenset({"timer"}),
    "correlationKey": frozenset({"message", "sendTask", "receiveTask"}),
    "calledVersion": frozenset({"callActivity"}),
    "topic": frozenset({"serviceTask"}),
    "connector": frozenset({"serviceTask"}),
    "paper": frozenset({"serviceTask"}),
    "dataIn": frozenset({"serviceTask", "callActivity", "sendTask", "message", "signal"}),
    "dataOut": frozenset({"serviceTask", "callActivity"}),
    "clock": WAITS,
    "fee": CHARGED,
    "location": TASKS | {"lane"},
    "phase": TASKS,
}
"""Where an attribute means something: the kind of element, or of its event. What is not listed may stand anywhere."""
FROM_CAMUNDA = frozenset({"candidateGroups", "assignee", "formKey", "topic"})
"""Attributes that mean the same in Camunda 7's namespace."""
FROM_ZEEBE = {
    "candidateGroups": ("assignmentDefinition", "candidateGroups"),
    "assignee": ("assignmentDefinition", "assignee"),
    "formKey": ("formDefinition", "formKey"),
    "topic": ("taskDefinition", "type"),
}
"""Attributes that mean the same in Camunda 8's extension elements."""


def attribute(element: Element, name: str) -> str | None:
    """The value of one of our attributes, or of its equivalent; None where there is none."""
    value = element.get(f"{{{MOTCUA}}}{name}")
    if value is None and name in FROM_CAMUNDA:
        value = element.get(f"{{{CAMUNDA}}}{name}")
    if value is None and name in FROM_ZEEBE:
        value = _from_zeebe(element, *FROM_ZEEBE[name])
    return value.strip() if value and value.strip() else None


def _from_zeebe(element: Element, tag: str, name: str) -> str | None:
    found = element.find(f"{{*}}extensionElements/{{{ZEEBE}}}{tag}")
    return None if found is None else found.get(name)


def names(element: Element, name: str) -> tuple[str, ...] | None:
    """A comma-separated attribute as a tuple."""
    value = attribute(element, name)
    return None if value is None else tuple(part.strip() for part in value.split(",") if part.strip())


def four_eyes(element: Element) -> tuple[str, ...]:
    """The elements whose doers may not do this one: ids, with spaces or commas between."""
    return tuple((attribute(element, "fourEyes") or "").replace(",", " ").split())


def misspelt(element: Element) -> list[str]:
    """Attributes in our namespace that mean nothing."""
    prefix = f"{{{MOTCUA}}}"
    return [
        str(a).removeprefix(prefix)
        for a in element.attrib
        if str(a).startswith(prefix) and str(a)[len(prefix) :] not in OURS
    ]


def misplaced(element: Element, event: str) -> list[str]:
    """Attributes of ours that mean nothing on this kind of element."""
    here = {local(element), event}
    return [
        name for name, places in PLACES.items() if element.get(f"{{{MOTCUA}}}{name}") is not None and not here & places
    ]


def foreign(element: Element) -> list[str]:
    """Attributes of other vendors that are kept and not acted on, as ``{namespace}name``."""
    return [str(a) for a in element.attrib if _is_foreign(str(a))]


def _is_foreign(name: str) -> bool:
    namespace, _, local = name.removeprefix("{").rpartition("}")
    if not namespace or namespace == MOTCUA or namespace.startswith("http://www.w3.org/"):
        return False
    return not (namespace == CAMUNDA and local in FROM_CAMUNDA)
