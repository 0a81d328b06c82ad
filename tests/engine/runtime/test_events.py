"""Events: on the border of activities, beside the whole process, between and at the end."""

from __future__ import annotations

import pytest

from tests.engine.runtime.bench import Run
from tests.engine.runtime.constructs import executes
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

ERROR_ONE = '<errorEventDefinition errorRef="e_one"/>'


def guarded(definition: str, *, interrupting: bool, **attributes: str) -> bytes:
    """A task with a boundary event that counts how often it fired."""
    return diagram(
        start() + script("i", "n = 0") + user("u") + boundary("b", "u", definition, interrupting=interrupting, **attributes)
        + script("t", "n = n + 1") + end("be") + end() + path("s", "i", "u", "e") + path("b", "t", "be")
    )  # fmt: skip


@executes(
    "Events",
    "message, timer or signal boundary event, interrupting",
    says="Ends its activity when the event comes: open work is withdrawn, which the log tells apart from done.",
)
@pytest.mark.parametrize("reload", [False, True])
def test_an_interrupting_event_ends_the_activity(reload):
    """Whoever was working on it loses the task; the log says it was withdrawn, not done."""
    run = Run(guarded(message(), interrupting=True), reload=reload)
    run.deliver("go")

    assert run.variables() == {"n": 1}
    assert run.of("UserTaskCancelled") and run.of("ElementCancelled") == [{"activity": "u#1"}]
    assert run.state == "completed"
    assert run.nothing_left()


def test_an_activity_that_finishes_is_no_longer_listened_on():
    """A late message must find no receiver."""
    run = Run(guarded(message(), interrupting=True))
    run.complete("u")

    assert run.subscriptions == []
    assert run.variables() == {"n": 0}
    assert run.nothing_left()


@executes(
    "Events",
    "message, timer or signal boundary event, non-interrupting",
    says="Runs beside its activity, as often as the event comes.",
)
@pytest.mark.parametrize("reload", [False, True])
def test_a_non_interrupting_event_fires_as_often_as_it_comes(reload):
    """Stock hears the first message only."""
    run = Run(guarded(message(), interrupting=False), reload=reload)
    for _ in range(3):
        run.deliver("go")
    run.complete("u")

    assert run.variables() == {"n": 3}
    assert run.nothing_left()


@executes(
    "Events",
    "timer: cycle",
    says="Repeats at the times of its plan, counted from its own due times, however late the last one was.",
)
def test_a_cycle_repeats_from_its_own_due_times():
    """Reminders come every ten minutes of the plan, not ten minutes after the last one was late."""
    run = Run(guarded(timer("R3/PT10M", "timeCycle"), interrupting=False))
    run.wait(hours=1)

    assert run.variables() == {"n": 3}
    assert [t["due"][11:16] for t in run.of("TimerArmed")] == ["01:10", "01:20", "01:30"]
    assert run.timers == []


@pytest.mark.parametrize(
    ("policy", "fired", "next_due", "skipped"),
    [("once", 1, "01:40", []), ("all", 3, "01:40", []), ("skip", 0, "01:40", [3])],
)
def test_after_a_downtime_a_cycle_does_what_its_policy_says(policy, fired, next_due, skipped):
    """Half an hour without service: one reminder, all three, or none; then the plan goes on."""
    run = Run(guarded(timer("R/PT10M", "timeCycle"), interrupting=False, motcua_missedCycle=policy))
    run.now = run.now.replace(minute=35)
    while run.timers and run.timers[0]["due"] <= "2026-03-02T01:35":
        run.fire(run.timers[0]["timer"])

    assert run.variables() == {"n": fired}
    assert [t["due"][11:16] for t in run.timers] == [next_due]
    assert [s["missed"] for s in run.of("TimerSkipped")] == skipped


