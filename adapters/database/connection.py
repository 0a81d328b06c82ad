"""Connections: how the two databases are opened, for reading and for writing."""

from __future__ import annotations

from pathlib import Path
from sqlite3 import Connection as SQLiteConnection
from typing import Any

from psycopg import Connection as PostgreSQLConnection
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import IsolationLevel

from adapters.database.faults import translate

_PRAGMAS = (
    "journal_mode=WAL",
    "wal_autocheckpoint=4000",  # pages: what changes with every command is then copied once for many of them
    "foreign_keys=OFF",
    "cache_size=-32768",
    "temp_store=MEMORY",
)
_SPARE = 24
"""Connections that a process may open for reading; each is opened when the others are busy."""


def in_memory(url: URL) -> bool:
    """Whether the database lives no longer than its process."""
    return url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:")


def parsed(text: str) -> URL:
    """A database's address; ``postgresql://`` is taken to mean psycopg 3."""
    url = make_url(text)
    return url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url


def writer(url: URL, *, patience: float = 5, durable: bool = True) -> Engine:
    """Connections for units of work. On SQLite it is one, for which threads queue up in fairness.

    ``patience`` is how many seconds to wait for another's lock, or for a free connection.
    """
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, patience, "BEGIN IMMEDIATE", (f"synchronous={'FULL' if durable else 'OFF'}",), spare=0)
    settings = (
        "synchronous_commit = on",
        f"lock_timeout = {round(patience * 1000)}",
        "idle_in_transaction_session_timeout = '60s'",
    )
    return _postgresql(url, patience, "READ COMMITTED", settings)


def reader(url: URL, *, patience: float = 5) -> Engine:
    """Connections for reads: each transaction sees one state of the database and can change nothing."""
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, patience, "BEGIN", ("query_only=ON",), spare=_SPARE)
    return _postgresql(url, patience, "REPEATABLE READ").execution_options(postgresql_readonly=True)


def plain(file: Path) -> Engine:
    """Connections to a SQLite file that leave it as it is, with nothing beside it."""
    return create_engine(URL.create("sqlite", database=str(file)))


def _sqlite(url: URL, patience: float, begin: str, pragmas: tuple[str, ...], spare: int) -> Engine:
    engine = create_engine(
        url,
        # The driver would begin transactions by itself, and too late for BEGIN IMMEDIATE.
        connect_args={
            "isolation_level": None,
            "check_same_thread": False,
            "timeout": patience,
            "cached_statements": 512,
        },
        pool_size=1 + spare,
        max_overflow=0,
        pool_timeout=patience,
    )

    def opened(connection: SQLiteConnection, _: object) -> None:
        for pragma in (*_PRAGMAS, *pragmas):
            connection.execute(f"PRAGMA {pragma}")

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", opened)
    event.listen(engine, "begin", begun)
    event.listen(engine, "handle_error", translate)
    return engine


def _postgresql(url: URL, patience: float, isolation: IsolationLevel, settings: tuple[str, ...] = ()) -> Engine:
    engine = create_engine(
        url,
        connect_args={"connect_timeout": max(2, round(patience))},
        pool_size=_SPARE,
        pool_timeout=patience,
        pool_pre_ping=True,
        isolation_level=isolation,
    )

    def opened(connection: PostgreSQLConnection[Any], _: object) -> None:
        for setting in settings:
            connection.execute(f"SET {setting}".encode())
        connection.commit()

    event.listen(engine, "connect", opened)
    event.listen(engine, "handle_error", translate)
    return engine
