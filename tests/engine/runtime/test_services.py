"""Service tasks: work for another system, as jobs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.runtime.bench import Run, report_on
from tests.engine.runtime.constructs import executes
from tests.engine.runtime.models import boundary, diagram, end, node, path, start, timer, user

ERROR = '<errorEventDefinition errorRef="e_one"/>'


def service(**attributes: str) -> bytes:
    """A service task that sends two variables and keeps one, with a boundary event for error E1."""
    task = node("serviceTask", "j", name="Tra cứu", motcua_topic="dan-cu", motcua_dataIn="cccd, ten", **attributes)
    return diagram(
        start() + task + boundary("b", "j", ERROR) + user("after") + user("other") + path("s", "j", "after") + path("b", "other")
    )  # fmt: skip


def job(run: Run) -> dict[str, Any]:
    """The job that is open."""
    (job,) = run.open("JobRequested", ("JobCompleted", "JobErrorThrown", "JobCancelled"), "job")
    return {"job": job["job"], "activity": job["activity"]}


GIVEN = {"cccd": "001", "ten": "An", "bi_mat": 1}


@executes("Activities", "serviceTask")
def test_another_system_does_the_work(reload):
    """Asks for a job with the variables it names, and goes on with the results when somebody has done it."""
    run = Run(service(motcua_dataOut="dia_chi"), GIVEN, reload=reload)
    (asked,) = run.of("JobRequested")
    assert (asked["topic"], asked["name"], asked["values"]) == ("dan-cu", "Tra cứu", {"cccd": "001", "ten": "An"})

    run.give("JobCompleted", {**job(run), "values": {"dia_chi": "Huế", "rac": 1}})

    assert [t["element"] for t in run.tasks] == ["after"]
    assert run.variables() == {**GIVEN, "dia_chi": "Huế"}
    run.complete("after")
    assert run.nothing_left()


@executes("Events", "error boundary event on a service task")
def test_a_job_may_end_in_a_bpmn_error(reload):
    """The error is caught like one that an end event throws, with what the job said."""
    run = Run(service(), GIVEN, reload=reload)

    run.give("JobErrorThrown", {**job(run), "code": "E1", "message": "không có", "values": {"ly_do": "sai số"}})

    assert [t["element"] for t in run.tasks] == ["other"]
    assert run.variables()["ly_do"] == "sai số"
    assert run.of("JobCancelled") == []
    run.complete("other")
    assert run.nothing_left()


def test_an_error_that_nothing_catches_needs_a_person():
    """A person's completed work must not be lost because another system has an unknown error: an incident, not the end."""
    run = Run(service(), GIVEN, reload=True)

    run.give("JobErrorThrown", {**job(run), "code": "E9", "message": "lạ", "values": {}})

    assert [i["code"] for i in run.incidents] == ["errorNotCaught"]
    assert run.state == "running"
    before = run.of("JobRequested")[0]["job"]
    run.retry()
    assert job(run)["job"] != before
    run.give("JobCompleted", {**job(run), "values": {}})
    assert [t["element"] for t in run.tasks] == ["after"]


def test_a_job_is_given_up_when_no_attempt_is_left():
    """While attempts are left the job stays open; after the last there is an incident with what the other system said."""
    run = Run(service(), GIVEN, reload=True)

    run.give("JobFailed", {**job(run), "message": "hết giờ", "retries": 1})
    assert run.incidents == []
    run.give("JobFailed", {**job(run), "message": "hết giờ", "retries": 0})

    (incident,) = run.incidents
    assert (incident["code"], incident["element"]) == ("jobFailed", "j")
    assert "hết giờ" in incident["detail"]["vi"]
    run.retry()
    assert run.incidents == []
    assert len(run.of("JobRequested")) == 2


def test_interrupted_work_is_no_longer_needed():
    """Whoever does the job learns that nobody waits for it."""
    content = diagram(
        start() + node("serviceTask", "j", motcua_topic="x") + boundary("t", "j", timer("PT1H")) + end() + end("late")
        + path("s", "j", "e") + path("t", "late")
    )  # fmt: skip
    run = Run(content, reload=True)

    run.wait(hours=1)

    assert len(run.of("JobCancelled")) == 1
    assert run.state == "completed"
    assert run.nothing_left()


@pytest.mark.parametrize(
    ("attributes", "inside"),
    [
        ({"xmlns_camunda": "http://camunda.org/schema/1.0/bpmn", "camunda_topic": "x"}, ""),
        (
            {},
            '<extensionElements><z:taskDefinition xmlns:z="http://camunda.org/schema/zeebe/1.0" type="x"/></extensionElements>',
        ),
    ],
)
def test_other_modelers_topics_are_understood(attributes, inside):
    """A diagram that was drawn for another engine says whose work it is in its own way."""
    run = Run(diagram(start() + node("serviceTask", "j", inside, **attributes) + path("s", "j")))

    assert run.of("JobRequested")[0]["topic"] == "x"