@executes(
    "Events",
    "timer: date, duration or cycle, as ISO 8601 or an expression",
    says="Plain ISO 8601 text, or an expression that gives it.",
)
@pytest.mark.parametrize(
    ("kind", "text", "due"),
    [
        ("timeDuration", "PT1H", "2026-03-02T02:00:00.000000Z"),
        ("timeDuration", "P1M", "2026-04-02T01:00:00.000000Z"),
        ("timeDate", "2026-03-03T07:00:00+07:00", "2026-03-03T00:00:00.000000Z"),
        ("timeDuration", "'PT' + str(2) + 'H'", "2026-03-02T03:00:00.000000Z"),
        ("timeCycle", "R5/2026-03-05T00:00:00Z/P1D", "2026-03-05T00:00:00.000000Z"),
    ],
)
def test_times_are_iso_text_or_an_expression_that_gives_it(kind, text, due):
    """Every other engine writes PT1H without quotes; stock evaluates it as Python and fails."""
    run = Run(diagram(start() + node("intermediateCatchEvent", "t", timer(text, kind)) + end() + path("s", "t", "e")))

    assert [t["due"] for t in run.timers] == [due]


@executes(
    "Events",
    "timer: legal limit (motcua:limit)",
    says="Counts working days or hours in the calendar that the instance began with.",
)
def test_a_limit_on_a_timer_counts_in_the_working_calendar():
    """Silence is consent after five working days, not after five days."""
    run = Run(diagram(start() + user("u") + boundary("b", "u", timer("P7D"), motcua_limit="5 working-days") + end("x") + end() + path("s", "u", "e") + path("b", "x")))  # fmt: skip

    assert run.timers[0]["due"] == "2026-03-09T01:00:00.000000Z"
    run.wait(days=7)
    assert run.finished() == ["s", "b", "x"]


def test_a_time_that_cannot_be_computed_is_an_incident_at_the_timer():
    """The task itself goes on; the timer is armed when its data are there."""
    run = Run(diagram(start() + user("u") + boundary("b", "u", timer("deadline", "timeDate")) + end() + path("s", "u", "e") + end("x") + path("b", "x")))  # fmt: skip
    assert [(i["element"], i["code"]) for i in run.incidents] == [("b", "variableMissing")]

    run.mend(deadline="2026-03-03T00:00:00Z")
    run.retry()

    assert [t["due"] for t in run.timers] == ["2026-03-03T00:00:00.000000Z"]


def withdrawable(definition: str, *, interrupting: bool) -> bytes:
    """A process with an event sub-process beside its task."""
    begin = start("hs", definition, isInterrupting="true" if interrupting else "false")
    handler = sub_process(
        "h", begin + script("ht", "k = k + 10") + end("he") + path("hs", "ht", "he"), triggeredByEvent="true"
    )
    return diagram(start() + script("i", "k = 1") + user("u") + end() + path("s", "i", "u", "e") + handler)


@executes(
    "Activities",
    "event sub-process, interrupting: message, timer, signal start",
    says="Ends the rest of its scope when its event comes, and runs instead.",
)
@pytest.mark.parametrize("reload", [False, True])
def test_withdrawal_ends_everything_else(reload):
    """Stock never interrupts: the officer would go on working on a withdrawn dossier."""
    run = Run(withdrawable(message(), interrupting=True), reload=reload)
    assert len(run.subscriptions) == 1

    run.deliver("go", {"why": "moved"})

    assert run.state == "completed"
    assert run.variables() == {"k": 11, "why": "moved"}
    assert run.finished() == ["s", "i", "hs", "ht", "he", "h"]
    assert run.of("UserTaskCancelled")
    assert run.nothing_left()


@executes(
    "Activities",
    "event sub-process, non-interrupting: message, timer, signal start",
    says="Runs beside its scope each time its event comes; the scope waits for what still runs.",
)
@pytest.mark.parametrize("reload", [False, True])
def test_an_event_sub_process_beside_the_process_runs_each_time(reload):
    """Non-interrupting: the process goes on, and waits for what still runs."""
    run = Run(withdrawable(message(), interrupting=False), reload=reload)
    for _ in range(3):
        run.deliver("go")
    run.complete("u")

    assert run.variables() == {"k": 31}
    assert run.state == "completed"
    assert run.nothing_left()


def test_a_definition_is_not_changed_by_running_it():
    """Stock mutates the shared specification: the second instance was born with the event sub-process active."""
    content = withdrawable(message(), interrupting=True)
    first, second = Run(content), Run(content)
    first.deliver("go")

    second.program = first.program
    again = Run(content, begin=False)
    again.program = first.program
    again.execution = type(again.execution).new(first.program, "01890000-0000-7000-8000-000000000002", None, None)
    drafts = again.give("ProcessInstanceStarted", {"values": {}})
    assert [kind for kind, _ in drafts] == [kind for kind, _ in first.rows[0]]


