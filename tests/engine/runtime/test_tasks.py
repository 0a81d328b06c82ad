"""Tasks, scripts and how tokens move between them."""

from __future__ import annotations

import json

import pytest

from tests.engine.runtime.bench import INSTANCE, Run, report_on
from tests.engine.runtime.constructs import executes
from tests.engine.runtime.models import diagram, end, flow, node, path, script, start, sub_process, user


@executes(
    "Activities",
    "userTask",
    says="Work offered to people of its candidate groups; the token waits until somebody completes it, with what was entered.",
)
def test_a_person_finishes_what_was_offered():
    """The simplest procedure: one task, and the process has ended when it is done."""
    run = Run(diagram(start() + user("u") + end() + path("s", "u", "e")))
    assert [task["element"] for task in run.tasks] == ["u"]

    run.complete("u", {"decision": "yes"})

    assert run.state == "completed"
    assert run.variables() == {"decision": "yes"}
    assert run.finished() == ["s", "u", "e"]
    assert run.nothing_left()


def test_an_activity_has_the_same_identity_in_every_run():
    """Replay compares ids, so they come from the instance and the place, never from chance."""
    ids = [[t["userTask"] for t in Run(diagram(start() + user("u") + path("s", "u"))).tasks] for _ in range(2)]

    assert ids[0] == ids[1]
    assert INSTANCE not in ids[0]


@executes("Gateways", "several flows out of an activity", says="All are taken at once (BPMN 2.0.2, 13.3.1).")
def test_two_flows_out_of_a_task_are_both_taken():
    """An uncontrolled split (BPMN 2.0.2, 13.3.1); the stock parser refuses it."""
    run = Run(diagram(start() + script("a", "x = 1") + script("b", "y = 2") + script("c", "z = 3") + path("s", "a") + flow("a", "b") + flow("a", "c")))  # fmt: skip

    assert run.variables() == {"x": 1, "y": 2, "z": 3}
    assert run.state == "completed"


@executes(
    "Gateways",
    "conditional and default flows out of an activity",
    says="Those whose condition holds are taken, the default one only where none does (13.3.1).",
)
@pytest.mark.parametrize(("x", "expected"), [(5, {"r": "b", "q": "c"}), (4, {"r": "b"}), (1, {"r": "d"})])
def test_conditions_on_flows_out_of_a_task_decide(x, expected):
    """Stock takes a conditional flow out of a task whatever its condition says."""
    run = Run(
        diagram(
            start() + script("a", f"x = {x}", default="a__d") + script("b", "r = 'b'") + script("c", "q = 'c'") + script("d", "r = 'd'")
            + path("s", "a") + flow("a", "b", "x &gt; 3") + flow("a", "c", "x &gt; 4") + flow("a", "d")
        )
    )  # fmt: skip

    assert run.variables() == {"x": x, **expected}


def test_a_process_without_end_event_ends():
    """A last task without outgoing flow ends its path (BPMN 2.0.2, 10.6.1); stock waits for ever."""
    assert Run(diagram(start() + script("a", "x = 1") + path("s", "a"))).state == "completed"


def test_flows_without_id_are_followed_and_names_are_free():
    """Exports of other tools leave flow ids out; and an element may be called Start, End or Root."""
    bare = "".join(
        f'<sequenceFlow sourceRef="{a}" targetRef="{b}"/>'
        for a, b in [("Start", "End"), ("End", "Root"), ("Root", "e")]
    )
    run = Run(diagram(start("Start") + script("End", "x = 1") + user("Root") + end() + bare))

    run.complete("Root")

    assert run.finished() == ["Start", "End", "Root", "e"]
    assert {p.get("flow") for p in run.of("ElementEntered")} == {None, "Start~End", "End~Root", "Root~e"}


@executes(
    "Activities",
    "scriptTask",
    says="Runs its script: all assignments or none. What cannot be computed is an incident, and may be tried again.",
)
def test_a_script_that_fails_leaves_nothing_behind():
    """Half of a script's assignments would be a state that nobody asked for."""
    run = Run(diagram(start() + user("u") + script("b", "k = 1\nz = 1 / v") + path("s", "u", "b")))

    run.complete("u", {"v": 0})

    assert run.variables() == {"v": 0}
    (incident,) = run.incidents
    assert (incident["element"], incident["code"], incident["values"]) == ("b", "expressionFailed", {"v": 0})
    run.mend(v=2)
    run.retry()
    assert run.variables() == {"v": 2, "k": 1, "z": 0.5}
    assert run.state == "completed"


