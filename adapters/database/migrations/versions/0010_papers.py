"""Papers, and the files that belong to dossiers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "papers",
        *(
            sa.Column(name, TEXT, nullable=False)
            for name in ("tenant", "id", "instance_id", "form", "activity", "element_id")
        ),
        *(sa.Column(name, TEXT) for name in ("element_name", "dossier", "unit")),
        *(sa.Column(name, TEXT, nullable=False) for name in ("state", "drafted_at")),
        sa.Column("series", TEXT),
        sa.Column("number", sa.BigInteger()),
        *(sa.Column(name, TEXT) for name in ("label", "hash", "signer", "published_at")),
        sa.PrimaryKeyConstraint("tenant", "id"),
    )
    _index("drafted", ["drafted_at", "id"])
    _index("instance", ["instance_id", "drafted_at", "id"])
    _index("unit", ["unit", "drafted_at", "id"], "unit IS NOT NULL")
    _index("number", ["series", "number"], "series IS NOT NULL", unique=True)
    op.create_table(
        "documents",
        *(sa.Column(name, TEXT, nullable=False) for name in ("tenant", "hash")),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "hash"),
    )


def _index(name: str, columns: list[str], where: str | None = None, *, unique: bool = False) -> None:
    condition = None if where is None else sa.text(where)
    op.create_index(
        f"papers_{name}",
        "papers",
        ["tenant", *columns],
        unique=unique,
        sqlite_where=condition,
        postgresql_where=condition,
    )
