"""The schema that a database has, and the one that the program expects, are one."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from adapters.database import connection
from adapters.database.schema import current, head, upgrade
from adapters.database.tables import DERIVED, METADATA, TRUTH, Json
from tests.conftest import Databases

KINDS = ["sqlite", "postgresql"]


@pytest.fixture
def fresh(postgresql_url: Databases, tmp_path: Path) -> Callable[[str], str]:
    """A function that gives the address of an empty database of a kind."""
    return lambda kind: (
        postgresql_url() if kind == "postgresql" else f"sqlite:///{tmp_path}/{len(list(tmp_path.iterdir()))}.db"
    )


def driver_url(url: str) -> str:
    """The address as the driver reads it: a file, or a PostgreSQL address."""
    return url.removeprefix("sqlite:///")


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_database_becomes_the_newest(fresh: Callable[[str], str], kind: str) -> None:
    """The first start creates everything, the second changes nothing."""
    url = fresh(kind)
    assert current(url) is None

    upgrade(url)
    assert head() == current(url)

    upgrade(url)
    assert head() == current(url)


@pytest.mark.parametrize("kind", KINDS)
def test_alembic_sees_no_difference(fresh: Callable[[str], str], kind: str) -> None:
    """Migrations are written by hand; one that was forgotten shows here, not in production."""
    url = fresh(kind)
    upgrade(url)
    engine = create_engine(connection.parsed(url))
    with engine.connect() as opened:
        differences = compare_metadata(MigrationContext.configure(opened, opts={"compare_type": True}), METADATA)
    engine.dispose()

    assert [] == differences


def described_on_sqlite(url: str) -> set[str]:
    """Every table and index, as SQLite remembers them."""
    with closing(sqlite3.connect(driver_url(url))) as opened:
        rows = opened.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
        return {" ".join(re.sub(r'["()]', " ", sql).split()) for (sql,) in rows} - {VERSION_TABLE}


VERSION_TABLE = "CREATE TABLE alembic_version version_num VARCHAR 32 NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY version_num"


def described_on_postgresql(url: str) -> set[tuple[object, ...]]:
    """Every column with its type and collation, and every index with its condition."""
    with psycopg.connect(url) as opened:
        columns = opened.execute(
            "SELECT table_name, ordinal_position, column_name, data_type, collation_name, is_nullable, column_default"
            " FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'"
        ).fetchall()
        indexes = opened.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        ).fetchall()
        constraints = opened.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
            " AND conname <> 'alembic_version_pkc' AND contype <> 'n'"
        ).fetchall()
    return {*columns, *indexes, *constraints}


@pytest.mark.parametrize(
    ("kind", "described"),
    [("sqlite", described_on_sqlite), ("postgresql", described_on_postgresql)],
    ids=KINDS,
)
def test_migrated_and_made_are_the_same(
    fresh: Callable[[str], str], kind: str, described: Callable[[str], set[object]]
) -> None:
    """Alembic does not compare collations, conditions of indexes and WITHOUT ROWID; the databases' own words do."""
    migrated = fresh(kind)
    upgrade(migrated)
    made = fresh(kind)
    engine = create_engine(connection.parsed(made))
    METADATA.create_all(engine)
    engine.dispose()

    assert len(METADATA.tables) < len(described(made))
    assert set() == described(migrated) ^ described(made)


def test_text_sorts_by_its_bytes_on_postgresql(fresh: Callable[[str], str]) -> None:
    """A cursor is a place in an order: with the server's language the order, and so what a page holds, would change."""
    url = fresh("postgresql")
    upgrade(url)
    sorted_by_language = {
        (table.name, column.name)
        for table in METADATA.sorted_tables
        for column in table.columns
        if isinstance(column.type, Json)
    }

    with psycopg.connect(url) as opened:
        rows = opened.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND table_name <> 'alembic_version' AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'"
        )
        assert sorted_by_language == set(rows.fetchall())


@pytest.mark.parametrize("kind", KINDS)
def test_processes_that_start_at_once_do_not_break(fresh: Callable[[str], str], kind: str) -> None:
    """Four workers of a new deployment start in the same second, and each brings the schema up to date."""
    url = fresh(kind)
    program = f"from adapters.database.schema import upgrade; upgrade({url!r})"
    starting = [
        subprocess.Popen([sys.executable, "-W", "error", "-c", program], stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]

    assert [("", 0)] * 4 == [(process.communicate()[1], process.returncode) for process in starting]
    assert head() == current(url)


@pytest.mark.parametrize("kind", KINDS)
def test_a_migration_that_fails_leaves_nothing(fresh: Callable[[str], str], kind: str) -> None:
    """A schema half way between two versions could be used by neither program."""
    url = fresh(kind)
    engine = create_engine(connection.parsed(url))
    with engine.begin() as opened:
        opened.exec_driver_sql("CREATE TABLE start_events (in_the_way INTEGER)")
    engine.dispose()

    with pytest.raises(Exception, match="already exists"):
        upgrade(url)

    assert current(url) is None
    engine = create_engine(connection.parsed(url))
    with engine.connect() as opened:
        assert {"alembic_version", "start_events"} == set(opened.dialect.get_table_names(opened))
    engine.dispose()


def test_keys_begin_with_the_tenant() -> None:
    """Rows of a tenant, and of an instance, can be kept on a machine of their own only if every key begins so."""
    for table in METADATA.sorted_tables:
        keys = [list(table.primary_key), *(list(index.columns) for index in table.indexes)]
        assert {"tenant"} == {key[0].name for key in keys}, table.name


def test_nothing_ties_rows_together_but_their_ids() -> None:
    """Foreign keys and sequences would tie all machines to one."""
    for table in METADATA.sorted_tables:
        assert not table.foreign_keys, table.name
        assert all(column.default is None and column.server_default is None for column in table.columns), table.name
        assert not any(column.autoincrement is True for column in table.columns), table.name


def test_every_table_is_truth_or_derived() -> None:
    """A table in neither list would be rebuilt by nobody and kept by nobody; one in both would be lost in a rebuild."""
    assert set(METADATA.sorted_tables) == {*TRUTH, *DERIVED}
    assert len(METADATA.tables) == len(TRUTH) + len(DERIVED)


def test_sqlite_waits_for_the_disk(fresh: Callable[[str], str]) -> None:
    """What was answered must survive a power cut; a faster setting would lose the last commits without a word."""
    url = connection.parsed(fresh("sqlite"))
    engine = connection.writer(url)
    with engine.connect() as opened:
        seen = [opened.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
    engine.dispose()

    assert ["wal", 2] == seen


def test_postgresql_waits_for_the_disk(fresh: Callable[[str], str]) -> None:
    """A server set to answer early is overruled."""
    url = fresh("postgresql")
    with psycopg.connect(url, autocommit=True) as opened:
        opened.execute(f"ALTER DATABASE {url.split('?')[0].rsplit('/', 1)[1]} SET synchronous_commit = off".encode())
    engine = connection.writer(connection.parsed(url))
    with engine.connect() as written:
        assert "on" == written.exec_driver_sql("SHOW synchronous_commit").scalar()
    engine.dispose()
