"""Approvals of definitions: from which day a version counts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "approvals",
        *(sa.Column(name, TEXT, nullable=False) for name in ("tenant", "id", "key")),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("valid_from", TEXT, nullable=False),
        sa.Column("valid_until", TEXT),
        *(sa.Column(name, TEXT, nullable=False) for name in ("reason", "legal_document", "approved_by", "approved_at")),
        sa.PrimaryKeyConstraint("tenant", "id"),
    )
    op.create_index("approvals_key", "approvals", ["tenant", "key"])
