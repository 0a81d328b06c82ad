"""One instance, driven by SpiffWorkflow as it comes or by this engine; both answer the same questions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from SpiffWorkflow.bpmn import BpmnEvent, BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.specs.event_definitions import timer
from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import SignalEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from tests.engine.runtime.bench import MONDAY, Run, report_on
from tests.engine.runtime.stock_cases import Case

MOST_STEPS = 4_000
"""More steps than any case needs."""
ESCAPED: list[None] = []
"""Where text that was run as Python leaves a mark."""


class NotOffered(Exception):
    """Nobody was asked to do this."""


class NotWaiting(Exception):
    """Nobody waits for this message."""


class NoEnd(Exception):
    """More steps than any case needs."""


class Refused(Exception):
    """The diagram may not run here; the codes say why."""


class Clock(datetime):
    """What the library's timers take for the time."""

    moment = MONDAY

    @classmethod
    def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]  # noqa: ARG003
        return cls.moment


@contextmanager
def timers() -> Iterator[None]:
    """The library's timers look at a clock that the test moves."""
    before, timer.datetime, Clock.moment = timer.datetime, Clock, MONDAY
    try:
        yield
    finally:
        timer.datetime = before


class Stock:
    """SpiffWorkflow, untouched."""

    def __init__(self, content: bytes, values: dict[str, Any] | None = None, *, reload: bool = False) -> None:
        parser = BpmnParser()
        parser.add_bpmn_str(content)
        self.workflow = BpmnWorkflow(parser.get_spec("p"), parser.get_subprocess_specs("p"))
        self.workflow.task_tree.data.update(values or {})
        self.reload = reload
        self.go_on()

    def go_on(self) -> None:
        """Whatever can be done without anybody's help."""
        self._left = MOST_STEPS
        self.workflow.do_engine_steps(self._count)
        if self.reload:
            self.workflow = BpmnWorkflowSerializer().deserialize_json(self.snapshot)

    def _count(self, _: Task) -> None:
        self._left -= 1
        if self._left < 0:
            raise NoEnd

    def again(self) -> None:
        """A second instance of the process that was parsed for the first."""
        self.workflow = BpmnWorkflow(self.workflow.spec, self.workflow.subprocess_specs)
        self.go_on()

    # what comes from outside
    def complete(self, element: str, values: dict[str, Any] | None = None, nth: int = 0) -> None:
        tasks = [task for task in self._offered if task.task_spec.bpmn_id == element]
        if nth >= len(tasks):
            raise NotOffered(element)
        task = tasks[nth]
        task.data.update(values or {})
        task.run()
        self.go_on()

    def message(self, name: str) -> None:
        self.workflow.send_event(BpmnEvent(MessageEventDefinition(name), payload={}))
        self.go_on()

    def signal(self, name: str) -> None:
        self.workflow.send_event(BpmnEvent(SignalEventDefinition(name)))
        self.go_on()

    def wait(self, hours: float) -> None:
        self.later(hours)
        self.go_on()

    def later(self, hours: float) -> None:
        """Time passes, and nobody looks."""
        Clock.moment += timedelta(hours=hours)

    def look(self) -> None:
        """Look at the timers."""
        self.go_on()

    # what can be seen
    @property
    def tasks(self) -> list[Task]:
        return [task for workflow in self._workflows for task in workflow.tasks.values()]

    @property
    def _workflows(self) -> list[Any]:
        return [self.workflow, *self.workflow.subprocesses.values()]

    @property
    def _offered(self) -> list[Task]:
        return [task for task in self.tasks if task.state == TaskState.READY and task.task_spec.manual]

    @property
    def open(self) -> list[str]:
        return sorted(task.task_spec.bpmn_id for task in self._offered)

    @property
    def finished(self) -> list[str]:
        done = [task for task in self.tasks if task.state == TaskState.COMPLETED and task.task_spec.bpmn_id]
        return [task.task_spec.bpmn_id for task in sorted(done, key=lambda task: task.last_state_change)]

    @property
    def state(self) -> str:
        return "completed" if self.workflow.is_completed() else "running"

    @property
    def values(self) -> dict[str, Any]:
        data = self.workflow.data
        if not self.workflow.completed:
            reached = [task for task in self.tasks if task.state & (TaskState.FINISHED_MASK | TaskState.READY)]
            data = max(reached, key=lambda task: task.last_state_change).data
        return {name: value for name, value in data.items() if name != "data_objects"}

    @property
    def first(self) -> dict[str, Any]:
        """The variables, as the history says that the element ``i`` left them."""
        return next(dict(task.data) for task in self.tasks if task.task_spec.bpmn_id == "i")

    @property
    def sent(self) -> list[dict[str, Any]]:
        return [event.payload for event in self.workflow.bpmn_events]

    @property
    def snapshot(self) -> str:
        text: str = BpmnWorkflowSerializer().serialize_json(self.workflow)
        return text


