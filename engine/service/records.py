"""Records of every stream, for the auditor: who did what, when, over all instances and the administration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from engine.domain.errors import Fault, InvalidValues
from engine.domain.record import LogRow, Record
from engine.ports import Listed, Page, Queries
from engine.runtime.sealing import records_of

_ROWS = 50


@dataclass(frozen=True, slots=True)
class Search:
    """What an auditor asks for; ``since`` and ``until`` count themselves."""

    actor: str | None = None
    since: str | None = None
    until: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a page ended: the row cursor to begin again at, and the last record that was shown."""

    rows: str | None
    stream: str = ""
    seq: int = 0

    @classmethod
    def read(cls, text: str | None) -> _Place:
        if text is None:
            return cls(None)
        try:
            rows, stream, seq = orjson.loads(bytes.fromhex(text))
        except (ValueError, TypeError):
            raise _not_a_cursor() from None
        if not (isinstance(rows, str | None) and isinstance(stream, str) and isinstance(seq, int)):
            raise _not_a_cursor()
        return cls(rows, stream, seq)

    def written(self) -> str:
        return orjson.dumps([self.rows, self.stream, self.seq]).hex()


def search(queries: Queries, asked: Search, page: Page) -> Listed[Record]:
    """The records that fit, newest first.

    Raises:
        InvalidValues: the cursor is none that a page before gave.
    """
    place = _Place.read(page.after)
    found: list[tuple[Record, str | None]] = []
    for record, rows in _from(queries, asked, place):
        if len(found) == page.limit:
            last, at = found[-1]
            return Listed([record for record, _ in found], _Place(at, last.stream, last.seq).written())
        found.append((record, rows))
    return Listed([record for record, _ in found], None)


def _from(queries: Queries, asked: Search, place: _Place) -> Iterator[tuple[Record, str | None]]:
    """Records after a place, each with the cursor of the rows it came with."""
    passed = not place.stream
    for row, cursor in _rows(queries, asked, place.rows):
        for record in _fitting(row, asked):
            if passed:
                yield record, cursor
            elif (record.stream, record.seq) == (place.stream, place.seq):
                passed = True


def _rows(queries: Queries, asked: Search, after: str | None) -> Iterator[tuple[LogRow, str | None]]:
    while True:
        listed = queries.search_log(
            actor=asked.actor, since=asked.since, until=asked.until, kind=asked.kind, page=Page(_ROWS, after)
        )
        for row in listed.rows:
            yield row, after
        if listed.next is None:
            return
        after = listed.next


def _fitting(row: LogRow, asked: Search) -> list[Record]:
    records = reversed(records_of(row))
    return [record for record in records if asked.kind is None or record.kind == asked.kind]


def _not_a_cursor() -> InvalidValues:
    return InvalidValues(
        [Fault("/after", "badCursor", "Vị trí trang không hợp lệ.", "The cursor is not one that a page before gave.")]
    )
