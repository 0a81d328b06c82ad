"""Each correction of SpiffWorkflow is still needed: the library as it comes is wrong, and this engine is right.

Where an upgrade of the library mends an entry, its test fails here, and the correction can go.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.camunda.parser.CamundaParser import CamundaParser
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.task import Task

from engine.domain.definition import Resource
from engine.domain.errors import AmbiguousCorrelation, DeploymentRefused
from engine.runtime.activity import Activity
from engine.service.inspection import inspect
from tests.engine.runtime.models import boundary, diagram, end, flow, message, node, path, script, start, timer, user
from tests.engine.runtime.stock import ESCAPED, Ours, Stock, seen, timers
from tests.engine.runtime.stock_cases import CASES, Case, branches, line, loop, many
from tests.engine.service.office import Office


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    """The library's timers look at a clock that stands still."""
    with timers():
        yield


@pytest.mark.parametrize("case", CASES, ids=[case.entry for case in CASES])
def test_what_the_library_does_wrong_is_right_here(case: Case) -> None:
    """The same diagram, the same inputs, the same questions."""
    wrong, right = seen(Stock, case), seen(Ours, case)

    assert right == case.right
    assert wrong == case.stock
    assert wrong != right


# ---- text that is run as Python

ESCAPE = "[__import__('sys').modules['tests.engine.runtime.stock'].ESCAPED.append(None)]"
CATCH = "intermediateCatchEvent"
PLACES = {
    "a script": line(script("a", f"x = {ESCAPE}")),
    "a condition of a gateway": diagram(start() + node("exclusiveGateway", "g", default="g__e") + end() + path("s", "g") + flow("g", "e", id="g__e") + end("f") + flow("g", "f", ESCAPE)),
    "a timer": line(node(CATCH, "t", timer(ESCAPE))),
    "a date": line(node(CATCH, "t", timer(ESCAPE, "timeDate"))),
    "a cycle": diagram(start() + user("u") + boundary("b", "u", timer(ESCAPE, "timeCycle")) + end() + path("s", "u", "e") + end("f") + path("b", "f")),
    "a conditional event": line(node(CATCH, "t", f"<conditionalEventDefinition><condition>{ESCAPE}</condition></conditionalEventDefinition>")),
    "a cardinality": line(script("a", "x = 1", many(False, f"<loopCardinality>{ESCAPE}</loopCardinality>"))),
    "a completion condition": line(script("a", "x = 1", many(True, f"<loopCardinality>2</loopCardinality><completionCondition>{ESCAPE}</completionCondition>"))),
    "a standard loop": line(script("a", "x = 1", f"<standardLoopCharacteristics><loopCondition>not {ESCAPE}</loopCondition></standardLoopCharacteristics>")),
    "an ad-hoc sub-process": line(node("adHocSubProcess", "ah", f'<dataObject id="o" name="o"/>{script("a", "x = 1")}<completionCondition>{ESCAPE}</completionCondition>')),
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_no_text_of_a_diagram_is_run_as_python(place: str) -> None:
    """Whoever may deploy would own the server."""
    case = Case(place, PLACES[place], None, None, shows="state")

    ESCAPED.clear()
    seen(Stock, case)
    assert ESCAPED

    ESCAPED.clear()
    assert str(seen(Ours, case)).startswith("refused: ")
    assert not ESCAPED


# ---- what a step costs, counted in calls of Python functions


def sequence(length: int) -> bytes:
    """Scripts in a row."""
    return line(*(script(f"a{n}", "x = 1") for n in range(length)))


def standard(times: int) -> bytes:
    """A script in a standard loop."""
    loops = f"<standardLoopCharacteristics><loopCondition>n &lt; {times}</loopCondition></standardLoopCharacteristics>"
    return line(script("i", "n = 0"), script("a", "n = n + 1", loops))


def parallel(times: int) -> bytes:
    """A script for each of many items."""
    return line(script("a", "y = 1", many(False, f"<loopCardinality>{times}</loopCardinality>")))


def sequential(times: int) -> bytes:
    """A script for one item after the other."""
    return line(script("a", "y = 1", many(True, f"<loopCardinality>{times}</loopCardinality>")))


def calls(work: Callable[[], object], event: str = "call", *of: object) -> int:
    """How many functions are called meanwhile; ``of`` are the ones that count, else all."""
    code = [getattr(function, "__code__", function) for function in of]
    count = 0

    def note(frame: FrameType, what: str, called: object) -> None:
        nonlocal count
        count += what == event and (not of or (called if event == "c_call" else frame.f_code) in code)

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def run(engine: type[Stock | Ours], content: bytes, **values: Any) -> Callable[[], None]:
    """Starts an instance of a process that was parsed before."""
    return engine(content, values).again


@pytest.mark.parametrize("shape", [sequence, loop, standard, parallel, sequential])
def test_a_step_costs_the_same_in_a_long_history(shape: Callable[[int], bytes]) -> None:
    """The library walks through all that happened before, at every step."""

    def growth(engine: type[Stock | Ours]) -> float:
        short, long = (calls(run(engine, shape(n))) / n for n in (15, 60))
        return long / short

    assert growth(Stock) > 1.5
    assert growth(Ours) < 1.1


def test_parallel_blocks_in_a_row_are_not_foreseen() -> None:
    """The library makes a task for each way through all blocks before the first of them begins."""

    def made(engine: type[Stock | Ours], count: int) -> int:
        begin = run(engine, blocks(count))
        return calls(begin, "call", Task.__init__, Activity.__init__)

    assert [made(Stock, count) for count in (1, 2, 3)] == [24, 96, 384]
    assert [made(Ours, count) for count in (1, 2, 3)] == [3, 3, 3]


def blocks(count: int) -> bytes:
    """Blocks of four branches behind one another, and a person before them."""
    gates = "".join(node("parallelGateway", f"g{n}") + node("parallelGateway", f"j{n}") for n in range(count))
    steps = "".join(script(f"t{n}_{k}", "x = 1") for n in range(count) for k in range(4))
    ways = "".join(path(f"g{n}", f"t{n}_{k}", f"j{n}") for n in range(count) for k in range(4))
    order = [id for n in range(count) for id in (f"g{n}", f"j{n}")]
    between = "".join(flow(a, b) for a, b in zip(order[1::2], order[2::2], strict=False))
    return diagram(
        start() + user("u") + gates + steps + end() + path("s", "u", "g0") + ways + between + path(order[-1], "e")
    )


def test_nothing_is_compiled_while_a_process_runs() -> None:
    """The library compiles a condition each time that it looks at it."""

    def compiled(engine: type[Stock | Ours]) -> int:
        return calls(run(engine, loop(10)), "c_call", eval, exec, compile)

    assert compiled(Stock) == 21
    assert compiled(Ours) == 0


def test_a_snapshot_is_what_still_waits() -> None:
    """The library keeps every step that was done, and all specifications."""
    sizes = {engine: [len(waiting(engine, turns)) for turns in (5, 50)] for engine in (Stock, Ours)}

    assert sizes[Stock][0] > 10_000
    assert sizes[Stock][1] > 4 * sizes[Stock][0]
    assert sizes[Ours][0] < 200
    assert sizes[Ours][1] < sizes[Ours][0] + 10


def waiting(engine: type[Stock | Ours], turns: int) -> str:
    """The snapshot of an instance behind a loop."""
    content = loop(turns).replace(b'<endEvent id="e"', user("u").encode() + b'<endEvent id="e"')
    content = content.replace(b'targetRef="e"', b'targetRef="u"').replace(
        b"</process>", flow("u", "e").encode() + b"</process>"
    )
    return engine(content).snapshot


# ---- the same again


def test_the_same_inputs_give_the_same_state() -> None:
    """The library takes ids and times from chance and from the machine's clock."""
    content = branches(user("a"), user("b"))

    assert len({Stock(content).snapshot for _ in range(2)}) == 2
    assert len({Ours(content).snapshot for _ in range(2)}) == 1


# ---- messages between instances

WAITS = node("intermediateCatchEvent", "{}", message())


def test_a_message_has_one_receiver() -> None:
    """One payment must not be booked twice; the library hands it to everybody who waits."""
    both = branches(WAITS.format("a"), WAITS.format("b"))
    stock = Stock(both)
    stock.message("go")
    assert stock.state == "completed"

    office = Office()
    try:
        office.deploy(("m.bpmn", both))
        instance = office.start("p", business_key="K")
        with pytest.raises(AmbiguousCorrelation):
            office.message("go", "K")
        assert len(office.subscriptions(instance)) == 2
    finally:
        office.close()


def test_an_early_message_is_kept() -> None:
    """The bank may be faster than the clerk; the library knows only who waits at this moment."""
    late = line(user("u"), WAITS.format("c"))
    with pytest.raises(WorkflowException, match="not waiting"):
        Stock(late).message("go")

    office = Office()
    try:
        office.deploy(("m.bpmn", late))
        instance = office.start("p", business_key="K")
        assert office.message("go", "K").outcome == "buffered"
        office.complete(office.tasks(instance)[0])
        assert office.head(instance).state == "completed"
    finally:
        office.close()


# ---- decision tables

DECIDES = line(
    node("businessRuleTask", "t", xmlns_camunda="http://camunda.org/schema/1.0/bpmn", camunda_decisionRef="D")
)
TABLE = (
    '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="urn:t">'
    '<decision id="D" name="D"><decisionTable id="T" {}><input id="i"><inputExpression id="ie" typeRef="number"><text>x</text>'
    '</inputExpression></input><output id="o" name="y" typeRef="number"/>{}</decisionTable></decision></definitions>'
)
RULE = '<rule id="r{0}"><inputEntry id="i{0}"><text>{1}</text></inputEntry><outputEntry id="o{0}"><text>{0}</text></outputEntry></rule>'


@pytest.mark.parametrize(
    ("policy", "cells", "right", "stock"),
    [
        ("", ["5", "&gt; 1"], "an error: two rules hold", 1),
        ('hitPolicy="ANY"', ["5", "&gt; 1"], "an error: two rules do not agree", 1),
        ('hitPolicy="RULE ORDER"', ["5", "&gt; 1"], [1, 2], 1),
        ('hitPolicy="OUTPUT ORDER"', ["5", "&gt; 1"], [2, 1], 1),
        ('hitPolicy="COLLECT" aggregation="SUM"', ["5", "&gt; 1"], 3, [1, 2]),
        ("", ["1,5,7", "&gt; 5"], 1, None),
        ("", ["not(6)", "&gt; 5"], 1, None),
        ("", ["[1..10]"], 1, "WorkflowTaskException"),
    ],
)
def test_decision_tables_are_refused(policy: str, cells: list[str], right: Any, stock: Any) -> None:
    """The library decides something else than the table says; until there is FEEL, none is taken."""
    table = TABLE.format(policy, "".join(RULE.format(n, cell) for n, cell in enumerate(cells, 1)))

    assert decided(table) == stock != right
    with pytest.raises(DeploymentRefused) as refused:
        inspect([Resource("m.bpmn", DECIDES), Resource("d.dmn", table.encode())], None)
    assert {problem.code for problem in refused.value.problems} == {"notExecuted", "fileNotUsed"}


def decided(table: str) -> Any:
    """What the library takes from a table for x = 5."""
    parser = CamundaParser()
    parser.add_bpmn_str(DECIDES)
    parser.add_dmn_str(table)
    workflow = BpmnWorkflow(parser.get_spec("p"))
    workflow.task_tree.data["x"] = 5
    try:
        workflow.do_engine_steps()
    except WorkflowException as error:
        return type(error).__name__
    return workflow.data.get("y")
