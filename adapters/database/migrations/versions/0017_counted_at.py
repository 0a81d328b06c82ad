"""When something that counts changed last: what is paid or rated after a dossier was settled counts in the period in which it came.

And who has a file: what nobody has any more goes with the last instance that did, to the archive.
"""

from __future__ import annotations

from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_AT_ONCE = 1_000


def upgrade() -> None:
    for table in ("dossiers", "archived"):
        op.add_column(table, sa.Column("counted_at", TEXT))
    _fill("dossiers", "course", lambda course: course[-1:])
    _fill("archived", "counted", lambda counted: ((counted["dossier"] or {}).get("milestones") or [])[-1:])
    op.drop_index("dossiers_ended", "dossiers")
    op.create_index("dossiers_counted", "dossiers", ["tenant", "counted_at", "id"])
    op.drop_index("archived_counted", "archived")
    kept = sa.text("counted IS NOT NULL")
    op.create_index(
        "archived_counted", "archived", ["tenant", "counted_at", "id"], sqlite_where=kept, postgresql_where=kept
    )
    named = sa.text("hash IS NOT NULL")
    op.create_index("papers_hash", "papers", ["tenant", "hash"], sqlite_where=named, postgresql_where=named)
    op.create_index("attachments_hash", "attachments", ["tenant", "hash"])


def _fill(name: str, column: str, last: Any) -> None:
    """Of what is over: its end, or what came after it."""
    connection, after = op.get_bind(), ("", "")
    columns = ("tenant", "id", "ended_at", column, "counted_at")
    table = sa.table(name, *(sa.column(each, sa.Text()) for each in columns))
    key, kept = sa.tuple_(table.c.tenant, table.c.id), table.c[column]
    of = (table.c.tenant == sa.bindparam("of"), table.c.id == sa.bindparam("which"))
    note = sa.update(table).where(*of).values(counted_at=sa.bindparam("at"))
    page = sa.select(table).where(kept.is_not(None), table.c.ended_at.is_not(None)).order_by(table.c.tenant, table.c.id)
    while rows := connection.execute(page.where(key > sa.tuple_(*after)).limit(_AT_ONCE)).all():
        found = [
            {"of": tenant, "which": id, "at": max([ended_at, *(at for at, _ in last(orjson.loads(content)))])}
            for tenant, id, ended_at, content, _ in rows
        ]
        connection.execute(note, found)
        after = rows[-1][:2]
