"""A fresh store of each kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.database.store import DatabaseStore


@pytest.fixture
def empty_url(
    new_store: Callable[[str, Path], str], empty_postgresql: Callable[[], str], tmp_path: Path
) -> Callable[[str], str]:
    """A function that gives the address of an empty database of a kind."""
    return lambda kind: empty_postgresql() if kind == "postgresql" else new_store(kind, tmp_path)


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