def test_a_missing_variable_is_an_incident_not_a_wrong_branch():
    """The person's work stays done; the token waits before the gateway until somebody has mended the data."""
    run = Run(diagram(start() + user("u") + node("exclusiveGateway", "g") + end("a") + end("b") + path("s", "u", "g") + flow("g", "a", "fee &gt; 10") + flow("g", "b", "fee &lt;= 10")))  # fmt: skip

    run.complete("u")

    (incident,) = run.incidents
    assert (incident["element"], incident["code"], incident["expression"]) == ("g", "variableMissing", "fee > 10")
    run.retry()
    assert len(run.incidents) == 1, "tried again, failed again: one new incident, the old one resolved"
    run.mend(fee=5)
    run.retry()
    assert run.finished() == ["s", "u", "g", "b"]


def test_work_done_is_not_done_twice_when_only_its_flow_fails():
    """After a retry the script must not run again: what it did stands in the log."""
    run = Run(diagram(start() + script("a", "n = 1", default="a__e") + end() + end("f") + path("s", "a") + flow("a", "f", "late &gt; 1") + flow("a", "e")))  # fmt: skip
    run.mend(n=7, late=2)
    run.retry()

    assert run.variables()["n"] == 7
    assert run.finished() == ["s", "a", "f"]


def test_a_value_that_cannot_be_stored_exactly_is_refused():
    """Beyond 2^53 JSON readers disagree about an integer; a fee must not change by being stored."""
    run = Run(diagram(start() + script("a", "x = 9007199254740993") + path("s", "a")))

    assert [i["code"] for i in run.incidents] == ["valueNotStorable"]
    assert run.variables() == {}


@executes(
    "Activities",
    "subProcess (embedded)",
    says="A process inside the process. Its tasks see and write the variables around it.",
)
def test_a_sub_process_shares_the_variables_around_it():
    """Wrapping tasks in a sub-process must not change what later tasks see: procedures are restructured by editing."""
    inner = start("is") + script("t", "a = a + 1\nnew = 5") + end("ie") + path("is", "t", "ie")
    run = Run(
        diagram(
            start()
            + script("i", "a = 1")
            + sub_process("sub", inner)
            + script("z", "b = new")
            + path("s", "i", "sub", "z")
        )
    )

    assert run.variables() == {"a": 2, "new": 5, "b": 5}
    assert run.nothing_left()


def test_ids_in_a_sub_process_count_in_their_own_scope():
    """The order in which parallel branches reach a sub-process must not change the ids inside the others."""
    inner = start("is") + user("u") + path("is", "u")
    run = Run(diagram(start() + sub_process("sub", inner) + path("s", "sub")))

    assert [task["activity"] for task in run.tasks] == ["sub#1/u#1"]


CALLED = '<process id="c" isExecutable="true">{io}' + start("cs") + script("t", "r = a + 1\ntmp = 9") + end("ce") + path("cs", "t", "ce") + "</process>"  # fmt: skip
IO = '<ioSpecification><dataInput id="a"/><dataOutput id="r"/><inputSet><dataInputRefs>a</dataInputRefs></inputSet><outputSet><dataOutputRefs>r</dataOutputRefs></outputSet></ioSpecification>'  # fmt: skip


@executes(
    "Activities",
    "callActivity",
    says="Another process, run inside the same instance, in the version bound at deploy or at the start. Only what it, or the call, declares goes in and comes out; without a declaration all that it changed does.",
)
@pytest.mark.parametrize(
    ("io", "attributes", "expected"),
    [
        (IO, {}, {"a": 1, "b": 2, "r": 2}),
        ("", {}, {"a": 1, "b": 2, "r": 2, "tmp": 9}),
        ("", {"motcua_dataIn": "a", "motcua_dataOut": "r"}, {"a": 1, "b": 2, "r": 2}),
    ],
)
def test_a_called_process_has_walls(io, attributes, expected):
    """Only what the called process, or the call, declares goes in and comes out; without a declaration all does."""
    body = start() + script("i", "a = 1\nb = 2") + node("callActivity", "ca", calledElement="c", **attributes) + end() + path("s", "i", "ca", "e")  # fmt: skip
    run = Run(diagram(body, more=CALLED.format(io=io)))

    assert run.variables() == expected
    assert "t" in run.finished()
    assert run.nothing_left()


