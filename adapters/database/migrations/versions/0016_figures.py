"""What figures of any period need: the course of each dossier, when papers were withdrawn, what the archive leaves behind.

What is in the log already gets its course by ``motcua rebuild``.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("dossiers", sa.Column("due_by_law", TEXT))
    op.add_column("dossiers", sa.Column("net_minutes", sa.BigInteger()))
    for name in ("papers", "steps", "course"):
        op.add_column("dossiers", sa.Column(name, sa.Text()))
    op.create_index("dossiers_ended", "dossiers", ["tenant", "ended_at", "id"])
    op.add_column("papers", sa.Column("withdrawn_at", TEXT))
    op.create_index("papers_published", "papers", ["tenant", "published_at", "id"])
    op.add_column("archived", sa.Column("counted", sa.Text()))
    kept = sa.text("counted IS NOT NULL")
    op.create_index(
        "archived_counted", "archived", ["tenant", "ended_at", "id"], sqlite_where=kept, postgresql_where=kept
    )
