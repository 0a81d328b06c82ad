"""What the log can make again: heads, worklists, waits, dossiers."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, Table

from adapters.database.tables.columns import METADATA, OPEN, Json, blob, index, json, key, maybe, number, text

process_instances = Table(
    "process_instances",
    METADATA,
    *key("id"),
    text("definition_id"),
    text("key"),
    number("version"),
    text("name"),
    maybe("business_key"),
    text("state"),
    number("seq", BigInteger),
    blob("hash"),
    blob("tokens"),
    json("pins"),
    text("calendar"),
    text("started_at"),
    text("started_by"),
    text("updated_at"),
    maybe("ended_at"),
    maybe("error_code"),
    number("incidents"),
    maybe("unit"),
    maybe("starter"),
)
index(
    process_instances,
    "running_business_key",
    "business_key",
    where=process_instances.c.ended_at.is_(None) & process_instances.c.business_key.is_not(None),
    unique=True,
)
index(
    process_instances,
    "business_key",
    "business_key",
    "state",
    "started_at",
    "id",
    where=process_instances.c.business_key.is_not(None),
)
index(process_instances, "state", "state", "started_at", "id")
index(process_instances, "key", "key", "state", "started_at", "id")
index(process_instances, "starter", "starter", "state", "started_at", "id")
index(
    process_instances,
    "unit",
    "unit",
    "state",
    "started_at",
    "id",
    where=process_instances.c.unit.is_not(None),
)
index(process_instances, "definition", "definition_id", "started_at", "id")

index(process_instances, "ended", "definition_id", "ended_at", "id", where=process_instances.c.ended_at.is_not(None))

dossiers = Table(
    "dossiers",
    METADATA,
    *key("id"),
    maybe("code"),
    text("key"),
    maybe("unit"),
    maybe("starter"),
    text("channel"),
    maybe("status"),
    text("submitted_at"),
    text("status_at"),
    maybe("accepted_at"),
    maybe("ended_at"),
    maybe("returned_at"),
    maybe("first_due_at"),
    maybe("due_at"),
    maybe("calendar"),
    Column("clock", Json),
    number("supplements"),
    Column("fees", Json),
    Column("fee", BigInteger),
    *(number(name, BigInteger) for name in ("paid", "paid_online")),
    *(number(name) for name in ("documents", "digitised", "reused", "shared")),
    maybe("rating"),
    number("rated"),
    Column("percents", Json(tuple)),
    Column("escalation", Integer),
    maybe("due_by_law"),
    Column("net_minutes", BigInteger),
    Column("papers", Json(tuple)),
    Column("steps", Json),
    Column("course", Json(tuple)),
    maybe("counted_at"),
)
index(dossiers, "code", "code", where=dossiers.c.code.is_not(None), unique=True)
index(dossiers, "submitted", "submitted_at", "id")
index(dossiers, "key", "key", "submitted_at", "id")
index(dossiers, "unit", "unit", "submitted_at", "id", where=dossiers.c.unit.is_not(None))
index(dossiers, "starter", "starter", "submitted_at", "id")
index(dossiers, "status", "status", "submitted_at", "id")
index(dossiers, "counted", "counted_at", "id")
index(dossiers, "open", "due_at", "id", where=dossiers.c.ended_at.is_(None) & dossiers.c.due_at.is_not(None))

scopes = Table("scopes", METADATA, *key("instance_id", "owner"), blob("content"))

user_tasks = Table(
    "user_tasks",
    METADATA,
    *key("id"),
    text("instance_id"),
    text("activity"),
    text("element_id"),
    maybe("name"),
    text("definition_id"),
    maybe("business_key"),
    text("state"),
    json("candidate_groups", tuple),
    maybe("assignee"),
    maybe("form_key"),
    maybe("lane"),
    text("created_at"),
    maybe("due_at"),
    maybe("ended_at"),
    maybe("completed_by"),
    maybe("unit"),
    Column("escalation", Integer),
)
index(user_tasks, "created_at", "state", "created_at", "id")
index(user_tasks, "due_at", "state", "due_at", "id", where=user_tasks.c.state == OPEN)
index(user_tasks, "instance", "instance_id", "state", "created_at", "id")
index(user_tasks, "element", "element_id", "state", "created_at", "id", where=user_tasks.c.state == OPEN)
index(
    user_tasks,
    "assignee",
    "assignee",
    "state",
    "created_at",
    "id",
    where=user_tasks.c.assignee.is_not(None),
)
index(
    user_tasks,
    "assignee_due_at",
    "assignee",
    "due_at",
    "id",
    where=(user_tasks.c.state == OPEN) & user_tasks.c.assignee.is_not(None),
)

user_task_groups = Table(
    "user_task_groups",
    METADATA,
    *key("id", "candidate_group"),
    text("unit"),
    text("state"),
    text("created_at"),
    maybe("due_at"),
    sqlite_with_rowid=False,
)
"""A row for each group that may do a task, with what worklists are sorted by.

