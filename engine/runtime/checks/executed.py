"""What is executed: elements, and events in their places."""

from __future__ import annotations

ACTIVITIES = frozenset(
    {
        "task", "userTask", "manualTask", "scriptTask", "serviceTask", "sendTask", "receiveTask", "subProcess",
        "transaction", "adHocSubProcess", "callActivity",
    }
)  # fmt: skip
GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"})
EVENTS: dict[str, frozenset[str]] = {
    "startEvent": frozenset({"none", "message", "timer", "signal", "multiple", "parallelMultiple"}),
    "endEvent": frozenset(
        {"none", "message", "signal", "error", "escalation", "terminate", "cancel", "compensate", "multiple"}
    ),
    "intermediateCatchEvent": frozenset(
        {"message", "timer", "signal", "conditional", "link", "multiple", "parallelMultiple"}
    ),
    "intermediateThrowEvent": frozenset({"none", "message", "signal", "escalation", "link", "compensate", "multiple"}),
    "boundaryEvent": frozenset(
        {
            "message", "timer", "signal", "conditional", "error", "escalation", "cancel", "compensate", "multiple",
            "parallelMultiple",
        }
    ),
}  # fmt: skip
"""Which events are executed where."""
EVENT_SUB_PROCESS = frozenset(
    {
        "message", "timer", "signal", "conditional", "error", "escalation", "compensate", "multiple", "parallelMultiple",
    }
)  # fmt: skip
"""Which events may start an event sub-process."""
ALONE = frozenset({"terminate", "cancel", "compensate", "link"})
"""Events that are not executed as one of several of an element."""
EXECUTED = ACTIVITIES | GATEWAYS | EVENTS.keys()

LOOPS = ("multiInstanceLoopCharacteristics", "standardLoopCharacteristics")
