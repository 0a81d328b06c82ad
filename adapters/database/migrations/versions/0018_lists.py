"""Lists that would have to look through a whole table: a clerk's own tasks by due time, dossiers of a procedure, papers not yet out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    open_ = sa.text("state = 'open' AND assignee IS NOT NULL")
    columns = ["tenant", "assignee", "due_at", "id"]
    op.create_index("user_tasks_assignee_due_at", "user_tasks", columns, sqlite_where=open_, postgresql_where=open_)
    op.create_index("dossiers_key", "dossiers", ["tenant", "key", "submitted_at", "id"])
    op.create_index("papers_state", "papers", ["tenant", "state", "drafted_at", "id"])
