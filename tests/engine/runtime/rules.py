"""For each rule the smallest upload that breaks it. Tests run them; docs/bpmn-rules.md shows them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from textwrap import dedent

from lxml.etree import indent, tostring

from engine.domain.definition import Resource
from engine.xml import XmlRefused, parse
from tests.engine.runtime.models import (
    NAMESPACES,
    boundary,
    diagram,
    end,
    flow,
    message,
    node,
    path,
    script,
    start,
    sub_process,
    timer,
    user,
)


@dataclass(frozen=True, slots=True)
class Example:
    """What breaks one rule: the inside of a process, ``more`` beside it, or whole files where these are the point.

    ``clause`` is where BPMN 2.0.2 has the rule; None where it is a rule of this engine.
    """

    clause: str | None
    body: str = ""
    more: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)
    sketch: str = ""
    """What a person is shown instead, where the whole would be too long to read."""

    @property
    def shown(self) -> dict[str, str]:
        """The same as a person reads it; without a name, the inside of a process and what is beside it."""
        if self.sketch:
            return {"": self.sketch}
        if self.files:
            return {name: _indented(content) for name, content in self.files.items()}
        wrapped = _indented(f"<process {NAMESPACES}>{self.body}{self.more}</process>".encode())
        return {"": dedent(wrapped.partition("\n")[2].rpartition("\n")[0])}

    @property
    def upload(self) -> list[Resource]:
        """The files as they are sent."""
        files = self.files or {"m.bpmn": diagram(self.body, more=self.more)}
        return [Resource(name, content) for name, content in files.items()]


def _indented(content: bytes) -> str:
    try:
        root = parse(content)
    except XmlRefused:
        return content.decode()
    indent(root)
    return re.sub(r"(\w)\1{50,}", r"\1\1\1…", tostring(root, encoding="unicode"))


def _whole(body: str, process: str = 'isExecutable="true"', definitions: str = NAMESPACES) -> bytes:
    return f'<definitions {definitions}><process id="p" {process}>{body}</process></definitions>'.encode()


def _file(content: bytes, name: str = "m.bpmn", **others: bytes) -> dict[str, bytes]:
    return {name: content, **{key.replace("__", "/").replace("_", "."): value for key, value in others.items()}}


def _branches(one: str, other: str, split: str = "parallelGateway", join: str = "parallelGateway") -> str:
    """Two branches between a split and a join; ``one`` is an element ``a``, ``other`` an element ``b``."""
    condition = "x > 1" if split == "exclusiveGateway" else None
    default = {"default": "g__b"} if condition else {}
    flows = path("s", "g") + flow("g", "a", condition) + flow("g", "b") + path("a", "j") + path("b", "j", "e")
    return start() + node(split, "g", **default) + one + other + node(join, "j") + end() + flows


def _two_inclusive_joins() -> str:
    """Each join has one way in from the split, and one from behind the other join."""
    gateways = "".join(node("inclusiveGateway", id) for id in ("g", "j", "k"))
    chosen = "".join(node("exclusiveGateway", id, default=f"{id}__e") for id in ("a", "b"))
    flows = (
        flow("g", "j", "x > 1") + flow("g", "k", "x > 2") + path("s", "g") + path("j", "a", "e") + path("k", "b", "e")
    )
    return start() + gateways + chosen + end() + flows + flow("a", "k", "x > 3") + flow("b", "j", "x > 4")


def _associated(source: str, target: str) -> str:
    return f'<association id="{source}--{target}" sourceRef="{source}" targetRef="{target}"/>'


def _throws(definition: str) -> str:
    return start() + end("e", definition) + path("s", "e")


def _conditional(text: str) -> str:
    return f"<conditionalEventDefinition><condition>{text}</condition></conditionalEventDefinition>"


def _pools(*flows: str) -> str:
    """Two pools, the first with the process, and message flows."""
    pools = '<participant id="office" processRef="p"/><participant id="citizen"/>'
    return f'<collaboration id="c">{pools}{"".join(flows)}</collaboration>'


OK = start() + user("u") + end() + path("s", "u", "e")
CALLS = start() + node("callActivity", "c", calledElement="{}") + end() + path("s", "c", "e")
FORM = b'{"type": "object", "properties": {"x": {"type": "string"}}}'


def _nested(levels: int) -> str:
    """Sub-processes inside one another."""
    inside = start("i") + user("u") + path("i", "u")
    for number in range(levels, 0, -1):
        inside = start(f"s{number}") + sub_process(f"p{number}", inside) + path(f"s{number}", f"p{number}")
    return inside


_ENOUGH = "<completionCondition>x > 1</completionCondition>"
_EITHER = node("intermediateCatchEvent", "t", timer("PT1H")) + node("receiveTask", "r", messageRef="m_go")
_GUARDED = boundary("b", "u", timer("PT1H"))
_UNDO = boundary("b", "u", "<compensateEventDefinition/>")

REFUSED: dict[str, Example] = {
    # the file
    "notBpmn": Example("8.2.1", files=_file(b"<html/>")),
    "noProcess": Example("10.2", files=_file(_whole(OK, 'isExecutable="false"'))),
    "duplicateId": Example("8.3.1", OK + user("u")),
    "schemaViolation": Example("15.3", start() + user("u", colour="red") + path("s", "u")),
    "duplicateProcess": Example(None, files=_file(_whole(OK), n_bpmn=_whole(OK))),
    "missingId": Example(None, OK + "<task/>"),
    "badId": Example("8.3.1", start() + user("u/x") + flow("s", "u/x", id="f")),
    "nameTooLong": Example(None, start() + user("u", motcua_assignee="x" * 1_001) + path("s", "u")),
    "unknownAttribute": Example(None, start() + user("u", motcua_candidateGroup="x") + path("s", "u")),
    "attributeNotHere": Example(None, start() + user("u", motcua_missedCycle="once") + path("s", "u")),
    # what is executed
    "notExecuted": Example(None, start() + node("complexGateway", "j") + path("s", "j")),
    # references
    "referenceDangling": Example("8.3.1", OK + _associated("u", "nowhere")),
    "referenceWrongKind": Example("8.3.1", '<laneSet id="ls"><lane id="l"><flowNodeRef>m_go</flowNodeRef></lane></laneSet>' + OK),
    "laneOfOther": Example("10.8", '<laneSet id="ls"><lane id="l"><flowNodeRef>v</flowNodeRef></lane></laneSet>' + OK, '<process id="q">' + start("s2") + user("v") + path("s2", "v") + "</process>"),
    "messageFlowEnd": Example("7.6.2", OK, _pools('<messageFlow id="f" sourceRef="e" targetRef="citizen"/>')),
    "messageFlowInPool": Example("7.6.2", start() + user("u") + user("v") + path("s", "u", "v"), _pools('<messageFlow id="f" sourceRef="u" targetRef="v"/>')),
    # flows
    "danglingFlow": Example("8.4.13", OK + flow("u", "nowhere")),
    "flowAcrossScopes": Example("7.6.1", start() + sub_process("p1", start("i") + user("u") + path("i", "u")) + path("s", "p1") + flow("p1", "u")),
    "defaultNotOutgoing": Example("8.4.13", start() + user("u", default="nope") + path("s", "u")),
    "conditionMissing": Example("13.4.2", start() + node("exclusiveGateway", "g", default="g__e") + end() + end("f") + path("s", "g", "e") + flow("g", "f")),
    "conditionRefused": Example(None, start() + user("u") + end() + end("f") + path("s", "u", "e") + flow("u", "f", "__import__('os')")),
    "conditionNotAllowed": Example("10.6.4", start() + node("parallelGateway", "g") + end() + end("f") + path("s", "g", "e") + flow("g", "f", "x == 1")),
    # events
    "noStart": Example("13.2"),
    "severalStarts": Example(None, OK + start("s2") + flow("s2", "u", id="f2")),
    "startNotPlain": Example("10.5.2", start() + sub_process("p1", start("i", timer("PT1H")) + end("ie") + path("i", "ie")) + path("s", "p1")),
    "eventSubProcessStart": Example("10.3.5", OK + sub_process("h", start("hs") + end("he") + path("hs", "he"), triggeredByEvent="true")),
    "flowIntoStart": Example("10.5.2", OK + flow("u", "s")),
    "flowOutOfEnd": Example("10.5.3", OK + flow("e", "u")),
    "flowIntoBoundary": Example("10.5.4", OK + _GUARDED + flow("b", "e") + flow("s", "b")),
    "flowOfEventSubProcess": Example("10.3.5", OK + sub_process("h", start("hs", message()) + end("he") + path("hs", "he"), triggeredByEvent="true") + flow("u", "h")),
    "boundaryWithoutHost": Example("10.5.4", OK + boundary("b", "nobody", timer("PT1H")) + flow("b", "e")),
    "boundaryWithoutEvent": Example("10.5.4", OK + boundary("b", "u", "") + flow("b", "e")),
    "eventNotExecuted": Example("10.5.4", start() + node("intermediateCatchEvent", "c", "<errorEventDefinition/>") + end() + path("s", "c", "e")),
    "eventNotAlone": Example(None, _throws('<signalEventDefinition signalRef="s_bell"/><terminateEventDefinition/>')),
    "conditionalStart": Example(None, start("s", _conditional("x > 1")) + end() + path("s", "e")),
    "eventConditionMissing": Example("10.5.5", OK + boundary("b", "u", _conditional("")) + flow("b", "e")),
    "eventConditionRefused": Example(None, OK + boundary("b", "u", _conditional("import os")) + flow("b", "e")),
    "referenceMissing": Example("8.4.11", start() + node("receiveTask", "r", messageRef="m_none") + path("s", "r")),
    "nameMissing": Example(None, start() + node("receiveTask", "r", messageRef="m_x") + path("s", "r"), '<message id="m_x"/>'),
    "timerMissing": Example("10.5.5", start() + node("intermediateCatchEvent", "t", "<timerEventDefinition/>") + end() + path("s", "t", "e")),
    "timerRefused": Example("10.5.5", start() + node("intermediateCatchEvent", "t", timer("PT1X")) + end() + path("s", "t", "e")),
    "limitRefused": Example(None, start() + user("u", motcua_limit="five days") + path("s", "u")),
    "statusRefused": Example(None, start() + user("u", motcua_statusCode="11") + path("s", "u")),
    "statusMove": Example(None, start() + user("u", motcua_statusCode="1") + user("v", motcua_statusCode="9") + path("s", "u", "v")),
    "clockRefused": Example(None, start() + user("u", motcua_clock="stop") + path("s", "u")),
    "missedCycleRefused": Example(None, OK + boundary("b", "u", timer("R/PT1H", "timeCycle"), interrupting=False, motcua_missedCycle="never") + flow("b", "e")),
    "linkUnmatched": Example("10.5.5", start() + node("intermediateThrowEvent", "l", '<linkEventDefinition name="L"/>') + path("s", "l")),
    "linkFlow": Example("10.5.5", OK + node("intermediateThrowEvent", "l", '<linkEventDefinition name="L"/>') + node("intermediateCatchEvent", "k", '<linkEventDefinition name="L"/>') + path("u", "l") + path("l", "e") + flow("k", "e")),
    "alwaysInterrupts": Example("10.5.4", OK + boundary("b", "u", '<errorEventDefinition errorRef="e_one"/>', interrupting=False) + flow("b", "e")),
    "codeMissing": Example("8.4.3", _throws('<errorEventDefinition errorRef="e_x"/>'), '<error id="e_x" name="Nameless"/>'),
    "cancelOutside": Example("10.3.5", _throws("<cancelEventDefinition/>")),
    "compensationFlow": Example("10.7.1", OK + user("v", isForCompensation="true") + _UNDO + flow("b", "e") + _associated("b", "v")),
    "compensationHandler": Example("10.7.1", OK + user("v") + flow("u", "v") + _UNDO + _associated("b", "v")),
    "compensationOutOfReach": Example("10.7.2", start() + sub_process("p1", start("i") + user("u") + path("i", "u")) + end("e", '<compensateEventDefinition activityRef="u"/>') + path("s", "p1", "e")),
    # gateways
    "eventGatewayBranch": Example("10.6.6", start() + node("eventBasedGateway", "g") + user("u") + user("v") + path("s", "g", "u") + flow("g", "v")),
    "eventGatewayMixed": Example("10.6.6", start() + node("eventBasedGateway", "g") + node("intermediateCatchEvent", "t", message("m_stop")) + node("receiveTask", "r", messageRef="m_go") + end() + path("s", "g", "t", "e") + path("g", "r", "e")),
    "eventGatewayAlone": Example("10.6.6", start() + node("eventBasedGateway", "g") + node("intermediateCatchEvent", "t", timer("PT1H")) + end() + path("s", "g", "t", "e")),
    "parallelGatewayBegins": Example("10.6.6", start() + node("eventBasedGateway", "g", eventGatewayType="Parallel") + _EITHER + end() + path("s", "g", "t", "e") + path("g", "r", "e")),
    # activities
    "beginsInTheMiddle": Example("10.3.3", start() + node("receiveTask", "r", messageRef="m_go", instantiate="true") + end() + path("s", "r", "e")),
    "topicMissing": Example(None, start() + node("serviceTask", "j") + end() + path("s", "j", "e")),
    "topicReserved": Example(None, start() + node("serviceTask", "j", motcua_topic="connector:x.y") + end() + path("s", "j", "e")),
    "connectorRefused": Example(None, start() + node("serviceTask", "j", motcua_connector="https://a.example/x") + end() + path("s", "j", "e")),
    "connectorAndTopic": Example(None, start() + node("serviceTask", "j", motcua_connector="x.y", motcua_topic="t") + end() + path("s", "j", "e")),
    "paperFormRefused": Example(None, start() + node("serviceTask", "j", motcua_paper="../mau_01") + end() + path("s", "j", "e")),
    "paperAndTopic": Example(None, start() + node("serviceTask", "j", motcua_paper="mau_01", motcua_topic="t") + end() + path("s", "j", "e")),
    "topicRefused": Example(None, start() + node("serviceTask", "j", motcua_topic="tra&#10;cứu") + end() + path("s", "j", "e")),
    "dataRefused": Example(None, start() + script("t", "x = 1", "<dataInputAssociation><targetRef>d</targetRef><transformation>import os</transformation></dataInputAssociation>") + '<dataObject id="d"/>' + end() + path("s", "t", "e")),
    "completionMissing": Example(None, start() + node("adHocSubProcess", "h", user("u")) + path("s", "h")),
    "scriptRefused": Example(None, start() + script("t", "import os") + path("s", "t")),
    "scriptMissing": Example("10.3.3", start() + script("t", " ") + path("s", "t")),
    "callMissing": Example("10.3.6", CALLS.format("nobody")),
    "callItself": Example(None, CALLS.format("p")),
    "calledVersionRefused": Example(None, start() + node("callActivity", "c", calledElement="p", motcua_calledVersion="newest") + path("s", "c")),
    "phaseRefused": Example(None, OK.replace('id="u"', 'id="u" motcua:phase="payment"')),
    "loopRefused": Example("10.3.8", start() + user("u", "<multiInstanceLoopCharacteristics/>") + path("s", "u")),
    "keyRefused": Example(None, start() + node("receiveTask", "r", messageRef="m_go", motcua_correlationKey="x.y") + path("s", "r")),
    "feeRefused": Example(None, OK.replace('id="u"', 'id="u" motcua:fee="75.000 đồng"')),
    "formMissing": Example(None, start() + user("u", motcua_formKey="f") + path("s", "u")),
    "formNotHere": Example(None, start() + script("t", "x = 1", motcua_formKey="f") + path("s", "t")),
    "adHocContent": Example("10.3.5", start() + node("adHocSubProcess", "h", start("hs") + user("u") + path("hs", "u") + _ENOUGH) + path("s", "h")),
    "adHocEmpty": Example("10.3.5", start() + node("adHocSubProcess", "h", _ENOUGH) + path("s", "h")),
    "dataOutOfReach": Example("10.4.1", start() + sub_process("p1", start("i") + '<dataObject id="d"/>') + '<dataObjectReference id="r" dataObjectRef="d"/>' + path("s", "p1")),
    "nestedTooDeep": Example(None, _nested(33), sketch='<subProcess id="p1">… and so on, 33 of them inside one another …</subProcess>'),
    # files beside the diagram
    "fileNotUsed": Example(None, files=_file(_whole(OK), table_dmn=b"<definitions/>")),
    "formRefused": Example(None, files=_file(_whole(OK), forms__f_json=b'{"type": "text"}')),
    "formUnused": Example(None, files=_file(_whole(OK), forms__f_json=FORM)),
    "fourEyesRefused": Example(None, OK.replace('id="u"', 'id="u" motcua:fourEyes="tham_dinh"')),
    "procedureRefused": Example(None, files=_file(_whole(OK), procedure_toml=b'codes = "1.001"')),
    "tableRefused": Example(None, files=_file(_whole(OK), tables__phi_toml=b"[[row]]\nmuc = 1")),
    "tomlRefused": Example(None, files=_file(_whole(OK), procedure_toml=b"name = ")),
}  # fmt: skip
"""What is not executed."""
WARNED: dict[str, Example] = {
    "unreachable": Example("10.5.2", OK + user("lost")),
    "foreignAttribute": Example("8.3.3", OK.replace('id="u"', 'id="u" xmlns:acme="urn:acme" acme:colour="red"')),
    "notExecutableProcess": Example("10.2", OK, '<process id="q" isExecutable="false"/>'),
    "noTargetNamespace": Example("8.2.1", files=_file(_whole(OK, definitions=NAMESPACES.replace(' targetNamespace="urn:test"', "")))),
    "drawnNothing": Example("12.2.3", OK, '<bpmndi:BPMNDiagram xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"><bpmndi:BPMNPlane bpmnElement="gone"/></bpmndi:BPMNDiagram>'),
    "listedFlow": Example("8.4.9", start() + user("u", "<incoming>other</incoming>") + end() + path("s", "u", "e")),
    "storeNotUsed": Example("10.4.1", OK + '<dataStoreReference id="d" name="Kho hồ sơ"/>'),
    "twoLanes": Example("10.8", '<laneSet id="ls"><lane id="l"><flowNodeRef>u</flowNodeRef></lane><lane id="k"><flowNodeRef>u</flowNodeRef></lane></laneSet>' + OK),
    "sameFlowTwice": Example("13.3.1", OK + flow("u", "e", id="again")),
    "defaultWithCondition": Example("8.4.13", start() + node("exclusiveGateway", "g", default="g__f") + end() + end("f") + path("s", "g") + flow("g", "e", "x > 1") + flow("g", "f", "x > 2")),
    "onlyFlowConditional": Example("13.3.1", start() + user("u") + end() + path("s", "u") + flow("u", "e", "x > 1")),
    "eventWithoutFlow": Example("10.5.4", OK + _GUARDED),
    "gatewayDirectionWrong": Example("8.4.9", start() + node("parallelGateway", "g", gatewayDirection="Converging") + end() + end("f") + path("s", "g", "e") + flow("g", "f")),
    "statusWithoutPaper": Example(None, start() + node("serviceTask", "t", motcua_paper="mau_01") + user("u", motcua_statusCode="4") + node("endEvent", "e", name="Stopped", motcua_statusCode="8") + path("s", "t", "u", "e")),
    "gatewayWithoutUse": Example("10.6", start() + node("exclusiveGateway", "g") + end() + path("s", "g", "e")),
    "foreignLanguage": Example("8.4.6", start() + script("t", "x = 1", scriptFormat="javascript") + end() + path("s", "t", "e")),
    "racingWrites": Example("13.3.1", _branches(script("a", "x = 1"), script("b", "x = 2"))),
    "racingReads": Example("13.3.1", _branches(script("a", "x = 1"), script("b", "y = x"))),
    "racingInstances": Example("13.3.7", start() + script("t", "x = 1") + script("m", "x = 2", "<multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>") + end() + path("s", "t", "m", "e")),
    "mergedTwice": Example("13.4.1", _branches(user("a"), user("b"), join="exclusiveGateway")),
    "joinNeverFires": Example("13.4.1", _branches(user("a"), user("b"), split="exclusiveGateway")),
    "inclusiveJoinsWait": Example("13.4.3", _two_inclusive_joins()),
}  # fmt: skip
"""What is executed, and seldom meant."""
EXAMPLES = REFUSED | WARNED
