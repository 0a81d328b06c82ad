"""A running process instance and its sub-processes: SpiffWorkflow's workflows, driven by a queue of what is ready."""

from __future__ import annotations

from collections import deque
from datetime import datetime
from functools import cached_property
from hashlib import sha1
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow

from engine.domain.calendar import Calendar, Limit, NotInCalendar
from engine.domain.record import Draft
from engine.domain.state import scope_of
from engine.domain.values import written
from engine.runtime.activity import FUTURE, READY, WAITING, Activity
from engine.runtime.compensation import scopes_of
from engine.runtime.erasure import ErasedRead, Testimony
from engine.runtime.events import Events
from engine.runtime.failure import StepFailed, deadlock, loop_without_end, not_in_calendar
from engine.runtime.flowing import Flowing
from engine.runtime.script_engine import ClosedScriptEngine

if TYPE_CHECKING:
    from engine.runtime.program import Program
    from engine.runtime.variables import Variables

SHARE = 5_000
"""Flow nodes that one command may run; a job goes on after them."""
PATIENCE = 100_000
"""Flow nodes that may run without anything to wait for."""

_ENGINE = ClosedScriptEngine()


class ProcessWorkflow(Flowing, BpmnWorkflow):
    """A running process instance: its queue of ready activities, its records, its incidents.

    Stock constructors are not called: they make data, call-backs and a tree of predictions, of which nothing is used.
    """

    script_engine = _ENGINE
    subprocesses: dict[str, SubProcessWorkflow]

    def __init__(self, program: Program, instance: str, calendar: Calendar | None, business_key: str | None) -> None:
        self.program, self.calendar, self.business_key = program, calendar, business_key
        self.instance = instance
        self.records: list[Draft] = []
        self.ready: deque[Activity] = deque()
        self.kept_scopes: set[str] = set()
        """Owners of the scopes that the last snapshot has."""
        self.incidents: dict[str, str] = {}
        """Activity (or join) to the incident that is open there."""
        self.state = "running"
        self.error_code: str | None = None
        self.testimony: Testimony | None = None
        """What the log says, while a history is executed again from which values were erased."""
        self.entered = 0
        """Elements entered in this command."""
        self.unbroken_steps = 0
        self.continuing: str | None = None
        """The job that will go on with a run that was longer than its share."""
        self.correlation_key: str | None = None
        """What messages find it by when it has no business key: that of the instance whose message began it."""
        self.suspended = False
        self.written = False
        """Whether variables have changed since conditions were last looked at."""
        self.sent: list[str] = []
        """Jobs that deliver what the instance sent, until it is told what became of them."""
        self.now: datetime
        self.now_text: str
        self.top_workflow = self
        self.spec, self.tasks, self.subprocesses = program.main.spec, {}, {}
        self.completed, self.success = False, True
        self.event_manager = Events(self)

    @cached_property
    def namespace(self) -> bytes:
        """The instance's own id, within which all others are made."""
        return bytes.fromhex(self.instance.replace("-", ""))

    def identity(self, text: str) -> str:
        """A name-based id (RFC 9562, version 5) within the instance: the same in every replay."""
        digest = sha1(self.namespace + text.encode(), usedforsecurity=False).hexdigest()
        variant = "89ab"[int(digest[16], 16) & 3]
        return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"

    def witness(self) -> tuple[Testimony, int]:
        """The testimony, and which record of the row is to come next.

        Raises:
            ErasedRead: there is none; only a replay can meet erased values.
        """
        if self.testimony is None:
            raise ErasedRead
        return self.testimony, len(self.records)

    def emit(self, kind: str, **payload: Any) -> None:
        self.records.append((kind, payload))

    # sub-processes
    def create_subprocess(self, task: Activity, spec: Any) -> SubProcessWorkflow:
        child = SubProcessWorkflow(spec, task.id, self)
        self.subprocesses[task.id] = child
        return child

    def scope_finished(self, workflow: Flowing) -> None:
        if workflow is self:
            if self.state == "running":
                self.state = "completed"
                self.done.clear()
                self._drop_continuation()
                self.emit("ProcessInstanceCompleted")
            return
        holder = str(workflow.parent_task_id)
        del self.subprocesses[holder]
        parent = self.living(holder)
        parent.task_spec._on_subworkflow_completed(workflow, parent)

    def scopes(self) -> list[Variables]:
        """All that something alive, or something that can be undone, sees."""
        todo = [workflow.scope for workflow in self.workflows()]
        todo += [activity.scope for workflow in self.workflows() for activity in workflow.tasks.values()]
        todo += [scope for workflow in self.workflows() for scope in scopes_of(workflow.done)]
        found: dict[str, Variables] = {}
        while todo:
            scope: Variables | None = todo.pop()
            while scope is not None and scope.owner not in found:
                found[scope.owner], scope = scope, scope.parent
        return list(found.values())

    def workflows(self) -> tuple[Flowing, ...]:
        return (self, *self.subprocesses.values())

    def find(self, id: str) -> Activity | None:
        """The living activity of that id, which is the path to it."""
        around = scope_of(id)
        workflow = self.subprocesses.get(around) if around else self
        return None if workflow is None else workflow.tasks.get(id)

    get_task_from_id = find

    def living(self, id: str) -> Activity:
        """An activity that must be alive."""
        activity = self.find(id)
        assert activity is not None, id
        return activity

    def due(self, limit: Limit, text: str) -> str:
        """When a legal limit that begins now is used up.

        Raises:
            StepFailed: the calendar does not reach so far.
        """
        if self.calendar is None:
            raise not_in_calendar(self.now.year, text)
        try:
            return written(self.calendar.due(self.now, limit))
        except NotInCalendar as error:
            raise not_in_calendar(error.year, text) from error

    # running
    def do_engine_steps(self, *_: Any) -> None:
        """Run what is ready until all of it waits, or the command has had its share."""
        self.entered = 0
        while self.state == "running":
            self._run_ready()
            if not self.ready and not self._goes_on_by_itself():
                break
            if self.entered >= SHARE and self.ready:
                self._stop_for_now()
                return
        if self.state == "running":
            self._report_deadlocks()
        if not self.ready:
            self.unbroken_steps = 0

    def _run_ready(self) -> None:
        ready = self.ready
        while ready and self.entered < SHARE:
            activity = ready.popleft()
            try:
                if activity._state == READY:
                    activity.run()
                elif activity._state == FUTURE:
                    activity.task_spec._update(activity)
            except StepFailed as failure:
                self.fail(activity, failure)

    def _goes_on_by_itself(self) -> bool:
        """Nothing is ready: whether a condition became true, or a join has nothing left to wait for."""
        return self.state == "running" and (self._look_at_conditions() or self._pass_inclusive_joins())

    def _stop_for_now(self) -> None:
        self.unbroken_steps += self.entered
        if self.unbroken_steps >= PATIENCE:
            while self.ready:
                self.fail(self.ready.popleft(), loop_without_end(self.unbroken_steps))
            self.unbroken_steps = 0
        elif self.continuing is None:
            self.continuing = self.identity(f"continue {self._count('<continue>')}")
            self.emit("ContinuationRequested", job=self.continuing)

    @property
    def may_look(self) -> bool:
        """Whether somebody waits for a condition and nothing keeps it from being looked at."""
        return bool(self.event_manager.watching) and not self.suspended and self.continuing is None

    def _look_at_conditions(self) -> bool:
        """Conditions are looked at when variables have changed and nothing else can run; whether one became true.

        All are looked at before the first of them fires: what it does must not hide that another was false meanwhile.
        """
        if not self.written or not self.event_manager.watching:
            return False
        self.written = False
        met = [(activity, element) for activity in self.event_manager.watchers() for element in self._met(activity)]
        for activity, element in met:
            if activity._state == WAITING:
                activity.task_spec.fired(activity, element, {})
                self.written = True
        return bool(met)

    def _met(self, activity: Activity) -> list[str]:
        """At which of its places a condition that an activity waits for has become true."""
        try:
            met: list[str] = activity.task_spec.look(activity)
        except StepFailed as failure:
            if activity.id not in self.incidents:
                self.fail(activity, failure)
            return []
        self.resolve(activity.id)
        return met

    def _pass_inclusive_joins(self) -> bool:
        """Inclusive joins are judged only when nothing else can run; whether one passed."""
        for workflow in self.workflows():
            for element in list(workflow.arrived):
                spec = workflow.spec.task_specs[element]
                if spec.inclusive and spec.may_pass(workflow):
                    workflow.go(workflow.pass_join(spec))
                    return True
        return False

    def _report_deadlocks(self) -> None:
        for workflow in self.workflows():
            if workflow.arrived and not workflow.has_tokens:
                for element in workflow.arrived:
                    place = f"{workflow.prefix}{element}"
                    if place not in self.incidents:
                        self._raise(place, workflow.spec.task_specs[element], deadlock(element))

    # incidents
    def fail(self, activity: Activity, failure: StepFailed) -> None:
        """The token rests where it is; somebody has to look."""
        if activity.id in activity.workflow.tasks:
            self._raise(activity.id, activity.task_spec, failure)

    def _raise(self, place: str, spec: Any, failure: StepFailed) -> None:
        count = self._count("<incident>")
        incident = self.identity(f"incident {place} {count}")
        self.incidents[place] = incident
        self.emit(
            "IncidentRaised",
            incident=incident,
            activity=place,
            element=spec.facts.get("element", spec.name),
            name=spec.facts.get("name"),
            code=failure.code,
            detail={"vi": failure.vi, "en": failure.en},
            expression=failure.expression,
            values=failure.values,
        )

    def resolve(self, place: str) -> bool:
        """Close the incident at an activity, if there is one."""
        if (open_ := self.incidents.pop(place, None)) is None:
            return False
        self.emit("IncidentResolved", incident=open_)
        return True

    def _count(self, what: str) -> int:
        self.ordinals[what] = self.ordinals.get(what, 0) + 1
        return self.ordinals[what]

    def send(self, kind: str, what: str, activity: Activity, **payload: Any) -> None:
        """Something leaves the instance: a job delivers it after the commit."""
        job = self.identity(f"{what} {activity.id}")
        while job in self.sent:
            job = self.identity(f"{what} {job}")
        self.sent.append(job)
        self.emit(kind, job=job, activity=activity.id, **payload)

    # ends
    def end(self, state: str, kind: str, **payload: Any) -> None:
        """Stop everything that is alive and end the instance."""
        self.state = state
        self.cancel()
        self.ready.clear()
        self._drop_continuation()
        self.emit(kind, **payload)

    def _drop_continuation(self) -> None:
        """Nothing is left that a job would have to go on with."""
        if self.continuing is not None:
            self.emit("ContinuationDropped", job=self.continuing)
            self.continuing = None


class SubProcessWorkflow(Flowing, BpmnSubWorkflow):
    """A running sub-process or called process."""

    def __init__(self, spec: Any, holder: str, top: ProcessWorkflow) -> None:
        self.spec, self.parent_task_id, self.top_workflow = spec, holder, top
        self.tasks, self.completed, self.success = {}, False, True
