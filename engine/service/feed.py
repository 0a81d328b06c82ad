"""Reading the feed from any position on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.domain.errors import Fault, InvalidValues
from engine.domain.feed import Event, Numbered, Wanted
from engine.ports import Queries
from engine.runtime.sealing import records_of

WINDOW = 10_000
"""Positions that are looked through at once: who wants what is rare is told how far the search came, and asks on."""


@dataclass(frozen=True, slots=True)
class Found:
    """Events, the position up to which the reader has seen all that he wants, and the last position there is."""

    events: Sequence[Event]
    next: int
    end: int

    @property
    def is_there(self) -> bool:
        """Whether there is anything to tell, or more to look through."""
        return bool(self.events) or self.next < self.end


def read(queries: Queries, after: int, limit: int, wanted: Wanted) -> Found:
    """Up to ``limit`` wanted events with positions above ``after``.

    Raises:
        InvalidValues: the position was not given yet.
    """
    end = queries.feed_end()
    if after > end:
        raise InvalidValues([_ahead(end)])
    until = end if wanted.stream is not None else min(after + WINDOW, end)
    rows = queries.feed_rows(after, until, limit, wanted) if after < until else ()
    events = [event for event in _events(rows, wanted) if event.position > after][:limit]
    return Found(events, _seen(events, rows, limit, until), end)


def _seen(events: Sequence[Event], rows: Sequence[Numbered], limit: int, until: int) -> int:
    if len(events) == limit:
        return events[-1].position
    if len(rows) == limit:
        return rows[-1].position + rows[-1].row.count - 1
    return until


def _events(rows: Sequence[Numbered], wanted: Wanted) -> Iterator[Event]:
    for numbered in rows:
        for record in records_of(numbered.row):
            if not wanted.kinds or record.kind in wanted.kinds:
                yield Event(numbered.position + record.seq - numbered.row.first_seq, numbered.key, record)


def _ahead(end: int) -> Fault:
    return Fault(
        "/after",
        "positionAhead",
        f"Chưa có vị trí này; vị trí cuối cùng là {end}. Nếu dữ liệu được phục hồi từ bản sao lưu, hãy đọc lại từ vị trí đó.",
        f"There is no such position yet; the last is {end}. If the store was restored from a backup, read on from there.",
    )
