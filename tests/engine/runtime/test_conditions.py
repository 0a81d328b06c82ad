"""Conditional events: they fire when what the variables say becomes true."""

from __future__ import annotations

from tests.engine.runtime.bench import Run
from tests.engine.runtime.constructs import executes
from tests.engine.runtime.models import boundary, diagram, end, flow, node, path, script, start, sub_process, user


def when(condition: str) -> str:
    """What an event needs to wait for a condition."""
    return f'<conditionalEventDefinition><condition xsi:type="tFormalExpression">{condition}</condition></conditionalEventDefinition>'


@executes("Events", "conditional intermediate catch event")
def test_a_token_waits_until_the_condition_holds(reload):
    """The token waits until a variable makes the condition true, whoever writes it; one that is true already lets it pass at once."""
    catch = node("intermediateCatchEvent", "c", when("du_giay_to"))
    content = diagram(
        start() + node("parallelGateway", "g") + catch + user("u") + user("after") + end() + end("f")
        + path("s", "g", "c", "after", "e") + path("g", "u", "f")
    )  # fmt: skip
    run = Run(content, {"du_giay_to": False}, reload=reload)

    assert [t["element"] for t in run.tasks] == ["u"]
    run.complete("u", {"du_giay_to": True})

    assert [t["element"] for t in run.tasks] == ["after"]
    assert run.of("ConditionMet") == [{"activity": "c#1", "element": "c", "values": {"du_giay_to": True}}]
    assert [t["element"] for t in Run(content, {"du_giay_to": True}, reload=reload).tasks] == ["u", "after"]
    run.complete("after")
    assert run.state == "completed"
    assert run.nothing_left()


@executes(
    "Events",
    "conditional boundary event, interrupting",
    says="Ends its activity when a variable makes the condition true, whoever writes it.",
)
def test_an_interrupting_condition_ends_the_activity(reload):
    """An operator's or another branch's change ends the work it makes pointless."""
    content = diagram(
        start() + user("u") + boundary("b", "u", when("rut_ho_so")) + end() + end("withdrawn") + path("s", "u", "e")
        + path("b", "withdrawn")
    )  # fmt: skip
    run = Run(content, reload=reload)
    assert run.tasks

    run.mend(rut_ho_so=True)

    assert run.tasks == []
    assert run.finished() == ["s", "b", "withdrawn"]
    assert run.state == "completed"


@executes("Events", "conditional boundary event, non-interrupting")
def test_a_condition_fires_again_only_after_it_was_false(reload):
    """It fires each time the condition becomes true, not for each change while it stays true (BPMN 2.0.2, table 10.89)."""
    content = diagram(
        start() + user("u") + boundary("b", "u", when("n &gt; 2"), interrupting=False)
        + script("t", "warned = warned + 1") + end() + end("f") + path("s", "u", "e") + path("b", "t", "f")
    )  # fmt: skip
    run = Run(content, {"n": 0, "warned": 0}, reload=reload)

    for n in (3, 4, 1, 2, 5, 9):
        run.mend(n=n)

    assert run.variables()["warned"] == 2
    run.complete("u")
    assert run.nothing_left()


@executes("Activities", "event sub-process: conditional start")
def test_an_event_sub_process_listens_to_a_condition(reload):
    """An interrupting one ends the rest of its scope when the condition becomes true."""
    handler = sub_process(
        "h", start("hs", when("qua_han")) + script("ht", "said = True") + path("hs", "ht"), triggeredByEvent="true"
    )
    run = Run(diagram(start() + user("u") + end() + path("s", "u", "e") + handler), reload=reload)

    run.mend(qua_han=True)

    assert run.tasks == []
    assert run.variables()["said"] is True
    assert run.state == "completed"


def test_a_condition_that_cannot_be_computed_needs_a_person():
    """A condition that compares a text with a number would never fire, and nobody would know why."""
    content = diagram(start() + node("intermediateCatchEvent", "c", when("n &gt; 2")) + end() + path("s", "c", "e"))
    run = Run(content, {"n": "ba"})

    (incident,) = run.incidents
    assert (incident["element"], incident["code"], incident["expression"]) == ("c", "expressionFailed", "n > 2")
    run.mend(n=3)

    assert run.incidents == []
    assert run.state == "completed"


def test_what_becomes_true_while_suspended_is_seen_at_resumption():
    """Suspension stops everything; nothing that happened meanwhile is forgotten."""
    content = diagram(start() + node("intermediateCatchEvent", "c", when("ok")) + user("u") + path("s", "c", "u"))
    run = Run(content, reload=True)

    run.give("ProcessInstanceSuspended", {"reason": "inspection"})
    run.mend(ok=True)
    assert run.tasks == []
    run.give("ProcessInstanceResumed", {})

    assert [t["element"] for t in run.tasks] == ["u"]


@executes("Gateways", "eventBasedGateway: conditional branch")
def test_a_gateway_waits_for_a_condition_or_a_time(reload):
    """The first of condition and deadline decides; the other no longer matters."""
    content = diagram(
        start() + node("eventBasedGateway", "g") + node("intermediateCatchEvent", "c", when("paid"))
        + node("intermediateCatchEvent", "t", "<timerEventDefinition><timeDuration>P5D</timeDuration></timerEventDefinition>")
        + end("in_time") + end("late") + path("s", "g", "c", "in_time") + path("t", "late") + flow("g", "t")
    )  # fmt: skip
    run, late = Run(content, reload=reload), Run(content, reload=reload)

    run.mend(paid=True)
    late.wait(days=5)

    assert run.finished()[-1] == "in_time"
    assert run.timers == []
    assert late.finished()[-1] == "late"
    late_again = Run(content, {"paid": True}, reload=reload)
    assert late_again.finished()[-1] == "in_time"


def test_conditions_that_make_each_other_true_end_as_an_incident():
    """Two listeners that wake each other must not hold the writer for ever, and no edge of a condition may be missed."""

    def listener(number: int, condition: str, code: str) -> str:
        begins = start(f"s{number}", when(condition), isInterrupting="false")
        return sub_process(
            f"h{number}",
            begins + script(f"t{number}", code) + path(f"s{number}", f"t{number}"),
            triggeredByEvent="true",
        )

    one, other = listener(1, "a", "a = False\nb = True"), listener(2, "b", "b = False\na = True")
    run = Run(diagram(start() + user("u") + path("s", "u") + one + other), {"a": False, "b": False})

    run.mend(a=True)
    while run.jobs:
        run.go_on()

    assert [i["code"] for i in run.incidents] == ["loopWithoutEnd"]
    assert [t["element"] for t in run.tasks] == ["u"]


def test_a_data_object_without_value_makes_a_condition_false():
    """A data object is there from the beginning without a value; that it has none yet is no fault that a person must mend."""
    thing = '<dataObject id="d"/><dataObjectReference id="r" name="diem" dataObjectRef="d"/>'
    catch = node("intermediateCatchEvent", "c", when("diem &gt; 5"))
    body = (
        thing
        + start()
        + node("parallelGateway", "g")
        + user("u")
        + catch
        + end()
        + path("s", "g", "u")
        + path("g", "c", "e")
    )
    run = Run(diagram(body), reload=True)
    assert run.incidents == []

    run.complete("u", {"diem": 6})

    assert run.state == "completed"
