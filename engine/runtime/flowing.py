"""Tokens in a process or sub-process while it runs: they enter elements, move along flows, wait at joins.

No element's future is predicted and no finished element is kept, so a step costs the same after ten thousand
steps as after ten. Joins are counters keyed by incoming flow; a scope is complete when no token is left in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from engine.runtime.activity import COMPLETED, FUTURE, READY, Activity
from engine.runtime.compensation import Done
from engine.runtime.variables import Variables

if TYPE_CHECKING:
    from engine.runtime.specs.base import Flow
    from engine.runtime.workflow import ProcessWorkflow


class Flowing:
    """What a process and a sub-process share: tokens, joins, completion."""

    spec: Any
    tasks: dict[str, Activity]
    top_workflow: ProcessWorkflow = None  # type: ignore[assignment]  # each instance sets its own
    parent_task_id: str | None = None
    completed: bool
    success: bool

    prefix: str
    level: int
    """How many workflows it is inside of."""
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
        around = None if self.parent_task_id is None else self.top_workflow.living(self.parent_task_id).workflow
        self.level = 0 if around is None else around.level + 1
        self.remembers = self.spec.undoes or (around is not None and around.remembers)
        self.task_tree = Activity(self, self.spec.start, None, f"{self.prefix}<start>", COMPLETED, None, scope)

    def begin(self, starter: Any = None, place: str = "", brought: Mapping[str, Any] = {}) -> None:
        """Listen with the event sub-processes, then put the first tokens where it begins.

        ``starter`` is the element that something outside triggered, at ``place``; ``brought`` are the values that came
        with what began it.
        """
        if objects := [name for name in self.spec.objects if not dict.__contains__(self.scope, name)]:
            self.scope.declare(dict.fromkeys(objects))
        for handler in self.spec.event_subprocesses:
            handler.listen(self)
        if starter is None:
            self.spec.begin(self, brought)
        else:
            starter.begin(self, place, brought)

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
        payload = activity.task_spec.said.copy()
        payload["activity"] = activity.id
        if activity.flow is not None:
            payload["flow"] = activity.flow
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
        if spec.data_flow is not None:
            spec.data_flow.drop(activity)
        if spec.undo is not None and self.remembers:
            self.done.append(Done(spec.name, activity.id, None if activity.scope is self.scope else activity.scope))
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
        for token in [token for flow in flows if (token := self.arrive(flow)) is not None]:
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

    def arrive(self, flow: Flow) -> Activity | None:
        """A token comes along a flow; None while it waits for others at a join."""
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

    def cancel(self, success: bool = False) -> None:
        self.completed, self.success = True, success
        self.cancel_all_but(None)
        self.done.clear()

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