A task that everybody may do has the group "", one in a dossier of no unit the unit "".
"""
index(user_task_groups, "created_at", "candidate_group", "state", "created_at", "id")
index(user_task_groups, "due_at", "candidate_group", "state", "due_at", "id", where=user_task_groups.c.state == OPEN)
index(user_task_groups, "unit_created_at", "candidate_group", "unit", "state", "created_at", "id")
index(
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
    *key("id"),
    text("instance_id"),
    text("activity"),
    text("element_id"),
    maybe("element_name"),
    text("kind"),
    text("name"),
    maybe("key"),
    text("opened_at"),
)
index(subscriptions, "name", "kind", "name", "key")
index(subscriptions, "instance", "instance_id")

incidents = Table(
    "incidents",
    METADATA,
    *key("id"),
    text("instance_id"),
    text("activity"),
    text("element_id"),
    maybe("element_name"),
    text("code"),
    json("detail"),
    maybe("expression"),
    json("values"),
    text("state"),
    text("raised_at"),
    maybe("resolved_at"),
)
index(incidents, "state", "state", "raised_at", "id")
index(incidents, "instance", "instance_id", "state", "raised_at", "id")

jobs = Table(
    "jobs",
    METADATA,
    *key("id"),
    text("instance_id"),
    text("kind"),
    text("run_at"),
    json("payload"),
    maybe("topic"),
    maybe("activity"),
    maybe("element_id"),
    maybe("element_name"),
    maybe("worker"),
    maybe("asked_at"),
    number("attempt"),
    maybe("last_error"),
    maybe("abandoned_at"),
)
index(jobs, "run_at", "run_at", "id", where=jobs.c.topic.is_(None) & jobs.c.abandoned_at.is_(None))
index(jobs, "abandoned", "abandoned_at", where=jobs.c.abandoned_at.is_not(None))
index(jobs, "topic", "topic", "run_at", "id", where=jobs.c.topic.is_not(None))
index(jobs, "instance", "instance_id")

papers = Table(
    "papers",
    METADATA,
    *key("id"),
    *(text(name) for name in ("instance_id", "form", "activity", "element_id")),
    *(maybe(name) for name in ("element_name", "dossier", "unit")),
    text("state"),
    text("drafted_at"),
    maybe("series"),
    Column("number", BigInteger),
    *(maybe(name) for name in ("label", "hash", "signer", "published_at", "withdrawn_at")),
)
index(papers, "drafted", "drafted_at", "id")
index(papers, "state", "state", "drafted_at", "id")
index(papers, "instance", "instance_id", "drafted_at", "id")
index(papers, "unit", "unit", "drafted_at", "id", where=papers.c.unit.is_not(None))
index(papers, "published", "published_at", "id")
index(papers, "hash", "hash", where=papers.c.hash.is_not(None))
index(papers, "number", "series", "number", unique=True, where=papers.c.series.is_not(None))

attachments = Table(
    "attachments",
    METADATA,
    *key("id"),
    *(text(name) for name in ("instance_id", "hash", "media_type")),
    number("size"),
    Column("component", Integer),
    *(maybe(name) for name in ("component_name", "name")),
    *(number(name) for name in ("digitised", "reused", "shared")),
    *(text(name) for name in ("added_at", "added_by")),
)
index(attachments, "instance", "instance_id", "added_at", "id")
index(attachments, "hash", "hash")

payments = Table(
    "payments",
    METADATA,
    *key("id"),
    *(text(name) for name in ("instance_id", "reference")),
    number("amount", BigInteger),
    text("channel"),
    *(maybe(name) for name in ("method", "connector", "transaction_id")),
    *(text(name) for name in ("state", "paid_at", "received_by")),
    *(maybe(name) for name in ("refunded_at", "refunded_by", "reason")),
)
index(payments, "instance", "instance_id", "paid_at", "id")

start_events = Table(
    "start_events",
    METADATA,
    *key("id"),
    text("key"),
    text("definition_id"),
    text("element_id"),
    text("kind"),
    maybe("name"),
    maybe("due_at"),
    Column("repeats", BigInteger),
)
index(start_events, "name", "kind", "name")
index(start_events, "key", "key")
index(start_events, "due_at", "due_at", "id", where=start_events.c.due_at.is_not(None))

approvals = Table(
    "approvals",
    METADATA,
    *key("id"),
    text("key"),
    number("version"),
    text("valid_from"),
    maybe("valid_until"),
    text("reason"),
    text("legal_document"),
    text("approved_by"),
    text("approved_at"),
)
index(approvals, "key", "key")
