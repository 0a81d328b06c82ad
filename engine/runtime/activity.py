"""One flow-node instance: SpiffWorkflow's task, without what makes a tree grow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.task import Task

if TYPE_CHECKING:
    from engine.runtime.flowing import Flowing
    from engine.runtime.variables import Variables

FUTURE, WAITING, READY, STARTED, COMPLETED, CANCELLED = 4, 8, 16, 32, 64, 256
"""SpiffWorkflow's task states that occur here (``SpiffWorkflow.util.task.TaskState``)."""
FINISHED = COMPLETED | CANCELLED


class Activity(Task):
    """An element that a token is at. The tree holds only what is alive.

    Its id is readable and the same in every replay: ``element#ordinal`` within its scope, after the id of the
    activity that the scope belongs to. No clock, no random id, no copy of data.
    """

    _identity: str | None = None
    chosen: Any = None
    """The flows that it goes on along, where it had to choose."""
    verdict: Any = None
    """What the loop, multi-instance or ad-hoc sub-process that it belongs to decided when it was done."""

    def __init__(
        self,
        workflow: Flowing,
        spec: Any,
        parent: Activity | None,
        id: str,
        state: int = FUTURE,
        flow: str | None = None,
        scope: Variables | None = None,
    ) -> None:
        self.id = id
        self.workflow = workflow
        self.task_spec = spec
        self._state = state
        self._children: dict[str, None] = {}
        self.internal_data: dict[str, Any] = {}
        self.flow = flow
        workflow.tasks[id] = self
        if parent is None:
            self._parent = ""
        else:
            self._parent = parent.id
            parent._children[id] = None
            if scope is None:
                scope = parent.scope
        self.scope: Variables = scope  # type: ignore[assignment]  # a root has no parent and is given one

    @property
    def identity(self) -> str:
        """The id under which the outside knows it."""
        if self._identity is None:
            self._identity = self.workflow.top_workflow.identity(self.id)
        return self._identity

    @property
    def data(self) -> Variables:
        """What stock code calls the task's data: the variables of its scope."""
        return self.scope

    @data.setter
    def data(self, value: Any) -> None:
        raise TypeError("an activity has no data of its own")

    def _inherit_data(self) -> None:
        pass

    def _set_state(self, value: int) -> None:
        if self._state != value:
            self._state = value
            if value == READY and not self.task_spec.manual:
                self.workflow.top_workflow.ready.append(self)

    def _ready(self) -> None:
        if not self._state & FINISHED:
            self._set_state(READY)
            self.task_spec._on_ready_hook(self)

    def run(self) -> bool:
        """Do the element's work, and finish."""
        spec = self.task_spec
        spec._run(self)
        if not self._state & FINISHED:
            self._state = COMPLETED
            spec._on_complete(self)
        return True

    def complete(self) -> None:
        """Finish and move the token on."""
        if self._state & FINISHED:
            return
        self._state = COMPLETED
        self.task_spec._on_complete(self)

    @property
    def judged_by(self) -> Activity | None:
        """What decides, when this is finished, how to go on: a loop, a multi-instance body, an ad-hoc sub-process."""
        tasks = self.workflow.tasks
        parent: Activity = tasks[self._parent]
        if (spec := parent.task_spec).judge is None and not spec.guards_activity:
            return None
        while parent.task_spec.guards_activity:
            parent = tasks[parent._parent]
        return None if parent.task_spec.judge is None else parent

    def cancel(self) -> None:
        """Interrupt it and everything that hangs on it."""
        for child in list(self._children):
            self.workflow.tasks[child].cancel()
        if not self._state & FINISHED:
            self.task_spec._on_cancel(self)
            self._state = CANCELLED
        self.detach()

    def interrupt(self) -> None:
        """End it without going on; what it hung on is told."""
        holder: Activity = self.workflow.tasks[self._parent]
        self.cancel()
        holder.task_spec.on_interrupted(holder)

    def detach(self) -> None:
        """Take it out of the tree; the log remembers it."""
        tasks = self.workflow.tasks
        if tasks.pop(self.id, None) is not None and (parent := tasks.get(self._parent)) is not None:
            parent._children.pop(self.id, None)

    def hang_on(self, parent: Activity) -> None:
        """Move it under another parent."""
        if (old := self.workflow.tasks.get(self._parent)) is not None:
            old._children.pop(self.id, None)
        self._parent = parent.id
        parent._children[self.id] = None
