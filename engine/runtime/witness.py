"""What the log says of a step that looked at an erased value: first of all, whether it failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.runtime.erasure import Testimony
from engine.runtime.failure import StepFailed

if TYPE_CHECKING:
    from engine.runtime.activity import Activity


def witness_of(activity: Activity) -> tuple[Testimony, int]:
    """The testimony about a step that was done, and which record of the row is to come next.

    Raises:
        StepFailed: the step could not be done; the failure is the recorded one.
        ErasedRead: there is no testimony; only a replay can meet erased values.
    """
    testimony, at = activity.workflow.top_workflow.witness()
    if (incident := testimony.failed(at, activity.id)) is not None:
        detail = incident["detail"]
        raise StepFailed(incident["code"], detail["vi"], detail["en"], incident["expression"], incident["values"])
    return testimony, at
