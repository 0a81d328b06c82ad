"""Dossiers, and the counters that their codes are taken from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "dossiers",
        *(sa.Column(name, TEXT, nullable=False) for name in ("tenant", "id")),
        sa.Column("code", TEXT),
        sa.Column("key", TEXT, nullable=False),
        *(sa.Column(name, TEXT) for name in ("unit", "starter")),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("status", TEXT),
        *(sa.Column(name, TEXT, nullable=False) for name in ("submitted_at", "status_at")),
        *(
            sa.Column(name, TEXT)
            for name in ("accepted_at", "ended_at", "returned_at", "first_due_at", "due_at", "calendar")
        ),
        sa.Column("clock", sa.Text()),
        sa.Column("supplements", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id"),
    )
    _index("code", ["code"], "code IS NOT NULL", unique=True)
    _index("submitted", ["submitted_at", "id"])
    _index("unit", ["unit", "submitted_at", "id"], "unit IS NOT NULL")
    _index("starter", ["starter", "submitted_at", "id"])
    _index("status", ["status", "submitted_at", "id"])
    _index("open", ["due_at", "id"], "ended_at IS NULL AND due_at IS NOT NULL")
    op.create_table(
        "counters",
        *(sa.Column(name, TEXT, nullable=False) for name in ("tenant", "series")),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "series"),
    )


def _index(name: str, columns: list[str], where: str | None = None, *, unique: bool = False) -> None:
    condition = None if where is None else sa.text(where)
    op.create_index(
        f"dossiers_{name}",
        "dossiers",
        ["tenant", *columns],
        unique=unique,
        sqlite_where=condition,
        postgresql_where=condition,
    )
