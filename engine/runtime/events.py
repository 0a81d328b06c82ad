"""Who hears an event that was thrown inside the instance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.util.event import EventManager

if TYPE_CHECKING:
    from engine.runtime.activity import Activity
    from engine.runtime.flowing import Flowing


class Events(EventManager):
    """The waiting activities. Who registered first must not matter: a reload would change it."""

    def __init__(self, workflow: Any) -> None:
        super().__init__(workflow)
        self.watching: dict[str, Activity] = {}
        """Those that wait for a condition."""

    def add_task(self, task: Activity) -> None:
        super().add_task(task)
        if task.task_spec.definition.watches:
            self.watching[task.id] = task

    def remove_task(self, task: Activity) -> None:
        super().remove_task(task)
        self.watching.pop(task.id, None)

    def watchers(self) -> list[Activity]:
        """Those that wait for a condition, in the order of their ids."""
        return [self.watching[id] for id in sorted(self.watching)]

    def broadcast(self, event: Any, values: dict[str, Any]) -> None:
        """A signal: everybody who waits for it, in the order of their ids."""
        for activity in self._waiting(event):
            if activity.id in self.tasks:
                activity.task_spec.signal(activity, event, values)

    def propagate(self, event: Any, thrower: Activity) -> Activity | None:
        """An error or escalation: who catches it, searched from the inside out.

        First the boundary of the activity it comes from, then the event sub-processes of that scope, then one scope
        out (BPMN 2.0.2, 10.5.7). A catcher of this very code comes before one of any code; only one catches.
        """
        candidates = self._waiting(event)
        workflow: Flowing | None = thrower.workflow
        source: Activity | None = thrower
        while workflow is not None:
            if found := self._in_scope(candidates, workflow, source):
                return min(found, key=lambda activity: not activity.task_spec.definition.is_meant(event))
            workflow, source = self._outwards(workflow)
        return None

    def catch(self, event: Any, internal: bool = True) -> int:
        raise TypeError("events are broadcast or propagated")

    def _waiting(self, event: Any) -> list[Activity]:
        return sorted(
            (activity for activity in self.tasks.values() if activity.task_spec.catches(activity, event)),
            key=lambda activity: activity.id,
        )

    def _in_scope(self, candidates: list[Activity], workflow: Flowing, source: Activity | None) -> list[Activity]:
        chain = set()
        while source is not None:
            chain.add(source.id)
            source = workflow.tasks.get(source._parent)
        here = [activity for activity in candidates if activity.workflow is workflow]
        on_boundary = [activity for activity in here if activity.task_spec.guards(activity, chain)]
        return on_boundary or [activity for activity in here if activity.id in workflow.handlers]

    def _outwards(self, workflow: Flowing) -> tuple[Flowing | None, Activity | None]:
        if workflow.parent_task_id is None:
            return None, None
        holder = self.workflow.find(workflow.parent_task_id)
        return holder.workflow, holder
