"""The sequencer: gives committed records their positions in the feed, and tells who follows it."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from engine.domain.errors import EngineError
from engine.ports import Store, WriteConflict

RECHECK = 1.0
"""Seconds; a safety net for what a process committed that ended before it could be numbered."""
PAUSE = 0.02
"""Seconds between two rounds: what is committed meanwhile is numbered, and told of, at once."""

log = structlog.get_logger()


class Sequencer:
    """A thread that numbers after commits. Of several processes one numbers at a time; the database decides which."""

    def __init__(self, store: Store, *, alone: bool = True) -> None:
        self.store = store
        self._alone = alone
        """Whether no other process writes: then records are numbered as they are written, and there is only to tell."""
        self.told: list[Callable[[], None]] = []
        """Called when the feed may have grown."""
        self._woken, self._stopping = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to number."""
        self._thread = threading.Thread(target=self._run, name="sequencer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the round that is running."""
        self._stopping.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join()

    def wake(self) -> None:
        """Records were committed."""
        self._woken.set()

    @property
    def alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            woken = self._woken.wait(RECHECK)
            self._woken.clear()
            if self._numbered() or woken:
                for tell in self.told:
                    tell()
            self._stopping.wait(PAUSE)

    def _numbered(self) -> int:
        try:
            return 0 if self._alone else self.number()
        except (EngineError, WriteConflict) as error:
            log.warning("sequencer waits", error=str(error))
        except Exception:
            log.exception("sequencer stumbled")
        self._stopping.wait(RECHECK)
        return 0

    def number(self) -> int:
        """Number what is committed, in a unit of work of its own; how many rows of the log."""
        with self.store.begin() as unit:
            numbered = unit.number_records()
            unit.commit()
        return numbered
