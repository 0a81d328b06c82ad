"""What falls due by itself, a timer or the percent of a limit: once, never early, and only where the instance runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain import instance
from engine.domain.record import Cause
from engine.domain.values import moment
from engine.domain.waiting import Job
from engine.service.command import OfJob, Sender
from engine.service.heads import not_before

if TYPE_CHECKING:
    from engine.service.live import Live
    from engine.service.work import Work


def fallen_due(work: Work, command: OfJob, by: Sender) -> tuple[Live, Job, Cause] | None:
    """The instance, the job as it stands, and what its records name as their cause; None where it is not, or no more, due."""
    live = work.live(command.job.instance_id)
    job = work.open_job(command.job.id)
    cause = not_before(live.head, work.cause(by))
    if job is None or live.head.state != instance.RUNNING or moment(job.due_at) > cause.at:
        return None
    return live, job, cause
