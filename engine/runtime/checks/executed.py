"""What is executed: elements, and events in their places."""

from __future__ import annotations

ACTIVITIES = frozenset(
    {"task", "userTask", "manualTask", "scriptTask", "sendTask", "receiveTask", "subProcess", "callActivity"}
)
GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"})
EVENTS: dict[str, frozenset[str]] = {
    "startEvent": frozenset({"none", "message", "timer", "signal"}),
    "endEvent": frozenset({"none", "message", "signal", "error", "escalation", "terminate"}),
    "intermediateCatchEvent": frozenset({"message", "timer", "signal", "link"}),
    "intermediateThrowEvent": frozenset({"none", "message", "signal", "escalation", "link"}),
    "boundaryEvent": frozenset({"message", "timer", "signal", "error", "escalation"}),
}
"""Which events are executed where."""
EVENT_SUB_PROCESS = frozenset({"message", "timer", "signal", "error", "escalation"})
"""Which events may start an event sub-process."""
EXECUTED = ACTIVITIES | GATEWAYS | EVENTS.keys()

LOOPS = ("multiInstanceLoopCharacteristics", "standardLoopCharacteristics")
DATA_NOT_EXECUTED = frozenset(
    {"dataStoreReference", "dataObject", "dataObjectReference", "dataInputAssociation", "dataOutputAssociation"}
)