def test_a_timer_cycle_beside_the_process():
    """A weekly report while the dossier is open."""
    run = Run(withdrawable(timer("R/PT1H", "timeCycle"), interrupting=False))
    run.wait(hours=2)

    assert run.variables() == {"k": 21}
    assert [t["due"][11:16] for t in run.timers] == ["04:00"]


@executes(
    "Events",
    "error end event",
    "error boundary event",
    says="The error is caught by the nearest boundary event or event sub-process from the inside out, of this code before any code; only one catches (10.5.7).",
)
def test_an_error_is_caught_where_it_comes_from():
    """Stock lets every error boundary in the scope catch: the neighbour's too."""

    def failing(n: str) -> str:
        inner = start(n + "s") + user(n + "u") + node("exclusiveGateway", n + "x", default=f"{n}x__{n}ok") + end(n + "er", ERROR_ONE) + end(n + "ok") + path(n + "s", n + "u", n + "x") + flow(n + "x", n + "er", "bad") + flow(n + "x", n + "ok")  # fmt: skip
        return sub_process(n, inner) + boundary(n + "b", n, ERROR_ONE) + script(n + "c", f"caught_{n} = 1") + path(n + "b", n + "c") + flow("g", n)  # fmt: skip

    run = Run(diagram(start() + node("parallelGateway", "g") + path("s", "g") + failing("A") + failing("B")))
    run.complete("Bu", {"bad": True})

    assert "caught_B" in run.variables() and "caught_A" not in run.variables()
    run.complete("Au", {"bad": False})
    assert run.state == "completed"


@executes(
    "Across instances",
    "uncaught error",
    says="An error that nothing catches ends the instance as failed, with its code.",
)
def test_an_error_that_nobody_catches_fails_the_instance():
    """Stock completes with success."""
    run = Run(
        diagram(
            start()
            + user("u")
            + node("parallelGateway", "g")
            + end("e", ERROR_ONE)
            + path("s", "g", "e")
            + flow("g", "u")
        )
    )

    assert (run.state, run.execution.error_code) == ("failed", "E1")
    assert run.of("ProcessInstanceFailed") == [{"code": "E1", "element": "e"}]
    assert run.nothing_left()


@executes("Events", "error boundary event without code", says="Catches any error, where no other names its code.")
def test_an_exact_code_comes_before_any_code():
    """One error, one catcher: the one that names it."""
    inner = start("is") + end("ie", ERROR_ONE) + path("is", "ie")
    body = sub_process("A", inner) + boundary("any", "A", "<errorEventDefinition/>") + boundary("one", "A", ERROR_ONE) + script("x", "by = 'any'") + script("y", "by = 'one'") + path("any", "x") + path("one", "y")  # fmt: skip
    run = Run(diagram(start() + body + path("s", "A")))

    assert run.variables() == {"by": "one"}


@executes(
    "Activities", "event sub-process: error start", says="Runs on its error only, instead of the rest of its scope."
)
def test_an_error_start_event_runs_only_on_its_error():
    """Stock runs it unconditionally."""
    handler = sub_process(
        "h", start("hs", ERROR_ONE) + script("ht", "caught = 1") + path("hs", "ht"), triggeredByEvent="true"
    )
    inner = start("As") + node("exclusiveGateway", "x", default="x__ok") + end("bad", ERROR_ONE) + end("ok") + path("As", "x") + flow("x", "bad", "fail") + flow("x", "ok") + handler  # fmt: skip
    content = diagram(start() + sub_process("A", inner) + script("z", "z = 1") + path("s", "A", "z"))

    assert Run(content, {"fail": True}).variables() == {"fail": True, "caught": 1, "z": 1}
    assert Run(content, {"fail": False}).variables() == {"fail": False, "z": 1}


