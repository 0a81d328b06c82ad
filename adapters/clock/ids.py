"""Ids that sort by the time they were made."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable
from threading import Lock
from uuid import UUID

_VERSION, _VARIANT = 0x7 << 76, 0b10 << 62


class TimeOrderedIds:
    """UUID version 7 (RFC 9562): milliseconds, a fraction of one (section 6.2, method 3), 62 random bits.

    Within a process each id is greater than the one before, also when the machine's clock is set back.
    """

    def __init__(self, nanoseconds: Callable[[], int] = time.time_ns) -> None:
        self._nanoseconds = nanoseconds
        self._lock = Lock()
        self._last = 0

    def new(self) -> str:
        ticks = self._later_than_the_last()
        random = int.from_bytes(os.urandom(8), "big") >> 2
        return str(UUID(int=(ticks >> 12) << 80 | _VERSION | (ticks & 0xFFF) << 64 | _VARIANT | random))

    def secret(self) -> bytes:
        return secrets.token_bytes(32)

    def _later_than_the_last(self) -> int:
        """Now in 1/4096 of a millisecond."""
        now = (self._nanoseconds() << 12) // 1_000_000
        with self._lock:
            self._last = max(now, self._last + 1)
            return self._last
