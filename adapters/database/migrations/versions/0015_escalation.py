"""Escalations: at which percents of its limit a dossier is told of, and what it and its tasks have reached."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("dossiers", sa.Column("percents", sa.Text()))
    op.add_column("dossiers", sa.Column("escalation", sa.Integer()))
    op.add_column("user_tasks", sa.Column("escalation", sa.Integer()))
