"""Activities done more than once, and loops that are too long."""

from __future__ import annotations

from typing import Any

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
    user,
)


def multi(sequential: bool = False, more: str = "", collection: str = "xs") -> str:
    """Multi-instance over a list, with results."""
    return (
        f'<multiInstanceLoopCharacteristics isSequential="{"true" if sequential else "false"}"><loopDataInputRef>{collection}</loopDataInputRef>'
        f'<loopDataOutputRef>ys</loopDataOutputRef><inputDataItem id="x"/><outputDataItem id="y"/>{more}</multiInstanceLoopCharacteristics>'
    )


MANY = "<multiInstanceLoopCharacteristics><loopCardinality>%d</loopCardinality></multiInstanceLoopCharacteristics>"


@executes(
    "Activities",
    "multi-instance, parallel, over a collection",
    says="All at once, one for each item; results stand in the order of the items, whoever answers first.",
)
@pytest.mark.parametrize("reload", [False, True])
def test_results_stand_in_the_order_of_the_items(reload):
    """Agencies answer in any order; the list of answers must match the list of agencies."""
    run = Run(
        diagram(
            start() + script("i", "xs = [7, 8, 9]\nseen = 0") + user("u", multi()) + end() + path("s", "i", "u", "e")
        ),
        reload=reload,
    )
    assert [run.variables(t["activity"])["x"] for t in run.tasks] == [7, 8, 9]

    for nth, y in ((2, 90), (0, 70), (0, 80)):
        run.complete("u", {"y": y, "own": nth, "seen": y}, nth=nth)

    assert run.variables() == {"xs": [7, 8, 9], "ys": [70, 80, 90], "seen": 80}
    assert run.state == "completed"
    assert run.nothing_left()


@executes("Activities", "multi-instance, sequential", says="One after the other, in the order of the items.")
@pytest.mark.parametrize("reload", [False, True])
def test_one_after_the_other(reload):
    """The second officer sees the task only after the first has answered."""
    inner = start("ss") + user("u") + script("q", "tmp = x * 2\ny = tmp + v\nseen = seen + 1") + path("ss", "u", "q")
    run = Run(diagram(start() + script("i", "xs = [7, 8, 9]\nseen = 0") + sub_process("sub", inner, multi(sequential=True)) + path("s", "i", "sub")), reload=reload)  # fmt: skip
    for v in range(3):
        assert len(run.tasks) == 1
        run.complete("u", {"v": v})

    assert run.variables() == {"xs": [7, 8, 9], "seen": 3, "ys": [14, 17, 20]}
    assert run.nothing_left()


@executes(
    "Activities",
    "multi-instance: completionCondition and nrOf… counters",
    says="The condition is asked after each one, and sees nrOfInstances, nrOfActiveInstances and nrOfCompletedInstances; when it holds, the rest is withdrawn, and what was not answered is null.",
)
def test_enough_answers_end_the_rest():
    """A completion condition withdraws the open tasks; what was not answered is null."""
    more = "<completionCondition>nrOfCompletedInstances &gt;= 2</completionCondition>"
    run = Run(diagram(start() + script("i", "xs = [1, 2, 3]") + user("u", multi(more=more)) + path("s", "i", "u")))
    run.complete("u", {"y": "a"}, nth=0)
    run.complete("u", {"y": "c"}, nth=1)

    assert run.variables()["ys"] == ["a", None, "c"]
    assert run.nothing_left()


def test_an_empty_list_is_passed():
    """No agency to ask is no reason to wait; stock hangs on items that are None, too."""
    assert (
        Run(diagram(start() + script("i", "xs = []") + user("u", multi()) + path("s", "i", "u"))).variables()["ys"]
        == []
    )
    run = Run(diagram(start() + script("i", "xs = [None]") + user("u", multi(sequential=True)) + path("s", "i", "u")))
    run.complete("u", {"y": 1})
    assert run.variables()["ys"] == [1]


