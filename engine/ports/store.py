"""What is written to the store, and the store itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from engine.domain.access import Answer, ApiKey, User
from engine.domain.archive import Archived
from engine.domain.attachment import Attachment
from engine.domain.batch import Batch, BatchItem, Filter
from engine.domain.definition import Deployment, ProcessDefinition, StartEvent
from engine.domain.inbound import Expectation, InboundPacket
from engine.domain.instance import ProcessInstance, Scope
from engine.domain.outbox import OutboxEntry
from engine.domain.paper import Paper
from engine.domain.payment import Payment
from engine.domain.record import LogRow
from engine.domain.user_task import UserTask
from engine.domain.waiting import Incident, Job, Message, Subscription
from engine.domain.webhook import EventSubscription
from engine.ports.queries import Queries

Entity: TypeAlias = (
    ProcessDefinition
    | Deployment
    | StartEvent
    | ProcessInstance
    | Scope
    | UserTask
    | Subscription
    | Incident
    | Job
    | Message
    | ApiKey
    | Batch
    | BatchItem
    | EventSubscription
    | User
    | Archived
    | Paper
    | Attachment
    | Payment
    | InboundPacket
    | Expectation
    | OutboxEntry
)


@dataclass(slots=True)
class Changes:
    """Rows that a batch of commands will write, at most one change a row.

    ``inserts``, ``updates``, ``deletes`` and ``deletes_if_there`` are keyed by the entity's class; updates are
    (id, {field: value}).
    """

    inserts: dict[type, list[Any]] = field(default_factory=dict)
    updates: dict[type, list[tuple[Any, dict[str, Any]]]] = field(default_factory=dict)
    deletes: dict[type, list[Any]] = field(default_factory=dict)
    deletes_if_there: dict[type, list[Any]] = field(default_factory=dict)
    """The same of rows that perhaps never were."""
    log: list[LogRow] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)
    documents: dict[str, bytes] = field(default_factory=dict)
    """Files by the SHA-256 of their bytes."""
    instance_keys: dict[str, bytes] = field(default_factory=dict)
    archived: list[str] = field(default_factory=list)
    """Instances that stand in the archive: whatever there is of them is deleted."""
    calendar: str | None = None
    organisation: str | None = None
    virtual_time: str | None = None
    counters: dict[str, int] = field(default_factory=dict)
    """The last number given of each series."""


class UnitOfWork(Queries, Protocol):
    """One write transaction. Leaving it without :meth:`commit` leaves nothing behind."""

    def fetchable_jobs(self, topics: Sequence[str], until: str, limit: int) -> Sequence[Job]:
        """Jobs on these topics, of running instances, that nobody has at ``until``, earliest first.

        The first ``limit`` of each topic are locked until the unit ends; those that another unit has locked are passed over.
        """
        ...

    def takeable_jobs(self, until: str, limit: int) -> Sequence[Job]:
        """What :meth:`due_jobs` gives, locked until the unit ends; what another unit has locked is passed over."""
        ...

    def locked_jobs(self, ids: Collection[str]) -> Mapping[str, Job]:
        """Jobs by id as the last unit left them, locked until this one ends."""
        ...

    def locked_batch(self, id: str) -> Batch | None:
        """One batch as the last unit left it, locked until this one ends."""
        ...

    def locked_event_subscription(self, id: str) -> EventSubscription | None:
        """One subscription as the last unit left it, locked until this one ends."""
        ...

    def last_number(self, series: str) -> int:
        """The last number given of a series, 0 before the first; nobody else gives one until the unit ends."""
        ...

    def locked_expectation(self, id: str) -> Expectation | None:
        """One expectation as the last unit left it, locked until this one ends: nothing settles it twice."""
        ...

    def fill_batch(self, batch_id: str, filter: Filter) -> int:
        """Write an item for every instance that a filter means, inside the database; how many."""
        ...

    def write(self, changes: Changes) -> None:
        """Send rows to the database, set-based: deletes, then updates, then inserts; a row that is gone is a conflict."""
        ...

    def clear_derived(self) -> None:
        """Empty every table that the log can make again."""
        ...

    def number_records(self) -> int:
        """Give positions in the feed to records that were committed without; how many rows of the log they are.

        One unit at a time does, the others wait. Where one process has the store, records get them as they are written.
        """
        ...

    def forget_answers(self, before: str) -> int:
        """Delete answers kept since before that time; how many."""
        ...

    def commit(self) -> None:
        """Make it durable.

        Raises:
            WriteConflict: another process was faster; decide again.
        """
        ...


class Store(Protocol):
    """The database of one tenant.

    Every method and everything it returns may raise :class:`~engine.domain.errors.StoreUnavailable` or
    :class:`~engine.domain.errors.StoreFull`.
    """

    def begin(self) -> AbstractContextManager[UnitOfWork]: ...
    def read(self) -> AbstractContextManager[Queries]: ...


class WriteConflict(Exception):
    """Two writers met; the one who reads this has to decide again on what the other left."""
