"""What outside systems sent, and what they are expected to send."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "inbound_packets",
        *(_text(name) for name in ("tenant", "id", "connector", "service", "reference", "print", "state")),
        *(sa.Column(name, TEXT) for name in ("reason", "key")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("notice", "instance_ids")),
        _text("received_at"),
        *(sa.Column(name, TEXT) for name in ("resolved_at", "resolved_by", "resolution")),
        sa.PrimaryKeyConstraint("tenant", "id"),
    )
    op.create_index("inbound_packets_reference", "inbound_packets", ["tenant", "connector", "service", "reference"])
    op.create_index("inbound_packets_state", "inbound_packets", ["tenant", "state", "received_at", "id"])
    op.create_table(
        "expectations",
        *(_text(name) for name in ("tenant", "id", "connector", "reference")),
        sa.Column("dossier", TEXT),
        sa.Column("amount", sa.BigInteger()),
        sa.Column("instance_id", TEXT),
        _text("state"),
        sa.Column("settled_by", TEXT),
        _text("created_at"),
        sa.PrimaryKeyConstraint("tenant", "id"),
    )
    op.create_index("expectations_dossier", "expectations", ["tenant", "connector", "dossier"])


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=False)
