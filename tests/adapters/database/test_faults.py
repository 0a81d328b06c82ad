"""What goes wrong in a database is told in the engine's words."""

from __future__ import annotations

import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import IntegrityError, OperationalError

from adapters.database.faults import meaning
from adapters.database.schema import upgrade
from adapters.database.store import DatabaseStore
from engine.domain.errors import StoreFull, StoreUnavailable
from engine.ports import Changes, WriteConflict
from tests.conftest import Databases
from tests.contracts.samples import LOG_ROW, TIMER
from tests.contracts.steps import commit, keep


@dataclass
class Room:
    """Somewhere for a database that has little room, until there is more."""

    file: Path
    make_more: Callable[[], object]

    @property
    def url(self) -> str:
        return f"sqlite:///{self.file}"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """Eight megabytes: a disk of that size where the system lets us mount one, else a limit that SQLite keeps to."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(tmp_path)]
    if subprocess.run(mount, check=False, capture_output=True).returncode == 0:
        yield Room(
            tmp_path / "store.db",
            lambda: subprocess.run(["mount", "-o", "remount,size=64m", str(tmp_path)], check=True),
        )
        subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)
    else:
        yield from limited(tmp_path)


def limited(folder: Path) -> Iterator[Room]:
    """Room for two thousand pages, by SQLite's own count."""
    opened: list[sqlite3.Connection] = []

    def limit(connection: Any, _: object) -> None:
        connection.execute("PRAGMA max_page_count=2000")
        opened.append(connection)

    event.listen(Engine, "connect", limit)
    yield Room(folder / "store.db", lambda: [c.execute("PRAGMA max_page_count=20000") for c in opened[-2:]])
    event.remove(Engine, "connect", limit)


def test_a_full_disk_is_said_and_got_over(room: Room) -> None:
    """A full disk is no conflict to be tried again; what was kept stays readable, and room is all that is needed."""
    upgrade(room.url)
    store = DatabaseStore(room.url)
    kept = [LOG_ROW]
    keep(store, log=[LOG_ROW])

    def write_on() -> None:
        for n in range(1, 1000):
            row = replace(LOG_ROW, first_seq=3 * n + 1, body=b"x" * 100_000)
            keep(store, log=[row])
            kept.append(row)

    with pytest.raises(StoreFull):
        write_on()
    with store.read() as queries:
        assert kept == queries.log_rows("i-1", 0, 1000)

    room.make_more()
    keep(store, log=[replace(LOG_ROW, stream="i-2")])
    with store.read() as queries:
        assert kept == queries.log_rows("i-1", 0, 1000)
        assert replace(LOG_ROW, stream="i-2") == queries.last_log_row("i-2")
    store.close()


@pytest.fixture
def file_url(tmp_path: Path) -> str:
    """A new database in a file."""
    url = f"sqlite:///{tmp_path}/store.db"
    upgrade(url)
    return url


def test_a_file_locked_by_another_process_cannot_be_written(file_url: str) -> None:
    """Somebody with a database tool holds the file: commands come back later, reads go on."""
    store = DatabaseStore(file_url, patience=0.1)
    keep(store, log=[LOG_ROW])
    with closing(sqlite3.connect(file_url.removeprefix("sqlite:///"), isolation_level=None)) as tool:
        tool.execute("BEGIN IMMEDIATE")

        with pytest.raises(StoreUnavailable):
            keep(store, TIMER)
        with store.read() as queries:
            assert LOG_ROW == queries.last_log_row("i-1")
    keep(store, TIMER)
    store.close()


def test_units_queue_up_and_do_not_wait_for_ever(file_url: str) -> None:
    """A unit that hangs must not hang every request behind it."""
    store = DatabaseStore(file_url, patience=0.1)
    begun, done = threading.Event(), threading.Event()

    def hang() -> None:
        with store.begin():
            begun.set()
            done.wait()

    hanging = threading.Thread(target=hang)
    hanging.start()
    begun.wait()
    with pytest.raises(StoreUnavailable):
        keep(store, TIMER)
    done.set()
    hanging.join()
    keep(store, TIMER)
    store.close()


def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    """A folder that was not mounted: unavailable, not a crash."""
    store = DatabaseStore(f"sqlite:///{tmp_path}/not/there/store.db")

    with pytest.raises(StoreUnavailable), store.read() as queries:
        queries.has_api_keys()
    store.close()


def test_a_file_that_may_not_be_written(file_url: str) -> None:
    """A file system that the kernel remounted read-only after a fault still serves reads."""
    readable = f"sqlite:///file:{file_url.removeprefix('sqlite:///')}?mode=ro&uri=true"
    store = DatabaseStore(readable)

    with pytest.raises(StoreUnavailable):
        keep(store, TIMER)
    store.close()


