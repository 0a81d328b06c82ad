"""Tasks: work for people, scripts, and steps that only stand in the diagram."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs import defaults

from engine.domain.calendar import Limit
from engine.runtime.activity import READY
from engine.runtime.erasure import ERASED, ErasedRead, is_erased
from engine.runtime.event_definitions import Error
from engine.runtime.failure import run
from engine.runtime.language import BpmnError
from engine.runtime.specs.base import Executed, note_cancelled
from engine.runtime.witness import witness_of

if TYPE_CHECKING:
    from engine.runtime.activity import Activity
    from engine.runtime.language import Script


class UserTask(Executed, defaults.UserTask):
    """Offered to people on entering; runs when somebody has completed it.

    ``offer`` has the facts of the work list entry (candidate groups, assignee, form), ``limit`` the time it may take.
    """

    offer: Mapping[str, Any] = {}
    limit: Limit | None = None
    limit_text: str | None = None

    @property
    def may_fail_on_entering(self) -> bool:  # type: ignore[override]
        return self.limit is not None

    def _update_hook(self, activity: Activity) -> bool:
        top = activity.workflow.top_workflow
        due = None if self.limit is None else top.due(self.limit, self.limit_text or "")
        payload = {"userTask": activity.identity, "activity": activity.id, **self.offer}
        if due is not None:
            payload["due"] = due
        top.records.append(("UserTaskCreated", payload))
        return True

    def _on_cancel(self, activity: Activity) -> None:
        top = activity.workflow.top_workflow
        if self.offered(activity):
            top.emit("UserTaskCancelled", userTask=activity.identity)
        note_cancelled(activity)

    def offered(self, activity: Activity) -> bool:
        """Whether somebody can complete it now."""
        return activity._state == READY and "completed" not in activity.internal_data


class PlainTask(Executed, defaults.NoneTask):
    """An abstract task: a step that the diagram names and nobody does (BPMN 2.0.2, 10.3.3)."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.manual = False


class ManualTask(PlainTask):
    """Work that no system follows (BPMN 2.0.2, 10.3.4): it passes at once."""


class ScriptTask(Executed, defaults.ScriptTask):
    """Runs its script: all assignments or none, and then perhaps a BPMN error."""

    compiled: Script

    def _run_hook(self, activity: Activity) -> bool:
        values, error = self._outcome(activity)
        if values:
            activity.scope.write(values)
        if error is not None:
            error.throw(activity)
        return True

    def _outcome(self, activity: Activity) -> tuple[dict[str, Any], Error | None]:
        """What the script assigned, and the error that it ended with, if it did."""
        try:
            values, error = run(self.compiled, activity.scope), None
        except BpmnError as thrown:
            values, error = thrown.assigned, Error(thrown.message or thrown.code, thrown.code)
        except ErasedRead:
            values, error = {"": ERASED}, None
        if values and activity.workflow.top_workflow.testimony is not None and is_erased(list(values.values())):
            return _as_recorded(activity)
        return values, error


def _as_recorded(activity: Activity) -> tuple[dict[str, Any], Error | None]:
    """The same, as the log has it: the script read a value that was erased."""
    testimony, at = witness_of(activity)
    values = testimony.written(at, activity.scope.owners_of(activity.task_spec.compiled.writes))
    while at in testimony.used:
        at += 1
    if not testimony.says(at, "ErrorThrown", activity=activity.id):
        return values, None
    payload = testimony.records[at][1]
    return values, Error(payload["name"], payload["code"])


__all__ = ["ManualTask", "PlainTask", "ScriptTask", "UserTask"]
