"""The database of one tenant."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from weakref import finalize

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from adapters.database import connection
from adapters.database.clock import DatabaseClock
from adapters.database.queries import DatabaseQueries
from adapters.database.schema import version_of
from adapters.database.statistics import assume
from adapters.database.tables import METADATA
from adapters.database.unit_of_work import DatabaseUnitOfWork
from engine.domain.errors import StoreUnavailable


class DatabaseStore:
    """The port ``Store``; it waits for a lock or a connection for ``patience`` seconds.

    ``sqlite:///:memory:`` gives a database that is gone with its process. It is made at once, and it lives in
    a temporary file that nobody waits for: of SQLite's own two kinds of memory one belongs to a single
    connection, and the other shuts readers out while somebody writes, which no other database here does.
    """

    def __init__(self, url: str, tenant: str = "default", *, patience: float = 5) -> None:
        self._tenant = tenant
        address = connection.parsed(url)
        memory = connection.in_memory(address)
        self._discard: Callable[[], object] = lambda: None
        if memory:
            folder = tempfile.mkdtemp(prefix="motcua-")
            self._discard = finalize(self, partial(shutil.rmtree, folder, ignore_errors=True))
            file = Path(folder, "memory.db")
            file.write_bytes(_empty())
            address = address.set(database=str(file))
        self._writer = connection.writer(address, patience=patience, durable=not memory)
        self._reader = connection.reader(address, patience=patience)

    @contextmanager
    def begin(self) -> Iterator[DatabaseUnitOfWork]:
        """A unit of work; left without ``commit`` it leaves nothing behind."""
        with _transaction(self._writer) as transaction:
            yield DatabaseUnitOfWork(transaction, self._tenant)

    @contextmanager
    def read(self) -> Iterator[DatabaseQueries]:
        """Reads that all see one state of the database."""
        with _transaction(self._reader) as transaction:
            yield DatabaseQueries(transaction, self._tenant)

    def clock(self) -> DatabaseClock:
        """The time that all processes on this database share."""
        return DatabaseClock(self._reader)

    def schema_version(self) -> str | None:
        """The version of the schema that the database has, None for an empty one."""
        with _transaction(self._reader) as transaction:
            return version_of(transaction)

    def close(self) -> None:
        """Let go of every connection."""
        self._reader.dispose()
        self._writer.dispose()
        self._discard()


@cache
def _empty() -> bytes:
    """The file of a database that nothing was written into: to make its tables takes far longer than to copy them."""
    with tempfile.TemporaryDirectory(prefix="motcua-") as folder:
        file = Path(folder, "empty.db")
        engine = connection.writer(connection.parsed(f"sqlite:///{file}"), durable=False)
        with engine.begin() as opened:
            METADATA.create_all(opened)
            assume(opened)
        engine.dispose()
        return file.read_bytes()


@contextmanager
def _transaction(engine: Engine) -> Iterator[Connection]:
    """A transaction from here on; whatever was not committed at its end is rolled back."""
    try:
        opened = engine.connect()
    except NoConnectionFree:
        raise StoreUnavailable from None
    with opened:
        opened.begin()
        yield opened
