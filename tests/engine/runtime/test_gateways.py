"""Gateways: joins that lose nothing, choices that are recorded, waits for the first of several events."""

from __future__ import annotations

import pytest

from tests.engine.runtime.bench import Run
from tests.engine.runtime.constructs import executes
from tests.engine.runtime.models import boundary, diagram, end, flow, message, node, path, script, start, timer, user


def parallel(*branches: str) -> str:
    """A split and a join around branches."""
    return (
        node("parallelGateway", "g") + node("parallelGateway", "j")
        + "".join(flow("g", b) + flow(b, "j") for b in branches)
    )  # fmt: skip


@executes(
    "Gateways",
    "parallelGateway",
    says="Splits into all its flows; joins by taking one token from every incoming flow (13.4.1). What every branch wrote is kept.",
)
def test_a_join_keeps_what_every_branch_wrote():
    """Stock merges copies of all variables, so the last branch overwrites what the others decided."""
    run = Run(diagram(start() + script("i", "x = 0\ny = 0") + user("a") + user("b") + end() + parallel("a", "b") + path("s", "i", "g") + path("j", "e")))  # fmt: skip
    run.complete("b", {"y": 2})
    run.complete("a", {"x": 1})

    assert run.variables() == {"x": 1, "y": 2}
    assert run.state == "completed"


@executes(
    "Gateways", "parallelGateway in a loop", says="The join counts tokens for each flow and works in every round."
)
def test_a_join_in_a_loop_works_each_time():
    """Stock passes such a join with stale data from the second round on."""
    body = (
        start() + script("i", "n = 0\ntotal = 0") + node("exclusiveGateway", "m") + script("a", "a = n") + script("b", "b = n * 2")
        + parallel("a", "b") + script("k", "total = total + a + b\nn = n + 1") + node("exclusiveGateway", "x", default="x__e") + end()
        + path("s", "i", "m", "g") + path("j", "k", "x") + flow("x", "m", "n &lt; 3") + flow("x", "e")
    )  # fmt: skip
    run = Run(diagram(body))

    assert run.variables() == {"n": 3, "total": 9, "a": 2, "b": 4}
    assert run.finished().count("j") == 3


@executes("Gateways", "two flows between the same elements")
def test_two_flows_from_one_element_count_apart():
    """A join counts tokens per flow, so two flows between the same elements are two branches."""
    body = start() + node("parallelGateway", "g") + node("parallelGateway", "j") + script("t", "k = 1") + path("s", "g") + flow("g", "j", id="p1") + flow("g", "j", id="p2") + path("j", "t")  # fmt: skip
    run = Run(diagram(body))

    assert run.state == "completed"
    assert run.finished().count("j") == 1


def test_a_branch_that_never_comes_is_told():
    """A deadlock must not look like waiting: the join is named as an incident."""
    body = start() + node("exclusiveGateway", "x", default="x__a") + script("a", "q = 1") + script("b", "q = 2") + node("parallelGateway", "j") + end() + path("s", "x") + flow("x", "a") + flow("x", "b", "False") + flow("a", "j") + flow("b", "j") + path("j", "e")  # fmt: skip
    run = Run(diagram(body))

    assert [(i["element"], i["code"]) for i in run.incidents] == [("j", "deadlock")]
    assert run.state == "running"


@executes(
    "Gateways",
    "exclusiveGateway",
    says="The first flow in the order of the document whose condition holds, else the default (13.4.2).",
)
def test_the_first_true_condition_wins_in_the_order_of_the_file():
    """Stock sorts flows by the height of their targets, so moving a shape changes the decision."""
    body = start() + script("i", "x = 5") + node("exclusiveGateway", "g", default="g__c") + end("a") + end("b") + end("c") + path("s", "i", "g") + flow("g", "b", "x &gt; 1") + flow("g", "a", "x &gt; 2") + flow("g", "c")  # fmt: skip
    run = Run(diagram(body))

    assert run.finished()[-1] == "b"
    assert run.of("FlowTaken") == [{"activity": "g#1", "flow": "g__b", "values": {"x": 5}}]


