"""The version of the schema: which one a database has, and the way to the newest."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Engine, MetaData, PrimaryKeyConstraint, String, Table
from sqlalchemy.schema import CreateTable

from adapters.database import connection
from adapters.database.statistics import assume
from engine.ports import WriteConflict

_MIGRATIONS = Path(__file__).parent / "migrations"
_TRIES = 5
PATIENCE = 60
"""Seconds that a process waits while another brings the schema up to date."""

_version = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""Alembic's own table, made here beforehand: whoever migrates holds its lock."""


@cache
def head() -> str:
    """The newest version that this program knows."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def knows(version: str) -> bool:
    """Whether this program can bring a database of that version up to date; it cannot where a newer one made it."""
    return version in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def current(url: str) -> str | None:
    """The version that a database has, None for an empty one."""
    engine = connection.reader(connection.parsed(url))
    try:
        with engine.connect() as opened:
            return version_of(opened)
    finally:
        engine.dispose()


def version_of(opened: Connection) -> str | None:
    """The version of the database behind a connection, None for an empty one."""
    return MigrationContext.configure(opened).get_current_revision()


def upgrade(url: str) -> None:
    """Bring a database to the newest version, all or nothing. Of two processes that start at once one waits."""
    engine = connection.writer(connection.parsed(url), patience=PATIENCE)
    try:
        _make_version_table(engine)
        with engine.begin() as opened:
            _lock_version_table(opened)
            command.upgrade(_config(opened), "head")
            assume(opened)
    finally:
        engine.dispose()


def _make_version_table(engine: Engine) -> None:
    for _ in range(_TRIES):
        try:
            with engine.begin() as opened:
                opened.execute(CreateTable(_version, if_not_exists=True))
            return
        except WriteConflict:  # another process is making it at this moment
            continue
    raise WriteConflict("the version table could not be made")


def _lock_version_table(opened: Connection) -> None:
    """On SQLite BEGIN IMMEDIATE has locked the database already."""
    if opened.dialect.name == "postgresql":
        opened.exec_driver_sql("LOCK TABLE alembic_version IN EXCLUSIVE MODE")


def _config(opened: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = opened
    return config
