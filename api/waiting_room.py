"""Where callers wait until there is something for them: each holds a thread, so there are only so many places."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

RECHECK = 1.0
"""Seconds; a safety net for what another process committed, and for what falls due by itself."""
SOONEST, LATEST = 5, 60
"""Seconds after which somebody for whom there was no place may ask again."""
APART = 0.2
"""Seconds between two who ask again: however many they are, they do not take the time of those who have work."""

Concerns = Callable[[Any], bool]
"""Whether a piece of news is reason enough to look."""


def _all(news: Any) -> bool:
    return True


@dataclass(slots=True, eq=False)
class _Caller:
    concerns: Concerns
    bell: threading.Event = field(default_factory=threading.Event)


class WaitingRoom:
    """Callers look, wait until the bell rings for them, and look again; every ``recheck`` seconds also if it does not."""

    def __init__(self, places: int, recheck: float = RECHECK) -> None:
        self.recheck = recheck
        self._places = places
        self._lock, self._callers, self._closed = threading.Lock(), list[_Caller](), False
        self._next = 0.0

    @property
    def waiting(self) -> int:
        """How many are in it."""
        return len(self._callers)

    def ring(self, news: Any = None) -> None:
        """Something was committed that somebody may wait for: all look, or those whom the ``news`` concern."""
        with self._lock:
            for caller in self._callers:
                if news is None or caller.concerns(news):
                    caller.bell.set()

    def close(self) -> None:
        """Nobody waits any more, or comes in."""
        self._closed = True
        self.ring()

    def wait_until(self, there: Callable[[], bool], seconds: float, concerns: Concerns = _all) -> bool:
        """Wait until ``there`` says so, at most so long; False at once when every place is taken."""
        caller = _Caller(concerns)
        with self._lock:
            if len(self._callers) >= self._places:
                return False
            self._callers.append(caller)
        try:
            self._wait(there, caller.bell, time.monotonic() + seconds)
        finally:
            with self._lock:
                self._callers.remove(caller)
        return True

    def come_back(self) -> int:
        """In how many seconds somebody whom it had no place for should ask again: later, the more of them there are."""
        with self._lock:
            now = time.monotonic()
            self._next = min(max(self._next + APART, now + SOONEST), now + LATEST)
            return math.ceil(self._next - now)

    def _wait(self, there: Callable[[], bool], bell: threading.Event, end: float) -> None:
        while not there():
            bell.wait(min(self.recheck, max(end - time.monotonic(), 0)))
            bell.clear()  # before looking: what is committed meanwhile rings again
            if self._closed or time.monotonic() >= end:
                return
