"""The feed: one order over the records of all streams. What is in the log gets its positions here."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "feed",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("stream", TEXT, nullable=False),
        sa.Column("first_seq", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "position"),
    )
    op.create_table(
        "unnumbered",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("stream", TEXT, nullable=False),
        sa.Column("first_seq", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "stream", "first_seq"),
    )
    _make_subscriptions()
    _number_what_is_there()
    op.create_index("feed_stream", "feed", ["tenant", "stream", "first_seq"], unique=True)


def _make_subscriptions() -> None:
    op.create_table(
        "event_subscriptions",
        *(sa.Column(name, TEXT, nullable=False) for name in ("tenant", "id", "url")),
        sa.Column("types", sa.Text(), nullable=False),
        sa.Column("key", TEXT),
        *(sa.Column(name, TEXT, nullable=False) for name in ("description", "state")),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("due_at", TEXT, nullable=False),
        sa.Column("sender", TEXT),
        sa.Column("failures", sa.Integer(), nullable=False),
        *(sa.Column(name, TEXT) for name in ("failing_since", "last_error", "delivered_at")),
        sa.Column("secrets", sa.Text(), nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("created_at", "created_by")),
        sa.PrimaryKeyConstraint("tenant", "id"),
    )


def _number_what_is_there() -> None:
    """In the order of time; a stream in its own order, whatever the clocks of several machines said."""
    op.execute(
        "INSERT INTO feed (tenant, position, stream, first_seq, count)"
        " SELECT tenant, 1 + sum(count) OVER (PARTITION BY tenant ORDER BY ready, stream, first_seq) - count,"
        " stream, first_seq, count"
        " FROM (SELECT tenant, stream, first_seq, count,"
        " max(recorded_at) OVER (PARTITION BY tenant, stream ORDER BY first_seq) AS ready FROM log) AS ordered"
    )
