"""Processes and sub-processes while they run: SpiffWorkflow's workflows, moving tokens instead of predicting a tree.

No element's future is predicted and no finished element is kept, so a step costs the same after ten thousand
steps as after ten. Joins are counters keyed by incoming flow; a scope is complete when no token is left in it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha1
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow

from engine.domain.calendar import Calendar, Limit, NotInCalendar
from engine.domain.record import Draft
from engine.domain.state import scope_of
from engine.domain.values import written
from engine.runtime import compensation
from engine.runtime.activity import COMPLETED, FUTURE, READY, WAITING, Activity
from engine.runtime.compensation import Done
from engine.runtime.erasure import ErasedRead, Testimony
from engine.runtime.events import Events
from engine.runtime.failure import StepFailed, deadlock, loop_without_end, not_in_calendar
from engine.runtime.script_engine import ClosedScriptEngine
from engine.runtime.variables import Variables

if TYPE_CHECKING:
    from engine.runtime.program import Program
    from engine.runtime.specs.base import Flow

SHARE = 5_000
"""Flow nodes that one command may run; a job goes on after them."""
PATIENCE = 100_000
"""Flow nodes that may run without anything to wait for."""

_ENGINE = ClosedScriptEngine()


class Flowing:
    """What a process and a sub-process share: tokens, joins, completion."""

    spec: Any
    tasks: dict[str, Activity]
    top_workflow: ProcessWorkflow = None  # type: ignore[assignment]  # each instance sets its own
    parent_task_id: str | None = None
    completed: bool
    success: bool

    prefix: str
    scope: Variables
    arrived: dict[str, dict[str, int]]
    """Tokens that wait at joins: element to incoming flow to count."""
    handlers: dict[str, None]
    """Event sub-processes that listen; they are no tokens."""
    ordinals: dict[str, int]
    done: list[Done]
    """What was completed and can be compensated, in the order of completion."""
    remembers: bool
    """Whether somebody could ask for that."""
    task_tree: Activity

    def set_up(self, scope: Variables) -> None:
        """Empty, with its root."""
        self.prefix = "" if self.parent_task_id is None else f"{self.parent_task_id}/"
        self.arrived, self.handlers, self.ordinals, self.scope, self.done = {}, {}, {}, scope, []
        self.remembers = self.spec.undoes or (self._around is not None and self._around.remembers)
        self.task_tree = Activity(self, self.spec.start, None, f"{self.prefix}<start>", COMPLETED, None, scope)

    @property
    def _around(self) -> Flowing | None:
        """The workflow that this one is inside of."""
        return None if self.parent_task_id is None else self.top_workflow.living(self.parent_task_id).workflow

    def begin(self, starter: Any = None, place: str = "") -> None:
        """Listen with the event sub-processes, then put the first tokens where it begins.

        ``starter`` is the element that something outside triggered, at ``place``.
        """
        if objects := [name for name in self.spec.objects if not dict.__contains__(self.scope, name)]:
            self.scope.declare(dict.fromkeys(objects))
        for handler in self.spec.event_subprocesses:
            handler.listen(self)
        if starter is None:
            self.spec.begin(self)
        else:
            starter.begin(self, place)

    def enter(
        self,
        spec: Any,
        parent: Activity,
        flow: str | None,
        scope: Variables | None = None,
        id: str | None = None,
        *,
        compensates: str | None = None,
    ) -> Activity:
        """A token arrives at an element; ``compensates`` is the activity that it undoes."""
        if id is None:
            name, ordinals = spec.name, self.ordinals
            ordinals[name] = ordinal = ordinals.get(name, 0) + 1
            id = f"{self.prefix}{name}#{ordinal}"
        activity = Activity(self, spec, parent, id, FUTURE, flow, scope)
        if compensates is not None:
            activity.internal_data = {"compensates": compensates}
        if spec.visible:
            self.top_workflow.entered += 1
            self.note_entered(activity)
        return activity

    def note_entered(self, activity: Activity) -> None:
        if activity.flow is None:
            payload = {"activity": activity.id, **activity.task_spec.facts}
        else:
            payload = {"activity": activity.id, **activity.task_spec.facts, "flow": activity.flow}
        if activity.internal_data and "compensates" in activity.internal_data:
            payload["compensates"] = activity.internal_data["compensates"]
        self.top_workflow.records.append(("ElementEntered", payload))

    def note_left(self, activity: Activity) -> None:
        self.top_workflow.records.append(("ElementLeft", {"activity": activity.id}))

    def advance(self, activity: Activity) -> None:
        """``activity`` is finished: move its token along the chosen flows and forget it."""
        spec, tasks = activity.task_spec, self.tasks
        if spec.visible:
            self.top_workflow.records.append(("ElementLeft", {"activity": activity.id}))
        if spec.undo is not None and self.remembers:
            self.done.append(Done(spec.name, activity.id))
        if spec.data_flow is not None:
            spec.data_flow.drop(activity)
        holder = tasks[activity._parent]
        while holder.task_spec.on_child is not None:
            if holder.task_spec.on_child(holder, activity):
                return
            if activity._parent == holder.id:
                break
            holder = tasks[activity._parent]
        del tasks[activity.id]
        holder._children.pop(activity.id, None)
        self.move(activity.chosen if spec.conditional else spec.flows)

    def move(self, flows: tuple[Flow, ...]) -> None:
        """Put a token on each flow; all arrive before the first goes on."""
        if len(flows) == 1 and not flows[0].target.joins:
            self.go(self.enter(flows[0].target, self.task_tree, flows[0].id))
            return
        for token in [token for flow in flows if (token := self._arrive(flow)) is not None]:
            self.go(token)
        if not flows:
            self.token_ended()

    def go(self, token: Activity) -> None:
        """Let a token do what its element does on entering; what may fail waits its turn in the queue."""
        spec = token.task_spec
        if spec.ready_at_once:
            token._state = READY
            self.top_workflow.ready.append(token)
        elif spec.takes_turn:
            self.top_workflow.ready.append(token)
        else:
            spec._update(token)

    def _arrive(self, flow: Flow) -> Activity | None:
        target = flow.target
        if not target.joins:
            return self.enter(target, self.task_tree, flow.id)
        waiting = self.arrived.setdefault(target.name, {})
        waiting[flow.id] = waiting.get(flow.id, 0) + 1
        return self.pass_join(target) if target.join_is_full(waiting) else None

    def pass_join(self, spec: Any) -> Activity:
        """Take one token from every incoming flow that has one (BPMN 2.0.2, 13.4.1 and 13.4.3)."""
        waiting = self.arrived[spec.name]
        taken = list(waiting)
        for flow in taken:
            waiting[flow] -= 1
            if not waiting[flow]:
                del waiting[flow]
        if not waiting:
            del self.arrived[spec.name]
        activity = self.enter(spec, self.task_tree, None)
        self.top_workflow.records[-1][1]["flows"] = taken
        return activity

    def token_ended(self) -> None:
        if self.completed or self.arrived or self.has_tokens:
            return
        if self.spec.ad_hoc is None or not self.spec.ad_hoc.goes_on(self):
            self.finish()

    @property
    def has_tokens(self) -> bool:
        return len(self.tasks) - 1 > len(self.handlers)

    def finish(self) -> None:
        """No token is left (or a terminate end event took them all)."""
        self.completed = True
        for handler in list(self.handlers):
            self.tasks[handler].cancel()
        self.handlers.clear()
        self.top_workflow.scope_finished(self)

    def forget(self) -> None:
        """Nothing in it can be compensated any more."""
        compensation.forget(self.done, self.top_workflow)

    def cancel(self, success: bool = False) -> None:
        self.completed, self.success = True, success
        self.cancel_all_but(None)
        self.forget()

    def cancel_all_but(self, kept: Activity | None) -> None:
        for activity in list(self.tasks.values()):
            if activity is not kept and activity is not self.task_tree and activity.id in self.tasks:
                activity.cancel()
        for element in list(self.arrived):
            self.top_workflow.resolve(f"{self.prefix}{element}")
        self.arrived.clear()
        self.handlers = {id: None for id in self.handlers if id in self.tasks}

    def is_completed(self) -> bool:
        return self.completed

    def get_tasks_iterator(self, first_task: Any = None, state: int = 511, **_: Any) -> Iterator[Activity]:
        """Stock code asks so; nothing of ours walks a tree."""
        return (task for task in list(self.tasks.values()) if task._state & state)

    def _mark_complete(self, task: Any) -> None:
        self.finish()


class ProcessWorkflow(Flowing, BpmnWorkflow):
    """A running process instance: its queue of ready activities, its records, its incidents."""

    def __init__(self, program: Program, instance: str, calendar: Calendar | None, business_key: str | None) -> None:
        self.program, self.calendar, self.business_key = program, calendar, business_key
        self.namespace = bytes.fromhex(instance.replace("-", ""))
        self.records: list[Draft] = []
        self.ready: deque[Activity] = deque()
        self.changed_scopes: dict[str, Variables] = {}
        self.dropped_scopes: dict[str, None] = {}
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
        BpmnWorkflow.__init__(self, program.main.spec, {}, script_engine=_ENGINE, deserializing=True)
        self.event_manager = Events(self)

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
        child = SubProcessWorkflow(spec, task.id, self, deserializing=True)
        self.subprocesses[task.id] = child
        return child

    def drop_scope(self, scope: Variables) -> None:
        """A scope ended: nobody can see its variables any more."""
        self.changed_scopes.pop(scope.owner, None)
        self.dropped_scopes[scope.owner] = None

    def scope_finished(self, workflow: Flowing) -> None:
        if workflow is self:
            if self.state == "running":
                self.state = "completed"
                self.forget()
                self._drop_continuation()
                self.emit("ProcessInstanceCompleted")
            return
        holder = str(workflow.parent_task_id)
        del self.subprocesses[holder]
        parent = self.living(holder)
        parent.task_spec._on_subworkflow_completed(workflow, parent)

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
            if not self.ready and not self._look_at_conditions() and not self._pass_inclusive_joins():
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
        if not self.written:
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
