"""Engine time per BPMN step, records, encoding and hash included, beside SpiffWorkflow as it comes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.util.task import TaskState

from benchmarks import models
from engine.domain.record import Cause, Draft, LogRow
from engine.runtime.compiled import compile_diagram
from engine.runtime.diagram import Diagram
from engine.runtime.execution import Execution
from engine.runtime.program import Program
from engine.runtime.replay import Replay
from engine.runtime.sealing import GENESIS, Seal

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
INSTANCE = "01890000-0000-7000-8000-000000000001"
CAUSE = Cause("01890000-0000-7000-8000-00000000000c", NOW, "bench")
MODELS = {
    "seq10": models.sequence("p", 10),
    "par5": models.parallel("p", 5),
    "excl": models.exclusive("p"),
    "cyc10": models.cycle("p", 10),
}


def microseconds(work: Callable[[], int], rounds: int) -> float:
    """CPU per step, the median of several rounds; ``work`` returns how many steps it ran."""
    figures = []
    for _ in range(rounds):
        begin = time.process_time()
        steps = work()
        figures.append((time.process_time() - begin) / steps * 1e6)
    return statistics.median(figures)


def program(content: bytes) -> Program:
    """A diagram ready to run."""
    return Program(compile_diagram(Diagram("m.bpmn", content))["p"], {})


def ours(content: bytes) -> Callable[[], int]:
    """Fifty instances from start to end: execution, records, bytes, hash, snapshot."""
    compiled, seal = program(content), Seal(INSTANCE, b"k" * 32, ())

    def once() -> list[Draft]:
        execution = Execution.new(compiled, INSTANCE, None, None)
        drafts = execution.handle("ProcessInstanceStarted", {"values": {"seed": 1}}, NOW)
        seal.row(drafts, CAUSE, 1, GENESIS)
        execution.snapshot()
        return drafts

    return _repeated(once, sum(kind == "ElementEntered" for kind, _ in once()), 50)


def _repeated(once: Callable[[], object], steps: int, times: int) -> Callable[[], int]:
    """Work that is measured: steps are counted beforehand."""

    def work() -> int:
        for _ in range(times):
            once()
        return steps * times

    return work


def raw(content: bytes) -> Callable[[], int]:
    """The same diagram on SpiffWorkflow alone, in memory, nothing recorded."""
    parser = BpmnParser()
    parser.add_bpmn_str(content)
    spec = parser.get_spec("p")

    def once() -> BpmnWorkflow:
        workflow = BpmnWorkflow(spec)
        workflow.task_tree.data["seed"] = 1
        workflow.do_engine_steps()
        return workflow

    done = [t for t in once().tasks.values() if t.state == TaskState.COMPLETED and t.task_spec.bpmn_id]
    return _repeated(once, len(done), 10)


def run(rounds: int = 9) -> list[tuple[str, float, float]]:
    """(model, microseconds a step, microseconds a step of raw SpiffWorkflow)."""
    rows = []
    for name, content in MODELS.items():
        mine, theirs = ours(content), raw(content)
        mine(), theirs()
        rows.append((name, microseconds(mine, rounds), microseconds(theirs, rounds)))
    return rows


def lived(compiled: Program, values: dict[str, Any], seal: Seal) -> tuple[int, float, Execution]:
    """One instance from start to end, however many commands it takes: steps, CPU seconds, how it ended."""
    execution = Execution.new(compiled, INSTANCE, None, None)
    begin, steps, previous, seq = time.process_time(), 0, GENESIS, 1
    kind, payload = "ProcessInstanceStarted", {"values": values}
    while payload:
        drafts = execution.handle(kind, payload, NOW)
        row = seal.row(drafts, CAUSE, seq, previous)
        execution.snapshot()
        previous, seq = row.hash, seq + row.count
        steps += sum(kind == "ElementEntered" for kind, _ in drafts)
        kind = "ProcessInstanceContinued"
        payload = next(({"job": p["job"]} for k, p in drafts if k == "ContinuationRequested"), {})
    return steps, time.process_time() - begin, execution


def per_step(content: bytes, rounds: int, values: dict[str, Any] | None = None) -> float:
    """Microseconds a step, the median of several instances."""
    compiled, seal = program(content), Seal(INSTANCE, b"k" * 32, ())
    figures = []
    for _ in range(rounds):
        steps, seconds, execution = lived(compiled, values or {"seed": 1}, seal)
        assert execution.state == "completed"
        figures.append(seconds / steps * 1e6)
    return statistics.median(figures)


def growth() -> list[tuple[str, float, float]]:
    """(what, microseconds a step when it is large, when it is small)."""
    many, few = {f"v{i}": i for i in range(500)}, {f"v{i}": i for i in range(5)}
    return [
        ("gateway loop, 10,000 beside 10", per_step(models.cycle("p", 10_000), 3), per_step(models.cycle("p", 10), 200)),
        ("sequence, 1,000 beside 10", per_step(models.sequence("p", 1_000), 9), per_step(models.sequence("p", 10), 200)),
        ("multi-instance, 1,000 beside 10", per_step(models.repeated("p", 1_000), 5), per_step(models.repeated("p", 10), 100)),
        ("variables, 500 beside 5", _after_start(many), _after_start(few)),
    ]  # fmt: skip


def _after_start(values: dict[str, Any]) -> float:
    """Microseconds a step without what the first command costs: writing down the variables that it brings."""
    short, long = (program(models.writing("p", length)) for length in (1, 201))
    seal = Seal(INSTANCE, b"k" * 32, ())
    figures = []
    for _ in range(15):
        (few, first, _), (more, second, _) = lived(short, values, seal), lived(long, values, seal)
        figures.append((second - first) / (more - few) * 1e6)
    return statistics.median(figures)


def parallel_blocks() -> float:
    """CPU milliseconds for eight parallel blocks of width four, one after the other."""
    compiled, seal = program(models.blocks("p", 8, 4)), Seal(INSTANCE, b"k" * 32, ())
    return statistics.median(lived(compiled, {"seed": 1}, seal)[1] for _ in range(25)) * 1e3


def snapshot() -> tuple[int, float]:
    """Bytes of the tokens of a waiting human3, and CPU milliseconds to load it, do a step, and save it."""
    compiled = program(models.human("p"))
    execution = Execution.new(compiled, INSTANCE, None, None)
    drafts = execution.handle("ProcessInstanceStarted", {"values": {}}, NOW)
    tokens = execution.snapshot().tokens
    created = next(payload for kind, payload in drafts if kind == "UserTaskCreated")
    payload = {"userTask": created["userTask"], "activity": created["activity"], "values": {}}

    def work() -> int:
        for _ in range(200):
            again = Execution.load(compiled, INSTANCE, None, None, tokens, {})
            again.handle("UserTaskCompleted", payload, NOW)
            again.snapshot()
        return 200

    return len(tokens), microseconds(work, 9) / 1e3


def replay() -> list[tuple[str, float]]:
    """(history, records a second) of verification."""
    return [
        ("30 user tasks, each with a personal value", _replayed(models.human("p", 30))),
        ("loop of 100 with a user task", _replayed(models.counted_cycle("p", 100))),
        ("ten scripts", _replayed(models.sequence("p", 10))),
        ("loop of 10 with a condition", _replayed(models.cycle("p", 10))),
    ]


def _replayed(content: bytes) -> float:
    compiled, rows = program(content), list(_history(content))
    records, figures = sum(row.count for row in rows), []
    for _ in range(25):
        fresh = Replay(Execution.new(compiled, INSTANCE, None, None), Seal(INSTANCE, b"k" * 32, ()))
        begin = time.process_time()
        assert fresh.verify(rows).identical
        figures.append(records / (time.process_time() - begin))
    return statistics.median(figures)


def _history(content: bytes) -> Iterator[LogRow]:
    """An instance whose user tasks are completed one after the other."""
    execution, seal = Execution.new(program(content), INSTANCE, None, None), Seal(INSTANCE, b"k" * 32, ())
    pinned = {"definition": "p:1", "key": "p", "version": 1, "hash": "", "rules": 1, "calendar": "", "calls": {}}
    kind, payload = "ProcessInstanceStarted", {**pinned, "businessKey": None, "values": {"seed": 1}}
    previous, seq = GENESIS, 1
    while payload:
        drafts = execution.handle(kind, payload, NOW)
        yield (row := seal.row(drafts, CAUSE, seq, previous))
        previous, seq, kind = row.hash, seq + row.count, "UserTaskCompleted"
        tasks = [p for k, p in drafts if k == "UserTaskCreated"]
        payload = (
            {"userTask": tasks[0]["userTask"], "activity": tasks[0]["activity"], "values": {"v": "yes"}}
            if tasks
            else {}
        )


def loop(times: int = 1_000) -> tuple[float, float, bool]:
    """A loop with a person in it: median CPU of a command in iterations 11-110, in the last 100, and whether it is right."""
    execution = Execution.new(program(models.counted_cycle("p", times)), INSTANCE, None, None)
    seal, previous, seq = Seal(INSTANCE, b"k" * 32, ()), GENESIS, 1
    drafts = execution.handle("ProcessInstanceStarted", {"values": {}}, NOW)
    figures = []
    for _ in range(times):
        created = next(payload for kind, payload in drafts if kind == "UserTaskCreated")
        begin = time.perf_counter()
        payload = {"userTask": created["userTask"], "activity": created["activity"], "values": {}}
        drafts = execution.handle("UserTaskCompleted", payload, NOW)
        row = seal.row(drafts, CAUSE, seq, previous)
        execution.snapshot()
        figures.append((time.perf_counter() - begin) * 1e6)
        previous, seq = row.hash, seq + row.count
    return statistics.median(figures[10:110]), statistics.median(figures[-100:]), execution.state == "completed"
