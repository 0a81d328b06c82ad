"""Jobs of other systems: fetch, complete, fail, end with an error, keep for longer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from engine.domain.errors import JobNotHeld, NotFound
from engine.domain.values import written
from engine.domain.waiting import Job
from engine.service.command import Command, Sender
from engine.service.forms import check_values
from engine.service.live import Live
from engine.service.work import Work


@dataclass(frozen=True, slots=True)
class FetchJobs(Command):
    """Take work on some topics; nobody else is given it for so long."""

    topics: tuple[str, ...]
    most: int
    lock: timedelta


def fetch(work: Work, command: FetchJobs, by: Sender) -> tuple[Job, ...]:
    """The jobs that have waited longest, now held by the caller."""
    work.flush()
    now = work.clock.now()
    topics = [topic for topic in dict.fromkeys(command.topics) if by.may_have(topic)]
    found = work.unit.fetchable_jobs(topics, written(now), command.most) if topics else ()
    return tuple(_give(work, job, by, now + command.lock) for job in found)


def _give(work: Work, job: Job, by: Sender, until: datetime) -> Job:
    """A job that its worker has until then. The log does not tell: a lost lock is only work done later."""
    return _changed(work, job, run_at=written(until), worker=by.person, attempt=job.attempt + 1)


def _changed(work: Work, job: Job, **fields: Any) -> Job:
    work.current.update(Job, job.id, **fields)
    latest: Job = work.current.latest(Job, job.id, job)
    return latest


@dataclass(frozen=True, slots=True)
class _OnJob(Command):
    """A command that names one job, and may name the attempt for which it speaks."""

    job_id: str
    attempt: int | None = field(default=None, kw_only=True)

    @property
    def job_ids(self) -> tuple[str, ...]:
        return (self.job_id,)


@dataclass(frozen=True, slots=True)
class CompleteJob(_OnJob):
    """The work is done."""

    values: dict[str, Any] = field(default_factory=dict)


def complete(work: Work, command: CompleteJob, by: Sender) -> Live:
    """Hand in results; the instance goes on.

    Raises:
        NotFound, JobNotHeld, InstanceEnded, InstanceSuspended, InvalidValues
    """
    check_values(command.values, None, "/variables")
    return _tell(work, "JobCompleted", command, {"values": command.values}, by)


@dataclass(frozen=True, slots=True)
class FailJob(_OnJob):
    """The work could not be done: why, how many attempts are left, when the next may be made."""

    message: str
    retries: int
    pause: timedelta = timedelta()


def fail(work: Work, command: FailJob, by: Sender) -> Live:
    """Note a failure; without an attempt left there is an incident.

    Raises:
        NotFound, JobNotHeld, InstanceEnded, InstanceSuspended
    """
    again = written(work.clock.now() + command.pause)
    return _tell(
        work, "JobFailed", command, {"message": command.message, "retries": command.retries, "again": again}, by
    )


@dataclass(frozen=True, slots=True)
class ThrowJobError(_OnJob):
    """The work ended in a BPMN error, which the diagram may catch."""

    error_code: str
    message: str = ""
    values: dict[str, Any] = field(default_factory=dict)


def throw(work: Work, command: ThrowJobError, by: Sender) -> Live:
    """Throw a BPMN error where the job belongs; where nothing catches it there is an incident.

    Raises:
        NotFound, JobNotHeld, InstanceEnded, InstanceSuspended, InvalidValues
    """
    check_values(command.values, None, "/variables")
    said = {"code": command.error_code, "message": command.message, "values": command.values}
    return _tell(work, "JobErrorThrown", command, said, by)


@dataclass(frozen=True, slots=True)
class ExtendJob(_OnJob):
    """The work takes longer: keep it for so long from now on."""

    lock: timedelta


def extend(work: Work, command: ExtendJob, by: Sender) -> Job:
    """Keep a job for longer.

    Raises:
        NotFound, JobNotHeld
    """
    return _changed(work, _held(work, command, by), run_at=written(work.clock.now() + command.lock))


def _held(work: Work, command: _OnJob, by: Sender) -> Job:
    """An open job that the caller was the last to fetch; a lock that is over counts until somebody else takes the job.

    Programs that share a key are told apart by the attempt: whoever names an earlier one is too late.
    """
    id = command.job_id
    job = _open(work.open_job(id), id, by)
    if job.worker != by.person or command.attempt not in (None, job.attempt):
        raise JobNotHeld(id=id)
    return job


def _open(job: Job | None, id: str, by: Sender) -> Job:
    if job is None or job.topic is None or not by.may_have(job.topic):
        raise NotFound(what="open job", id=id)
    return job


def _tell(work: Work, kind: str, command: _OnJob, said: dict[str, Any], by: Sender) -> Live:
    job = _held(work, command, by)
    live = work.running(job.instance_id)
    work.record(live, kind, {"job": job.id, "activity": job.activity, **said}, work.cause(by))
    return live
