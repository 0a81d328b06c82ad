"""Jobs of the service's own: taken up, put off when they fail, given up when they fail too often."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from engine.domain import backoff
from engine.domain.values import written
from engine.domain.waiting import CONTINUE, ESCALATION, GIVEN_UP, MESSAGE, SIGNAL, TIMER, Incident, Job
from engine.service import escalations, messages, process_instances, signals, timers
from engine.service.command import Command, Sender
from engine.service.work import Work

ATTEMPTS = 10
"""Failures after which a job is given up: with the pauses between them, about ten minutes."""


_KINDS: Mapping[str, tuple[Callable[[Job], Command], Callable[[Work, Any, Sender], bool]]] = {
    TIMER: (timers.FireTimer, timers.fire),
    CONTINUE: (
        lambda job: process_instances.ContinueProcessInstance(job.instance_id, job),
        process_instances.continue_,
    ),
    MESSAGE: (messages.DispatchMessage, messages.dispatch),
    SIGNAL: (signals.DispatchSignal, signals.dispatch),
    ESCALATION: (escalations.Escalate, escalations.escalate),
}
"""What each kind of job does, and how."""


def command_of(job: Job) -> Command:
    """The command that does a job."""
    return _KINDS[job.kind][0](job)


@dataclass(frozen=True, slots=True)
class RunJob(Command):
    """Do a job of the service's own of which only the id was heard."""

    job_id: str

    @property
    def job_ids(self) -> tuple[str, ...]:
        return (self.job_id,)


def run(work: Work, command: RunJob, by: Sender) -> bool:
    """Do it if it is still to be done; whether it was."""
    job = work.open_job(command.job_id)
    if job is None or job.kind not in _KINDS or job.abandoned_at is not None:
        return False
    return _KINDS[job.kind][1](work, command_of(job), by)


@dataclass(frozen=True, slots=True)
class TakeDueJobs(Command):
    """Where several processes run jobs: take some that are due, and leave the others to those who come after."""

    most: int
    lease: timedelta


def take(work: Work, command: TakeDueJobs, by: Sender) -> tuple[Job, ...]:
    """Jobs of the service's own that are due and that nobody runs. When they are not done in time, they are due again.

    They are given as they were: one that has a worker already was taken before, in vain.
    """
    work.flush()
    now = work.clock.now()
    found = work.unit.takeable_jobs(written(now), command.most)
    for job in found:
        work.current.update(Job, job.id, run_at=written(now + command.lease), worker=by.actor)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class PostponeJob(Command):
    """A job failed as no job may, by a fault of the program: try it again later. ``error`` names the fault."""

    job: Job
    error: str


def postpone(work: Work, command: PostponeJob, by: Sender) -> bool:
    """Put a job off, or give it up; whether it was still there, and nobody had done so before."""
    job = work.open_job(command.job.id)
    if job is None or job.attempt != command.job.attempt or job.abandoned_at is not None:
        return False
    now, failures = work.clock.now(), job.attempt + 1
    failed = {"attempt": failures, "last_error": command.error}
    if failures < ATTEMPTS:
        again = now + backoff.pause(failures, work.chance())
        work.current.update(Job, job.id, **failed, run_at=written(again), worker=None)
        return True
    _give_up(work, job, command.error, by)
    work.current.update(Job, job.id, **failed, abandoned_at=written(now))
    return True


def _give_up(work: Work, job: Job, error: str, by: Sender) -> None:
    """The incident belongs to the job and not to the instance, whose history may be what makes it fail."""
    cause = work.cause(by)
    if work.unit.incident(job.id) is None:
        work.current.insert(_incident(job, error, written(cause.at)))
    else:
        again = {"state": "open", "raised_at": written(cause.at), "resolved_at": None, "detail": _says(job.kind, error)}
        work.current.update(Incident, job.id, **again)
    said = {"job": job.id, "instance": job.instance_id, "kind": job.kind, "attempts": ATTEMPTS, "error": error}
    work.administer("JobGivenUp", said, cause)


def _incident(job: Job, error: str, at: str) -> Incident:
    return Incident(
        job.id, job.instance_id, job.activity or "", job.element_id or "", job.element_name, GIVEN_UP,
        _says(job.kind, error), None, {}, "open", at,
    )  # fmt: skip


def _says(kind: str, error: str) -> dict[str, str]:
    return {
        "vi": f"Dịch vụ đã thử {ATTEMPTS} lần mà không chạy được công việc “{kind}” ({error}). Xem nhật ký lỗi, rồi thử lại.",
        "en": f"The service tried {ATTEMPTS} times and could not run the job '{kind}' ({error}). See its error log, then retry.",
    }


def retry(work: Work, incident: Incident, by: Sender) -> None:
    """Take a job up again from its first attempt."""
    cause = work.cause(by)
    job = work.open_job(incident.id)
    if job is not None:
        work.current.update(Job, job.id, run_at=written(cause.at), attempt=0, worker=None, abandoned_at=None)
    work.current.update(Incident, incident.id, state="resolved", resolved_at=written(cause.at))
    work.administer("JobRetried", {"job": incident.id, "instance": incident.instance_id}, cause)
