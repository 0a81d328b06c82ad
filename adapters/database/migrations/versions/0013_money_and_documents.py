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


AMOUNTS, COUNTS = ("paid", "paid_online"), ("documents", "digitised", "reused", "shared")


def _widen_dossiers() -> None:
    """Dossiers of before have no document, no payment and no fee in their histories."""
    for column in (sa.Column("fees", sa.Text()), sa.Column("fee", sa.BigInteger())):
        op.add_column("dossiers", column)
    for names, kind in ((AMOUNTS, sa.BigInteger()), (COUNTS, sa.Integer())):
        for name in names:
            op.add_column("dossiers", sa.Column(name, kind, nullable=False, server_default=sa.text("0")))
    op.add_column("dossiers", sa.Column("rating", TEXT))
    with op.batch_alter_table("dossiers") as table:
        for name in (*AMOUNTS, *COUNTS):
            table.alter_column(name, server_default=None)
