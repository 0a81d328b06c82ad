"""Gateways: where tokens split, wait for each other, or take one way of several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.specs.base import TaskSpec

from engine.runtime.activity import WAITING
from engine.runtime.specs.base import Executed

if TYPE_CHECKING:
    from engine.runtime.activity import Activity
    from engine.runtime.specs.base import Flow
    from engine.runtime.workflow import Flowing


class ExclusiveGateway(Executed, defaults.ExclusiveGateway):
    """The first flow whose condition holds."""

    first_only = True


class ParallelGateway(Executed, defaults.ParallelGateway):
    """Waits for one token on every incoming flow; excess tokens stay."""

    def join_is_full(self, waiting: Mapping[str, int]) -> bool:
        return len(waiting) == len(self.incoming)


class InclusiveGateway(Executed, defaults.InclusiveGateway):
    """Waits for as many tokens as can still come (BPMN 2.0.2, 13.4.3).

    ``reach`` tells for every element of the scope over which incoming flows a token there could still arrive.
    """

    reach: Mapping[str, frozenset[str]] = {}

    def join_is_full(self, waiting: Mapping[str, int]) -> bool:
        return False

    def may_pass(self, workflow: Flowing) -> bool:
        full = workflow.arrived[self.name].keys()
        empty = self.incoming - full
        return not empty or not any(self._awaits(name, full, empty) for name in self._alive(workflow))

    def _alive(self, workflow: Flowing) -> list[str]:
        live = [a.task_spec.name for a in workflow.tasks.values() if a.id not in workflow.handlers]
        return live + [name for name in workflow.arrived if name != self.name]

    def _awaits(self, name: str, full: Any, empty: frozenset[str]) -> bool:
        reached = self.reach.get(name, frozenset())
        return bool(reached & empty) and not reached & full


class EventGateway(Executed, defaults.EventBasedGateway):
    """Waits for the first of several events; the token goes on behind it (BPMN 2.0.2, 10.6.6).

    ``branches`` are the flows to the catching elements, in the order of the document.
    """

    may_fail_on_entering = True
    repeats = False

    def connect(self, taskspec: Any) -> None:
        """Stock code collects the branches' event definitions here; ours stay with the branches."""
        TaskSpec.connect(self, taskspec)

    @property
    def branches(self) -> tuple[Flow, ...]:
        return self.flows

    def _update_hook(self, activity: Activity) -> bool:
        waits = {}
        for flow in self.branches:
            waits[flow.target.name] = flow.target.definition.arm(activity, flow.target)
        for flow in self.branches:
            flow.target.definition.note_armed(activity, flow.target, waits[flow.target.name])
        activity.internal_data = {"waits": waits}
        activity._set_state(WAITING)
        activity.workflow.top_workflow.event_manager.add_task(activity)
        return False

    def definition_of(self, element: str) -> Any:
        """The event definition of one branch."""
        return next(flow.target.definition for flow in self.branches if flow.target.name == element)

    def wait_of(self, activity: Activity, element: str) -> dict[str, Any]:
        """What is remembered of one branch's wait."""
        wait: dict[str, Any] = activity.internal_data["waits"][element]
        return wait

    def catches(self, activity: Activity, event: Any) -> bool:
        return any(flow.target.definition.catches(activity, event) for flow in self.branches)

    def fired(self, activity: Activity, element: str, values: dict[str, Any]) -> None:
        """One of the events came: the others no longer matter."""
        self._close(activity, element)
        activity.internal_data = {"picked": element, "values": values}
        activity._ready()

    def heard(self, activity: Activity, element: str) -> None:
        """An input has closed one of its waits."""
        activity.internal_data["waits"].pop(element, None)

    def signal(self, activity: Activity, event: Any) -> None:
        """A signal was thrown inside the instance."""
        for flow in self.branches:
            if flow.target.definition.catches(activity, event):
                flow.target.definition.note_heard(activity, flow.target)
                self.fired(activity, flow.target.name, {})
                return

    def _run_hook(self, activity: Activity) -> bool:
        picked = activity.internal_data["picked"]
        activity.chosen = tuple(flow for flow in self.branches if flow.target.name == picked)
        return True

    def _on_complete(self, activity: Activity) -> None:
        """The catching element behind the flow is entered with its event already there."""
        workflow, (flow,) = activity.workflow, activity.chosen
        values = activity.internal_data["values"]
        workflow.note_left(activity)
        activity.detach()
        token = workflow.enter(flow.target, workflow.task_tree, flow.id)
        flow.target.pass_with(token, values)

    def _on_ready_hook(self, activity: Activity) -> None:
        activity.workflow.top_workflow.event_manager.remove_task(activity)

    def _on_cancel(self, activity: Activity) -> None:
        activity.workflow.top_workflow.event_manager.remove_task(activity)
        self._close(activity, None)
        super()._on_cancel(activity)

    def _close(self, activity: Activity, fired: str | None) -> None:
        for flow in self.branches:
            if flow.target.name != fired and flow.target.name in activity.internal_data.get("waits", {}):
                flow.target.definition.note_closed(activity, flow.target)
