"""Instances over their life: started once, mended with a reason, suspended, ended."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
import pytest

from engine.domain.errors import (
    BusinessKeyInUse,
    CalledVersionsDiffer,
    EngineError,
    InstanceEnded,
    InstanceSuspended,
    InvalidValues,
    KeyReused,
    NotFound,
    Stale,
    UserTaskNotOpen,
)
from engine.service.command import Idempotency, Rendered
from engine.service.process_instances import (
    CancelProcessInstance,
    MendVariables,
    ResumeProcessInstance,
    StartProcessInstance,
    SuspendProcessInstance,
    id_for,
)
from engine.service.user_tasks import AssignUserTask, ClaimUserTask, CompleteUserTask, ReleaseUserTask
from tests.engine.runtime.models import (
    boundary,
    diagram,
    end,
    flow,
    node,
    path,
    script,
    start,
    sub_process,
    timer,
    user,
)
from tests.engine.service.office import CLERK

ONE = diagram(start() + user("u") + end() + path("s", "u", "e"), key="one")
FAILS = diagram(start() + user("u") + node("exclusiveGateway", "g") + end("a") + end("b") + path("s", "u", "g") + flow("g", "a", "fee &gt; 10") + flow("g", "b", "fee &lt;= 10"), key="fails")  # fmt: skip
HURRY = diagram(start() + user("u") + boundary("b", "u", timer("PT1H"), interrupting=False) + end("x") + end() + path("s", "u", "e") + path("b", "x"), key="hurry")  # fmt: skip


def once(key: str, fingerprint: bytes = b"same") -> Idempotency:
    """An idempotency key whose answers can be told apart."""

    def render(outcome: Any) -> Rendered:
        if isinstance(outcome, EngineError):
            return Rendered(409, {}, outcome.code.encode())
        return Rendered(201, {}, outcome.head.id.encode())

    return Idempotency("portal", key, fingerprint, render)


def test_one_dossier_has_one_running_instance(office):
    """The portal's second click must not open the dossier twice; after the end the key is free again."""
    office.deploy(("o.bpmn", ONE))
    first = office.start("one", business_key="A")

    with pytest.raises(BusinessKeyInUse) as refused:
        office.start("one", business_key="A")
    assert refused.value.facts["processInstanceId"] == first
    office.complete(office.tasks(first)[0])

    assert office.start("one", business_key="A") != first


def test_a_repeated_start_is_the_same_start(office):
    """Same key, same answer, also after a restart; another body under the key is refused."""
    office.deploy(("o.bpmn", ONE))
    command = StartProcessInstance(key="one", id=id_for("default", "portal", "k1"))

    first = office.do(command, idempotency=once("k1"))
    office.restart()
    again = office.do(command, idempotency=once("k1"))

    assert first.body == again.body and again.headers == {"Idempotency-Replayed": "true"}
    with pytest.raises(KeyReused):
        office.do(command, idempotency=once("k1", b"other"))


def test_a_refusal_is_kept_as_well(office):
    """A repeat of a refused start is refused the same way, whatever happened in between."""
    refused = office.do(StartProcessInstance(key="one"), idempotency=once("k1"))
    office.deploy(("o.bpmn", ONE))

    assert office.do(StartProcessInstance(key="one"), idempotency=once("k1")).body == refused.body == b"notFound"


@pytest.mark.parametrize("tasks", [200, pytest.param(1_000, marks=pytest.mark.chaos)])
def test_thirty_two_callers_one_winner_each(office, tasks):
    """Two clerks press the button at the same moment: one is told that it is done, one that it was done."""
    office.deploy(("o.bpmn", ONE))
    open_tasks = [office.tasks(office.start("one"))[0] for _ in range(tasks)]

    def attempt(task):
        try:
            office.complete(task)
        except UserTaskNotOpen:
            return 0
        return 1

    with ThreadPoolExecutor(32) as callers:
        wins = [sum(callers.map(attempt, [task] * 32)) for task in open_tasks]

    assert wins == [1] * tasks


