"""The first tables: the log and what else is true, and what can be made again from it.

Long, and the same again as in ``adapters.database.tables``, on purpose: a migration is the tables of its day, written out.
It shares no code with the tables of today, which move on.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    _make_truth()
    _make_derived()


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _make_truth() -> None:
    op.create_table(
        "log",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("stream", TEXT, nullable=False),
        sa.Column("first_seq", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("command", TEXT, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("on_behalf_of", TEXT, nullable=True),
        sa.Column("kinds", TEXT, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("clear", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "stream", "first_seq"),
    )
    op.create_index("log_actor", "log", ["tenant", "actor", "recorded_at", "stream", "first_seq"])
    op.create_index("log_beginnings", "log", ["tenant", "recorded_at", "stream"], **_where("first_seq = 1"))
    op.create_index("log_recorded_at", "log", ["tenant", "recorded_at", "stream", "first_seq"])
    op.create_table(
        "contents",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("hash", TEXT, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "hash"),
    )
    op.create_table(
        "deployments",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("created_at", TEXT, nullable=False),
        sa.Column("created_by", TEXT, nullable=False),
        sa.Column("resources", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id"),
    )
    op.create_table(
        "process_definitions",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("hash", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("deployment_id", TEXT, nullable=False),
        sa.Column("file", TEXT, nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("calls", sa.Text(), nullable=False),
        sa.Column("created_at", TEXT, nullable=False),
        sa.Column("procedure", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id"),
    )
    op.create_index("process_definitions_created_at", "process_definitions", ["tenant", "created_at", "id"])
    op.create_index("process_definitions_version", "process_definitions", ["tenant", "key", "version"], unique=True)
    op.create_table(
        "messages",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=True),
        sa.Column("message_id", TEXT, nullable=True),
        sa.Column("values", sa.Text(), nullable=False),
        sa.Column("outcome", TEXT, nullable=False),
        sa.Column("instance_ids", sa.Text(), nullable=False),
        sa.Column("received_at", TEXT, nullable=False),
        sa.Column("expires_at", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id"),
    )
    op.create_index("messages_buffered", "messages", ["tenant", "received_at", "id"], **_where("outcome = 'buffered'"))
    op.create_index(
        "messages_buffered_name", "messages", ["tenant", "name", "received_at", "id"], **_where("outcome = 'buffered'")
    )
    op.create_index("messages_expires_at", "messages", ["tenant", "expires_at", "id"])
    op.create_index("messages_message_id", "messages", ["tenant", "name", "message_id"], unique=True)
    op.create_table(
        "answers",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("principal", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "key", "principal"),
    )
    op.create_index("answers_created_at", "answers", ["tenant", "created_at"])
    op.create_table(
        "api_keys",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id"),
    )
    op.create_index("api_keys_hash", "api_keys", ["tenant", "hash"], unique=True)
    op.create_table(
        "instance_keys",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("instance_id", TEXT, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "instance_id"),
    )
    op.create_table(
        "settings",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "name"),
    )


def _make_derived() -> None:
    op.create_table(
        "process_instances",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("definition_id", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("business_key", TEXT, nullable=True),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("tokens", sa.LargeBinary(), nullable=False),
        sa.Column("pins", sa.Text(), nullable=False),
        sa.Column("calendar", TEXT, nullable=False),
        sa.Column("started_at", TEXT, nullable=False),
        sa.Column("started_by", TEXT, nullable=False),
        sa.Column("updated_at", TEXT, nullable=False),
        sa.Column("ended_at", TEXT, nullable=True),
        sa.Column("error_code", TEXT, nullable=True),
        sa.Column("incidents", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id"),
    )
    op.create_index(
        "process_instances_business_key",
        "process_instances",
        ["tenant", "business_key", "state", "started_at", "id"],
        **_where("business_key IS NOT NULL"),
    )
    op.create_index(
        "process_instances_definition", "process_instances", ["tenant", "definition_id", "started_at", "id"]
    )
    op.create_index("process_instances_key", "process_instances", ["tenant", "key", "state", "started_at", "id"])
    op.create_index(
        "process_instances_running_business_key",
        "process_instances",
        ["tenant", "business_key"],
        unique=True,
        **_where("ended_at IS NULL AND business_key IS NOT NULL"),
    )
    op.create_index("process_instances_state", "process_instances", ["tenant", "state", "started_at", "id"])
    op.create_table(
        "scopes",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("instance_id", TEXT, nullable=False),
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "instance_id", "owner"),
    )
    op.create_table(
        "user_tasks",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("instance_id", TEXT, nullable=False),
        sa.Column("activity", TEXT, nullable=False),
        sa.Column("element_id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=True),
        sa.Column("definition_id", TEXT, nullable=False),
        sa.Column("business_key", TEXT, nullable=True),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("candidate_groups", sa.Text(), nullable=False),
        sa.Column("assignee", TEXT, nullable=True),
        sa.Column("form_key", TEXT, nullable=True),
        sa.Column("lane", TEXT, nullable=True),
        sa.Column("created_at", TEXT, nullable=False),
        sa.Column("due_at", TEXT, nullable=True),
        sa.Column("ended_at", TEXT, nullable=True),
        sa.Column("completed_by", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("tenant", "id"),
    )
    op.create_index(
        "user_tasks_assignee",
        "user_tasks",
        ["tenant", "assignee", "state", "created_at", "id"],
        **_where("assignee IS NOT NULL"),
    )
    op.create_index("user_tasks_created_at", "user_tasks", ["tenant", "state", "created_at", "id"])
    op.create_index("user_tasks_due_at", "user_tasks", ["tenant", "state", "due_at", "id"], **_where("state = 'open'"))
    op.create_index(
        "user_tasks_element",
        "user_tasks",
        ["tenant", "element_id", "state", "created_at", "id"],
        **_where("state = 'open'"),
    )
    op.create_index("user_tasks_instance", "user_tasks", ["tenant", "instance_id", "state", "created_at", "id"])
    op.create_table(
        "user_task_groups",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("candidate_group", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("created_at", TEXT, nullable=False),
        sa.Column("due_at", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("tenant", "id", "candidate_group"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "user_task_groups_created_at", "user_task_groups", ["tenant", "candidate_group", "state", "created_at", "id"]
    )
    op.create_index(
        "user_task_groups_due_at",
        "user_task_groups",
        ["tenant", "candidate_group", "state", "due_at", "id"],
        **_where("state = 'open'"),
    )
    op.create_table(
        "timers",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("instance_id", TEXT, nullable=False),
        sa.Column("activity", TEXT, nullable=False),
        sa.Column("element_id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=True),
        sa.Column("due_at", TEXT, nullable=False),
        sa.Column("armed_at", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id"),
    )
    op.create_index("timers_due_at", "timers", ["tenant", "due_at", "id"])
    op.create_index("timers_instance", "timers", ["tenant", "instance_id"])
    op.create_table(
        "subscriptions",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("instance_id", TEXT, nullable=False),
        sa.Column("activity", TEXT, nullable=False),
        sa.Column("element_id", TEXT, nullable=False),
        sa.Column("element_name", TEXT, nullable=True),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=True),
        sa.Column("opened_at", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id"),
    )
    op.create_index("subscriptions_instance", "subscriptions", ["tenant", "instance_id"])
    op.create_index("subscriptions_name", "subscriptions", ["tenant", "kind", "name", "key"])
    op.create_table(
        "incidents",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("instance_id", TEXT, nullable=False),
        sa.Column("activity", TEXT, nullable=False),
        sa.Column("element_id", TEXT, nullable=False),
        sa.Column("element_name", TEXT, nullable=True),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("expression", TEXT, nullable=True),
        sa.Column("values", sa.Text(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("raised_at", TEXT, nullable=False),
        sa.Column("resolved_at", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("tenant", "id"),
    )
    op.create_index("incidents_instance", "incidents", ["tenant", "instance_id", "state", "raised_at", "id"])
    op.create_index("incidents_state", "incidents", ["tenant", "state", "raised_at", "id"])
    op.create_table(
        "jobs",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("instance_id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("run_at", TEXT, nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id"),
    )
    op.create_index("jobs_instance", "jobs", ["tenant", "instance_id"])
    op.create_index("jobs_run_at", "jobs", ["tenant", "run_at", "id"])
    op.create_table(
        "start_events",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("definition_id", TEXT, nullable=False),
        sa.Column("element_id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=True),
        sa.Column("due_at", TEXT, nullable=True),
        sa.Column("repeats", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "id"),
    )
    op.create_index("start_events_due_at", "start_events", ["tenant", "due_at", "id"], **_where("due_at IS NOT NULL"))
    op.create_index("start_events_key", "start_events", ["tenant", "key"])
    op.create_index("start_events_name", "start_events", ["tenant", "kind", "name"])
