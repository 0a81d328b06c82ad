"""Keys of many kinds, published users, and whose a dossier is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    _make_keys()
    _make_users()
    _add_to_instances()
    _add_to_tasks()


def _make_keys() -> None:
    """Keys that were made before are the administrator's."""
    op.drop_index("api_keys_hash", "api_keys")
    op.rename_table("api_keys", "api_keys_before")
    op.create_table(
        "api_keys",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", TEXT, nullable=False),
        sa.Column("prefix", TEXT, nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("unit", TEXT),
        sa.Column("groups", sa.Text(), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("expires_at", TEXT),
        sa.Column("revoked_at", TEXT),
        *_primary_key("api_keys", "tenant", "id"),
    )
    op.execute(
        "INSERT INTO api_keys (tenant, id, name, hash, created_at, prefix, roles, groups, topics)"
        " SELECT tenant, id, name, hash, created_at, '', '[\"admin\"]', '[]', '[]' FROM api_keys_before"
    )
    op.drop_table("api_keys_before")
    op.create_index("api_keys_hash", "api_keys", ["tenant", "hash"], unique=True)
    op.create_index("api_keys_name", "api_keys", ["tenant", "name"])


def _primary_key(table: str, *columns: str) -> tuple[sa.PrimaryKeyConstraint]:
    """Named as PostgreSQL would, had the table not taken the place of one that still has the name."""
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    if on_postgresql:
        op.execute(f"ALTER TABLE {table}_before RENAME CONSTRAINT {table}_pkey TO {table}_before_pkey")
    return (sa.PrimaryKeyConstraint(*columns),)


def _make_users() -> None:
    op.create_table(
        "users",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("unit", TEXT),
        sa.Column("groups", sa.Text(), nullable=False),
        sa.Column("published_at", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id"),
    )


def _add_to_instances() -> None:
    for name in ("unit", "starter"):
        op.add_column("process_instances", sa.Column(name, TEXT))
    op.execute(
        "UPDATE process_instances SET starter = (SELECT actor FROM log WHERE log.tenant = process_instances.tenant"
        " AND log.stream = process_instances.id AND log.first_seq = 1)"
    )
    op.create_index(
        "process_instances_starter", "process_instances", ["tenant", "starter", "state", "started_at", "id"]
    )
    where = sa.text("unit IS NOT NULL")
    op.create_index(
        "process_instances_unit",
        "process_instances",
        ["tenant", "unit", "state", "started_at", "id"],
        sqlite_where=where,
        postgresql_where=where,
    )


def _add_to_tasks() -> None:
    """No dossier has a unit yet; a task that everybody may do is found under the group that has no name."""
    op.add_column("user_tasks", sa.Column("unit", TEXT))
    for name in ("created_at", "due_at"):
        op.drop_index(f"user_task_groups_{name}", "user_task_groups")
    op.rename_table("user_task_groups", "user_task_groups_before")
    op.create_table(
        "user_task_groups",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("candidate_group", TEXT, nullable=False),
        sa.Column("unit", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("created_at", TEXT, nullable=False),
        sa.Column("due_at", TEXT),
        *_primary_key("user_task_groups", "tenant", "id", "candidate_group"),
        sqlite_with_rowid=False,
    )
    columns = "tenant, id, candidate_group, unit, state, created_at, due_at"
    op.execute(
        f"INSERT INTO user_task_groups ({columns})"  # noqa: S608 - names of ours
        " SELECT tenant, id, candidate_group, '', state, created_at, due_at FROM user_task_groups_before"
    )
    op.execute(
        f"INSERT INTO user_task_groups ({columns})"  # noqa: S608 - names of ours
        " SELECT tenant, id, '', '', state, created_at, due_at FROM user_tasks WHERE candidate_groups = '[]'"
    )
    op.drop_table("user_task_groups_before")
    for name, columns_of in (("", ["candidate_group"]), ("unit_", ["candidate_group", "unit"])):
        _index(f"{name}created_at", [*columns_of, "state", "created_at", "id"], None)
        _index(f"{name}due_at", [*columns_of, "state", "due_at", "id"], "state = 'open'")


def _index(name: str, columns: list[str], condition: str | None) -> None:
    where = None if condition is None else sa.text(condition)
    op.create_index(
        f"user_task_groups_{name}",
        "user_task_groups",
        ["tenant", *columns],
        sqlite_where=where,
        postgresql_where=where,
    )
