"""The store: taken for this process, brought to the newest schema, opened."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from adapters.clock.system import SystemClock
from adapters.clock.virtual import StoredVirtualClock
from adapters.database import connection, schema
from adapters.database.lock import StoreLock
from adapters.database.store import DatabaseStore
from api.settings import Settings
from engine.domain.errors import EngineError
from engine.domain.values import moment, written
from engine.ports import Clock


def hold(settings: Settings) -> StoreLock:
    """Take the store for this process alone.

    Raises:
        StoreInUse: another process has it.
    """
    _make_folder(settings.database_url)
    lock = StoreLock(settings.database_url)
    lock.acquire()
    return lock


def upgrade(settings: Settings) -> None:
    """Bring the database to the newest schema.

    Raises:
        StoreInUse: a service is running on it.
    """
    with hold(settings):
        _upgrade(settings.database_url)


def store_of(url: str, tenant: str) -> DatabaseStore:
    """The store of one tenant, as it is."""
    return DatabaseStore(url, tenant)


def opened(settings: Settings) -> tuple[DatabaseStore, Clock]:
    """A store with the newest schema, and the clock that its processes go by."""
    _upgrade(settings.database_url)
    store = DatabaseStore(settings.database_url, settings.tenant)
    return store, _clock(settings, store)


def machine_time() -> str:
    """Now, by the machine's clock."""
    return written(SystemClock().now())


def _upgrade(url: str) -> None:
    if not _in_memory(url):
        schema.upgrade(url)


def _in_memory(url: str) -> bool:
    return connection.in_memory(connection.parsed(url))


def _make_folder(url: str) -> None:
    address = connection.parsed(url)
    if address.get_backend_name() == "sqlite" and not _in_memory(url):
        Path(str(address.database)).resolve().parent.mkdir(parents=True, exist_ok=True)


def _clock(settings: Settings, store: DatabaseStore) -> Clock:
    if not settings.virtual:
        return store.clock() if settings.shared else SystemClock()
    with store.read() as queries:
        stored = queries.virtual_time()
    if stored is not None:
        return StoredVirtualClock(moment(stored))
    return StoredVirtualClock(SystemClock().now().replace(second=0, microsecond=0) + timedelta(minutes=1))


def store_state(settings: Settings, store: DatabaseStore) -> dict[str, bool]:
    """Whether the database answers, and has the newest schema."""
    try:
        version = store.schema_version()
    except EngineError:
        return {"store": False}
    return {"store": True, "schema": _in_memory(settings.database_url) or version == schema.head()}
