"""Time that stands still until somebody moves it."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Lock


class StoredVirtualClock:
    """A clock that stands where it was set; whoever sets it also stores where that is."""

    def __init__(self, start: datetime) -> None:
        self._lock = Lock()
        self._now = _in_utc(start)

    def now(self) -> datetime:
        with self._lock:
            return self._now

    def set(self, to: datetime) -> None:
        """Move to that moment, forwards or backwards."""
        moment = _in_utc(to)
        with self._lock:
            self._now = moment


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"a time without offset: {moment}")
    return moment.astimezone(UTC)
