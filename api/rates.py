"""Rates: how often somebody may ask, counted in memory, each process for itself."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from time import monotonic

from api.refusals import TooMany

MOST_KNOWN = 10_000
FAILURES, FAILURES_AT_ONCE = 50.0, 500.0
"""Failed attempts to enter from one address, and requests without a key: a second, and at once.

Who comes with something good is never held up by them.
"""


class Rates:
    """A bucket for each caller, that fills again with time."""

    def __init__(self, per_second: float, at_once: float, now: Callable[[], float] = monotonic) -> None:
        self._per_second, self._at_once, self._now = per_second, at_once, now
        self._lock = Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def count(self, who: str) -> None:
        """One more.

        Raises:
            TooMany: there were too many.
        """
        now = self._now()
        with self._lock:
            left, at = self._left.pop(who, (self._at_once, now))
            left = min(self._at_once, left + (now - at) * self._per_second)
            self._left[who] = (left - 1 if left >= 1 else left, now)
            if len(self._left) > MOST_KNOWN:
                self._left.popitem(last=False)
        if left < 1:
            raise TooMany
