"""Engine time per BPMN step, records, encoding and hash included, beside SpiffWorkflow as it comes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.util.task import TaskState

from benchmarks import models
from engine.domain.record import Cause
from engine.runtime.compiled import compile_diagram
from engine.runtime.diagram import Diagram
from engine.runtime.execution import Execution
from engine.runtime.program import Program
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

    def work() -> int:
        steps = 0
        for _ in range(50):
            execution = Execution.new(compiled, INSTANCE, None, None)
            drafts = execution.handle("ProcessInstanceStarted", {"values": {"seed": 1}}, NOW)
            seal.row(drafts, CAUSE, 1, GENESIS)
            execution.snapshot()
            steps += sum(kind == "ElementEntered" for kind, _ in drafts)
        return steps

    return work


def raw(content: bytes) -> Callable[[], int]:
    """The same diagram on SpiffWorkflow alone, in memory, nothing recorded."""
    parser = BpmnParser()
    parser.add_bpmn_str(content)
    spec = parser.get_spec("p")

    def work() -> int:
        steps = 0
        for _ in range(10):
            workflow = BpmnWorkflow(spec)
            workflow.task_tree.data["seed"] = 1
            workflow.do_engine_steps()
            steps += sum(1 for t in workflow.tasks.values() if t.state == TaskState.COMPLETED and t.task_spec.bpmn_id)
        return steps

    return work


def run(rounds: int = 9) -> list[tuple[str, float, float]]:
    """(model, microseconds a step, microseconds a step of raw SpiffWorkflow)."""
    rows = []
    for name, content in MODELS.items():
        mine, theirs = ours(content), raw(content)
        mine(), theirs()
        rows.append((name, microseconds(mine, rounds), microseconds(theirs, rounds)))
    return rows


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
