"""Modification: an operator withdraws activities of one instance and puts tokens elsewhere, or looks what would come of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from engine.domain.errors import Fault, Stale
from engine.domain.record import Payload, Record
from engine.ports import Clock, Ids, Queries
from engine.runtime.sealing import records_of
from engine.service import standing
from engine.service.catalog import Catalog
from engine.service.command import Sender
from engine.service.live import Hot, Live
from engine.service.messages import deliver_buffered
from engine.service.process_instances import OnInstance
from engine.service.standing import Standing
from engine.service.work import Work

if TYPE_CHECKING:
    from engine.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where a token is to arrive: before an element, or by a flow; ``scope`` is the activity around it ("": the process)."""

    element: str | None = None
    flow: str | None = None
    scope: str | None = None

    @property
    def payload(self) -> Payload:
        """As the log has it."""
        place = {"element": self.element, "flow": self.flow, "scope": self.scope}
        return {name: value for name, value in place.items() if value is not None}


@dataclass(frozen=True, slots=True)
class ModifyProcessInstance(OnInstance):
    """Withdraw activities, then let tokens arrive; ``expected_seq`` is the state that the operator saw."""

    cancel: tuple[str, ...]
    start: tuple[Arrival, ...]
    reason: str
    expected_seq: int | None = None


@dataclass(slots=True)
class Modifying:
    """A modification while it is being decided."""

    live: Live
    warnings: list[Fault]


@dataclass(frozen=True, slots=True)
class Modified:
    """What came of it: where the instance stands, what was recorded, what was perhaps not meant."""

    standing: Standing
    records: tuple[Record, ...]
    warnings: tuple[Fault, ...]


def modify(work: Work, command: ModifyProcessInstance, by: Sender) -> Modifying:
    """Modify an instance; it goes on as after any input.

    Raises:
        NotFound, InstanceEnded, InstanceSuspended, Stale, ModificationRefused
    """
    live = work.running(command.instance_id)
    if command.expected_seq not in (None, live.head.seq):
        raise Stale(current=live.head.seq, expected=command.expected_seq)
    payload = {
        "reason": command.reason,
        "cancel": list(command.cancel),
        "start": [arrival.payload for arrival in command.start],
    }
    warnings = work.execution(live).doubts(payload)
    work.record(live, "ProcessInstanceModified", payload, work.cause(by))
    return Modifying(live, warnings)


def modified(work: Work, modifying: Modifying) -> Modified:
    """What came of it, with the buffered messages that it let in."""
    rows = [row for row in work.current.log if row.stream == modifying.live.head.id]
    records = tuple(record for row in rows for record in records_of(row))
    return Modified(standing.decided(work, modifying.live), records, tuple(modifying.warnings))


def preview(
    queries: Queries, clock: Clock, ids: Ids, catalog: Catalog, command: ModifyProcessInstance, by: Sender
) -> Modified:
    """What would come of it. The instance is loaded apart from the writer's, and nothing is written.

    Raises:
        NotFound, InstanceEnded, InstanceSuspended, Stale, ModificationRefused
    """
    unwritten = cast("UnitOfWork", queries)  # nothing is staged before the one command, so nothing is flushed
    work = Work(unwritten, clock, ids, catalog, Hot())
    modifying = modify(work, command, by)
    deliver_buffered(work)
    return modified(work, modifying)
