"""Warnings of what parallel branches do to each other: where it is so, and only there."""

from __future__ import annotations

import time

import pytest

from engine.runtime.checks import check
from engine.runtime.diagram import Diagram
from engine.runtime.report import Report
from tests.engine.runtime.models import (  # fmt: skip
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

FORMS = {"a": ["x", "ghi_chu"], "b": ["y", "ghi_chu"]}
MI = "<multiInstanceLoopCharacteristics{}><loopCardinality>3</loopCardinality>{}</multiInstanceLoopCharacteristics>"


def warned(body: str, forms=FORMS) -> list[tuple[str, str | None]]:
    """Code and element of every warning; the diagram must be right."""
    report = Report("m.bpmn")
    check(Diagram("m.bpmn", diagram(body)), forms, report)
    assert report.problems == []
    return [(warning.code, warning.element_id) for warning in report.warnings]


def block(
    *branches: str, split: str = "parallelGateway", join: str = "parallelGateway", condition: str | None = None
) -> str:
    """Branches between ``g`` and ``j``, one element each; ``a``, ``b``, ``c`` are their ids."""
    ids = "abc"[: len(branches)]
    flows = "".join(flow("g", id, condition) + flow(id, "j") for id in ids)
    return (
        start()
        + node(split, "g")
        + "".join(branches)
        + node(join, "j")
        + end()
        + path("s", "g")
        + flows
        + path("j", "e")
    )


def test_two_branches_that_write_one_variable():
    """Whichever is later wins; the text names variable, both elements, and where the branches begin."""
    report = Report("m.bpmn")
    check(
        Diagram("m.bpmn", diagram(block(user("a", motcua_formKey="a"), user("b", motcua_formKey="b")))), FORMS, report
    )

    (warning,) = report.warnings
    assert warning.code == "racingWrites"
    assert all(word in warning.vi for word in ("ghi_chu", "Task a", "Task b", "g"))
    assert all(word in warning.en for word in ("ghi_chu", "Task a", "Task b", "g"))


def test_without_the_fields_of_forms_less_is_said():
    """Whoever knows only the keys of the forms gets the rest all the same."""
    body = block(user("a", motcua_formKey="a"), user("b", motcua_formKey="b"), script("c", "x = 1"))

    assert warned(body, forms=frozenset(FORMS)) == []
    assert sorted(warned(body)) == [("racingWrites", "b"), ("racingWrites", "c")]


@pytest.mark.parametrize(
    "reader",
    [
        script("b", "y = x"),
        user("b", MI.format("", "").replace(">3<", ">x<")),
        node("callActivity", "b", calledElement="q", motcua_dataIn="x"),
        node("receiveTask", "b", messageRef="m_go", motcua_correlationKey="x"),
        node("intermediateCatchEvent", "b", timer("x")),
        sub_process("b", start("i") + script("t", "y = x") + path("i", "t")),
    ],
)
def test_a_branch_that_reads_what_the_other_writes(reader):
    """What it finds depends on who is first: in scripts, loops, calls, keys, times, and inside of sub-processes."""
    assert [code for code, _ in warned(block(script("a", "x = 1"), reader))] == ["racingReads"]


@pytest.mark.parametrize(
    "writer",
    [
        script("a", "x = 1"),
        user("a", motcua_formKey="a"),
        node("callActivity", "a", calledElement="q", motcua_dataOut="x"),
        sub_process("a", start("i") + script("t", "x = 1") + path("i", "t")),
        script("a", "y = 1", MI.format("", '<loopDataOutputRef>x</loopDataOutputRef><outputDataItem name="y"/>')),
    ],
)  # fmt: skip
def test_what_counts_as_writing(writer):
    """Scripts, forms, results of calls and of loops, and what sub-processes hold."""
    assert [code for code, _ in warned(block(writer, script("b", "x = 2")))] == ["racingWrites"]


def test_a_condition_inside_a_branch_reads():
    """The gateway decides on what the other branch may or may not have written yet."""
    choice = node("exclusiveGateway", "b", default="b__u")
    body = block(script("a", "x = 1"), choice).replace(flow("b", "j"), flow("b", "j", "x > 1") + flow("b", "u") + flow("u", "k") + flow("k", "e")) + user("u") + node("task", "k")  # fmt: skip

    assert ("racingReads", "b") in warned(body)


@pytest.mark.parametrize(
    "body",
    [
        block(script("a", "x = 1"), script("b", "x = 2"), split="inclusiveGateway", join="inclusiveGateway", condition="z > 1"),
        start() + user("g") + script("a", "x = 1") + script("b", "x = 2") + end() + path("s", "g", "a", "e") + path("g", "b", "e"),
        start() + user("g") + script("a", "x = 1") + script("b", "x = 2") + end() + path("s", "g") + flow("g", "a", "z > 1") + flow("g", "b", "z > 0") + path("a", "e") + path("b", "e"),
        script("a", "x = 1") + script("b", "x = 2"),
        start() + script("a", "x = 1") + boundary("t", "a", timer("PT1H"), interrupting=False) + script("b", "x = 2") + end() + path("s", "a", "e") + path("t", "b", "e"),
        start() + user("u") + boundary("t", "u", timer("PT1H"), interrupting=False) + script("b", "x = 2") + script("a", "x = 1") + end() + path("s", "u", "a", "e") + path("t", "b", "e"),
        start() + script("a", "x = 1") + end() + path("s", "a", "e") + sub_process("h", start("hs", message(), isInterrupting="false") + script("b", "x = 2") + end("he") + path("hs", "b", "he"), triggeredByEvent="true"),
    ],
    ids=["inclusive", "activity", "conditional flows", "several beginnings", "boundary", "behind the host", "event sub-process"],
)  # fmt: skip
def test_where_branches_begin(body):
    """Behind gateways, behind activities, beside activities that events do not end, beside the whole process."""
    assert [code for code, _ in warned(body)] == ["racingWrites"]


def test_parallel_instances_that_write_what_was_there_before():
    """New names stay in each instance; a name that the process has is written by all of them."""
    many = sub_process("m", start("i") + script("a", "x = 1\nown = 2") + path("i", "a"), MI.format("", ""))
    alone = start() + many + end() + path("s", "m", "e")
    before = start() + script("t", "x = 0") + many + end() + path("s", "t", "m", "e")

    assert warned(alone) == []
    assert warned(before) == [("racingInstances", "a")]
    assert warned(before.replace("LoopCharacteristics>", 'LoopCharacteristics isSequential="true">', 1)) == []


@pytest.mark.parametrize(
    "body",
    [
        block(script("a", "x = 1"), script("b", "y = 2")),
        block(script("a", "x = 1"), script("b", "x = 2"), split="exclusiveGateway", join="exclusiveGateway", condition="z > 1").replace('id="g"', 'id="g" default="g__b"').replace(flow("g", "b", "z > 1"), flow("g", "b")),
        block(script("a", "x = 1"), script("b", "y = 2")).replace(flow("j", "e"), flow("j", "c") + flow("c", "e")) + script("c", "x = y"),
        start() + script("t", "x = 1") + path("s", "t", "g") + block(user("a"), user("b")).removeprefix(start()).replace(flow("s", "g"), ""),
        start() + script("a", "x = 1") + boundary("t", "a", timer("PT1H")) + script("b", "x = 2") + end() + path("s", "a", "e") + path("t", "b", "e"),
        block(script("a", "x = 1"), sub_process("b", start("i") + script("t", "x = 2") + path("i", "t"), '<property id="x" name="x"/>')),
        block(node("intermediateCatchEvent", "a", "<conditionalEventDefinition><condition>x == 1</condition></conditionalEventDefinition>"), script("b", "x = 1")),
    ],
    ids=["two variables", "exclusive", "behind the join", "before the split", "interrupting", "own variable", "waiting for it"],
)  # fmt: skip
def test_no_false_alarms(body):
    """A warning that is wrong once is never read again."""
    assert [w for w in warned(body) if w[0].startswith("racing")] == []


def test_a_loop_inside_a_branch_is_no_second_branch():
    """It comes back to where it was: what it writes twice, it writes one after the other."""
    body = (
        start() + node("parallelGateway", "g") + node("parallelGateway", "j") + end() + user("b") + script("a", "x = 1")
    )
    body += (
        node("exclusiveGateway", "again", default="again__j")
        + path("s", "g", "a", "again", "j", "e")
        + path("g", "b", "j")
    )

    assert warned(body + flow("again", "a", "x != 3")) == []


def test_nested_blocks_are_told_once():
    """The two that race are in different branches of the inner block, and in one branch of the outer."""
    inner = node("parallelGateway", "h") + node("parallelGateway", "k") + script("a", "x = 1") + script("b", "x = 2")
    body = start() + node("parallelGateway", "g") + node("parallelGateway", "j") + user("u") + inner + end()
    body += path("s", "g", "h", "a", "k", "j", "e") + path("h", "b", "k") + path("g", "u", "j")

    assert warned(body) == [("racingWrites", "b")]


def test_parallel_branches_that_only_merge_run_the_rest_twice():
    """The commonest mistake of all; that each branch ends by itself is none."""
    assert warned(block(user("a"), user("b"), join="exclusiveGateway")) == [("mergedTwice", "j")]
    assert warned(block(user("a"), user("b"), join="task")) == [("mergedTwice", "j")]
    assert warned(start() + node("parallelGateway", "g") + user("a") + user("b") + end() + path("s", "g", "a", "e") + path("g", "b", "e")) == []  # fmt: skip


def test_a_parallel_join_behind_a_choice_never_fires():
    """Only one branch comes; a branch that does not lead there makes no difference."""
    body = block(user("a"), user("b"), split="exclusiveGateway", condition="z > 1").replace(
        'id="g"', 'id="g" default="g__b"'
    )

    assert warned(body.replace(flow("g", "b", "z > 1"), flow("g", "b"))) == [("joinNeverFires", "j")]


def test_inclusive_joins_in_a_row_do_not_wait_for_each_other():
    """Also when a loop leads from the second one back to the first: all ways into it come from there."""
    blocks = "".join(node("inclusiveGateway", id) for id in "gjhk") + "".join(user(id) for id in "abcd")
    chosen = "".join(flow(split, task, "x > 1") + flow(task, join) for split, task, join in [("g", "a", "j"), ("g", "b", "j"), ("h", "c", "k"), ("h", "d", "k")])  # fmt: skip
    loop = node("exclusiveGateway", "m") + node("exclusiveGateway", "again", default="again__e")
    body = start() + blocks + chosen + loop + end() + path("s", "m", "g") + path("j", "h") + path("k", "again", "e")

    assert warned(body + flow("again", "m", "x > 2")) == []


def nested(depth: int) -> str:
    """Blocks inside of one another."""
    gates = "".join(node("parallelGateway", f"g{i}") + node("parallelGateway", f"j{i}") + script(f"t{i}", f"x{i} = 1") for i in range(depth))  # fmt: skip
    down, up = [f"g{i}" for i in range(depth)], [f"j{i}" for i in reversed(range(depth))]
    beside = "".join(path(f"g{i}", f"t{i}", f"j{i}") for i in range(depth))
    return start() + gates + user("u") + end() + path("s", *down, "u", *up, "e") + beside


def row(count: int) -> str:
    """Blocks behind one another."""
    blocks = "".join(node("parallelGateway", f"g{i}") + node("parallelGateway", f"j{i}") + script(f"a{i}", "x = 1") + script(f"b{i}", "y = 1") for i in range(count))  # fmt: skip
    order = [id for i in range(count) for id in (f"g{i}", f"a{i}", f"j{i}")]
    return (
        start()
        + blocks
        + end()
        + path("s", *order, "e")
        + "".join(path(f"g{i}", f"b{i}", f"j{i}") for i in range(count))
    )


@pytest.mark.parametrize("shape", [row, nested])
def test_the_work_is_bounded(shape):
    """A file of the largest size must not keep a server busy: what was looked at is counted, not timed."""
    body = shape(1_200)

    begun = time.perf_counter()
    assert warned(body) == []
    took = time.perf_counter() - begun

    print(f"{shape.__name__}, 1,200 blocks: {took:.2f} s")
    assert took < 15