def test_what_a_called_process_was_only_given_does_not_come_back():
    """While the called process waits, a parallel branch writes: its value must not be overwritten by the old copy."""
    waits = '<process id="c" isExecutable="true">' + start("cs") + user("w") + path("cs", "w") + "</process>"
    body = start() + script("i", "a = 1") + node("callActivity", "ca", calledElement="c") + user("u") + path("s", "i", "ca") + flow("i", "u")  # fmt: skip
    run = Run(diagram(body, more=waits))
    run.complete("u", {"a": 2})
    run.complete("w", {"b": 3})

    assert run.variables() == {"a": 2, "b": 3}


@executes(
    "Data and structure",
    "laneSet",
    says="A lane, nested or not, says who may do its tasks: by its candidate groups, else by its id.",
)
def test_lanes_say_who_may_do_a_task():
    """A lane's groups, else its id; a task's own groups come first."""
    lanes = (
        '<laneSet id="ls"><lane id="clerk" name="Clerk"><flowNodeRef>a</flowNodeRef></lane>'
        '<lane id="boss" name="Boss" motcua:candidateGroups="heads, deputies"><flowNodeRef>b</flowNodeRef><flowNodeRef>c</flowNodeRef></lane></laneSet>'
    )
    run = Run(diagram(lanes + start() + user("a") + user("b") + user("c", motcua_candidateGroups="x") + path("s", "a") + flow("s", "b") + flow("s", "c")))  # fmt: skip

    assert {t["element"]: t["candidateGroups"] for t in run.tasks} == {
        "a": ["clerk"],
        "b": ["heads", "deputies"],
        "c": ["x"],
    }


def test_a_limit_gives_a_task_its_due_time_in_working_days():
    """Five working days from Monday 08:00 end the next Monday at 08:00; the weekend does not count."""
    run = Run(diagram(start() + user("u", motcua_limit="5 working-days") + path("s", "u")))

    assert run.tasks[0]["due"] == "2026-03-09T01:00:00.000000Z"


def test_a_calendar_that_ends_is_an_incident():
    """Nobody may guess the holidays of a year that has not been decided."""
    run = Run(diagram(start() + user("u", motcua_limit="300 working-days") + path("s", "u")))

    assert [i["code"] for i in run.incidents] == ["notInCalendar"]


@executes(
    "Activities",
    "task (abstract)",
    "manualTask",
    says="A step that only stands in the diagram; the token passes at once.",
)
def test_plain_tasks_pass_by_themselves():
    """An abstract or manual task is only drawn: nobody is asked to tick it off."""
    run = Run(diagram(start() + node("task", "a") + node("manualTask", "b") + end() + path("s", "a", "b", "e")))

    assert run.finished() == ["s", "a", "b", "e"]


def test_what_is_checked_is_what_is_executed():
    """No element kind passes the checks without an executor behind it, or has one that the checks refuse."""
    from engine.runtime.checks import EXECUTED
    from engine.runtime.parser import _KINDS

    assert set(_KINDS) == set(EXECUTED)
    assert report_on(diagram(start())).problems == []


def test_a_called_process_gives_back_what_it_changed():
    """One and true are the same to Python; they are not the same answer."""
    called = '<process id="q" isExecutable="true">' + start("qs") + script("qt", "x = True\ny = 2.5") + path("qs", "qt") + "</process>"  # fmt: skip
    run = Run(diagram(start() + script("i", "x = 1\ny = 2") + node("callActivity", "c", calledElement="q") + path("s", "i", "c"), more=called))  # fmt: skip

    assert '{"x": true, "y": 2.5}' == json.dumps(run.variables(), sort_keys=True)


def test_a_default_flow_is_not_taken_beside_another():
    """BPMN 2.0, 10.2: the default is for the case that no other flow is taken."""
    run = Run(diagram(start() + user("u", default="u__b") + user("a") + user("b") + path("s", "u") + flow("u", "a") + flow("u", "b")))  # fmt: skip
    run.complete("u")

    assert ["a"] == [task["element"] for task in run.tasks]
