"""Events: what a process waits for, sends and ends with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit

from engine.runtime.activity import COMPLETED, FUTURE, STARTED
from engine.runtime.multiple import Several
from engine.runtime.specs.base import Executed
from engine.runtime.specs.compensating import Cancel, stop_waiting_for
from engine.runtime.specs.listening import Listening

if TYPE_CHECKING:
    from engine.runtime.activity import Activity
    from engine.runtime.flowing import Flowing


class Throwing(Executed):
    """An element that may throw an event."""

    definition: Any = None

    def _update_hook(self, activity: Activity) -> bool:
        return self.definition is None or self.definition.begin(activity)

    def _run_hook(self, activity: Activity) -> bool:
        if self.definition is not None:
            self.definition.throw(activity)
        return True

    def _on_cancel(self, activity: Activity) -> None:
        if activity._state == STARTED:
            stop_waiting_for(activity)
        super()._on_cancel(activity)


class EndEvent(Throwing, defaults.EndEvent):
    """Takes the token away; may throw, or end everything in its scope."""

    terminates = False

    def _on_complete(self, activity: Activity) -> None:
        workflow = activity.workflow
        if activity.id not in workflow.tasks:
            return
        if isinstance(self.definition, Cancel):
            self.definition.leave(activity)
        elif self.terminates:
            self._terminate(activity)
        else:
            workflow.advance(activity)

    def _terminate(self, activity: Activity) -> None:
        workflow = activity.workflow
        workflow.note_left(activity)
        activity.detach()
        workflow.cancel_all_but(None)
        workflow.finish()


class ThrowEvent(Throwing, defaults.IntermediateThrowEvent):
    """Sends a message, a signal or an escalation and goes on; a link or none event just goes on."""


class SendTask(ThrowEvent):
    """A task that sends a message (BPMN 2.0.2, 10.3.3)."""


class Catching(Listening):
    """A catching element: the token waits at it."""

    @property
    def may_fail_on_entering(self) -> bool:  # type: ignore[override]
        return self.definition is not None

    def places(self) -> tuple[Any, ...]:
        """Where a gateway before it has to wait in its stead."""
        return tuple(self.definition.by_name.values()) if isinstance(self.definition, Several) else (self,)

    def _update_hook(self, activity: Activity) -> bool:
        if self.definition is None or "values" in activity.internal_data:
            return True
        self.wait(activity, activity.internal_data.get("carried"))
        return False

    def triggered(self, activity: Activity, element: str, values: dict[str, Any]) -> None:
        activity.internal_data = {**activity.internal_data, "values": values}
        if element != self.facts["element"]:
            activity.internal_data["by"] = element
        activity._ready()

    def mine(self, brought: Mapping[str, Any]) -> dict[str, Any]:
        """Of what began the process, the values that it declares itself; the process has all of them already."""
        if self.data_flow is None:
            return {}
        return {name: value for name, value in brought.items() if name in self.data_flow.own}

    def pass_with(self, activity: Activity, values: dict[str, Any]) -> None:
        """Its event came while a gateway waited for it, or began the instance."""
        activity.internal_data = {"values": values}
        if self.data_flow is not None:
            activity.workflow.go(activity)
        else:
            activity._ready()

    def _on_ready_hook(self, activity: Activity) -> None:
        self.deaf(activity)

    def _run_hook(self, activity: Activity) -> bool:
        activity.scope.write(activity.internal_data.get("values") or {})
        return True


class StartEvent(Catching, defaults.StartEvent):
    """Where an instance or sub-process begins; what triggers it is looked after outside the instance.

    Of a parallel multiple one the first event begins the instance, which then waits for the others.
    """

    @property
    def may_fail_on_entering(self) -> bool:  # type: ignore[override]
        return isinstance(self.definition, Several) and self.definition.all_needed

    def begin(self, workflow: Flowing, place: str, brought: Mapping[str, Any]) -> None:
        """Something outside has triggered it at a place."""
        activity = workflow.enter(self, workflow.task_tree, None)
        if self.may_fail_on_entering:
            activity.internal_data = {"carried": self.definition.others(place, self.mine(brought))}
        else:
            self.take(activity, brought)
        workflow.go(activity)

    def take(self, activity: Activity, brought: Mapping[str, Any]) -> None:
        if mine := self.mine(brought):
            activity.internal_data = {"values": mine}

    def _update_hook(self, activity: Activity) -> bool:
        if "carried" not in activity.internal_data:
            return True
        return super()._update_hook(activity)

    def _on_ready_hook(self, activity: Activity) -> None:
        if activity.internal_data:
            super()._on_ready_hook(activity)


class CatchEvent(Catching, defaults.IntermediateCatchEvent):
    """An intermediate catching event."""


class ReceiveTask(Catching, defaults.ReceiveTask):
    """A task that waits for a message; an instantiating one is begun by it (BPMN 2.0.2, 10.3.3)."""

    def begin(self, workflow: Flowing, place: str, brought: Mapping[str, Any]) -> None:
        """Its message has begun the instance."""
        self.pass_with(workflow.enter(self, workflow.task_tree, None), self.mine(brought))


class BoundaryEvent(Catching, defaults.BoundaryEvent):
    """Listens while its activity runs. An interrupting one ends the activity, another goes on listening."""

    visible = False
    """Not entered until it fires: while it listens there is no token at it."""

    @property
    def repeats(self) -> bool:  # type: ignore[override]
        return not self.cancel_activity

    def _on_ready_hook(self, activity: Activity) -> None:
        super()._on_ready_hook(activity)
        workflow = activity.workflow
        anchor = workflow.tasks[activity._parent]
        activity.hang_on(workflow.task_tree)
        workflow.note_entered(activity)
        if self.cancel_activity:
            anchor.interrupt()
        elif (carried := self._next_wait(activity)) is not None:
            again = workflow.enter(self, anchor, None)
            again.internal_data = {"carried": carried}
            workflow.go(again)
            if self.listens(again):
                workflow.top_workflow.event_manager.add_task(again)

    def is_shown(self, activity: Activity) -> bool:
        return "values" in activity.internal_data

    def listens(self, activity: Activity) -> bool:
        """One that is to listen again hears at once what is thrown before its turn comes."""
        if activity._state != FUTURE:
            return super().listens(activity)
        return "carried" in activity.internal_data and not self.definition.may_fail and self.data_flow is None

    def remembered(self, activity: Activity) -> dict[str, Any]:
        memory = activity.internal_data
        remembered: dict[str, Any] = memory["carried"] if activity._state == FUTURE else memory["wait"]
        return remembered

    def signal(self, activity: Activity, event: Any, values: Mapping[str, Any] = {}) -> None:
        if activity._state == FUTURE:
            self._update(activity)
        super().signal(activity, event, values)

    def _next_wait(self, activity: Activity) -> dict[str, Any] | None:
        memory = activity.internal_data
        carried: dict[str, Any] | None = self.definition.rearm(activity, memory["wait"], memory.get("by", ""))
        return carried

    def _on_complete(self, activity: Activity) -> None:
        activity.workflow.note_left(activity)
        activity.workflow.advance(activity)

    def _on_cancel(self, activity: Activity) -> None:
        super()._on_cancel(activity)
        if "values" in activity.internal_data:
            activity.workflow.top_workflow.emit("ElementCancelled", activity=activity.id)

    def guards(self, activity: Activity, source: set[str]) -> bool:
        anchor = activity.workflow.tasks[activity._parent]
        return anchor.internal_data.get("guarded") in source


class BoundarySplit(Executed, BoundaryEventSplit):
    """Holds an activity and its boundary events together while the activity lives; not drawn."""

    visible = False
    guards_activity = True

    def _update(self, activity: Activity) -> None:
        workflow = activity.workflow
        activity._state = COMPLETED
        main, *events = self.outputs
        undone = activity.internal_data.get("compensates")
        guarded = workflow.enter(main, activity, activity.flow, activity.scope, compensates=undone)
        activity.internal_data = {"guarded": guarded.id}
        for event in events:
            workflow.go(workflow.enter(event, activity, None, activity.scope))
        workflow.go(guarded)

    def on_child(self, activity: Activity, child: Activity) -> bool:
        """The guarded activity has finished: nobody needs to listen any more."""
        if child.id == activity.internal_data["guarded"]:
            for other in list(activity._children):
                if other != child.id:
                    activity.workflow.tasks[other].cancel()
            child.hang_on(activity.workflow.tasks[activity._parent])
            activity.detach()
        return False