def test_nothing_to_take_is_an_incident():
    """Without a default and a true condition the standard has a runtime exception: a person must look."""
    body = start() + script("i", "x = 5") + node("exclusiveGateway", "g") + end("a") + end("b") + path("s", "i", "g") + flow("g", "a", "x == 1") + flow("g", "b", "x == 2")  # fmt: skip
    run = Run(diagram(body))

    assert [(i["element"], i["code"], i["values"]) for i in run.incidents] == [("g", "noFlowTaken", {"x": 5})]


INCLUSIVE = (
    start() + script("i", "a = 1\nb = 0\nc = 1\nn = 0") + node("inclusiveGateway", "g", default="g__d") + user("ta") + script("tb", "n = n + 100")
    + user("tc") + script("d", "n = n + 1000") + node("inclusiveGateway", "j") + script("z", "n = n + 1") + end()
    + path("s", "i", "g") + flow("g", "ta", "a") + flow("g", "tb", "b") + flow("g", "tc", "c") + flow("g", "d")
    + "".join(flow(t, "j") for t in ("ta", "tb", "tc", "d")) + path("j", "z", "e")
)  # fmt: skip


@executes(
    "Gateways",
    "inclusiveGateway",
    says="Every flow whose condition holds; joins once when no further token can come (13.4.3).",
)
def test_an_inclusive_join_waits_for_the_branches_that_were_taken():
    """Two of three bodies are asked: the join passes once, when both have answered."""
    run = Run(diagram(INCLUSIVE))
    assert sorted(t["element"] for t in run.tasks) == ["ta", "tc"]

    run.complete("ta")
    assert run.variables()["n"] == 0
    run.complete("tc")

    assert run.variables()["n"] == 1
    assert run.state == "completed"


@executes("Gateways", "inclusiveGateway behind boundary events")
def test_an_inclusive_join_knows_what_boundary_events_can_still_send():
    """A token may come out of a boundary event as well: the join must wait for it."""
    body = (
        start() + script("i", "n = 0\nz = 0") + node("inclusiveGateway", "g", default="d") + user("u") + boundary("b", "u", message())
        + script("h", "n = n + 1") + script("q", "n = n + 100") + node("inclusiveGateway", "j") + script("t", "z = z + 1")
        + path("s", "i", "g") + flow("g", "u", "True") + flow("g", "q", "True") + flow("g", "j", id="d") + flow("u", "j") + flow("q", "j")
        + path("b", "h", "j", "t")
    )  # fmt: skip
    run = Run(diagram(body))
    assert run.variables()["z"] == 0

    run.deliver("go")

    assert run.variables() == {"n": 101, "z": 1}
    assert run.state == "completed"


EVENTS = (
    start() + node("eventBasedGateway", "g") + node("intermediateCatchEvent", "m", message()) + node("intermediateCatchEvent", "t1", timer("PT1H"))
    + node("intermediateCatchEvent", "t2", timer("PT2H")) + script("am", "r = 'message'") + script("a1", "r = 1") + script("a2", "r = 2")
    + path("s", "g") + path("g", "m", "am") + path("g", "t1", "a1") + path("g", "t2", "a2")
)  # fmt: skip


@executes(
    "Gateways", "eventBasedGateway", says="Waits for the first of several events; the others no longer matter (13.4.4)."
)
@pytest.mark.parametrize("reload", [False, True])
def test_the_first_event_decides_and_the_others_stop_waiting(reload):
    """After the message no timer may fire; two timers must not share one due time."""
    run = Run(diagram(EVENTS), reload=reload)
    assert [t["due"][11:16] for t in run.timers] == ["02:00", "03:00"]

    run.deliver("go", {"amount": 4})

    assert run.variables() == {"r": "message", "amount": 4}
    assert run.finished() == ["s", "g", "m", "am"]
    assert run.nothing_left()


def test_a_timer_of_an_event_gateway_decides_when_it_is_first():
    """Silence is an answer as well."""
    run = Run(diagram(EVENTS))
    run.wait(hours=1)

    assert run.variables() == {"r": 1}
    assert run.nothing_left()
