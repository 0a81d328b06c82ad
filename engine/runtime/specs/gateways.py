"""Gateways: where tokens split, wait for each other, or take one way of several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.specs.base import TaskSpec

from engine.runtime.multiple import Several
from engine.runtime.specs.base import Executed
from engine.runtime.specs.listening import Listening

if TYPE_CHECKING:
    from engine.runtime.activity import Activity
    from engine.runtime.flowing import Flowing
    from engine.runtime.specs.base import Flow


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


class EventGateway(Listening, defaults.EventBasedGateway):
    """Waits for the first of several events; the token goes on behind it (BPMN 2.0.2, 10.6.6).

    Its flows lead to the catching elements, in the order of the document; ``branches`` tells which flow belongs to
    which of the places where it waits.
    """

    may_fail_on_entering = True
    all_needed = False
    """Parallel: begun by the first event, it then waits for each of the others."""
    branches: Mapping[str, Flow] = {}

    def connect(self, taskspec: Any) -> None:
        """Stock code collects the branches' event definitions here; ours stay with the branches."""
        TaskSpec.connect(self, taskspec)

    def listen_behind(self) -> None:
        """Wait where the catching elements would."""
        self.branches = {place.name: flow for flow in self.flows for place in flow.target.places()}
        self.definition = Several(tuple(place for flow in self.flows for place in flow.target.places()))

    def begin(self, workflow: Flowing, place: str, brought: Mapping[str, Any]) -> None:
        """One of its events has begun the instance; a parallel one then waits for each of the others."""
        gateway = workflow.enter(self, workflow.task_tree, None)
        workflow.note_left(gateway)
        gateway.detach()
        for flow in self.flows:
            if flow is self.branches[place]:
                token = workflow.enter(flow.target, workflow.task_tree, flow.id)
                flow.target.pass_with(token, flow.target.mine(brought))
            elif self.all_needed:
                workflow.go(workflow.enter(flow.target, workflow.task_tree, flow.id))

    def places(self) -> tuple[Any, ...]:
        """Where it waits."""
        return tuple(self.definition.by_name.values())

    def _update_hook(self, activity: Activity) -> bool:
        self.wait(activity)
        return False

    def remember(self, activity: Activity, wait: dict[str, Any]) -> None:
        activity.internal_data = {"waits": wait["waits"]}

    def remembered(self, activity: Activity) -> dict[str, Any]:
        return {"waits": activity.internal_data["waits"], "came": {}}

    def triggered(self, activity: Activity, element: str, values: dict[str, Any]) -> None:
        activity.internal_data = {"picked": element, "values": values}
        activity._ready()

    def _on_ready_hook(self, activity: Activity) -> None:
        self.deaf(activity)

    def _on_complete(self, activity: Activity) -> None:
        """The catching element behind the flow is entered with its event already there."""
        workflow, flow = activity.workflow, self.branches[activity.internal_data["picked"]]
        values = activity.internal_data["values"]
        workflow.note_left(activity)
        activity.detach()
        token = workflow.enter(flow.target, workflow.task_tree, flow.id)
        flow.target.pass_with(token, values)