def test_what_is_no_list_is_an_incident():
    """The message names the variable; after mending, the tasks appear."""
    run = Run(diagram(start() + user("u", multi()) + path("s", "u")))
    assert [i["code"] for i in run.incidents] == ["notAList"]

    run.mend(xs=[1])
    run.retry()

    assert len(run.tasks) == 1


def test_a_condition_that_fails_keeps_the_answer_waiting():
    """The officer's answer is recorded; the body goes on when the condition can be evaluated."""
    more = "<completionCondition>nrOfCompletedInstances &gt;= quorum</completionCondition>"
    run = Run(diagram(start() + script("i", "xs = [1, 2]") + user("u", multi(more=more)) + path("s", "i", "u")))
    run.complete("u", {"y": "a"})
    assert [i["code"] for i in run.incidents] == ["variableMissing"]

    run.mend(quorum=1)
    run.retry()

    assert run.variables()["ys"] == ["a", None]


def test_a_boundary_event_ends_all_instances():
    """Withdrawn while three agencies are being asked."""
    run = Run(diagram(start() + script("i", "xs = [1, 2, 3]") + user("u", multi()) + boundary("b", "u", message()) + script("t", "n = 1") + path("s", "i", "u") + path("b", "t")))  # fmt: skip
    run.complete("u", nth=0)
    run.deliver("go")

    assert run.variables() == {"xs": [1, 2, 3], "n": 1}
    assert run.nothing_left()


@executes(
    "Activities",
    "multi-instance: loopCardinality",
    says="A number of times, from an expression; each knows its loopCounter, from 1.",
)
def test_a_number_of_times():
    """Cardinality may be an expression; each instance knows its number from 1."""
    loop = (
        "<multiInstanceLoopCharacteristics><loopCardinality>n + 1</loopCardinality></multiInstanceLoopCharacteristics>"
    )
    run = Run(diagram(start() + user("u", loop) + path("s", "u")), {"n": 1})

    assert [run.variables(t["activity"])["loopCounter"] for t in run.tasks] == [1, 2]


@executes(
    "Activities",
    "standard loop",
    says="While its condition holds, at most loopMaximum times, tested before or after (10.3.8).",
)
@pytest.mark.parametrize(
    ("loop", "times"),
    [
        ("<standardLoopCharacteristics><loopCondition>n &lt; 3</loopCondition></standardLoopCharacteristics>", 3),
        (
            '<standardLoopCharacteristics loopMaximum="2"><loopCondition>True</loopCondition></standardLoopCharacteristics>',
            2,
        ),
        (
            '<standardLoopCharacteristics testBefore="true"><loopCondition>n &lt; 0</loopCondition></standardLoopCharacteristics>',
            0,
        ),
    ],
)
def test_while_its_condition_holds(loop, times):
    """A standard loop, tested after or before, bounded by its maximum."""
    run = Run(
        diagram(start() + script("i", "n = 0") + script("u", "n = n + 1", loop) + end() + path("s", "i", "u", "e"))
    )

    assert run.variables() == {"n": times}
    assert run.nothing_left()


def counting(limit: str) -> bytes:
    """A gateway loop that counts up to a limit."""
    return diagram(start() + script("i", "n = 0") + node("exclusiveGateway", "m") + script("a", "n = n + 1") + node("exclusiveGateway", "x", default="x__e") + end() + path("s", "i", "m", "a", "x") + flow("x", "m", f"n &lt; {limit}") + flow("x", "e"))  # fmt: skip


def test_a_long_loop_comes_out_right():
    """Stock stops at iteration 333 and says completed, with no data."""
    run = Run(counting("1200"))

    assert run.variables() == {"n": 1200}
    assert run.state == "completed"
    assert len(run.tokens) < 200


