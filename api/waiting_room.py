"""Where callers wait until there is something for them: each holds a thread, so there are only so many places."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

RECHECK = 1.0
"""Seconds; a safety net for what another process committed, and for what falls due by itself."""


class WaitingRoom:
    """Callers look, wait until the bell rings, and look again; every ``recheck`` seconds also if it does not."""

    def __init__(self, places: int, recheck: float = RECHECK) -> None:
        self.recheck = recheck
        self._bell = threading.Condition()
        self._places = self._free = places
        self._rung, self._closed = 0, False

    @property
    def waiting(self) -> int:
        """How many are in it."""
        return self._places - self._free

    def ring(self) -> None:
        """Something was committed that somebody may wait for."""
        with self._bell:
            self._rung += 1
            self._bell.notify_all()

    def close(self) -> None:
        """Nobody waits any more, or comes in."""
        with self._bell:
            self._closed = True
            self._bell.notify_all()

    def wait_until(self, there: Callable[[], bool], seconds: float) -> bool:
        """Wait until ``there`` says so, at most so long; False at once when every place is taken."""
        with self._bell:
            if not self._free:
                return False
            self._free -= 1
        try:
            self._wait(there, time.monotonic() + seconds)
        finally:
            with self._bell:
                self._free += 1
        return True

    def _wait(self, there: Callable[[], bool], end: float) -> None:
        rung = self._rung  # before looking: what is committed meanwhile rings again
        while not there():
            rung = self._rest(rung, end - time.monotonic())
            if self._closed or time.monotonic() >= end:
                return

    def _rest(self, rung: int, seconds: float) -> int:
        with self._bell:
            self._bell.wait_for(lambda: self._closed or self._rung != rung, min(self.recheck, max(seconds, 0)))
            return self._rung
