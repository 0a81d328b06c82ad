"""Which table keeps which entity, and how the one becomes the other: once, from the dataclasses' fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any, Generic, TypeVar

from sqlalchemy import Column, Table

from adapters.database import tables
from adapters.database.tables import Json
from engine.domain.access import Answer, ApiKey, User
from engine.domain.approval import Approval
from engine.domain.archive import Archived
from engine.domain.attachment import Attachment
from engine.domain.batch import Batch, BatchItem
from engine.domain.definition import Deployment, ProcessDefinition, StartEvent
from engine.domain.dossier import Dossier
from engine.domain.inbound import Expectation, InboundPacket
from engine.domain.instance import ProcessInstance, Scope
from engine.domain.outbox import OutboxEntry
from engine.domain.paper import Paper
from engine.domain.payment import Payment
from engine.domain.record import LogRow
from engine.domain.user_task import UserTask
from engine.domain.waiting import Incident, Job, Message, Subscription
from engine.domain.webhook import EventSubscription

E = TypeVar("E")


class Shape(Generic[E]):
    """An entity and its table. Columns are called like fields; an id that is a pair has two columns."""

    def __init__(self, entity: type[E], table: Table) -> None:
        given = [field.name for field in fields(entity)]  # type: ignore[arg-type]
        self.table = table
        self._make: Callable[..., E] = entity
        self.key = tuple(column.name for column in table.primary_key if column.name != "tenant")
        self._paired = "id" in given and len(self.key) > 1
        self.names = (*self.key, *given[1:]) if self._paired else tuple(given)
        if self.names != tuple(column.name for column in table.columns if column.name in self.names):
            raise TypeError(f"{table.name} has to name its columns like the fields of {entity.__name__}: {given}")
        self._take = attrgetter(*given)
        types = {name: table.c[name].type for name in self.names}
        self._json = {name: kind for name, kind in types.items() if isinstance(kind, Json)}
        self._json_at = [(self.names.index(name), kind) for name, kind in self._json.items()]

    @property
    def columns(self) -> list[Column[Any]]:
        return [self.table.c[name] for name in self.names]

    def rows(self, tenant: str, entities: Iterable[E]) -> list[tuple[Any, ...]]:
        """Entities as rows: the tenant, then :attr:`names`."""
        return [(tenant, *self._row(entity)) for entity in entities]

    def _row(self, entity: E) -> Sequence[Any]:
        values = self._take(entity)
        if self._paired:
            values = (*values[0], *values[1:])
        if not self._json_at:
            return values
        row = list(values)
        for at, kind in self._json_at:
            row[at] = kind.process_bind_param(row[at])
        return row

    def entities(self, rows: Iterable[Sequence[Any]]) -> list[E]:
        """Rows of :attr:`columns` as entities."""
        if self._json_at:
            rows = map(self._values, rows)
        if self._paired:
            return [self._make(tuple(row[:2]), *row[2:]) for row in rows]
        return [self._make(*row) for row in rows]

    def _values(self, row: Sequence[Any]) -> list[Any]:
        values = list(row)
        for at, kind in self._json_at:
            values[at] = kind.process_result_value(values[at])
        return values

    def key_of(self, id: Any) -> tuple[Any, ...]:
        return id if self._paired else (id,)

    def change(self, names: Sequence[str], changed: dict[str, Any]) -> list[Any]:
        """Values of changed fields as their columns keep them, in the order of ``names``."""
        return [
            self._json[name].process_bind_param(changed[name]) if name in self._json else changed[name]
            for name in names
        ]


DEFINITIONS = Shape(ProcessDefinition, tables.process_definitions)
DEPLOYMENTS = Shape(Deployment, tables.deployments)
START_EVENTS = Shape(StartEvent, tables.start_events)
INSTANCES = Shape(ProcessInstance, tables.process_instances)
SCOPES = Shape(Scope, tables.scopes)
USER_TASKS = Shape(UserTask, tables.user_tasks)
SUBSCRIPTIONS = Shape(Subscription, tables.subscriptions)
INCIDENTS = Shape(Incident, tables.incidents)
JOBS = Shape(Job, tables.jobs)
MESSAGES = Shape(Message, tables.messages)
API_KEYS = Shape(ApiKey, tables.api_keys)
USERS = Shape(User, tables.users)
ANSWERS = Shape(Answer, tables.answers)
BATCHES = Shape(Batch, tables.batches)
BATCH_ITEMS = Shape(BatchItem, tables.batch_items)
EVENT_SUBSCRIPTIONS = Shape(EventSubscription, tables.event_subscriptions)
ARCHIVED = Shape(Archived, tables.archived)
DOSSIERS = Shape(Dossier, tables.dossiers)
APPROVALS = Shape(Approval, tables.approvals)
PAPERS = Shape(Paper, tables.papers)
ATTACHMENTS = Shape(Attachment, tables.attachments)
PAYMENTS = Shape(Payment, tables.payments)
INBOUND_PACKETS = Shape(InboundPacket, tables.inbound_packets)
EXPECTATIONS = Shape(Expectation, tables.expectations)
OUTBOX = Shape(OutboxEntry, tables.outbox)
LOG = Shape(LogRow, tables.log)

SHAPES: dict[type, Shape[Any]] = {
    ProcessDefinition: DEFINITIONS,
    Deployment: DEPLOYMENTS,
    StartEvent: START_EVENTS,
    Approval: APPROVALS,
    ProcessInstance: INSTANCES,
    Scope: SCOPES,
    UserTask: USER_TASKS,
    Subscription: SUBSCRIPTIONS,
    Incident: INCIDENTS,
    Job: JOBS,
    Message: MESSAGES,
    ApiKey: API_KEYS,
    Batch: BATCHES,
    BatchItem: BATCH_ITEMS,
    EventSubscription: EVENT_SUBSCRIPTIONS,
    Archived: ARCHIVED,
    Dossier: DOSSIERS,
    User: USERS,
    Paper: PAPERS,
    Attachment: ATTACHMENTS,
    Payment: PAYMENTS,
    InboundPacket: INBOUND_PACKETS,
    Expectation: EXPECTATIONS,
    OutboxEntry: OUTBOX,
}
"""What :class:`~engine.ports.Changes` may insert, update and delete."""