def test_nobodys_work_is_refused():
    """A job without topic would wait for ever."""
    assert [p.code for p in report_on(diagram(start() + node("serviceTask", "j") + path("s", "j"))).problems] == [
        "topicMissing"
    ]


LONG, TOO_LONG, UNSEEN = "đ" * 255, "đ" * 256, "dan\u200bcu"
NAMED: list[Callable[[str], bytes]] = [
    lambda topic: diagram(start() + node("serviceTask", "j", motcua_topic=topic) + path("s", "j")),
    lambda topic: diagram(
        start() + node("serviceTask", "j", xmlns_camunda="http://camunda.org/schema/1.0/bpmn", camunda_topic=topic) + path("s", "j")
    ),
    lambda topic: diagram(
        start()
        + node("serviceTask", "j", f'<extensionElements><z:taskDefinition xmlns:z="http://camunda.org/schema/zeebe/1.0" type="{topic}"/></extensionElements>')
        + path("s", "j")
    ),
    lambda topic: diagram(
        start() + node("serviceTask", "j", operationRef="o") + path("s", "j"),
        more=f'<interface id="i" name="i"><operation id="o" name="{topic}"><inMessageRef>m_go</inMessageRef></operation></interface>',
    ),
]  # fmt: skip


@pytest.mark.parametrize("named", NAMED, ids=["motcua", "camunda", "zeebe", "operation"])
@pytest.mark.parametrize(("topic", "found"), [(LONG, []), (TOO_LONG, ["topicRefused"]), (UNSEEN, ["topicRefused"])])
def test_a_topic_is_one_that_can_be_asked_for(named: Callable[[str], bytes], topic: str, found: list[str]) -> None:
    """A worker's request takes so much and no more: what nobody can ask for would wait for ever, however it is written."""
    assert found == [problem.code for problem in report_on(named(topic)).problems]


@executes("Activities", "sendTask", says="Sends a message with the variables that motcua:dataIn names, and goes on.")
def test_a_send_task_takes_along_what_it_names(reload):
    """Whoever gets a message must not get the whole dossier with it."""
    content = diagram(
        start() + node("sendTask", "t", messageRef="m_go", motcua_dataIn="ma, phi") + end() + path("s", "t", "e")
    )
    run = Run(content, {"ma": "H1", "phi": 5, "bi_mat": 1}, reload=reload)

    assert [(p["name"], p["values"]) for p in run.of("MessageSent")] == [("go", {"ma": "H1", "phi": 5})]
    assert run.state == "completed"


@executes("Activities", "receiveTask", says="Waits for a message; what it brings becomes variables.")
def test_a_receive_task_takes_what_a_message_brings(reload):
    """The task is over when the message is there, and the message is not asked for again."""
    run = Run(
        diagram(start() + node("receiveTask", "r", messageRef="m_go") + end() + path("s", "r", "e")), reload=reload
    )

    run.deliver("go", {"so_tien": 5})

    assert run.variables() == {"so_tien": 5}
    assert run.nothing_left()


@executes(
    "Activities",
    "event sub-process: escalation start",
    says="Runs when an escalation comes out of its scope, beside it or instead of the rest.",
)
@pytest.mark.parametrize(("interrupting", "open_"), [("true", []), ("false", ["u"])])
def test_an_escalation_starts_an_event_sub_process(reload, interrupting, open_):
    """Stock runs such a sub-process whether anything escalates or not."""
    escalation = '<escalationEventDefinition escalationRef="x_one"/>'
    handler = node(
        "subProcess", "h", start("hs", escalation, isInterrupting=interrupting) + node("task", "ht") + path("hs", "ht"),
        triggeredByEvent="true",
    )  # fmt: skip
    content = diagram(
        start() + node("intermediateThrowEvent", "t", escalation) + user("u") + path("s", "t", "u") + handler
    )
    run = Run(content, reload=reload)

    assert [t["element"] for t in run.tasks] == open_
    assert "ht" in run.finished()


@executes(
    "Data and structure",
    "conditions written `${…}` or `=…`",
    says="Conditions in the notations of other modelers are read where they mean the same.",
)
@pytest.mark.parametrize("condition", ["fee &gt; 10", "${fee gt 10}", "= fee &gt; 10"])
def test_conditions_of_other_modelers_decide(reload, condition):
    """A diagram that was drawn for another engine takes the same branch here."""
    content = diagram(
        start() + node("exclusiveGateway", "g", default="g__f") + end("e") + end("f") + path("s", "g")
        + f'<sequenceFlow id="c" sourceRef="g" targetRef="e"><conditionExpression xsi:type="tFormalExpression">{condition}</conditionExpression></sequenceFlow>'
        + path("g", "f")
    )  # fmt: skip

    assert Run(content, {"fee": 11}, reload=reload).finished()[-1] == "e"
    assert Run(content, {"fee": 9}, reload=reload).finished()[-1] == "f"
