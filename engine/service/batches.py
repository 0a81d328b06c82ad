"""Batches: one operation on many instances. Each instance is a command of its own, so one that is refused holds up no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from engine.domain import batch as batches
from engine.domain.batch import Batch, BatchItem, Filter, Progress
from engine.domain.errors import BatchNotInState, EngineError, NoOpenIncident, NotFound
from engine.domain.values import written
from engine.domain.waiting import Incident
from engine.ports import Queries
from engine.service import incidents, modification, process_instances
from engine.service.command import Command, Sender
from engine.service.modification import Arrival, ModifyProcessInstance
from engine.service.process_instances import CancelProcessInstance, ResumeProcessInstance, SuspendProcessInstance
from engine.service.work import Work


@dataclass(frozen=True, slots=True)
class CreateBatch(Command):
    """Do an operation to every instance that meets a filter now."""

    operation: str
    filter: Filter
    reason: str
    cancel: tuple[str, ...] = ()
    start: tuple[Arrival, ...] = ()

    @property
    def plan(self) -> dict[str, Any]:
        """The modification, as it is kept."""
        if self.operation != batches.MODIFY:
            return {}
        return {"cancel": list(self.cancel), "start": [arrival.payload for arrival in self.start]}


def create(work: Work, command: CreateBatch, by: Sender) -> Progress:
    """Fix which instances are meant; the database finds and writes them, however many they are."""
    work.flush()
    cause, id = work.cause(by), work.ids.new()
    total = work.unit.fill_batch(id, command.filter)
    batch = Batch(
        id, command.operation, command.filter.said, command.plan, command.reason, batches.RUNNING, total, written(cause.at),
        by.actor, by.on_behalf_of,
    )  # fmt: skip
    work.current.insert(batch)
    work.wakes = True
    said = {
        "batch": id,
        "operation": batch.operation,
        "filter": batch.filter,
        "reason": batch.reason,
        "instances": total,
    }
    work.administer("BatchCreated", said | ({"modification": batch.modification} if batch.modification else {}), cause)
    return Progress(batch, 0, 0)


@dataclass(frozen=True, slots=True)
class _OnBatch(Command):
    """A command that names one batch."""

    batch_id: str


@dataclass(frozen=True, slots=True)
class PauseBatch(_OnBatch):
    """Let no further instance have its turn until it is resumed."""


@dataclass(frozen=True, slots=True)
class ResumeBatch(_OnBatch):
    """Go on where it was paused."""


@dataclass(frozen=True, slots=True)
class CancelBatch(_OnBatch):
    """Let no further instance have its turn at all; what is done stays done."""


@dataclass(frozen=True, slots=True)
class CompleteBatch(_OnBatch):
    """No instance is left."""


def pause(work: Work, command: PauseBatch, by: Sender) -> Progress:
    """Pause a batch.

    Raises:
        NotFound, BatchNotInState
    """
    return _become(work, command.batch_id, batches.PAUSED, (batches.RUNNING,), by)


def resume(work: Work, command: ResumeBatch, by: Sender) -> Progress:
    """Resume a batch.

    Raises:
        NotFound, BatchNotInState
    """
    work.wakes = True
    return _become(work, command.batch_id, batches.RUNNING, (batches.PAUSED,), by)


def cancel(work: Work, command: CancelBatch, by: Sender) -> Progress:
    """Cancel a batch.

    Raises:
        NotFound, BatchNotInState
    """
    return _become(work, command.batch_id, batches.CANCELLED, (batches.RUNNING, batches.PAUSED), by)


def complete(work: Work, command: CompleteBatch, by: Sender) -> bool:
    """End a batch of which nothing is left, once; whether there was anything to do."""
    work.flush()
    batch = work.unit.locked_batch(command.batch_id)
    if batch is None or batch.state != batches.RUNNING or work.unit.waiting_items(batch.id, 1):
        return False
    _become(work, batch.id, batches.COMPLETED, (batches.RUNNING,), by)
    return True


_KINDS = {
    batches.PAUSED: "BatchPaused",
    batches.RUNNING: "BatchResumed",
    batches.CANCELLED: "BatchCancelled",
    batches.COMPLETED: "BatchCompleted",
}
"""What the administration stream says of a batch that came into a state."""


def _become(work: Work, id: str, state: str, before: tuple[str, ...], by: Sender) -> Progress:
    work.flush()
    batch = work.unit.locked_batch(id)
    if batch is None:
        raise NotFound(what="batch", id=id)
    if batch.state not in before:
        raise BatchNotInState(id=id, state=batch.state)
    cause = work.cause(by)
    changed: dict[str, Any] = {"state": state}
    if state in (batches.COMPLETED, batches.CANCELLED):
        changed["ended_at"] = written(cause.at)
    work.current.update(Batch, id, **changed)
    reached = progress(work.unit, replace(batch, **changed))
    work.administer(_KINDS[state], {"batch": id, "done": reached.done, "failed": reached.failed}, cause)
    return reached


def progress(queries: Queries, batch: Batch) -> Progress:
    """How far a batch has come."""
    counts = queries.count_items(batch.id)
    return Progress(batch, counts.get(batches.DONE, 0), counts.get(batches.FAILED, 0))


def found(queries: Queries, id: str) -> Batch:
    """A batch.

    Raises:
        NotFound: there is none.
    """
    if (batch := queries.batch(id)) is None:
        raise NotFound(what="batch", id=id)
    return batch


# one instance
@dataclass(frozen=True, slots=True)
class DoBatchItem(Command):
    """The turn of one instance has come."""

    batch: Batch
    item: BatchItem

    @property
    def instance_ids(self) -> tuple[str, ...]:
        return (self.item.instance_id,)


def do_item(work: Work, command: DoBatchItem, by: Sender) -> bool:
    """Do the operation to one instance, once; whether it was its turn. What is refused is kept as refused.

    The result stands in the same commit as what was done: nothing is done twice, whenever the service ends.
    """
    batch, item = _latest_batch(work, command.batch.id), _latest_item(work, command.item.id)
    if batch is None or batch.state != batches.RUNNING or item is None or item.state != batches.WAITING:
        return False
    sender = Sender(batch.created_by, batch.on_behalf_of, cause=batch.id)
    try:
        _OPERATIONS[batch.operation](work, item.instance_id, batch, sender)
        outcome: dict[str, Any] = {"state": batches.DONE}
    except EngineError as refused:
        work.reject()
        outcome = {"state": batches.FAILED, **_refusal(refused)}
    work.current.update(BatchItem, item.id, **outcome, decided_at=written(work.clock.now()))
    return True


def _latest_batch(work: Work, id: str) -> Batch | None:
    latest: Batch | None = work.staged.latest(Batch, id, work.unit.batch(id))
    return latest


def _latest_item(work: Work, id: tuple[str, str]) -> BatchItem | None:
    latest: BatchItem | None = work.staged.latest(BatchItem, id, work.unit.batch_item(id))
    return latest


def _refusal(error: EngineError) -> dict[str, Any]:
    """The code and the sentences; where single things are wrong, those say more than that something is."""
    faults = getattr(error, "faults", ())
    vi, en = ([getattr(fault, language) for fault in faults] or [error.says(language)] for language in ("vi", "en"))
    return {"code": error.code, "vi": " ".join(vi), "en": " ".join(en)}


def _suspend(work: Work, id: str, batch: Batch, by: Sender) -> None:
    process_instances.suspend(work, SuspendProcessInstance(id, batch.reason), by)


def _resume(work: Work, id: str, batch: Batch, by: Sender) -> None:
    process_instances.resume(work, ResumeProcessInstance(id), by)


def _cancel(work: Work, id: str, batch: Batch, by: Sender) -> None:
    process_instances.cancel(work, CancelProcessInstance(id, batch.reason), by)


def _modify(work: Work, id: str, batch: Batch, by: Sender) -> None:
    plan = batch.modification
    start = tuple(Arrival(**each) for each in plan["start"])
    modification.modify(work, ModifyProcessInstance(id, tuple(plan["cancel"]), start, batch.reason), by)


def _retry(work: Work, id: str, batch: Batch, by: Sender) -> None:
    """Every incident that the filter names; one that is gone because of another needs no second trial."""
    work.running(id)
    code = batch.filter.get("incident_code")
    meant = [incident for incident in _incidents(work, id) if code in (None, incident.code)]
    if not meant:
        raise NoOpenIncident(id=id)
    for incident in meant:
        if any(other.id == incident.id for other in _incidents(work, id)):
            incidents.again(work, incident, by)


def _incidents(work: Work, id: str) -> tuple[Incident, ...]:
    return work.open_rows(Incident, id, work.unit.open_incidents_of)


_OPERATIONS: dict[str, Callable[[Work, str, Batch, Sender], None]] = {
    batches.SUSPEND: _suspend,
    batches.RESUME: _resume,
    batches.CANCEL: _cancel,
    batches.RETRY: _retry,
    batches.MODIFY: _modify,
}
