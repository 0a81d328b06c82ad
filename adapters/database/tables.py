"""Every table. Keys start with the tenant; ids and times are text that the application makes.

No sequence, no foreign key, no trigger: the log can be partitioned and spread without a change here.
"""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    TypeDecorator,
    literal_column,
)
from sqlalchemy.dialects import postgresql

METADATA = MetaData()

OPEN: ColumnElement[str] = literal_column("'open'")
"""Worklists are of open tasks: only these are indexed by due time and by element, which halves what a task costs."""

RUNNING: ColumnElement[str] = literal_column("'running'")
"""Of batches, the runner asks only for those that run."""

TEXT = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
"""Text that sorts by its bytes on both databases, whatever the locale of the server."""


class Json(TypeDecorator[Any]):
    """A dict, a list or a tuple, kept as JSON text."""

    impl = Text
    cache_ok = True

    def __init__(self, read_as: type = dict) -> None:
        super().__init__()
        self.read_as = read_as

    def process_bind_param(self, value: Any, dialect: Dialect | None = None) -> Any:
        return None if value is None else orjson.dumps(value).decode()

    def process_result_value(self, value: Any, dialect: Dialect | None = None) -> Any:
        return None if value is None else self.read_as(orjson.loads(value))


def _key(*names: str) -> list[Column[Any]]:
    return [Column(name, TEXT, primary_key=True) for name in ("tenant", *names)]


def _text(name: str) -> Column[Any]:
    return Column(name, TEXT, nullable=False)


def _maybe(name: str) -> Column[Any]:
    return Column(name, TEXT)


def _bytes(name: str) -> Column[Any]:
    return Column(name, LargeBinary, nullable=False)


def _json(name: str, read_as: type = dict) -> Column[Any]:
    return Column(name, Json(read_as), nullable=False)


def _number(name: str, kind: type[Integer] = Integer) -> Column[Any]:
    return Column(name, kind, nullable=False)


def _index(table: Table, name: str, *columns: str, where: Any = None, unique: bool = False) -> None:
    Index(
        f"{table.name}_{name}",
        *(table.c[column] for column in ("tenant", *columns)),
        unique=unique,
        sqlite_where=where,
        postgresql_where=where,
    )


# ---- truth

log = Table(
    "log",
    METADATA,
    *_key("stream"),
    Column("first_seq", BigInteger, primary_key=True),
    _number("count"),
    _text("command"),
    _text("recorded_at"),
    _text("actor"),
    _maybe("on_behalf_of"),
    _text("kinds"),
    _bytes("hash"),
    _bytes("body"),
    Column("clear", LargeBinary),
)
_index(log, "recorded_at", "recorded_at", "stream", "first_seq")
_index(log, "actor", "actor", "recorded_at", "stream", "first_seq")
_index(log, "beginnings", "recorded_at", "stream", where=log.c.first_seq == 1)

feed = Table(
    "feed",
    METADATA,
    _text("tenant"),
    _number("position", BigInteger),
    _text("stream"),
    _number("first_seq", BigInteger),
    _number("count"),
    PrimaryKeyConstraint("tenant", "position"),
)
"""One order over the records of all streams: a row for each row of the log, a position for each of its records."""
_index(feed, "stream", "stream", "first_seq", unique=True)

unnumbered = Table(
    "unnumbered",
    METADATA,
    *_key("stream"),
    Column("first_seq", BigInteger, primary_key=True),
    _number("count"),
    _text("recorded_at"),
)
"""Rows of the log that wait for their positions, where several processes write."""

contents = Table("contents", METADATA, *_key("hash"), _bytes("content"))

deployments = Table("deployments", METADATA, *_key("id"), _text("created_at"), _text("created_by"), _json("resources"))

process_definitions = Table(
    "process_definitions",
    METADATA,
    *_key("id"),
    _text("key"),
    _number("version"),
    _text("hash"),
    _text("name"),
    _text("deployment_id"),
    _text("file"),
    _json("files"),
    _json("calls"),
    _text("created_at"),
    _json("procedure"),
)
_index(process_definitions, "version", "key", "version", unique=True)
_index(process_definitions, "created_at", "created_at", "id")

