"""The sequencer: gives committed records their positions in the feed, and tells who follows it."""

from __future__ import annotations

from collections.abc import Callable

from engine.ports import Store
from engine.service.loop import Loop

RECHECK = 1.0
"""Seconds; a safety net for what a process committed that ended before it could be numbered."""
PAUSE = 0.15
"""Seconds between two rounds: what is committed meanwhile is numbered, and told of, at once."""


class Sequencer(Loop):
    """A thread that numbers after commits. Of several processes one numbers at a time; the database decides which."""

    name = "sequencer"
    rest = RECHECK

    def __init__(self, store: Store, *, alone: bool = True) -> None:
        super().__init__()
        self.store = store
        self._alone = alone
        """Whether no other process writes: then records are numbered as they are written, and there is only to tell."""
        self.told: list[Callable[[], None]] = []
        """Called when the feed may have grown."""

    def turn(self, woken: bool) -> None:
        """Number what is there, tell who follows, and let a little come together."""
        numbered = 0 if self._alone else self.number()
        if numbered or woken:
            for tell in self.told:
                tell()
        self._stopping.wait(PAUSE)

    def number(self) -> int:
        """Number what is committed, in a unit of work of its own; how many rows of the log."""
        with self.store.begin() as unit:
            numbered = unit.number_records()
            unit.commit()
        return numbered