@pytest.mark.parametrize("reload", [False, True])
def test_a_run_longer_than_its_share_goes_on_in_another_command(reload):
    """Five thousand steps a command: other instances are not held up."""
    run = Run(counting("4000"), reload=reload)
    assert run.state == "running" and len(run.jobs) == 1

    while run.jobs:
        run.go_on()

    assert run.variables() == {"n": 4000}
    assert len(run.rows) == 3


def test_a_loop_without_end_is_an_incident():
    """A hundred thousand steps without a wait: a person must look."""
    run = Run(counting("1000000"))
    while run.jobs:
        run.go_on()

    assert [i["code"] for i in run.incidents] == ["loopWithoutEnd"]
    assert run.state == "running"


def test_a_loop_in_a_loop_stays_within_one_share():
    """Each of a hundred and fifty sub-processes opens a hundred and fifty tasks: not in one transaction."""
    inner = start("is") + user("u", MANY % 150) + path("is", "u")
    run = Run(diagram(start() + sub_process("A", inner, MANY % 150) + path("s", "A")))
    while run.jobs:
        run.go_on()

    assert len(run.tasks) == 150 * 150
    assert max(map(len, run.rows)) < 4 * 5000


def test_a_result_that_cannot_be_kept_holds_the_activity():
    """The list of results would be nested too deep: a person must see it, and the token must not be lost."""
    value: Any = 0
    for _ in range(64):
        value = [value]
    results = '<multiInstanceLoopCharacteristics><loopCardinality>1</loopCardinality><loopDataOutputRef>ys</loopDataOutputRef><outputDataItem id="y"/></multiInstanceLoopCharacteristics>'
    run = Run(diagram(start() + user("u", results) + user("v") + path("s", "u", "v")))
    run.complete("u", {"y": value})

    assert len(run.incidents) == 1 and run.tasks == [] and run.state == "running"


TWICE = '<multiInstanceLoopCharacteristics isSequential="{}"><loopDataInputRef>xs</loopDataInputRef><loopDataOutputRef>ys</loopDataOutputRef><inputDataItem id="x"/><outputDataItem id="y"/></multiInstanceLoopCharacteristics>'


@executes("Activities", "multi-instance sub-process")
@pytest.mark.parametrize("sequential", ["true", "false"])
def test_a_sub_process_for_each_item(reload, sequential):
    """Each repetition has variables of its own, boundary events inside included; what it returns is its output item."""
    inner = start("i") + user("u") + script("k", "y = x * 10 + so") + end("ie") + path("i", "u", "k", "ie")
    content = diagram(start() + sub_process("sub", inner, TWICE.format(sequential)) + end() + path("s", "sub", "e"))
    run = Run(content, {"xs": [1, 2]}, reload=reload)

    while run.tasks:
        run.complete("u", {"so": len(run.tasks)})

    assert run.variables()["ys"] == ([11, 21] if sequential == "true" else [12, 21])
    assert run.nothing_left()


@executes("Activities", "multi-instance callActivity")
def test_a_called_process_for_each_item(reload):
    """Each call takes its item in and gives its result back; nothing else leaves."""
    called = (
        '<process id="q">'
        + start("qs")
        + user("u")
        + script("k", "y = x + 1\nrac = 1")
        + path("qs", "u", "k")
        + "</process>"
    )
    call = node("callActivity", "c", TWICE.format("false"), calledElement="q", motcua_dataIn="x", motcua_dataOut="y")
    run = Run(diagram(start() + call + end() + path("s", "c", "e"), more=called), {"xs": [1, 2]}, reload=reload)

    run.complete("u", nth=1)
    run.complete("u")

    assert run.variables() == {"xs": [1, 2], "ys": [2, 3]}
    assert run.nothing_left()


