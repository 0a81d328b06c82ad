"""What cannot be executed is refused at deploy: every problem at once, each with element and reason."""

from __future__ import annotations

import pytest

from engine.runtime.diagram import Diagram
from engine.xml import LARGEST, XmlRefused
from tests.engine.runtime.bench import report_on
from tests.engine.runtime.models import (
    boundary,
    diagram,
    end,
    flow,
    node,
    path,
    script,
    start,
    timer,
    user,
)

OK = start() + user("u") + end() + path("s", "u", "e")


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


@pytest.mark.parametrize("tag", ["businessRuleTask", "complexGateway", "implicitThrowEvent", "callChoreography"])
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
    ("element", "what"),
    [
        (user("x", '<multiInstanceLoopCharacteristics behavior="None"><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>'), "multiInstance behavior=None"),
        (user("x", '<multiInstanceLoopCharacteristics behavior="One"><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>'), "multiInstance behavior=One"),
        (user("x", '<multiInstanceLoopCharacteristics behavior="Complex"><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>'), "multiInstance behavior=Complex"),
        (user("x", startQuantity="2"), "startQuantity"),
        (user("x", completionQuantity="2"), "completionQuantity"),
    ],
)  # fmt: skip
def test_what_is_left_for_later_is_refused_by_name(element, what):
    """Legal BPMN, so the reason is not that the diagram is wrong."""
    (problem,) = report_on(diagram(start() + element + end() + path("s", "x", "e"))).problems

    assert (problem.code, problem.element_id) == ("notExecuted", "x")
    assert what in problem.en


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (boundary("b", "u", '<linkEventDefinition name="L"/>'), "link"),
        (boundary("b", "u", "<terminateEventDefinition/>"), "terminate"),
        (node("intermediateCatchEvent", "b", "<errorEventDefinition/>"), "error"),
        (node("intermediateCatchEvent", "b", "<cancelEventDefinition/>"), "cancel"),
        (node("intermediateThrowEvent", "b", timer("PT1H")), "timer"),
        (end("b", timer("PT1H")), "timer"),
        (start("b", '<errorEventDefinition errorRef="e_one"/>'), "error"),
    ],
)
def test_events_in_a_wrong_place_are_refused(event, kind):
    """Stock makes several of them plain events."""
    (problem,) = [p for p in report_on(diagram(OK + event)).problems if p.code == "eventNotExecuted"]

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
