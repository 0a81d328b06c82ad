"""Jobs that other systems do: whose they are, where they belong, who has fetched them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
COLUMNS = ("topic", "activity", "element_id", "element_name", "worker", "asked_at")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("jobs", sa.Column(name, TEXT, nullable=True))
    op.drop_index("jobs_run_at", "jobs")
    _index("run_at", ["tenant", "run_at", "id"], "topic IS NULL")
    _index("topic", ["tenant", "topic", "run_at", "id"], "topic IS NOT NULL")


def _index(name: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(f"jobs_{name}", "jobs", columns, sqlite_where=where, postgresql_where=where)
