"""Service tasks: work for another system, asked for in the commit and done after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs import defaults

from engine.domain.waiting import OUTCOME_UNKNOWN
from engine.runtime.activity import STARTED
from engine.runtime.event_definitions import Error
from engine.runtime.failure import StepFailed, job_failed
from engine.runtime.specs.base import Executed, note_cancelled

if TYPE_CHECKING:
    from engine.runtime.activity import Activity


class ServiceTask(Executed, defaults.ServiceTask):
    """Asks for a job and waits until somebody has done it.

    ``topic`` says whose work it is, ``sends`` which variables the job is given (none unless named), ``keeps`` which of
    its results are taken (all unless named).
    """

    topic = ""
    sends: tuple[str, ...] = ()
    keeps: tuple[str, ...] | None = None

    def _update_hook(self, activity: Activity) -> bool:
        activity._set_state(STARTED)
        self.ask(activity)
        return False

    def ask(self, activity: Activity) -> None:
        """Ask for the job, once more after an incident."""
        top, memory = activity.workflow.top_workflow, activity.internal_data
        attempt = memory.get("attempt", 0) + 1
        job = top.identity(f"job {activity.id} {attempt}")
        activity.internal_data = {**memory, "attempt": attempt, "job": job}
        again = {"key": memory["key"]} if "key" in memory else {}
        self._request(activity, job, again)

    def _request(self, activity: Activity, job: str, again: dict[str, Any]) -> None:
        activity.workflow.top_workflow.emit(
            "JobRequested",
            job=job,
            activity=activity.id,
            element=self.facts["element"],
            name=self.facts.get("name"),
            topic=self.topic,
            values=activity.scope.seen(self.sends),
            **again,
        )

    def completed(self, activity: Activity, values: dict[str, Any]) -> None:
        """The job is done; the token goes on when its turn comes."""
        del activity.internal_data["job"]
        activity.scope.write(self._kept(values))
        activity._ready()

    def failed(self, activity: Activity, message: str, retries: int, code: str | None) -> None:
        """The job could not be done; when no attempt is left, a person has to look.

        What may have been done is asked for under the same key when it is asked for again, so that the other system can
        tell that it is the same.
        """
        if retries > 0:
            return
        memory = activity.internal_data
        job = memory.pop("job")
        key = memory.pop("key", job)
        if code == OUTCOME_UNKNOWN:
            memory["key"] = key
        activity.workflow.top_workflow.fail(activity, job_failed(code, message))

    def thrown(self, activity: Activity, code: str, message: str, values: dict[str, Any]) -> None:
        """The job ended in a BPMN error: whoever catches it goes on, else a person has to look."""
        del activity.internal_data["job"]
        error, top = Error(message, code), activity.workflow.top_workflow
        if not error.is_caught(activity):
            top.fail(activity, _error_not_caught(code, message))
            return
        activity.scope.write(self._kept(values))
        error.throw(activity)

    def _kept(self, values: dict[str, Any]) -> dict[str, Any]:
        if self.keeps is None:
            return values
        return {name: value for name, value in values.items() if name in self.keeps}

    def retried(self, activity: Activity) -> None:
        if activity._state == STARTED:
            self.ask(activity)

    def _on_cancel(self, activity: Activity) -> None:
        if (job := activity.internal_data.get("job")) is not None:
            activity.workflow.top_workflow.emit("JobCancelled", job=job)
        note_cancelled(activity)


def _error_not_caught(code: str, message: str) -> StepFailed:
    return StepFailed(
        "errorNotCaught",
        f"Công việc kết thúc với lỗi BPMN “{code}” mà không sự kiện nào bắt: {message}",
        f"The work ended in the BPMN error '{code}', which nothing catches: {message}",
    )
