"""Calls of other systems: begun in a commit, made outside of any, answered in another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.domain import backoff
from engine.domain.call import Done, Failed, Result, Threw
from engine.domain.record import Payload
from engine.domain.values import written
from engine.domain.waiting import OUTCOME_UNKNOWN, Job
from engine.runtime.connectors import AnyOperation
from engine.service import attachments, documents, inbound
from engine.service.begun import Answer, Begin, held, note, waits
from engine.service.command import Sender
from engine.service.live import Live
from engine.service.work import Work

GRACE = timedelta(seconds=10)
"""What a call is given beyond its own time for its answer to be recorded, before it counts as interrupted."""
LONGEST_PUT_OFF = timedelta(hours=1)
"""However long another system asks to be left alone."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that is recorded as begun, for the attempt that the job now has."""

    job: Job
    operation: AnyOperation

    @property
    def id(self) -> str:
        """The job's."""
        return self.job.id

    @property
    def place(self) -> str:
        """The connector: it may be slow, and the others are not to wait for it."""
        return self.operation.connector.name


@dataclass(frozen=True, slots=True)
class BeginCall(Begin):
    """Take a job that asks for an operation of a connector; None where it is not registered."""

    operation: AnyOperation | None


def begin(work: Work, command: BeginCall, by: Sender) -> Call | bool:
    """Record that the call is about to be made, or why it is not made; False where there is nothing to do any more.

    A job that was begun and never answered was interrupted: nobody knows what became of the call.
    """
    if (job := waits(work, command)) is None:
        return False
    live = work.live(job.instance_id)
    if command.operation is None:
        missing = Failed(job.operation or "", "connectorMissing")
        return note(work, live, job, "JobFailed", _failure(work, job, missing, 0), by)
    if job.worker is not None and not _may_be_repeated(command.operation, job):
        return note(work, live, job, "JobFailed", _failure(work, job, Failed("interrupted", OUTCOME_UNKNOWN), 0), by)
    return _begun(work, live, job, command.operation, by)


def _may_be_repeated(operation: AnyOperation, job: Job) -> bool:
    return operation.connector.idempotent and job.attempt < operation.connector.attempts


def _begun(work: Work, live: Live, job: Job, operation: AnyOperation, by: Sender) -> Call:
    until = work.clock.now() + timedelta(seconds=operation.connector.bounds.seconds) + GRACE
    note(work, live, job, "JobBegun", {"attempt": job.attempt + 1, "until": written(until)}, by)
    expected = operation.expected(job)
    if expected is not None:
        inbound.expect(work, operation.connector.name, expected, job.instance_id)
    begun: Job = work.current.latest(Job, job.id, job)
    return Call(begun, operation)


@dataclass(frozen=True, slots=True)
class AnswerCall(Answer):
    """Record what became of a call."""

    call: Call
    result: Result

    @property
    def job(self) -> Job:
        return self.call.job


def answer(work: Work, command: AnswerCall, by: Sender) -> Live:
    """Give the instance the result, as if another system had handed it in.

    Raises:
        JobNotHeld: the job is not needed any more, or counts as interrupted already.
        InstanceEnded, InstanceSuspended
    """
    job = held(work, command, by)
    live = work.running(job.instance_id)
    kind, said = _said(work, job, command.call.operation, command.result)
    if isinstance(command.result, Done) and command.result.notice is not None:
        inbound.note(work, command.call.operation.connector.name, command.result.notice, job.instance_id, by)
    note(work, live, job, kind, said, by)
    if isinstance(command.result, Done) and command.result.file is not None:
        _keep(work, live, *command.result.file, by)
    return live


def _keep(work: Work, live: Live, name: str, content: bytes, by: Sender) -> None:
    """A file that came with an answer is kept, and belongs to the dossier where there is one."""
    document = documents.looked_at(content)
    if work.dossier(live.head.id) is None:
        documents.keep(work, document)
    else:
        attachments.attach(work, live, document, name, attachments.Origin(), None, by)


def _said(work: Work, job: Job, operation: AnyOperation, result: Result) -> tuple[str, Payload]:
    if isinstance(result, Done):
        return "JobCompleted", {"values": result.values}
    if isinstance(result, Threw):
        return "JobErrorThrown", {"code": result.code, "message": operation.full_name, "values": {}}
    left = max(operation.connector.attempts - job.attempt, 0) if result.again else 0
    return "JobFailed", _failure(work, job, result, left)


def _failure(work: Work, job: Job, failed: Failed, left: int) -> Payload:
    now = work.clock.now()
    again = max(now + backoff.pause(max(job.attempt, 1), work.chance()), _not_before(now, failed))
    incident = {} if failed.incident is None or left else {"incidentCode": failed.incident}
    return {"message": failed.message, "retries": left, "again": written(again), **incident}


def _not_before(now: datetime, failed: Failed) -> datetime:
    asked = now if failed.after is None else failed.after if isinstance(failed.after, datetime) else now + failed.after
    return min(asked, now + LONGEST_PUT_OFF)
