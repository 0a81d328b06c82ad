"""Batches: an operation on many instances, and which instances they are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "batches",
        *(sa.Column(name, TEXT, nullable=False) for name in ("tenant", "id", "operation")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("filter", "modification")),
        *(sa.Column(name, TEXT, nullable=False) for name in ("reason", "state")),
        sa.Column("total", sa.BigInteger(), nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("created_at", "created_by")),
        *(sa.Column(name, TEXT, nullable=True) for name in ("on_behalf_of", "ended_at")),
        sa.PrimaryKeyConstraint("tenant", "id"),
    )
    op.create_index("batches_created_at", "batches", ["tenant", "created_at", "id"])
    _index("batches", "running", ["tenant", "id"], "state = 'running'")
    op.create_table(
        "batch_items",
        *(sa.Column(name, TEXT, nullable=False) for name in ("tenant", "batch_id", "instance_id", "state")),
        *(sa.Column(name, TEXT, nullable=True) for name in ("code", "vi", "en", "decided_at")),
        sa.PrimaryKeyConstraint("tenant", "batch_id", "instance_id"),
    )
    op.create_index("batch_items_state", "batch_items", ["tenant", "batch_id", "state", "instance_id"])


def _index(table: str, name: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(f"{table}_{name}", table, columns, sqlite_where=where, postgresql_where=where)
