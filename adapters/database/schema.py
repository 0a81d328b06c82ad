"""The version of the schema: which one a database has, and the way to the newest."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sqlalchemy import Column, Connection, Engine, MetaData, PrimaryKeyConstraint, String, Table, inspect, select
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
def _versions() -> tuple[str, ...]:
    """Every version that this program knows, the oldest first: what the names of the migrations begin with."""
    return tuple(sorted(file.name.partition("_")[0] for file in (_MIGRATIONS / "versions").glob("[0-9]*.py")))


def head() -> str:
    """The newest version that this program knows."""
    return _versions()[-1]


def knows(version: str) -> bool:
    """Whether this program can bring a database of that version up to date; it cannot where a newer one made it."""
    return version in _versions()


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
    if not inspect(opened).has_table(_version.name):
        return None
    found: str | None = opened.execute(select(_version.c.version_num)).scalar()
    return found


def upgrade(url: str) -> None:
    """Bring a database to the newest version, all or nothing. Of two processes that start at once one waits."""
    if current(url) == head():
        return
    engine = connection.writer(connection.parsed(url), patience=PATIENCE)
    try:
        _make_version_table(engine)
        with engine.begin() as opened:
            _lock_version_table(opened)
            migrate(opened, head())
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


def migrate(opened: Connection, version: str) -> None:
    """Bring the database behind a connection to a version."""
    from alembic import command  # noqa: PLC0415 - a tenth of a start, and most starts find the newest schema
    from alembic.config import Config  # noqa: PLC0415 - the same

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = opened
    command.upgrade(config, version)
