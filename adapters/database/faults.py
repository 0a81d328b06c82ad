"""What a driver's error means to the engine."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from engine.domain.errors import StoreFull, StoreUnavailable
from engine.ports import WriteConflict

if TYPE_CHECKING:
    from sqlalchemy.engine import ExceptionContext

_CONFLICTS_ON_SQLITE = {
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY,
    sqlite3.SQLITE_CONSTRAINT_UNIQUE,
}
_FULL_ON_SQLITE = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE}
_UNAVAILABLE_ON_SQLITE = {
    sqlite3.SQLITE_BUSY,  # the file has one service, so it is a tool that holds it: no second try helps before it lets go
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_READONLY,
}

_CONFLICTS_ON_POSTGRESQL = {
    "23505",  # unique_violation
    "40001",  # serialization_failure
    "40P01",  # deadlock_detected
    "42710",  # duplicate_object: two processes create a table at once, and both found that there is none
    "42P07",  # duplicate_table: the same, a moment later
    "55P03",  # lock_not_available
}
_FULL_ON_POSTGRESQL = {"53100"}  # disk_full
_UNAVAILABLE_ON_POSTGRESQL = (
    "08",  # connection exception
    "25006",  # read_only_sql_transaction: a standby answered
    "28",  # invalid authorization: the password was changed
    "3D000",  # invalid_catalog_name: there is no such database
    "53",  # insufficient resources
    "57",  # operator intervention: shutdown, cancelled, not yet started
    "58",  # system error
)


def translate(context: ExceptionContext) -> None:
    """Listener of SQLAlchemy's ``handle_error``: have the engine's word raised in place of the driver's."""
    if context.is_pre_ping:  # the pool has found a dead connection and will open another
        return
    error = meaning(context.original_exception)
    if error is not None:
        raise error from context.original_exception


def meaning(error: BaseException) -> Exception | None:
    """The engine's word for a driver's error; None where it means a mistake of ours and should be seen as it is."""
    if isinstance(error, sqlite3.Error):
        return _meaning_on_sqlite(error)
    if hasattr(error, "sqlstate"):
        return _meaning_on_postgresql(error, error.sqlstate)
    return None


def _meaning_on_sqlite(error: sqlite3.Error) -> Exception | None:
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    if {code, code & 0xFF} & _FULL_ON_SQLITE:
        return StoreFull()
    if {code, code & 0xFF} & _CONFLICTS_ON_SQLITE:
        return WriteConflict(str(error))
    return StoreUnavailable() if code & 0xFF in _UNAVAILABLE_ON_SQLITE else None


def _meaning_on_postgresql(error: BaseException, state: str | None) -> Exception | None:
    if state is None:  # the connection was lost or never made: no server said anything
        return StoreUnavailable() if type(error).__name__ in ("OperationalError", "InterfaceError") else None
    if state in _FULL_ON_POSTGRESQL:
        return StoreFull()
    if state in _CONFLICTS_ON_POSTGRESQL:
        return WriteConflict(str(error))
    return StoreUnavailable() if state.startswith(_UNAVAILABLE_ON_POSTGRESQL) else None
