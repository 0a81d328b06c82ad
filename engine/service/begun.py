"""Work that is begun in one commit and answered in another: who may begin it, and whose answer counts."""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain import instance
from engine.domain.errors import JobNotHeld
from engine.domain.record import Payload
from engine.domain.values import written
from engine.domain.waiting import Job
from engine.service.command import Command, OfJob, Sender
from engine.service.live import Live
from engine.service.work import Work


@dataclass(frozen=True, slots=True)
class Begin(OfJob):
    """Take a job that waits."""


@dataclass(frozen=True, slots=True)
class Answer(Command):
    """Say what became of a job that was begun."""

    @property
    def job(self) -> Job:
        """The job, for the attempt that was begun."""
        raise NotImplementedError

    @property
    def instance_ids(self) -> tuple[str, ...]:
        return (self.job.instance_id,)

    @property
    def job_ids(self) -> tuple[str, ...]:
        return (self.job.id,)


def waits(work: Work, command: Begin) -> Job | None:
    """The job as it stands, where it is still to be begun now."""
    job = work.open_job(command.job.id)
    live = work.live(command.job.instance_id)
    if job is None or live.head.state != instance.RUNNING or job.run_at > written(work.clock.now()):
        return None
    return job


def held(work: Work, command: Answer, by: Sender) -> Job:
    """The job as it stands, where nobody began it again.

    Raises:
        JobNotHeld: it is not needed any more, or another began it since.
    """
    job = work.open_job(command.job.id)
    if job is None or job.worker != by.person or job.attempt != command.job.attempt:
        raise JobNotHeld(id=command.job.id)
    return job


def note(work: Work, live: Live, job: Job, kind: str, said: Payload, by: Sender) -> bool:
    """Record something of a job; True, since something was done."""
    work.record(live, kind, {"job": job.id, "activity": job.activity, **said}, work.cause(by))
    return True
