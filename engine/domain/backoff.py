"""How long to wait before something that failed is tried again."""

from __future__ import annotations

from datetime import timedelta

FIRST = timedelta(seconds=1)
LONGEST = timedelta(minutes=5)


def pause(failures: int, chance: float) -> timedelta:
    """The pause after so many failures in a row: at most twice as long each time, and any part of it.

    ``chance`` is a random number from 0 to 1 ("full jitter"): things that failed together are not tried together again.
    """
    longest: timedelta = min(FIRST * 2 ** min(failures - 1, 30), LONGEST)
    return longest * chance
