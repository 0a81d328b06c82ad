"""Several events at one element: any of them, or all of them."""

from __future__ import annotations

import pytest

from tests.engine.runtime.bench import Run, compiled
from tests.engine.runtime.constructs import executes
from tests.engine.runtime.models import (
    boundary,
    diagram,
    end,
    message,
    node,
    path,
    script,
    start,
    sub_process,
    timer,
    user,
)
from tests.engine.runtime.test_conditions import when

BELL = '<signalEventDefinition signalRef="s_bell"/>'
ANY = message() + timer("PT2H") + BELL
STOP = message("m_stop")


def waiting(definitions: str = ANY, **attributes: str) -> bytes:
    """One catching event with several definitions."""
    catch = node("intermediateCatchEvent", "c", definitions, name="Chờ", **attributes)
    return diagram(start() + catch + user("after") + path("s", "c", "after"))


@executes("Events", "multiple intermediate catch event")
def test_the_first_of_several_events_counts(reload):
    """Waits for every one of its events; the first that comes lets the token go on, and the other waits are closed."""
    run = Run(waiting(), reload=reload)
    assert sorted(s["element"] for s in run.subscriptions) == ["c:1", "c:3"]
    assert [t["element"] for t in run.timers] == ["c:2"]

    run.deliver("go", {"x": 1})

    assert [t["element"] for t in run.tasks] == ["after"]
    assert run.subscriptions == run.timers == []
    assert run.variables()["x"] == 1
    late, rung = Run(waiting(), reload=reload), Run(waiting(), reload=reload)
    late.wait(hours=2)
    rung.signal("bell")
    assert late.subscriptions == late.timers == rung.subscriptions == rung.timers == []
    assert late.tasks
    assert rung.tasks


@executes("Events", "parallel multiple intermediate catch event")
def test_all_of_several_events_are_needed(reload):
    """Goes on when every one of its events has come, with what each of them brought."""
    run = Run(waiting(message() + STOP + BELL, parallelMultiple="true"), reload=reload)

    run.deliver("stop", {"b": 2})
    run.signal("bell", {"c": 3})
    assert run.tasks == []
    run.deliver("go", {"a": 1})

    assert [t["element"] for t in run.tasks] == ["after"]
    assert run.variables() == {"a": 1, "b": 2, "c": 3}
    assert run.subscriptions == []


@executes("Events", "multiple boundary event, interrupting")
def test_any_of_several_events_interrupts(reload):
    """The first of its events ends the activity; an error thrown inside counts as well."""
    inside = start("i") + user("u") + end("ie", '<errorEventDefinition errorRef="e_one"/>') + path("i", "u", "ie")
    content = diagram(
        start() + sub_process("sub", inside) + boundary("b", "sub", message() + '<errorEventDefinition errorRef="e_one"/>')
        + end() + end("other") + path("s", "sub", "e") + path("b", "other")
    )  # fmt: skip
    told, failed = Run(content, reload=reload), Run(content, reload=reload)

    told.deliver("go")
    failed.complete("u")

    assert told.finished() == ["s", "i", "b", "other"]
    assert failed.finished()[-2:] == ["b", "other"]
    assert told.nothing_left()
    assert failed.nothing_left()


@executes("Events", "multiple boundary event, non-interrupting")
def test_a_repeating_timer_goes_on_beside_a_message(reload):
    """After one of its events the others wait on as they were: a reminder every day is not put off by a message."""
    content = diagram(
        start() + user("u") + boundary("b", "u", message() + timer("R/P1D", "timeCycle"), interrupting=False)
        + script("t", "n = n + 1") + end() + end("f") + path("s", "u", "e") + path("b", "t", "f")
    )  # fmt: skip
    run = Run(content, {"n": 0}, reload=reload)

    run.wait(hours=20)
    run.deliver("go")
    run.wait(hours=5)
    run.deliver("go")

    assert run.variables()["n"] == 3
    assert [t["due"] for t in run.timers] == ["2026-03-04T01:00:00.000000Z"]
    run.complete("u")
    assert run.nothing_left()