messages = Table(
    "messages",
    METADATA,
    *_key("id"),
    _text("name"),
    _maybe("key"),
    _maybe("message_id"),
    _json("values"),
    _text("outcome"),
    _json("instance_ids", tuple),
    _text("received_at"),
    _text("expires_at"),
)
_index(messages, "message_id", "name", "message_id", unique=True)
_index(messages, "buffered", "received_at", "id", where=messages.c.outcome == "buffered")
_index(messages, "buffered_name", "name", "received_at", "id", where=messages.c.outcome == "buffered")
_index(messages, "expires_at", "expires_at", "id")

answers = Table(
    "answers",
    METADATA,
    _text("tenant"),
    _text("principal"),
    _text("key"),
    _bytes("fingerprint"),
    _number("status"),
    _json("headers"),
    _bytes("body"),
    _text("created_at"),
    # The key before the principal: it is as good as unique, so each answer of a batch is one probe.
    PrimaryKeyConstraint("tenant", "key", "principal"),
)
_index(answers, "created_at", "created_at")

api_keys = Table(
    "api_keys",
    METADATA,
    *_key("id"),
    _text("name"),
    _bytes("hash"),
    _text("created_at"),
    _text("prefix"),
    _json("roles", tuple),
    _maybe("unit"),
    _json("groups", tuple),
    _json("topics", tuple),
    _maybe("expires_at"),
    _maybe("revoked_at"),
)
_index(api_keys, "hash", "hash", unique=True)
_index(api_keys, "name", "name")

users = Table(
    "users",
    METADATA,
    *_key("id"),
    _json("roles", tuple),
    _maybe("unit"),
    _json("groups", tuple),
    _text("published_at"),
)

instance_keys = Table("instance_keys", METADATA, *_key("instance_id"), _bytes("key"))

settings = Table("settings", METADATA, *_key("name"), _text("value"))

batches = Table(
    "batches",
    METADATA,
    *_key("id"),
    _text("operation"),
    _json("filter"),
    _json("modification"),
    _text("reason"),
    _text("state"),
    _number("total", BigInteger),
    _text("created_at"),
    _text("created_by"),
    _maybe("on_behalf_of"),
    _maybe("ended_at"),
)
_index(batches, "created_at", "created_at", "id")
_index(batches, "running", "id", where=batches.c.state == RUNNING)

batch_items = Table(
    "batch_items",
    METADATA,
    *_key("batch_id", "instance_id"),
    _text("state"),
    _maybe("code"),
    _maybe("vi"),
    _maybe("en"),
    _maybe("decided_at"),
)
_index(batch_items, "state", "batch_id", "state", "instance_id")

event_subscriptions = Table(
    "event_subscriptions",
    METADATA,
    *_key("id"),
    _text("url"),
    _json("types", tuple),
    _maybe("key"),
    _text("description"),
    _text("state"),
    _number("position", BigInteger),
    _text("due_at"),
    _maybe("sender"),
    _number("failures"),
    _maybe("failing_since"),
    _maybe("last_error"),
    _maybe("delivered_at"),
    _json("secrets", tuple),
    _text("created_at"),
    _text("created_by"),
)

inbound_packets = Table(
    "inbound_packets",
    METADATA,
    *_key("id"),
    _text("connector"),
    _text("service"),
    _text("reference"),
    _text("print"),
    _text("state"),
    _maybe("reason"),
    _maybe("key"),
    _json("notice"),
    _json("instance_ids", tuple),
    _text("received_at"),
    _maybe("resolved_at"),
    _maybe("resolved_by"),
    _maybe("resolution"),
)
_index(inbound_packets, "reference", "connector", "service", "reference")
_index(inbound_packets, "state", "state", "received_at", "id")

