"""What is left of archived instances, and a way to those that have ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "archived",
        *(sa.Column(name, TEXT, nullable=False) for name in ("tenant", "id", "definition_id", "key")),
        sa.Column("business_key", TEXT),
        sa.Column("state", TEXT, nullable=False),
        *(sa.Column(name, TEXT) for name in ("unit", "starter")),
        *(sa.Column(name, TEXT, nullable=False) for name in ("started_at", "ended_at", "archived_at")),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("file", "sha256")),
        sa.PrimaryKeyConstraint("tenant", "id"),
    )
    where = sa.text("ended_at IS NOT NULL")
    op.create_index(
        "process_instances_ended",
        "process_instances",
        ["tenant", "definition_id", "ended_at", "id"],
        sqlite_where=where,
        postgresql_where=where,
    )
