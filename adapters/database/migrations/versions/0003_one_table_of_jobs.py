"""Timers become jobs; jobs count their attempts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    # SQLite cannot add a column that must have a value without saying which, nor take that default away again.
    op.execute("CREATE TABLE jobs_before AS SELECT * FROM jobs")
    op.drop_table("jobs")
    _create()
    op.execute(_MOVED_JOBS)
    op.execute(_MOVED_TIMERS)
    op.drop_table("jobs_before")
    op.drop_table("timers")
    _index("run_at", ["tenant", "run_at", "id"], "topic IS NULL AND abandoned_at IS NULL")
    _index("abandoned", ["tenant", "abandoned_at"], "abandoned_at IS NOT NULL")
    _index("topic", ["tenant", "topic", "run_at", "id"], "topic IS NOT NULL")
    op.create_index("jobs_instance", "jobs", ["tenant", "instance_id"])


def _create() -> None:
    op.create_table(
        "jobs",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("instance_id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("run_at", TEXT, nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        *(sa.Column(name, TEXT) for name in ("topic", "activity", "element_id", "element_name", "worker", "asked_at")),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("last_error", TEXT),
        sa.Column("abandoned_at", TEXT),
        sa.PrimaryKeyConstraint("tenant", "id"),
    )


_MOVED_JOBS = """
INSERT INTO jobs (tenant, id, instance_id, kind, run_at, payload, topic, activity, element_id, element_name, worker,
                  asked_at, attempt)
SELECT tenant, id, instance_id, kind, run_at, payload, topic, activity, element_id, element_name, worker, asked_at, 0
FROM jobs_before
"""
_MOVED_TIMERS = """
INSERT INTO jobs (tenant, id, instance_id, kind, run_at, payload, activity, element_id, element_name, asked_at, attempt)
SELECT tenant, id, instance_id, 'timer', due_at, '{"due":"' || due_at || '"}', activity, element_id, name, armed_at, 0
FROM timers
"""


def _index(name: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(f"jobs_{name}", "jobs", columns, sqlite_where=where, postgresql_where=where)
