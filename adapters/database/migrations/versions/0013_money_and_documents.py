"""What a dossier holds besides its clock: documents, fees, payments, the rating."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    _widen_dossiers()
    _make_attachments()
    _make_payments()
    where = sa.text("state = 'open'")
    op.create_index(
        "expectations_open",
        "expectations",
        ["tenant", "instance_id", "created_at"],
        sqlite_where=where,
        postgresql_where=where,
    )


def _make_attachments() -> None:
    op.create_table(
        "attachments",
        *(sa.Column(name, TEXT, nullable=False) for name in ("tenant", "id", "instance_id", "hash", "media_type")),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("component", sa.Integer()),
        *(sa.Column(name, TEXT) for name in ("component_name", "name")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("digitised", "reused", "shared")),
        *(sa.Column(name, TEXT, nullable=False) for name in ("added_at", "added_by")),
        sa.PrimaryKeyConstraint("tenant", "id"),
    )
    op.create_index("attachments_instance", "attachments", ["tenant", "instance_id", "added_at", "id"])


def _make_payments() -> None:
    op.create_table(
        "payments",
        *(sa.Column(name, TEXT, nullable=False) for name in ("tenant", "id", "instance_id", "reference")),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        *(sa.Column(name, TEXT) for name in ("method", "connector", "transaction_id")),
        *(sa.Column(name, TEXT, nullable=False) for name in ("state", "paid_at", "received_by")),
        *(sa.Column(name, TEXT) for name in ("refunded_at", "refunded_by", "reason")),
        sa.PrimaryKeyConstraint("tenant", "id"),
    )
    op.create_index("payments_instance", "payments", ["tenant", "instance_id", "paid_at", "id"])


AMOUNTS, COUNTS = ("paid", "paid_online"), ("documents", "digitised", "reused", "shared")


def _widen_dossiers() -> None:
    """Dossiers of before have no document, no payment and no fee in their histories."""
    for column in (sa.Column("fees", sa.Text()), sa.Column("fee", sa.BigInteger())):
        op.add_column("dossiers", column)
    for names, kind in ((AMOUNTS, sa.BigInteger()), (COUNTS, sa.Integer())):
        for name in names:
            op.add_column("dossiers", sa.Column(name, kind, nullable=False, server_default=sa.text("0")))
    op.add_column("dossiers", sa.Column("rating", TEXT))
    op.add_column("dossiers", sa.Column("rated", sa.Integer(), nullable=False, server_default=sa.text("0")))
    with op.batch_alter_table("dossiers") as table:
        for name in (*AMOUNTS, *COUNTS, "rated"):
            table.alter_column(name, server_default=None)
