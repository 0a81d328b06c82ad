"""Compensation and cancellation: what was completed is undone, the latest first (BPMN 2.0.2, 13.5.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.control import SimpleBpmnTask
from SpiffWorkflow.bpmn.specs.event_definitions.simple import CancelEventDefinition, NoneEventDefinition

from engine.runtime import compensation
from engine.runtime.activity import STARTED
from engine.runtime.event_definitions import Definition
from engine.runtime.specs.base import Executed

if TYPE_CHECKING:
    from engine.runtime.activity import Activity
    from engine.runtime.flowing import Flowing


class Compensating(Executed, SimpleBpmnTask):
    """Holds the handlers that run, one after the other; not drawn. ``for`` in its memory is who waits for it."""

    visible = False

    def _update_hook(self, activity: Activity) -> bool:
        activity._set_state(STARTED)
        self.next(activity)
        return False

    def next(self, activity: Activity) -> None:
        """Undo the latest that is still on the list; after the last one it is over."""
        workflow = activity.workflow
        if (done := compensation.take_latest(workflow, activity.id)) is None:
            activity._ready()
            return
        spec = workflow.spec.task_specs[done.name]
        if spec.undo is not None:
            workflow.go(workflow.enter(spec.undo, activity, None, done.scope, compensates=done.activity))
        else:
            spec.reopen(activity, done)

    def on_child(self, activity: Activity, child: Activity) -> bool:
        child.detach()
        if not activity._children:
            self.next(activity)
        return True

    def on_interrupted(self, activity: Activity) -> None:
        """An exception has ended a handler and goes its own way; the next is undone beside it."""
        self.next(activity)

    def _on_cancel(self, activity: Activity) -> None:
        for done in activity.workflow.done:
            if done.by == activity.id:
                done.by = None
        super()._on_cancel(activity)

    def _on_complete(self, activity: Activity) -> None:
        waiting = activity.internal_data.get("for")
        activity.workflow.advance(activity)
        if waiting is not None and (thrower := activity.workflow.top_workflow.find(waiting)) is not None:
            thrower._ready()


class Compensation(Definition, NoneEventDefinition):
    """Undoes one activity or all that were completed in the scope; ``waits`` until it is undone."""

    def __init__(self, element: str | None, *, waits: bool = True) -> None:
        NoneEventDefinition.__init__(self)
        self.element, self.waits = element, waits

    def begin(self, activity: Activity) -> bool:
        """Begin to undo; whether the thrower need not wait."""
        workflow = self._scope(activity)
        return not begin(workflow, activity, self.element, waits=self.waits) or not self.waits

    def _scope(self, activity: Activity) -> Flowing:
        """Whose activities are meant: an event sub-process speaks of the scope that it stands in."""
        workflow: Flowing = activity.workflow
        if workflow.parent_task_id is not None:
            holder = workflow.top_workflow.living(workflow.parent_task_id)
            if holder.task_spec.stands_aside:
                outer: Flowing = holder.workflow
                return outer
        return workflow


class Cancel(Definition, CancelEventDefinition):
    """Ends a transaction: everything in it stops, what was completed is undone, then its cancel boundary event fires."""

    def begin(self, activity: Activity) -> bool:
        """Stop the rest and begin to undo; whether nothing has to be undone."""
        activity.workflow.cancel_all_but(activity)
        return not begin(activity.workflow, activity, None, waits=True)

    def catches(self, activity: Activity, event: Any) -> bool:
        return isinstance(event, Cancel)

    def leave(self, activity: Activity) -> None:
        """Everything is undone: leave the transaction by its boundary event."""
        workflow, top = activity.workflow, activity.workflow.top_workflow
        workflow.note_left(activity)
        activity.detach()
        transaction = top.living(str(workflow.parent_task_id))
        catcher = top.event_manager.propagate(self, transaction)
        assert catcher is not None, "a transaction with a cancel end event has a cancel boundary event"
        catcher.task_spec.signal(catcher, self)

    def rearm(self, activity: Activity, wait: dict[str, Any], element: str) -> dict[str, Any] | None:
        return None


def begin(workflow: Flowing, thrower: Activity, element: str | None, *, waits: bool) -> bool:
    """Begin to undo what was completed in a scope; whether there was anything."""
    spec = workflow.spec.compensation
    if spec is None or not workflow.done:
        return False
    undoing = workflow.enter(spec, workflow.task_tree, None)
    claimed = compensation.claim(workflow, element, undoing.id)
    if not claimed:
        undoing.detach()
        return False
    workflow.top_workflow.emit("CompensationThrown", activity=thrower.id, activities=claimed[::-1])
    if waits:
        undoing.internal_data = {"for": thrower.id}
        thrower.internal_data = {**thrower.internal_data, "undoing": undoing.id}
        thrower._set_state(STARTED)
    workflow.go(undoing)
    return True


def stop_waiting_for(thrower: Activity) -> None:
    """Whoever asked for a compensation was interrupted, and the compensation with it."""
    if (undoing := thrower.workflow.top_workflow.find(thrower.internal_data["undoing"])) is not None:
        undoing.cancel()
