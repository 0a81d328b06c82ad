"""Elements that hold a process of their own: sub-processes, called processes, event sub-processes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from SpiffWorkflow.bpmn.specs import defaults

from engine.runtime.activity import STARTED
from engine.runtime.compensation import Done
from engine.runtime.diagram import MOST_LEVELS
from engine.runtime.erasure import is_erased
from engine.runtime.failure import StepFailed
from engine.runtime.specs import compensating
from engine.runtime.specs.base import Executed
from engine.runtime.specs.listening import Listening
from engine.runtime.variables import CALLED, COUNTER, Variables

if TYPE_CHECKING:
    from engine.runtime.activity import Activity
    from engine.runtime.flowing import Flowing
    from engine.runtime.workflow import SubProcessWorkflow


GIVEN = "_given"
"""What a called process began with, under a name that no script can read."""


class Nested(Executed):
    """Opens a workflow inside the instance and waits until no token is left in it."""

    def _update_hook(self, activity: Activity) -> bool:
        self.open(activity, {})
        return False

    def open(self, activity: Activity, values: dict[str, Any]) -> None:
        """Begin the inner process, with ``values`` written into its scope."""
        inner_spec = self.inner(activity)
        scope = self.inner_scope(activity, inner_spec)
        child = activity.workflow.top_workflow.create_subprocess(activity, inner_spec)
        activity._set_state(STARTED)
        child.set_up(scope)
        self.fill(activity, scope)
        scope.write(values)
        child.begin(brought=values)

    def inner(self, activity: Activity) -> Any:
        """The process inside."""
        raise NotImplementedError

    def inner_scope(self, activity: Activity, inner_spec: Any) -> Variables:
        return Variables(activity.workflow.top_workflow, f"{activity.id}/", activity.scope, closed=False)

    def fill(self, activity: Activity, scope: Variables) -> None:
        """Give the inner scope what it begins with."""

    def map_out(self, activity: Activity, child: SubProcessWorkflow) -> None:
        """Take out of the inner scope what leaves it."""

    def _on_subworkflow_completed(self, child: SubProcessWorkflow, activity: Activity) -> None:
        workflow, undoing = activity.workflow, "undone" in activity.internal_data
        if not undoing:
            self.map_out(activity, child)
        if workflow.remembers and not undoing and self.undo is None and (child.done or child.spec.undoing is not None):
            workflow.done.append(Done(self.name, activity.id, child.scope, child.done))
        else:
            child.done.clear()
        activity._ready()

    def reopen(self, undoing: Activity, done: Done) -> None:
        """Undo it from the inside: by its own handler, else by those of what was completed in it."""
        activity = undoing.workflow.enter(self, undoing, None, compensates=done.activity)
        activity.internal_data["undone"] = True
        self.appear(activity)
        activity._set_state(STARTED)
        assert done.scope is not None
        child = activity.workflow.top_workflow.create_subprocess(activity, self.inner(activity))
        child.set_up(done.scope)
        child.done = done.inner
        if child.spec.undoing is not None:
            child.spec.undoing.run_in(child)
        elif not compensating.begin(child, activity, None, waits=False):
            child.finish()

    def appear(self, activity: Activity) -> None:
        """It becomes visible, if entering it has not shown it."""

    def _on_cancel(self, activity: Activity) -> None:
        top = activity.workflow.top_workflow
        if (child := top.subprocesses.get(activity.id)) is not None:
            child.cancel()
            del top.subprocesses[activity.id]
        super()._on_cancel(activity)


class SubProcess(Nested, defaults.SubWorkflowTask):
    """An embedded sub-process. Its scope is open: what its tasks write belongs to the process around it."""

    inner_spec: Any = None

    def inner(self, activity: Activity) -> Any:
        return self.inner_spec


class Transaction(SubProcess, defaults.TransactionSubprocess):
    """A sub-process that can be cancelled as a whole: what was completed in it is then compensated."""


class CallActivity(Nested, defaults.CallActivity):
    """A called process runs inside the caller's instance: one log, one commit, but a wall around its variables.

    ``takes`` and ``gives`` are the names that enter and leave (``motcua:dataIn``, ``motcua:dataOut``); without them
    the called process's ioSpecification decides, without that everything enters and what it changed leaves. What it
    was only given does not come back: a parallel branch may have written it meanwhile.
    """

    may_fail_on_entering = True
    takes: tuple[str, ...] | None = None
    gives: tuple[str, ...] | None = None

    def inner(self, activity: Activity) -> Any:
        return activity.workflow.top_workflow.program.called(self.spec).spec

    def inner_scope(self, activity: Activity, inner_spec: Any) -> Variables:
        return Variables(activity.workflow.top_workflow, f"{activity.id}/", None, closed=True)

    def _update_hook(self, activity: Activity) -> bool:
        if activity.workflow.level >= MOST_LEVELS:
            raise _too_deep(self.spec)
        missing = [name for name in self._takes(activity) or () if name not in activity.scope]
        if missing:
            raise _missing(missing[0], self.spec)
        return super()._update_hook(activity)

    def _takes(self, activity: Activity) -> tuple[str, ...] | None:
        return self.takes if self.takes is not None else self.inner(activity).inputs

    def fill(self, activity: Activity, scope: Variables) -> None:
        names = self._takes(activity)
        given = activity.scope.seen(_all_names(activity.scope) if names is None else names)
        scope.declare(given)
        scope.keep(GIVEN, given)
        if activity.workflow.top_workflow.program.tables(self.spec):
            scope.keep(CALLED, self.spec)

    def map_out(self, activity: Activity, child: SubProcessWorkflow) -> None:
        names = self.gives if self.gives is not None else child.spec.outputs
        values = child.scope.seen(_all_names(child.scope) if names is None else names)
        top = activity.workflow.top_workflow
        if top.testimony is not None and is_erased([values, child.scope[GIVEN]]):
            testimony, at = top.witness()
            activity.scope.write(testimony.written(at, activity.scope.owners_of(values)))
        else:
            activity.scope.write({n: v for n, v in values.items() if _changed(child.scope[GIVEN], n, v)})


def _changed(given: dict[str, Any], name: str, value: Any) -> bool:
    """Whether the called process wrote it; 1, 1.0 and true are different values."""
    return name not in given or orjson.dumps(given[name]) != orjson.dumps(value)


def _too_deep(called: str) -> StepFailed:
    return StepFailed(
        "calledTooDeep",
        f"Quy trình “{called}” được gọi ở cấp sâu hơn {MOST_LEVELS}; có thể các quy trình gọi lẫn nhau không dứt.",
        f"The process '{called}' is called deeper than {MOST_LEVELS} levels; perhaps processes call one another without end.",
    )


def _missing(name: str, called: str) -> StepFailed:
    return StepFailed(
        "variableMissing",
        f"Quy trình được gọi “{called}” cần biến “{name}”, nhưng biến chưa có giá trị.",
        f"The called process '{called}' takes the variable '{name}', which has no value.",
        name,
    )


def _is_engines(scope: Variables, name: str) -> bool:
    """Whether no record says it: what the engine remembers, and the counter of a loop, which has an open scope."""
    return name.startswith("_") or (name == COUNTER and scope.home is not scope)


def _all_names(scope: Variables) -> tuple[str, ...]:
    names: dict[str, None] = {}
    at: Variables | None = scope
    while at is not None:
        names.update(dict.fromkeys(name for name in at if not _is_engines(at, name)))
        at = at.parent
    return tuple(names)


class EventSubProcess(Listening, SubProcess):
    """Listens while its scope lives; when its event comes it runs, instead of the rest or beside it.

    The listening activity is no token. ``definition`` is its start event's, ``interrupting`` whether it ends the rest.
    """

    interrupting = True
    stands_aside = True
    visible = False
    """Not entered until its event comes."""

    def listen(self, workflow: Flowing, carried: dict[str, Any] | None = None) -> None:
        """Wait for the event, in a scope that has just begun."""
        handler = workflow.enter(self, workflow.task_tree, None)
        workflow.handlers[handler.id] = None
        handler.internal_data = {"carried": carried} if carried else {}
        workflow.go(handler)

    @property
    def may_fail_on_entering(self) -> bool:  # type: ignore[override]
        return bool(self.definition.may_fail)

    @property
    def repeats(self) -> bool:  # type: ignore[override]
        return not self.interrupting

    def _update_hook(self, activity: Activity) -> bool:
        self.wait(activity, activity.internal_data.get("carried"))
        return False

    def triggered(self, activity: Activity, element: str, values: dict[str, Any]) -> None:
        """The event came: this activity becomes the running sub-process."""
        workflow = activity.workflow
        del workflow.handlers[activity.id]
        self.deaf(activity)
        carried = self.definition.rearm(activity, activity.internal_data["wait"], element)
        activity.internal_data = {}
        if self.interrupting:
            workflow.cancel_all_but(activity)
        elif carried is not None:
            self.listen(workflow, carried)
        self.appear(activity)
        self.open(activity, values)

    def appear(self, activity: Activity) -> None:
        """From now on it stands in the log as running."""
        activity.internal_data["triggered"] = True
        activity.workflow.note_entered(activity)

    def is_shown(self, activity: Activity) -> bool:
        return "triggered" in activity.internal_data

    def run_in(self, workflow: Flowing) -> None:
        """Compensate the scope that it stands in."""
        activity = workflow.enter(self, workflow.task_tree, None)
        self.appear(activity)
        self.open(activity, {})

    def _on_complete(self, activity: Activity) -> None:
        activity.workflow.note_left(activity)
        activity.workflow.advance(activity)

    def _on_cancel(self, activity: Activity) -> None:
        activity.workflow.handlers.pop(activity.id, None)
        super()._on_cancel(activity)
        if "triggered" in activity.internal_data:
            activity.workflow.top_workflow.emit("ElementCancelled", activity=activity.id)