def test_mending_needs_the_state_that_was_seen(office):
    """Two operators mend at once: the second must look again first."""
    office.deploy(("f.bpmn", FAILS))
    instance = office.start("fails")
    office.complete(office.tasks(instance)[0])
    seen = office.head(instance).seq
    office.do(MendVariables(instance, {"fee": 5}, "mistyped", seen))

    with pytest.raises(Stale):
        office.do(MendVariables(instance, {"fee": 50}, "mistyped", seen))

    office.retry(instance)
    assert office.head(instance).state == "completed"
    assert office.head(instance).incidents == 0
    assert office.verify(instance).identical


@pytest.mark.parametrize(
    "values", [{"n": 2**53 + 1}, {"_hidden": 1}, {"a b": 1}, {"x": float("nan")}, {"x": [[2**60]]}]
)
def test_values_that_cannot_be_kept_exactly_are_refused(office, values):
    """Nothing is stored of a completion that is refused."""
    office.deploy(("o.bpmn", ONE))
    instance = office.start("one")

    with pytest.raises(InvalidValues):
        office.complete(office.tasks(instance)[0], values)

    assert office.kinds(instance)[-1] == "UserTaskCreated"
    office.complete(office.tasks(instance)[0], {"n": 2**53})


def test_a_suspended_instance_waits_in_every_way(office):
    """No completion, no timer; what fell due meanwhile fires when it goes on."""
    office.deploy(("h.bpmn", HURRY))
    instance = office.start("hurry")
    office.do(SuspendProcessInstance(instance, "audit"))
    office.advance(hours=2)
    with pytest.raises(InstanceSuspended):
        office.complete(office.tasks(instance)[0])
    assert "TimerFired" not in office.kinds(instance)

    office.do(ResumeProcessInstance(instance))
    office.settle()

    assert "TimerFired" in office.kinds(instance)
    office.complete(office.tasks(instance)[0])
    assert office.verify(instance).identical


def test_a_cancelled_instance_takes_its_work_back(office):
    """Its tasks and timers are gone, and nothing can be done to it."""
    office.deploy(("h.bpmn", HURRY))
    instance = office.start("hurry")
    task = office.tasks(instance)[0]
    office.do(CancelProcessInstance(instance, "double"))

    assert office.head(instance).state == "terminated"
    assert not office.tasks(instance) and not office.timers(instance)
    with pytest.raises(UserTaskNotOpen):
        office.complete(task)
    with pytest.raises(InstanceEnded):
        office.do(CancelProcessInstance(instance, "again"))
    assert office.verify(instance).identical


def test_tasks_change_hands_in_the_history(office):
    """Who had the dossier when is asked later."""
    office.deploy(("o.bpmn", ONE))
    instance = office.start("one")
    task = office.tasks(instance)[0]
    office.do(ClaimUserTask(task.id))
    assert office.tasks(instance)[0].assignee == "clerk"
    office.do(ReleaseUserTask(task.id))
    office.do(AssignUserTask(task.id, assignee="boss"))

    assert office.tasks(instance)[0].assignee == "boss"
    assert office.kinds(instance)[-3:] == ["UserTaskClaimed", "UserTaskReleased", "UserTaskAssigned"]
    with pytest.raises(EngineError, match="held by boss"):
        office.do(CompleteUserTask(task.id), CLERK)
    assert office.verify(instance).identical


def test_a_refused_command_drops_only_itself(office):
    """Decided in one batch with others, it must leave nothing of its own and take nothing of theirs."""
    office.deploy(("o.bpmn", ONE))
    instance = office.start("one")
    task = office.tasks(instance)[0]
    commands = [CompleteUserTask("nobody"), CompleteUserTask(task.id, values={"x": 2**60}), CompleteUserTask(task.id), CompleteUserTask(task.id)]  # fmt: skip
    futures = [office.writer.submit(command, CLERK) for command in commands]

    outcomes = [type(future.exception()).__name__ for future in futures]

    assert outcomes == ["NotFound", "InvalidValues", "NoneType", "UserTaskNotOpen"]
    assert office.verify(instance).identical


def test_a_long_run_is_carried_on_by_jobs(office):
    """Twelve thousand steps: three commands, one after the other, the third ends it."""
    body = start() + script("i", "n = 0") + node("exclusiveGateway", "m") + script("a", "n = n + 1") + node("exclusiveGateway", "x", default="x__e") + end() + path("s", "i", "m", "a", "x") + flow("x", "m", "n &lt; 4000") + flow("x", "e")  # fmt: skip
    office.deploy(("l.bpmn", diagram(body, key="long")))
    instance = office.start("long")
    assert office.head(instance).state == "running"

    office.settle()

    assert office.variables(instance) == {"n": 4000}
    assert office.head(instance).state == "completed"
    assert office.verify(instance).identical


