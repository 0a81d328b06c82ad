"""The database's time, so that machines whose clocks differ agree on what is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Lock
from time import CLOCK_BOOTTIME, clock_gettime

from sqlalchemy import Engine, text

from engine.domain.errors import EngineError

GOOD_FOR = 30.0
"""Seconds after which the database is asked again; what a machine's oscillator gains or loses meanwhile is below a millisecond."""


class DatabaseClock:
    """Counts on from the time that the database told last, whatever the machine's own clock is set to.

    It is never ahead of the database: of the time that the question took, all counts as the way back.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine, self._lock = engine, Lock()
        self._told = self._ask()

    def now(self) -> datetime:
        """The database's time; its last word, counted on, while it is away."""
        time, at = self._told
        here = clock_gettime(CLOCK_BOOTTIME)
        if here - at > GOOD_FOR and self._lock.acquire(blocking=False):
            try:
                time, at = self._told = self._again(time, at, here)
            finally:
                self._lock.release()
        return time + timedelta(seconds=clock_gettime(CLOCK_BOOTTIME) - at)

    def _again(self, time: datetime, at: float, here: float) -> tuple[datetime, float]:
        """What it tells now; while it is away it is left in peace for as long again."""
        try:
            return self._ask()
        except EngineError:
            return time + timedelta(seconds=here - at), here

    def _ask(self) -> tuple[datetime, float]:
        with self._engine.connect() as opened:
            told: datetime = opened.execute(text("SELECT clock_timestamp()")).scalar_one()
            return told.astimezone(UTC), clock_gettime(CLOCK_BOOTTIME)
