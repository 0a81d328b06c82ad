"""What cannot be executed is refused at deploy: every problem at once, each with element and reason."""

from __future__ import annotations

import pytest

from engine.runtime.diagram import Diagram
from engine.runtime.rules import RULES
from engine.xml import LARGEST, XmlRefused
from tests.engine.runtime.bench import report_on
from tests.engine.runtime.models import (
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

OK = start() + user("u") + end() + path("s", "u", "e")
REFUSED = {
    "notBpmn": b"<html/>",
    "noProcess": diagram(OK).replace(b'isExecutable="true"', b'isExecutable="false"'),
    "duplicateId": diagram(OK + user("u")),
    "missingId": diagram(OK + "<task/>"),
    "unknownAttribute": diagram(start() + user("u", motcua_candidateGroup="x") + path("s", "u")),
    "badId": diagram(start() + user("u/x") + path("s", "u/x")),
    "nameTooLong": diagram(start() + user("u", motcua_assignee="x" * 1_001) + path("s", "u")),
    "attributeNotHere": diagram(start() + user("u", motcua_missedCycle="once") + path("s", "u")),
    "notExecuted": diagram(start() + node("serviceTask", "j") + path("s", "j")),
    "danglingFlow": diagram(start() + flow("s", "nowhere")),
    "flowAcrossScopes": diagram(start() + sub_process("p1", start("i") + user("u")) + path("s", "p1") + flow("p1", "u")),
    "defaultNotOutgoing": diagram(start() + user("u", default="nope") + path("s", "u")),
    "conditionMissing": diagram(start() + node("exclusiveGateway", "g") + end() + end("f") + path("s", "g", "e") + flow("g", "f")),
    "conditionRefused": diagram(start() + user("u") + end() + path("s", "u") + flow("u", "e", "__import__('os')")),
    "conditionNotAllowed": diagram(start() + end() + flow("s", "e", "x == 1")),
    "noStart": diagram(user("u")),
    "severalStarts": diagram(OK + start("s2")),
    "startNotPlain": diagram(start() + sub_process("p1", start("i", timer("PT1H"))) + path("s", "p1")),
    "eventSubProcessStart": diagram(OK + sub_process("h", start("hs"), triggeredByEvent="true")),
    "flowIntoStart": diagram(OK + flow("u", "s")),
    "flowOutOfEnd": diagram(OK + flow("e", "u")),
    "flowIntoBoundary": diagram(OK + boundary("b", "u", timer("PT1H")) + flow("s", "b")),
    "flowOfEventSubProcess": diagram(OK + sub_process("h", start("hs", message()), triggeredByEvent="true") + flow("u", "h")),
    "boundaryWithoutHost": diagram(OK + boundary("b", "nobody", timer("PT1H"))),
    "boundaryWithoutEvent": diagram(OK + boundary("b", "u", "")),
    "eventNotExecuted": diagram(start() + end("e", "<compensateEventDefinition/>") + path("s", "e")),
    "referenceMissing": diagram(start() + node("receiveTask", "r", messageRef="m_none") + path("s", "r")),
    "nameMissing": diagram(start() + node("receiveTask", "r", messageRef="m_x") + path("s", "r"), more='<message id="m_x"/>'),
    "timerMissing": diagram(start() + node("intermediateCatchEvent", "t", "<timerEventDefinition/>") + path("s", "t")),
    "timerRefused": diagram(start() + node("intermediateCatchEvent", "t", timer("PT1X")) + path("s", "t")),
    "limitRefused": diagram(start() + user("u", motcua_limit="five days") + path("s", "u")),
    "missedCycleRefused": diagram(OK + boundary("b", "u", timer("R/PT1H", "timeCycle"), motcua_missedCycle="never")),
    "linkUnmatched": diagram(start() + node("intermediateThrowEvent", "l", '<linkEventDefinition name="L"/>') + path("s", "l")),
    "eventGatewayBranch": diagram(start() + node("eventBasedGateway", "g") + user("u") + user("v") + path("s", "g", "u") + flow("g", "v")),
    "eventGatewayAlone": diagram(start() + node("eventBasedGateway", "g") + node("intermediateCatchEvent", "t", timer("PT1H")) + path("s", "g", "t")),
    "scriptRefused": diagram(start() + script("t", "import os") + path("s", "t")),
    "scriptMissing": diagram(start() + script("t", " ") + path("s", "t")),
    "calledVersionRefused": diagram(start() + node("callActivity", "c", calledElement="p", motcua_calledVersion="newest") + path("s", "c")),
    "loopRefused": diagram(start() + user("u", "<multiInstanceLoopCharacteristics/>") + path("s", "u")),
    "keyRefused": diagram(start() + node("receiveTask", "r", messageRef="m_go", motcua_correlationKey="x.y") + path("s", "r")),
    "formMissing": diagram(start() + user("u", motcua_formKey="f") + path("s", "u")),
    "formNotHere": diagram(start() + script("t", "x = 1", motcua_formKey="f") + path("s", "t")),
}  # fmt: skip
WARNED = {
    "unreachable": diagram(OK + user("lost")),
    "foreignAttribute": diagram(OK.replace('id="u"', 'id="u" xmlns:acme="urn:acme" acme:colour="red"')),
    "notExecutableProcess": diagram(OK, more='<process id="q" isExecutable="false"/>'),
}
ACROSS_FILES = {
    "duplicateProcess",
    "callMissing",
    "callItself",
    "fileNotUsed",
    "formRefused",
    "formUnused",
    "tomlRefused",
}
"""Rules over a whole upload; the deployments' tests have them."""


def test_every_rule_has_an_example():
    """A rule that nothing can break is dead; one without an example is not understood."""
    assert REFUSED.keys() | WARNED.keys() | ACROSS_FILES == RULES.keys()


@pytest.mark.parametrize("code", sorted(REFUSED))
def test_a_broken_rule_is_named(code):
    """With the code, in two languages, and where it is."""
    problems = [p for p in report_on(REFUSED[code]).problems if p.code == code]

    assert problems
    assert problems[0].vi != problems[0].en
    assert problems[0].element_id or code in ("notBpmn", "noProcess", "missingId")


@pytest.mark.parametrize("code", sorted(WARNED))
def test_what_is_suspect_is_only_warned_of(code):
    """Legal, so it may run."""
    report = report_on(WARNED[code])

    assert [w.code for w in report.warnings] == [code]
    assert report.problems == []


def test_every_problem_is_told_at_once():
    """An analyst mends a diagram in one go, not one upload per mistake."""
    content = diagram(
        start()
        + user("u", motcua_limit="x")
        + script("t", "import os")
        + node("complexGateway", "c")
        + flow("s", "nowhere")
    )

    assert {p.code for p in report_on(content).problems} == {
        "limitRefused",
        "scriptRefused",
        "notExecuted",
        "danglingFlow",
    }


@pytest.mark.parametrize(
    "tag", ["serviceTask", "businessRuleTask", "complexGateway", "adHocSubProcess", "transaction", "implicitThrowEvent"]
)
def test_what_is_not_executed_is_refused_by_name(tag):
    """Silently something else is the worst that an engine can do."""
    (problem,) = [
        p
        for p in report_on(diagram(start() + node(tag, "x", name="X") + path("s", "x"))).problems
        if p.code == "notExecuted"
    ]

    assert (problem.element_id, problem.element_name) == ("x", "X")
    assert tag in problem.en


@pytest.mark.parametrize(
    ("definition", "kind"),
    [
        ("<conditionalEventDefinition><condition>x</condition></conditionalEventDefinition>", "conditional"),
        ("<cancelEventDefinition/>", "cancel"),
        ("<compensateEventDefinition/>", "compensate"),
        (timer("PT1H") + message(), "multiple"),
    ],
)
def test_events_that_are_not_executed_are_refused(definition, kind):
    """Stock makes several of them plain events."""
    (problem,) = [
        p for p in report_on(diagram(OK + boundary("b", "u", definition))).problems if p.code == "eventNotExecuted"
    ]

    assert kind in problem.en


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"hello", "notXml"),
        (b"", "notXml"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "doctype"),
        (b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>', "doctype"),
        (b"<x>" + b" " * LARGEST + b"</x>", "xmlTooLarge"),
        (b"<x>" + b"<y/>" * 30_000 + b"</x>", "xmlTooLarge"),
        (b"<x " + b" ".join(b'a%d="1"' % i for i in range(300)) + b"/>", "xmlTooLarge"),
        (b'<x xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="/etc/passwd"/></x>', "xmlInclusion"),
        (b"<x>" * 100_000, "notXml"),
    ],
)
def test_a_hostile_file_goes_no_further_than_the_parser(content, code):
    """Refused before anything else sees the tree, and quickly."""
    with pytest.raises(XmlRefused) as refused:
        Diagram("m.bpmn", content)

    assert refused.value.code == code


def test_a_billion_laughs_do_not_expand():
    """Entities are refused, not expanded and then refused."""
    levels = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10 if i else "lol"}">' for i in range(10))

    with pytest.raises(XmlRefused):
        Diagram("m.bpmn", f"<!DOCTYPE x [{levels}]><x>&l9;</x>".encode())


def test_a_start_timer_has_no_variables_to_read():
    """Nothing has happened yet when its time is computed."""
    content = diagram(start("s", timer("deadline", "timeDate")) + end() + path("s", "e"))

    assert [p.code for p in report_on(content).problems] == ["timerRefused"]


def test_a_misspelt_attribute_on_a_lane_is_told():
    """Otherwise the lane's id would silently become the group."""
    lane = '<laneSet id="ls"><lane id="l" motcua:candidateGroup="x"><flowNodeRef>u</flowNodeRef></lane></laneSet>'

    assert [p.code for p in report_on(diagram(lane + OK)).problems] == ["unknownAttribute"]