class Ours:
    """This engine."""

    def __init__(self, content: bytes, values: dict[str, Any] | None = None, *, reload: bool = False) -> None:
        if problems := report_on(content).problems:
            raise Refused(*sorted({problem.code for problem in problems}))
        self.run = Run(content, values, reload=reload)

    def again(self) -> None:
        """A second instance of the process that was compiled for the first."""
        run, program = self.run, self.run.program
        self.run = Run.__new__(Run)
        vars(self.run).update(program=program, reload=False, now=run.now, records=[], rows=[], scopes={}, tokens=b"")
        self.run.execution = type(run.execution).new(program, "01890000-0000-7000-8000-000000000002", None, None)
        self.run.give("ProcessInstanceStarted", {"values": {}})

    # what comes from outside
    def complete(self, element: str, values: dict[str, Any] | None = None, nth: int = 0) -> None:
        if nth >= self.open.count(element):
            raise NotOffered(element)
        self.run.complete(element, values, nth)

    def message(self, name: str) -> None:
        if name not in [wait["name"] for wait in self.run.subscriptions]:
            raise NotWaiting(name)
        self.run.deliver(name)

    def signal(self, name: str) -> None:
        self.run.signal(name)

    def wait(self, hours: float) -> None:
        self.run.wait(hours=hours)

    def later(self, hours: float) -> None:
        """Time passes, and nobody looks."""
        self.run.now += timedelta(hours=hours)

    def look(self) -> None:
        """Look at the timers."""
        self.run.wait()

    # what can be seen
    @property
    def open(self) -> list[str]:
        return sorted(task["element"] for task in self.run.tasks)

    @property
    def finished(self) -> list[str]:
        return self.run.finished()

    @property
    def state(self) -> str:
        return self.run.state

    @property
    def values(self) -> dict[str, Any]:
        return self.run.variables()

    @property
    def first(self) -> dict[str, Any]:
        """What the history says that the first step wrote."""
        values: dict[str, Any] = self.run.of("VariablesWritten")[0]["values"]
        return values

    @property
    def sent(self) -> list[dict[str, Any]]:
        return [message["values"] for message in self.run.of("MessageSent")]

    @property
    def snapshot(self) -> str:
        return self.run.tokens.decode()


def seen(engine: type[Stock | Ours], case: Case) -> Any:
    """What a case comes to: what it shows, or the error that it ends in."""
    try:
        instance = engine(case.content, dict(case.values), reload=case.reload)
        for action, *arguments in case.does:
            getattr(instance, action)(*arguments)
        shown = tuple(_shown(instance, name) for name in case.shows.split())
    except Refused as refused:
        return f"refused: {' '.join(refused.args)}"
    except Exception as error:  # noqa: BLE001  # any error is an outcome
        return type(error).__name__
    return shown[0] if len(shown) == 1 else shown


def _shown(instance: Stock | Ours, name: str) -> Any:
    """``fired`` counts the element t; what is no question is a variable."""
    if name == "fired":
        return instance.finished.count("t")
    return getattr(instance, name) if hasattr(type(instance), name) else instance.values.get(name)