@executes("Events", "multiple throw event", "multiple end event")
def test_several_events_are_thrown_one_after_the_other(reload):
    """Each of its definitions is thrown, in the order of the document."""
    content = diagram(
        start() + node("intermediateThrowEvent", "t", message() + BELL) + end("e", STOP + BELL) + path("s", "t", "e")
    )
    run = Run(content, reload=reload)

    assert [p["name"] for p in run.of("MessageSent")] == ["go", "stop"]
    assert [p["name"] for p in run.of("SignalThrown")] == ["bell", "bell"]
    jobs = [p["job"] for kind in ("MessageSent", "SignalThrown") for p in run.of(kind)]
    assert len(set(jobs)) == 4
    assert run.state == "completed"


@executes("Activities", "event sub-process: multiple start")
def test_an_event_sub_process_listens_to_several_events(reload):
    """A non-interrupting one runs once for each of them."""
    handler = sub_process(
        "h", start("hs", message() + BELL, isInterrupting="false") + script("ht", "n = n + 1") + path("hs", "ht"),
        triggeredByEvent="true",
    )  # fmt: skip
    run = Run(diagram(start() + user("u") + path("s", "u") + handler), {"n": 0}, reload=reload)

    run.deliver("go")
    run.signal("bell")
    run.deliver("go")

    assert run.variables()["n"] == 3
    run.complete("u")
    assert run.nothing_left()


@executes("Events", "multiple start event")
def test_each_of_several_events_starts_an_instance():
    """Any one of them begins an instance."""
    content = diagram(start(inner=message() + BELL) + user("u") + path("s", "u"))
    starts = compiled(content)["p"].starts
    assert [(s.element_id, s.kind, s.name) for s in starts] == [("s:1", "message", "go"), ("s:2", "signal", "bell")]

    run = Run(content, begin=False)
    run.give("ProcessInstanceStarted", {"values": {"x": 1}, "startEvent": "s:2"})

    assert run.tasks
    assert run.variables() == {"x": 1}


@executes("Events", "parallel multiple start event")
def test_a_parallel_multiple_start_waits_for_the_rest(reload):
    """The first of its events begins the instance, which waits at the start event for all the others."""
    content = diagram(start(inner=message() + STOP, parallelMultiple="true") + user("u") + path("s", "u"))
    run = Run(content, begin=False, reload=reload)

    run.give("ProcessInstanceStarted", {"values": {"x": 1}, "startEvent": "s:2"})
    assert run.tasks == []
    assert [s["name"] for s in run.subscriptions] == ["go"]
    run.deliver("go", {"y": 2})

    assert [t["element"] for t in run.tasks] == ["u"]
    assert run.variables() == {"x": 1, "y": 2}


@executes("Events", "eventDefinitionRef")
def test_an_event_may_refer_to_a_definition_of_the_file(reload):
    """One event definition, written once in the file, serves several events (BPMN 2.0.2, 10.5.1)."""
    shared = '<timerEventDefinition id="one_day"><timeDuration>P1D</timeDuration></timerEventDefinition>'
    ref = "<eventDefinitionRef>one_day</eventDefinitionRef>"
    content = diagram(
        start() + node("intermediateCatchEvent", "c", ref) + user("u") + boundary("b", "u", ref) + end() + end("late")
        + path("s", "c", "u", "e") + path("b", "late"), more=shared,
    )  # fmt: skip
    run = Run(content, reload=reload)

    run.wait(days=1)
    assert run.tasks
    run.wait(days=1)

    assert run.finished()[-1] == "late"


@pytest.mark.parametrize("reload", [False, True])
@pytest.mark.parametrize("all_needed", ["false", "true"])
def test_one_that_cannot_be_computed_does_not_hide_another_that_is_met(reload, all_needed):
    """What has become true has its effect; the other is looked at for as long as somebody waits for it."""
    run = Run(
        waiting(when("m &gt; 2") + when("n &gt; 2"), parallelMultiple=all_needed), {"m": 3, "n": "old"}, reload=reload
    )

    assert [condition["element"] for condition in run.of("ConditionMet")] == ["c:1"]
    if all_needed == "true":
        assert [incident["activity"] for incident in run.of("IncidentRaised")] == ["c#1"]
        run.mend(n=3)

    assert [t["element"] for t in run.tasks] == ["after"]