@executes("Gateways", "mixed split and join")
@pytest.mark.parametrize(("kind", "times"), [("parallelGateway", 2), ("inclusiveGateway", 2), ("exclusiveGateway", 4)])
def test_a_gateway_may_join_and_split_at_once(kind, times):
    """With several flows in and several out it first joins as its kind does, then splits."""
    ways = "" if kind == "parallelGateway" else "True"
    content = diagram(
        start() + node("parallelGateway", "g") + script("a", "n = n + 0") + script("b", "n = n + 0") + node(kind, "m")
        + script("c", "n = n + 1") + script("d", "n = n + 1") + path("s", "g", "a", "m") + path("g", "b", "m")
        + flow("m", "c", ways or None) + flow("m", "d", ways or None)
    )  # fmt: skip
    run = Run(content, {"n": 0})

    assert run.variables()["n"] == (2 if kind == "exclusiveGateway" else times)
    assert run.finished().count("m") == (2 if kind == "exclusiveGateway" else 1)


@executes("Gateways", "inclusiveGateway, unstructured and in a loop")
def test_an_inclusive_join_in_a_loop(reload):
    """The join waits for what can still come, round by round, wherever in the diagram its branches began."""
    content = diagram(
        start() + node("exclusiveGateway", "top") + node("inclusiveGateway", "f", default="f__b") + user("a") + user("b")
        + node("inclusiveGateway", "j") + script("k", "n = n + 1") + node("exclusiveGateway", "x", default="x__e") + end()
        + path("s", "top", "f") + flow("f", "a", "n != 1") + flow("f", "j", "n != 1", id="straight") + flow("f", "b")
        + path("a", "j") + path("b", "j") + path("j", "k", "x") + flow("x", "top", "n &lt; 3") + flow("x", "e")
    )  # fmt: skip
    run = Run(content, {"n": 0}, reload=reload)

    assert [t["element"] for t in run.tasks] == ["a"]
    run.complete("a")
    assert [t["element"] for t in run.tasks] == ["b"]
    run.complete("b")
    assert [t["element"] for t in run.tasks] == ["a"]
    run.complete("a")

    assert run.variables()["n"] == 3
    assert run.finished().count("j") == 3
    assert run.nothing_left()


@executes("Gateways", "implicit merge")
def test_two_flows_into_an_activity_are_two_tokens(reload):
    """Without a gateway nothing waits: the activity is done once for each token that comes."""
    content = diagram(
        start() + node("parallelGateway", "g") + user("a") + user("b") + script("k", "n = n + 1") + end()
        + path("s", "g", "a", "k", "e") + path("g", "b", "k")
    )  # fmt: skip
    run = Run(content, {"n": 0}, reload=reload)

    run.complete("a")
    run.complete("b")

    assert run.variables()["n"] == 2
    assert run.state == "completed"


@executes("Activities", "standard loop: loopCounter")
@pytest.mark.parametrize("reload", [False, True])
@pytest.mark.parametrize(("test", "condition"), [("true", "loopCounter &lt;= 3"), ("false", "loopCounter &lt; 3")])
def test_a_standard_loop_tells_which_repetition_it_is(reload, test, condition):
    """`loopCounter` is the number of the repetition: in a test before it of the one that would begin, in a test after it of the one just done."""
    loop = f'<standardLoopCharacteristics testBefore="{test}"><loopCondition>{condition}</loopCondition></standardLoopCharacteristics>'
    inner = start("i") + script("k", "lan = lan + [loopCounter]") + user("u") + path("i", "k", "u")
    run = Run(
        diagram(start() + sub_process("m", loop + inner) + end() + path("s", "m", "e")), {"lan": []}, reload=reload
    )

    for _ in range(3):
        run.complete("u")

    assert run.variables() == {"lan": [1, 2, 3]}
    assert run.state == "completed" and run.nothing_left()


def test_calls_without_end_are_an_incident():
    """Processes that call one another for ever would fill the memory, and could not even be cancelled."""
    content = diagram(start() + node("callActivity", "c", calledElement="p") + path("s", "c"))
    run = Run(content, reload=True)

    assert [i["code"] for i in run.incidents] == ["calledTooDeep"]
    run.give("ProcessInstanceCancelled", {"reason": "lỗi sơ đồ"})
    assert run.state == "terminated" and run.nothing_left()