def test_a_loop_without_end_holds_nobody_up(office):
    """A hundred thousand steps of one dossier: the others are served in between, and a person is told at last."""
    body = start() + node("exclusiveGateway", "m") + script("a", "n = 1") + path("s", "m", "a", "m")
    office.deploy(("e.bpmn", diagram(body, key="endless")))
    office.deploy(("o.bpmn", ONE))
    endless = office.start("endless")
    office.runner.start()
    others = [office.start("one") for _ in range(5)]
    for other in others:
        office.complete(office.tasks(other)[0])
    assert [office.head(other).state for other in others] == ["completed"] * 5
    assert not office.incidents(endless), "they were done while it ran"

    deadline = time.monotonic() + 60
    while not office.incidents(endless):
        assert time.monotonic() < deadline
        time.sleep(0.05)

    office.runner.stop()
    assert [incident.code for incident in office.incidents(endless)] == ["loopWithoutEnd"]


def test_unknown_things_are_not_found(office):
    """Clear refusals, not crashes."""
    for command in (StartProcessInstance(key="nope"), SuspendProcessInstance("nope", ""), ClaimUserTask("nope")):
        with pytest.raises(NotFound):
            office.do(command)


def test_what_is_personal_is_not_in_the_hashed_bytes(office):
    """The name of a citizen can be erased later without breaking the chain; a decision that is public stays readable."""
    form = orjson.dumps(
        {"type": "object", "properties": {"owner": {"type": "string"}, "fee": {"type": "integer", "x-personal": False}}}
    )
    body = start(motcua_formKey="f") + user("u") + path("s", "u")
    office.deploy(("o.bpmn", diagram(body, key="one")), ("forms/f.json", form))
    instance = office.start("one", {"owner": "Nguyễn Văn A", "fee": 75000})

    (row,) = office.rows(instance)

    assert "Nguyễn Văn A".encode() not in row.body and b"75000" in row.body
    assert row.clear is not None and "Nguyễn Văn A".encode() in row.clear


def test_a_called_process_has_its_own_forms(office):
    """Two procedures may both have a form of the same name; each task is checked against its own."""

    def form(kind: str) -> bytes:
        return orjson.dumps({"type": "object", "properties": {"n": {"type": kind}}})

    called = diagram(start() + user("u", motcua_formKey="f") + path("s", "u"), key="called")
    calls = diagram(
        start()
        + user("v", motcua_formKey="f")
        + node("callActivity", "c", calledElement="called")
        + path("s", "v", "c"),
        key="calls",
    )
    office.deploy(("c.bpmn", called), ("f.json", form("string")))
    office.deploy(("a.bpmn", calls), ("f.json", form("integer")))
    instance = office.start("calls")
    office.complete(office.tasks(instance)[0], {"n": 1})

    with pytest.raises(InvalidValues):
        office.complete(office.tasks(instance)[0], {"n": 1})
    office.complete(office.tasks(instance)[0], {"n": "one"})

    assert office.head(instance).state == "completed"


def test_one_form_that_does_not_say_so_keeps_a_variable_personal(office):
    """What is public on one form and not on another must not stand in clear in the hashed bytes."""

    def form(**more: bool) -> bytes:
        return orjson.dumps({"type": "object", "properties": {"n": {"type": "string", **more}}})

    body = start(motcua_formKey="f") + user("u", motcua_formKey="g") + path("s", "u")
    office.deploy(("o.bpmn", diagram(body, key="one")), ("f.json", form(**{"x-personal": False})), ("g.json", form()))
    instance = office.start("one", {"n": "a name"})

    assert b"a name" not in office.rows(instance)[0].body


def test_an_instance_that_met_an_incident_can_be_cancelled(office):
    """Its due time lies outside the calendar; the citizen withdraws the dossier all the same."""
    office.deploy(("m.bpmn", diagram(start() + user("u", motcua_limit="600 working-days") + path("s", "u"))))
    instance = office.start("p")
    assert len(office.incidents(instance)) == 1

    office.do(CancelProcessInstance(instance, "withdrawn"))

    assert (office.head(instance).state, office.incidents(instance)) == ("terminated", [])
    assert "UserTaskCancelled" not in office.kinds(instance)
    assert office.verify(instance).identical


