"""The tail of the feed: what was added to it last, looked at once for all who follow it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from engine.domain.feed import Numbered, Wanted
from engine.ports import Store

MOST = 50
"""Rows; where more were added, whoever follows looks for himself."""
_EVERYTHING = Wanted()


class Followers(Protocol):
    """Who waits for the feed to grow."""

    @property
    def waiting(self) -> int:
        """How many they are."""

    def ring(self, news: Sequence[Numbered] | None) -> None:
        """Tell those whom it may concern; all of them where nobody looked what it is."""


class Tail:
    """Tells followers of what was added, so that only those look again who may want it."""

    def __init__(self, store: Store, followers: Followers) -> None:
        self._store, self._followers = store, followers
        self._end = 0

    def tell(self) -> None:
        """The feed may have grown."""
        with self._store.read() as queries:
            end = queries.feed_end()
            # After the end is known: who comes in later has seen at least that much.
            if not self._followers.waiting or end == self._end:
                self._end = end
                return
            rows = queries.feed_rows(self._end, end, MOST, _EVERYTHING)
        self._end = end
        self._followers.ring(rows if len(rows) < MOST else None)