expectations = Table(
    "expectations",
    METADATA,
    *_key("id"),
    _text("connector"),
    _text("reference"),
    _maybe("dossier"),
    Column("amount", BigInteger),
    _maybe("instance_id"),
    _text("state"),
    _maybe("settled_by"),
    _text("created_at"),
)
_index(expectations, "dossier", "connector", "dossier")
_index(expectations, "open", "instance_id", "created_at", where=expectations.c.state == OPEN)

outbox = Table(
    "outbox",
    METADATA,
    *_key("instance_id", "connector"),
    _maybe("origin"),
    _text("state"),
    _number("wanted", BigInteger),
    _number("told", BigInteger),
    _maybe("print"),
    _number("tries"),
    *(_maybe(name) for name in ("due_at", "sender", "last_error", "incident_at")),
    _json("tellings", tuple),
)
_index(outbox, "due", "connector", "due_at", "instance_id", where=outbox.c.due_at.is_not(None))
_index(outbox, "incident", "incident_at", where=outbox.c.incident_at.is_not(None))

archived = Table(
    "archived",
    METADATA,
    *_key("id"),
    _text("definition_id"),
    _text("key"),
    _maybe("business_key"),
    _text("state"),
    _maybe("unit"),
    _maybe("starter"),
    _text("started_at"),
    _text("ended_at"),
    _text("archived_at"),
    _number("records", BigInteger),
    _bytes("hash"),
    _text("file"),
    _text("sha256"),
)

# ---- derived

process_instances = Table(
    "process_instances",
    METADATA,
    *_key("id"),
    _text("definition_id"),
    _text("key"),
    _number("version"),
    _text("name"),
    _maybe("business_key"),
    _text("state"),
    _number("seq", BigInteger),
    _bytes("hash"),
    _bytes("tokens"),
    _json("pins"),
    _text("calendar"),
    _text("started_at"),
    _text("started_by"),
    _text("updated_at"),
    _maybe("ended_at"),
    _maybe("error_code"),
    _number("incidents"),
    _maybe("unit"),
    _maybe("starter"),
)
_index(
    process_instances,
    "running_business_key",
    "business_key",
    where=process_instances.c.ended_at.is_(None) & process_instances.c.business_key.is_not(None),
    unique=True,
)
_index(
    process_instances,
    "business_key",
    "business_key",
    "state",
    "started_at",
    "id",
    where=process_instances.c.business_key.is_not(None),
)
_index(process_instances, "state", "state", "started_at", "id")
_index(process_instances, "key", "key", "state", "started_at", "id")
_index(process_instances, "starter", "starter", "state", "started_at", "id")
_index(
    process_instances,
    "unit",
    "unit",
    "state",
    "started_at",
    "id",
    where=process_instances.c.unit.is_not(None),
)
_index(process_instances, "definition", "definition_id", "started_at", "id")

_index(process_instances, "ended", "definition_id", "ended_at", "id", where=process_instances.c.ended_at.is_not(None))

dossiers = Table(
    "dossiers",
    METADATA,
    *_key("id"),
    _maybe("code"),
    _text("key"),
    _maybe("unit"),
    _maybe("starter"),
    _text("channel"),
    _maybe("status"),
    _text("submitted_at"),
    _text("status_at"),
    _maybe("accepted_at"),
    _maybe("ended_at"),
    _maybe("returned_at"),
    _maybe("first_due_at"),
    _maybe("due_at"),
    _maybe("calendar"),
    Column("clock", Json),
    _number("supplements"),
    Column("fees", Json),
    Column("fee", BigInteger),
    *(_number(name, BigInteger) for name in ("paid", "paid_online")),
    *(_number(name) for name in ("documents", "digitised", "reused", "shared")),
    _maybe("rating"),
    _number("rated"),
)
_index(dossiers, "code", "code", where=dossiers.c.code.is_not(None), unique=True)
_index(dossiers, "submitted", "submitted_at", "id")
_index(dossiers, "unit", "unit", "submitted_at", "id", where=dossiers.c.unit.is_not(None))
_index(dossiers, "starter", "starter", "submitted_at", "id")
_index(dossiers, "status", "status", "submitted_at", "id")
_index(dossiers, "open", "due_at", "id", where=dossiers.c.ended_at.is_(None) & dossiers.c.due_at.is_not(None))

