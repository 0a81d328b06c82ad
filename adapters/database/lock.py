"""One process for each SQLite file."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from adapters.database.connection import in_memory, parsed
from engine.domain.errors import EngineError


class StoreInUse(EngineError):
    """Another process writes to this file; two would not know of each other's instances."""

    code = "storeInUse"
    vi = "Tệp dữ liệu {file} đang được tiến trình {pid} sử dụng; hãy dừng tiến trình đó trước."
    en = "The database file {file} is in use by process {pid}; stop that one first."


class StoreLock:
    """The right to be the one process that uses a SQLite file; the system takes it back from a dead process.

    Databases on PostgreSQL and in memory need none: taking their lock does nothing.
    """

    def __init__(self, url: str) -> None:
        address = parsed(url)
        free = address.get_backend_name() != "sqlite" or in_memory(address)
        self._file = None if free else Path(str(address.database)).resolve()
        self._held: int | None = None

    def acquire(self) -> None:
        """Take the lock, or say who has it.

        Raises:
            StoreInUse: another process has it.
        """
        if self._file is None or self._held is not None:
            return
        held = os.open(f"{self._file}.lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = os.pread(held, 32, 0).decode().strip() or "?"
            os.close(held)
            raise StoreInUse(file=str(self._file), pid=pid) from None
        os.ftruncate(held, 0)
        os.pwrite(held, str(os.getpid()).encode(), 0)
        self._held = held

    def release(self) -> None:
        """Give it back. The file stays: to remove it would let a third process lock one that nobody sees."""
        if self._held is not None:
            os.close(self._held)
            self._held = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