@executes(
    "Events",
    "escalation throw, end and boundary event",
    says="Tells the nearest catcher, which may run beside; the thrower goes on.",
)
def test_an_escalation_tells_without_stopping():
    """A non-interrupting catcher runs beside; the thrower goes on."""
    throw = node("intermediateThrowEvent", "At", '<escalationEventDefinition escalationRef="x_one"/>')
    inner = start("As") + throw + user("Au") + path("As", "At", "Au")
    run = Run(diagram(start() + sub_process("A", inner) + boundary("b", "A", '<escalationEventDefinition escalationRef="x_one"/>', interrupting=False) + script("c", "told = 1") + path("s", "A") + path("b", "c")))  # fmt: skip

    assert run.variables() == {"told": 1}
    assert [t["element"] for t in run.tasks] == ["Au"]
    assert run.of("EscalationThrown")[0]["caught"] == "b#1"


@pytest.mark.parametrize("reload", [False, True])
@pytest.mark.parametrize(
    "definition", ['escalationEventDefinition escalationRef="x_one"', 'signalEventDefinition signalRef="s_bell"']
)
def test_every_one_of_several_thrown_in_one_run_is_heard(reload, definition):
    """A non-interrupting event listens again at once: the second reminder must not be lost because the first is still on its way."""

    def throw(id: str) -> str:
        return node("intermediateThrowEvent", id, f"<{definition}/>")

    inner = (
        start("As")
        + node("parallelGateway", "g")
        + throw("x")
        + throw("y")
        + throw("z")
        + path("As", "g", "x", "y")
        + path("g", "z")
    )
    event = boundary("b", "A", f"<{definition}/>", interrupting=False)
    body = start() + sub_process("A", inner) + event + script("c", "told = told + 1") + path("s", "A") + path("b", "c")

    run = Run(diagram(body), {"told": 0}, reload=reload)

    assert run.variables() == {"told": 3}
    assert run.state == "completed" and run.nothing_left()


@executes("Across instances", "uncaught escalation", says="Stands in the log, and the process goes on.")
def test_an_escalation_that_nobody_catches_stands_in_the_log():
    """It is no failure; but it must not vanish."""
    run = Run(diagram(start() + end("e", '<escalationEventDefinition escalationRef="x_one"/>') + path("s", "e")))

    assert run.state == "completed"
    assert run.of("EscalationThrown")[0]["caught"] is None


@executes(
    "Events",
    "signal throw and end event",
    says="Everybody in the instance who waits hears it at once, other instances after the commit.",
)
def test_a_signal_end_event_is_heard_inside_the_instance():
    """Stock makes it a plain end."""
    body = start() + node("parallelGateway", "g") + node("intermediateCatchEvent", "c", '<signalEventDefinition signalRef="s_bell"/>') + script("t", "hit = 1") + end("x", '<signalEventDefinition signalRef="s_bell"/>') + user("u") + path("s", "g", "c", "t") + path("g", "u", "x")  # fmt: skip
    run = Run(diagram(body))
    run.complete("u")

    assert run.variables() == {"hit": 1}
    assert run.of("SignalThrown")[0]["name"] == "bell"
    assert run.nothing_left()


@executes("Events", "signal intermediate catch event", says="Waits for a signal; a signal reaches every wait there is.")
def test_a_signal_from_outside_reaches_every_wait():
    """Boundary and catching event alike."""
    signal = '<signalEventDefinition signalRef="s_bell"/>'
    body = start() + user("u") + boundary("b", "u", signal) + node("intermediateCatchEvent", "c", signal) + path("s", "u") + flow("s", "c") + script("x", "x = 1") + script("y", "y = 1") + path("b", "x") + path("c", "y")  # fmt: skip
    run = Run(diagram(body))
    run.signal("bell")

    assert run.variables() == {"x": 1, "y": 1}
    assert run.nothing_left()


@executes(
    "Events",
    "message throw and end event",
    says="Sends a message with the variables that motcua:dataIn names; a job delivers it after the commit.",
)
def test_a_message_end_event_sends():
    """What is sent stands in the log; a job delivers it after the commit."""
    run = Run(diagram(start() + end("e", message()) + path("s", "e")))

    (sent,) = run.of("MessageSent")
    assert (sent["name"], sent["key"]) == ("go", "K1")