def test_no_server(tmp_path: Path) -> None:
    """Neither a read nor a unit of work begins, and both say so in the engine's words."""
    store = DatabaseStore(f"postgresql://postgres@/postgres?host={tmp_path}", patience=1)

    with pytest.raises(StoreUnavailable), store.begin():
        pass
    with pytest.raises(StoreUnavailable), store.read():
        pass
    store.close()


@pytest.fixture
def server_url(postgresql_url: Databases) -> str:
    """A new database on the server."""
    url = postgresql_url()
    upgrade(url)
    return url


def cut(url: str) -> None:
    """End every other connection to a database, as a restart of the server does."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_connection_cut_in_the_middle(server_url: str) -> None:
    """The server restarts under a unit of work: it has not happened, and the next one finds a new connection."""
    store = DatabaseStore(server_url)

    def interrupted() -> None:
        with store.begin() as unit:
            unit.write(Changes(log=[LOG_ROW]))
            cut(server_url)
            unit.commit()

    with pytest.raises(StoreUnavailable):
        interrupted()
    with store.read() as queries:
        assert queries.last_log_row("i-1") is None
    cut(server_url)
    keep(store, log=[LOG_ROW])
    with store.read() as queries:
        assert LOG_ROW == queries.last_log_row("i-1")
    store.close()


def test_a_deadlock_is_a_conflict(server_url: str) -> None:
    """Two units that insert the same keys the other way round: the server ends one of them, which decides again."""
    store = DatabaseStore(server_url)
    rows = [replace(LOG_ROW, stream=stream) for stream in ("a", "b")]
    ready = threading.Barrier(2)
    lost = []

    def run(first: int) -> None:
        try:
            with store.begin() as unit:
                unit.write(Changes(log=[rows[first]]))
                ready.wait()
                unit.write(Changes(log=[rows[1 - first]]))
                unit.commit()
        except WriteConflict:
            lost.append(first)

    threads = [threading.Thread(target=run, args=(first,)) for first in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 1 == len(lost)
    with store.read() as queries:
        assert ["a", "b"] == list(queries.streams())
    store.close()


def test_a_lock_is_not_waited_for_for_ever(server_url: str) -> None:
    """A process that was stopped in the middle of a unit must not stop all others."""
    store = DatabaseStore(server_url, patience=0.2)
    with store.begin() as unit:
        unit.write(Changes(log=[LOG_ROW]))

        with pytest.raises(WriteConflict):
            keep(store, log=[LOG_ROW])
    store.close()


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (psycopg.errors.DiskFull, StoreFull),
        (psycopg.errors.SerializationFailure, WriteConflict),
        (psycopg.errors.DeadlockDetected, WriteConflict),
        (psycopg.errors.UniqueViolation, WriteConflict),
        (psycopg.errors.TooManyConnections, StoreUnavailable),
        (psycopg.errors.AdminShutdown, StoreUnavailable),
        (psycopg.errors.CannotConnectNow, StoreUnavailable),
        (psycopg.errors.ReadOnlySqlTransaction, StoreUnavailable),
        (psycopg.OperationalError, StoreUnavailable),
        (psycopg.InterfaceError, StoreUnavailable),
    ],
)
def test_what_a_server_says(error: type[psycopg.Error], word: type[Exception]) -> None:
    """What cannot be brought about in a test is at least understood."""
    assert isinstance(meaning(error("said the server")), word)


@pytest.mark.parametrize(
    "error",
    [
        psycopg.errors.UndefinedTable("a"),
        psycopg.errors.NotNullViolation("a"),
        psycopg.errors.SyntaxError("a"),
        psycopg.DataError("a"),
        sqlite3.OperationalError("no code"),
        ValueError("a"),
    ],
)
def test_mistakes_of_ours_are_seen_as_they_are(error: Exception) -> None:
    """A wrong statement is neither a conflict to be tried for ever nor a server that will come back."""
    assert meaning(error) is None


def test_mistakes_of_ours_pass_through(file_url: str, tmp_path: Path) -> None:
    """The same, through the whole store."""
    nowhere = DatabaseStore(f"sqlite:///{tmp_path}/empty.db")
    with pytest.raises(OperationalError, match="no such table"), nowhere.read() as queries:
        queries.has_api_keys()
    nowhere.close()

    store = DatabaseStore(file_url)
    nameless: Any = replace(LOG_ROW, actor=None)  # type: ignore[arg-type]
    with pytest.raises(IntegrityError, match="NOT NULL"):
        commit(store, Changes(log=[nameless]))
    store.close()
