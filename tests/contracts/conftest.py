"""A fresh store of each kind."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from adapters.database.schema import upgrade
from adapters.database.store import DatabaseStore
from adapters.database.tables import METADATA
from tests.conftest import Databases

_EMPTY = "".join(f"DELETE FROM {table.name};" for table in METADATA.sorted_tables)


@pytest.fixture(scope="session")
def migrated(postgresql_url: Databases, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A database of each kind with the newest schema."""
    urls = {
        "sqlite-file": f"sqlite:///{tmp_path_factory.mktemp('migrated')}/store.db",
        "postgresql": postgresql_url(),
    }
    for url in urls.values():
        upgrade(url)
    return urls


@pytest.fixture
def empty_url(migrated: dict[str, str], tmp_path: Path) -> Callable[[str], str]:
    """A function that gives the address of an empty database of a kind.

    On SQLite it is a copy of the file; on PostgreSQL, where a copy takes a tenth of a second, the same one emptied.
    """

    def empty(kind: str) -> str:
        if kind == "sqlite-file":
            shutil.copy(migrated[kind].removeprefix("sqlite:///"), tmp_path / "store.db")
            return f"sqlite:///{tmp_path}/store.db"
        with psycopg.connect(migrated[kind]) as connection:
            connection.execute(_EMPTY.encode())
        return migrated[kind]

    return empty


@pytest.fixture(params=["sqlite-memory", "sqlite-file", "postgresql"])
def store(request: pytest.FixtureRequest, empty_url: Callable[[str], str]) -> Iterator[DatabaseStore]:
    """An empty store of each kind."""
    store = DatabaseStore("sqlite:///:memory:" if request.param == "sqlite-memory" else empty_url(request.param))
    yield store
    store.close()


@pytest.fixture(params=["sqlite-file", "postgresql"])
def two_tenants(request: pytest.FixtureRequest, empty_url: Callable[[str], str]) -> Iterator[dict[str, DatabaseStore]]:
    """The stores of two tenants in one database."""
    url = empty_url(request.param)
    stores = {tenant: DatabaseStore(url, tenant) for tenant in ("lao-cai", "yen-bai")}
    yield stores
    for store in stores.values():
        store.close()