def test_what_a_call_lacks_is_missed_where_it_is_called(office):
    """The operator can give the value to the caller; inside the called process nobody could."""
    called = '<process id="q" isExecutable="true">' + start("qs") + script("qt", "y = fee + 1") + path("qs", "qt") + "</process>"  # fmt: skip
    calls = start() + node("callActivity", "c", calledElement="q", motcua_dataIn="fee") + user("u") + path("s", "c", "u")  # fmt: skip
    office.deploy(("m.bpmn", diagram(calls, more=called)))
    instance = office.start("p")
    assert "c#1" == office.incidents(instance)[0].activity

    office.mend(instance, fee=1)
    office.retry(instance)

    assert not office.incidents(instance)
    assert office.verify(instance).identical


def test_the_values_of_one_activity_can_be_mended(office):
    """A called process has its own variables; an incident in it is mended there."""
    called = '<process id="q" isExecutable="true">' + start("qs") + script("qt", "y = fee + 1") + path("qs", "qt") + "</process>"  # fmt: skip
    calls = start() + node("callActivity", "c", calledElement="q", motcua_dataIn="fee", motcua_dataOut="y") + user("u") + path("s", "c", "u")  # fmt: skip
    office.deploy(("m.bpmn", diagram(calls, more=called)))
    instance = office.start("p", {"fee": "75"})
    assert len(office.incidents(instance)) == 1

    with pytest.raises(NotFound):
        office.do(MendVariables(instance, {"fee": 75}, "typed wrong", office.head(instance).seq, "nowhere#1"))
    office.do(MendVariables(instance, {"fee": 75}, "typed wrong", office.head(instance).seq, "c#1"))
    office.retry(instance)

    assert office.variables(instance) == {"fee": "75", "y": 76}
    assert office.verify(instance).identical


def test_data_of_an_activitys_own_can_be_mended_until_it_can_no_longer_be_undone(office):
    """A handler that fails needs the variables that its activity had: nobody else sees them, and they are kept for it."""
    inside = (
        start("i") + script("a", "so = 0") + boundary("b", "a", "<compensateEventDefinition/>")
        + script("undo_a", "tra = 10 / so", isForCompensation="true") + path("i", "a")
        + '<association id="as" sourceRef="b" targetRef="undo_a"/>'
    )  # fmt: skip
    throw = node("intermediateThrowEvent", "undo", "<compensateEventDefinition/>")
    body = (
        start()
        + sub_process("m", inside, '<property id="own" name="so"/>')
        + throw
        + user("u")
        + path("s", "m", "undo", "u")
    )
    office.deploy(("m.bpmn", diagram(body)))
    instance = office.start("p", {"tra": None})
    assert [incident.code for incident in office.incidents(instance)] == ["expressionFailed"]

    office.do(MendVariables(instance, {"so": 5}, "typed wrong", office.head(instance).seq, "m#1"))
    office.retry(instance)

    assert office.variables(instance) == {"tra": 2.0}
    assert office.verify(instance).identical
    with pytest.raises(NotFound):
        office.do(MendVariables(instance, {"so": 5}, "too late", office.head(instance).seq, "m#1"))


def test_one_process_is_not_called_in_two_versions(office):
    """Which of the two would run? Say so before the instance begins, not by a wrong result."""
    office.deploy(("x.bpmn", diagram(start() + script("t", "v = 1") + path("s", "t"), key="x")))
    office.deploy(("a.bpmn", diagram(start() + node("callActivity", "c", calledElement="x", motcua_calledVersion="deployment", motcua_dataOut="v") + path("s", "c"), key="a")))  # fmt: skip
    office.deploy(("x.bpmn", diagram(start() + script("t", "v = 2") + path("s", "t"), key="x")))
    office.deploy(("m.bpmn", diagram(start() + node("callActivity", "c", calledElement="x", motcua_dataOut="v") + node("callActivity", "d", calledElement="a") + path("s", "c", "d"), key="m")))  # fmt: skip

    assert office.variables(office.start("a")) == {"v": 1}
    with pytest.raises(CalledVersionsDiffer):
        office.start("m")
