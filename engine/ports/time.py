"""Time and ids: nothing else in the engine reads a clock or makes up a number."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time, with an offset. Nothing else in the engine does."""

    def now(self) -> datetime: ...


class VirtualClock(Clock, Protocol):
    """A clock that stands still until it is set; where it stands is stored."""

    def set(self, to: datetime) -> None: ...


class Ids(Protocol):
    """Makes new ids, the later the greater (UUID version 7, RFC 9562)."""

    def new(self) -> str: ...

    def secret(self) -> bytes:
        """32 random bytes, for keys."""
        ...
