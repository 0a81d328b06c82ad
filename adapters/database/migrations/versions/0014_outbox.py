"""How far outside systems have been told of dossiers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "outbox",
        *(_text(name) for name in ("tenant", "instance_id", "connector")),
        sa.Column("origin", TEXT),
        _text("state"),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("wanted", "told")),
        sa.Column("print", TEXT),
        sa.Column("tries", sa.Integer(), nullable=False),
        *(sa.Column(name, TEXT) for name in ("due_at", "sender", "last_error", "incident_at")),
        sa.Column("tellings", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "instance_id", "connector"),
    )
    _index("due", ["tenant", "connector", "due_at", "instance_id"], "due_at IS NOT NULL")
    _index("incident", ["tenant", "incident_at"], "incident_at IS NOT NULL")


def _index(name: str, columns: list[str], where: str) -> None:
    op.create_index(
        f"outbox_{name}", "outbox", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
    )  # fmt: skip


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=False)