counters = Table("counters", METADATA, *_key("series"), _number("value", BigInteger))
"""The last number given of each series; a number is given in the commit of what it is for, so that none is missing."""

scopes = Table("scopes", METADATA, *_key("instance_id", "owner"), _bytes("content"))

user_tasks = Table(
    "user_tasks",
    METADATA,
    *_key("id"),
    _text("instance_id"),
    _text("activity"),
    _text("element_id"),
    _maybe("name"),
    _text("definition_id"),
    _maybe("business_key"),
    _text("state"),
    _json("candidate_groups", tuple),
    _maybe("assignee"),
    _maybe("form_key"),
    _maybe("lane"),
    _text("created_at"),
    _maybe("due_at"),
    _maybe("ended_at"),
    _maybe("completed_by"),
    _maybe("unit"),
)
_index(user_tasks, "created_at", "state", "created_at", "id")
_index(user_tasks, "due_at", "state", "due_at", "id", where=user_tasks.c.state == OPEN)
_index(user_tasks, "instance", "instance_id", "state", "created_at", "id")
_index(user_tasks, "element", "element_id", "state", "created_at", "id", where=user_tasks.c.state == OPEN)
_index(
    user_tasks,
    "assignee",
    "assignee",
    "state",
    "created_at",
    "id",
    where=user_tasks.c.assignee.is_not(None),
)

user_task_groups = Table(
    "user_task_groups",
    METADATA,
    *_key("id", "candidate_group"),
    _text("unit"),
    _text("state"),
    _text("created_at"),
    _maybe("due_at"),
    sqlite_with_rowid=False,
)
"""A row for each group that may do a task, with what worklists are sorted by.

A task that everybody may do has the group "", one in a dossier of no unit the unit "".
"""
_index(user_task_groups, "created_at", "candidate_group", "state", "created_at", "id")
_index(user_task_groups, "due_at", "candidate_group", "state", "due_at", "id", where=user_task_groups.c.state == OPEN)
_index(user_task_groups, "unit_created_at", "candidate_group", "unit", "state", "created_at", "id")
_index(
    user_task_groups,
    "unit_due_at",
    "candidate_group",
    "unit",
    "state",
    "due_at",
    "id",
    where=user_task_groups.c.state == OPEN,
)

subscriptions = Table(
    "subscriptions",
    METADATA,
    *_key("id"),
    _text("instance_id"),
    _text("activity"),
    _text("element_id"),
    _maybe("element_name"),
    _text("kind"),
    _text("name"),
    _maybe("key"),
    _text("opened_at"),
)
_index(subscriptions, "name", "kind", "name", "key")
_index(subscriptions, "instance", "instance_id")

incidents = Table(
    "incidents",
    METADATA,
    *_key("id"),
    _text("instance_id"),
    _text("activity"),
    _text("element_id"),
    _maybe("element_name"),
    _text("code"),
    _json("detail"),
    _maybe("expression"),
    _json("values"),
    _text("state"),
    _text("raised_at"),
    _maybe("resolved_at"),
)
_index(incidents, "state", "state", "raised_at", "id")
_index(incidents, "instance", "instance_id", "state", "raised_at", "id")

jobs = Table(
    "jobs",
    METADATA,
    *_key("id"),
    _text("instance_id"),
    _text("kind"),
    _text("run_at"),
    _json("payload"),
    _maybe("topic"),
    _maybe("activity"),
    _maybe("element_id"),
    _maybe("element_name"),
    _maybe("worker"),
    _maybe("asked_at"),
    _number("attempt"),
    _maybe("last_error"),
    _maybe("abandoned_at"),
)
_index(jobs, "run_at", "run_at", "id", where=jobs.c.topic.is_(None) & jobs.c.abandoned_at.is_(None))
_index(jobs, "abandoned", "abandoned_at", where=jobs.c.abandoned_at.is_not(None))
_index(jobs, "topic", "topic", "run_at", "id", where=jobs.c.topic.is_not(None))
_index(jobs, "instance", "instance_id")