@executes(
    "Events",
    "link events",
    says="A throwing link leads to the catching link of its name, as a flow that is not drawn (10.5.5).",
)
def test_links_are_followed():
    """Stock ends the process at the throwing link."""
    throw = node("intermediateThrowEvent", "lt", '<linkEventDefinition name="L"/>')
    catch = node("intermediateCatchEvent", "lc", '<linkEventDefinition name="L"/>')
    run = Run(diagram(start() + throw + catch + script("b", "x = 1") + path("s", "lt") + path("lc", "b")))

    assert run.finished() == ["s", "lt", "lc", "b"]


@executes("Events", "terminate end event", says="Ends everything in its process or sub-process, and nothing around it.")
def test_terminate_ends_its_scope_only():
    """In a sub-process it ends the sub-process; at the top, everything."""
    inner = start("As") + user("Au") + script("At", "q = 1") + end("Ae", "<terminateEventDefinition/>") + path("As", "Au") + path("As", "At", "Ae")  # fmt: skip
    run = Run(diagram(start() + sub_process("A", inner) + script("z", "z = 1") + path("s", "A", "z")))

    assert run.variables() == {"q": 1, "z": 1}
    assert run.state == "completed"
    assert run.of("UserTaskCancelled")
    assert run.nothing_left()


def test_a_nested_sub_process_is_interrupted_with_all_that_is_in_it():
    """A deadline on the outer one takes away the task in the inner one."""
    inner = start("ns") + user("u") + path("ns", "u")
    outer = start("os") + sub_process("n", inner) + path("os", "n")
    run = Run(diagram(start() + sub_process("o", outer) + boundary("b", "o", timer("PT2H")) + script("late", "late = 1") + path("s", "o") + path("b", "late")))  # fmt: skip
    run.wait(hours=2)

    assert run.variables() == {"late": 1}
    assert run.nothing_left()


def test_a_cancelled_instance_takes_back_everything_it_offered():
    """Nobody must find work for a dossier that was ended."""
    run = Run(guarded(timer("PT1H"), interrupting=True))
    run.give("ProcessInstanceCancelled", {"reason": "double"})

    assert run.state == "terminated"
    assert run.nothing_left()


ESCALATION = '<escalationEventDefinition escalationRef="x_one"/>'


def test_an_event_that_ends_its_own_sub_process_takes_no_flow():
    """The escalation interrupts the sub-process it came from; nothing may go on inside."""
    inner = start("is") + node("intermediateThrowEvent", "th", ESCALATION) + end("e1") + end("e2") + path("is", "th") + flow("th", "e1", "True") + flow("th", "e2", "True")  # fmt: skip
    run = Run(diagram(start() + sub_process("A", inner) + boundary("b", "A", ESCALATION) + end("be") + path("b", "be") + end() + path("s", "A", "e")))  # fmt: skip

    assert not [taken for taken in run.of("FlowTaken") if taken["element"].startswith("th__")]
    assert run.of("ElementCancelled") and run.state == "completed"
    assert run.nothing_left()


@pytest.mark.parametrize("reload", [False, True])
def test_an_event_that_cannot_listen_again_waits_for_a_person(reload):
    """The message itself was heard; only the next one has no key to be recognised by."""
    run = Run(
        diagram(start() + script("i", 'd = {"k": 1}') + user("u") + boundary("b", "u", message(), interrupting=False, motcua_correlationKey="str(d['k'])") + end("x") + path("b", "x") + end() + path("s", "i", "u", "e")),
        reload=reload,
    )  # fmt: skip
    run.mend(d={})
    run.deliver("go")

    assert "x" in run.finished() and len(run.incidents) == 1 and run.subscriptions == []
    run.mend(d={"k": 2})
    run.retry()
    assert (run.incidents, [s["key"] for s in run.subscriptions]) == ([], ["2"])


def test_true_may_be_written_as_one():
    """XML Schema has two ways to write a boolean."""
    written = f'<boundaryEvent id="b" attachedToRef="u" cancelActivity="1">{message()}</boundaryEvent>'
    run = Run(diagram(start() + user("u") + written + end("x") + path("b", "x") + path("s", "u")))
    run.deliver("go")

    assert run.tasks == [] and run.of("UserTaskCancelled")
