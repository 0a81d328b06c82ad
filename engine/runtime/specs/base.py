"""What all elements share: they choose flows, and change nothing about themselves while instances run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.control import BpmnStartTask, SimpleBpmnTask

from engine.runtime.activity import FINISHED, WAITING
from engine.runtime.erasure import ErasedRead
from engine.runtime.failure import evaluate, no_flow_taken
from engine.runtime.fees import determine
from engine.runtime.witness import witness_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.runtime.activity import Activity
    from engine.runtime.data import DataFlow
    from engine.runtime.flowing import Flowing
    from engine.runtime.language import Expression


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow as it leaves an element."""

    id: str
    target: Any
    condition: Expression | None
    default: bool


class Executed:
    """Comes first among the bases of every element.

    Stock specs predict, copy data, emit signals and connect call-backs to themselves; none of it happens here.
    """

    visible = True
    """Drawn on the diagram, so it appears in the log."""
    facts: Mapping[str, Any] = {}
    """What the log says of the element whenever it is entered."""
    said: dict[str, Any]
    """The same behind the place for the activity's id, to be copied."""
    flows: tuple[Flow, ...] = ()
    incoming: frozenset[str] = frozenset()
    conditional = False
    first_only = False
    joins = False
    inclusive = False
    may_fail_on_entering = False
    takes_turn = False
    """What entering does may fail, so a token waits its turn in the queue."""
    ready_at_once = False
    """Nothing is to be done on entering."""
    leaves_at_once = False
    """When its own work is done there is nothing to choose, to hand out, or to be judged by others."""
    only_chooses = False
    """It has no work of its own, and nothing but its conditions to ask."""
    is_activity = False
    """A task, sub-process or call, not an event or gateway."""
    guards_activity = False
    """It only holds an activity and its boundary events together."""
    data_flow: DataFlow | None = None
    fee: Expression | None = None
    """What is due by it, reckoned when it is left."""
    undo: Any = None
    """The element that compensates it, where it has a compensation boundary event."""
    stands_aside = False
    """An event sub-process: it speaks of the scope that it stands in."""
    on_child: Callable[[Activity, Activity], bool] | None = None
    judge: Callable[[Activity, Activity], Any] | None = None

    name: str
    manual: bool

    def settle(self, *, judged: bool) -> None:
        """Work out, once everything is parsed, what need not be asked at every step."""
        kind, self.said = type(self), {"activity": "", **self.facts}
        self.takes_turn = self.may_fail_on_entering or self.data_flow is not None
        plain = all(
            getattr(kind, step) is getattr(Executed, step) for step in ("_update", "_update_hook", "_on_ready_hook")
        )
        self.ready_at_once = plain and not self.takes_turn and not self.manual
        bare = not judged and self.data_flow is None and self.fee is None
        self.leaves_at_once = bare and not self.conditional
        self.only_chooses = bare and self.conditional and self.ready_at_once and kind._run_hook is Executed._run_hook

    def _predict(self, *_: Any, **__: Any) -> None:
        pass

    def _update(self, activity: Activity) -> None:
        if self.data_flow is not None:
            self.data_flow.enter(activity)
        if self._update_hook(activity):
            activity._ready()

    def _update_hook(self, activity: Activity) -> bool:
        return True

    def _on_ready_hook(self, activity: Activity) -> None:
        pass

    def take(self, activity: Activity, brought: Mapping[str, Any]) -> None:
        """The process began here, with these values."""

    def _run(self, activity: Activity) -> bool:
        """Do the element's work, then choose where to go. After a failure to go on, the work is not done twice.

        What may fail is asked before anything else changes.
        """
        if self.leaves_at_once:
            return self._run_hook(activity)
        if self.only_chooses:
            activity.chosen = self.choose(activity)
            return True
        holder, memory = activity.judged_by, activity.internal_data
        if "done" not in memory:
            self._run_hook(activity)
            memory["done"] = True
        if (
            self.data_flow is not None
            and memory.keys().isdisjoint(("given", "undone"))
            and not activity._state & FINISHED
        ):
            self.data_flow.leave(activity)
            memory["given"] = True
        if activity._state & FINISHED:
            return True
        if self.fee is not None and "charged" not in memory:
            determine(activity, self.fee)
            memory["charged"] = True
        if holder is not None:
            activity.verdict = holder.task_spec.judge(holder, activity)
        if self.conditional and not activity.verdict and "undone" not in memory:
            activity.chosen = self.choose(activity)
        return True

    def _run_hook(self, activity: Activity) -> bool:
        return True

    def _on_complete(self, activity: Activity) -> None:
        activity.workflow.advance(activity)

    def _on_complete_hook(self, activity: Activity) -> None:
        pass

    def _on_cancel(self, activity: Activity) -> None:
        note_cancelled(activity)

    def listens(self, activity: Activity) -> bool:
        """Whether it hears what is thrown inside the instance."""
        return activity._state == WAITING

    def on_interrupted(self, activity: Activity) -> None:
        """What hung on it was ended by a boundary event, or by hand."""

    def is_shown(self, activity: Activity) -> bool:
        """Whether the log has it as entered."""
        return self.visible

    def retried(self, activity: Activity) -> None:
        """Somebody says that what it waits for may be tried again."""

    def guards(self, activity: Activity, source: set[str]) -> bool:
        """Whether this waiting event sits on one of the activities that an error came through."""
        return False

    def choose(self, activity: Activity) -> tuple[Flow, ...]:
        """The flows whose condition holds; an exclusive gateway takes the first (BPMN 2.0.2, 13.4.2), else the default.

        Raises:
            StepFailed: a condition cannot be evaluated, or nothing can be taken.
        """
        try:
            taken, tried = self._choose(activity)
        except ErasedRead:
            taken, tried = self._as_recorded(activity)
        seen: dict[str, Any] = {}
        for condition in tried:
            seen |= activity.scope.seen(condition.names)
        if not taken:
            raise no_flow_taken(self.facts.get("name") or self.name, [condition.text for condition in tried], seen)
        self._note_flows(activity, taken, seen)
        return tuple(taken)

    def _choose(self, activity: Activity) -> tuple[list[Flow], list[Expression]]:
        """The flows to take, and the conditions that were asked."""
        taken: list[Flow] = []
        tried: list[Expression] = []
        for flow in self.flows:
            if flow.default:
                continue
            if flow.condition is not None:
                tried.append(flow.condition)
                if not evaluate(flow.condition, activity.scope):
                    continue
            taken.append(flow)
            if self.first_only:
                break
        return taken or [flow for flow in self.flows if flow.default], tried

    def _as_recorded(self, activity: Activity) -> tuple[list[Flow], list[Expression]]:
        """The same, as the log has it: a condition depended on a value that was erased."""
        testimony, at = witness_of(activity)
        chosen = testimony.flows(at, activity.id)
        taken = [flow for flow in self.flows if flow.id in chosen]
        conditional = [flow for flow in self.flows if flow.condition is not None]
        if self.first_only and taken and taken[0] in conditional:
            conditional = conditional[: conditional.index(taken[0]) + 1]
        return taken, [flow.condition for flow in conditional if flow.condition is not None]

    def _note_flows(self, activity: Activity, taken: list[Flow], seen: dict[str, Any]) -> None:
        emit = activity.workflow.top_workflow.records.append
        for flow in taken:
            emit(("FlowTaken", {"activity": activity.id, "flow": flow.id, "values": seen}))