papers = Table(
    "papers",
    METADATA,
    *_key("id"),
    *(_text(name) for name in ("instance_id", "form", "activity", "element_id")),
    *(_maybe(name) for name in ("element_name", "dossier", "unit")),
    _text("state"),
    _text("drafted_at"),
    _maybe("series"),
    Column("number", BigInteger),
    *(_maybe(name) for name in ("label", "hash", "signer", "published_at")),
)
_index(papers, "drafted", "drafted_at", "id")
_index(papers, "instance", "instance_id", "drafted_at", "id")
_index(papers, "unit", "unit", "drafted_at", "id", where=papers.c.unit.is_not(None))
_index(papers, "number", "series", "number", unique=True, where=papers.c.series.is_not(None))

attachments = Table(
    "attachments",
    METADATA,
    *_key("id"),
    *(_text(name) for name in ("instance_id", "hash", "media_type")),
    _number("size"),
    Column("component", Integer),
    *(_maybe(name) for name in ("component_name", "name")),
    *(_number(name) for name in ("digitised", "reused", "shared")),
    *(_text(name) for name in ("added_at", "added_by")),
)
_index(attachments, "instance", "instance_id", "added_at", "id")

payments = Table(
    "payments",
    METADATA,
    *_key("id"),
    *(_text(name) for name in ("instance_id", "reference")),
    _number("amount", BigInteger),
    _text("channel"),
    *(_maybe(name) for name in ("method", "connector", "transaction_id")),
    *(_text(name) for name in ("state", "paid_at", "received_by")),
    *(_maybe(name) for name in ("refunded_at", "refunded_by", "reason")),
)
_index(payments, "instance", "instance_id", "paid_at", "id")

documents = Table("documents", METADATA, *_key("hash"), _bytes("content"))
"""Files that belong to dossiers, papers among them, by the SHA-256 of their bytes."""

start_events = Table(
    "start_events",
    METADATA,
    *_key("id"),
    _text("key"),
    _text("definition_id"),
    _text("element_id"),
    _text("kind"),
    _maybe("name"),
    _maybe("due_at"),
    Column("repeats", BigInteger),
)
_index(start_events, "name", "kind", "name")
_index(start_events, "key", "key")
_index(start_events, "due_at", "due_at", "id", where=start_events.c.due_at.is_not(None))

approvals = Table(
    "approvals",
    METADATA,
    *_key("id"),
    _text("key"),
    _number("version"),
    _text("valid_from"),
    _maybe("valid_until"),
    _text("reason"),
    _text("legal_document"),
    _text("approved_by"),
    _text("approved_at"),
)
_index(approvals, "key", "key")

TRUTH = (
    log,
    feed,
    unnumbered,
    contents,
    deployments,
    process_definitions,
    messages,
    answers,
    api_keys,
    users,
    instance_keys,
    settings,
    batches,
    batch_items,
    event_subscriptions,
    archived,
    counters,
    documents,
    inbound_packets,
    expectations,
    outbox,
)
"""What cannot be made again."""

DERIVED = (
    process_instances,
    scopes,
    user_tasks,
    user_task_groups,
    subscriptions,
    incidents,
    jobs,
    start_events,
    dossiers,
    approvals,
    papers,
    attachments,
    payments,
)
"""What the log can make again."""

OF_INSTANCES = {
    log: "stream",
    instance_keys: "instance_id",
    process_instances: "id",
    scopes: "instance_id",
    user_tasks: "instance_id",
    subscriptions: "instance_id",
    incidents: "instance_id",
    jobs: "instance_id",
    papers: "instance_id",
    attachments: "instance_id",
    payments: "instance_id",
    dossiers: "id",
    outbox: "instance_id",
}
"""What an instance leaves when it is archived, and the column that names it; groups of tasks go with their tasks."""