def note_cancelled(activity: Activity) -> None:
    """An entered element was interrupted."""
    top = activity.workflow.top_workflow
    top.resolve(activity.id)
    if activity.task_spec.data_flow is not None:
        activity.task_spec.data_flow.drop(activity)
    if activity.task_spec.visible:
        top.emit("ElementCancelled", activity=activity.id)


class StartOfProcess(Executed, BpmnStartTask):
    """The root that everything alive hangs on; not drawn."""

    visible = False


class EndOfProcess(Executed, SimpleBpmnTask):
    """Stock specs want one; nothing goes there."""

    visible = False


class ProcessSpec(BpmnProcessSpec):
    """A process or sub-process as parsed.

    Its own start and end have names that no XML id can have, so that elements may be called Start, End or Root.
    """

    ad_hoc: Any = None
    """The ad-hoc sub-process whose inside this is."""
    undoing: Any = None
    """The event sub-process that compensates all of it."""
    compensation: Any = None
    """What runs compensations in it."""

    undoes = False
    """Whether something in it, however deep, asks for compensation."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.task_specs.clear()
        self.bpmn_start_events.clear()
        self.start = StartOfProcess(self, "<start>")
        self.end = EndOfProcess(self, "<end>")
        self.event_subprocesses: list[Any] = []
        self.entries: tuple[Any, ...] = ()
        """Where tokens begin: the plain start event, or everything that nothing leads to (BPMN 2.0.2, 10.5.2)."""
        self.starters: dict[str, tuple[Any, Any]] = {}
        """Places where something outside begins an instance: what begins there, and the event definition."""
        self.inputs: tuple[str, ...] | None = None
        self.outputs: tuple[str, ...] | None = None
        """What it declares to take and give when it is called; None where it declares nothing."""
        self.objects: tuple[str, ...] = ()
        """Its data objects and properties: variables that are there from the beginning, without a value."""

    def begin(self, workflow: Flowing, brought: Mapping[str, Any]) -> None:
        """Put tokens where it begins; ``brought`` are the values that came with what began it."""
        if self.ad_hoc is not None:
            self.ad_hoc.goes_on(workflow)
            return
        for spec in self.entries:
            token = workflow.enter(spec, workflow.task_tree, None)
            spec.take(token, brought)
            workflow.go(token)
