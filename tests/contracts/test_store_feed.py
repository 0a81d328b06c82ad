"""What every store must do for the feed: one position for each record, none missing, none twice, each stream in its order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from adapters.database.store import DatabaseStore
from engine.domain.feed import Numbered, Wanted
from engine.ports import Changes
from tests.contracts.samples import INSTANCE, LOG_ROW, at
from tests.contracts.steps import keep

ALL = Wanted()


def number(store: DatabaseStore) -> int:
    """What the sequencer does."""
    with store.begin() as unit:
        numbered = unit.number_records()
        unit.commit()
    return numbered


def rows_of(store: DatabaseStore, wanted: Wanted = ALL, after: int = 0, limit: int = 50) -> list[tuple[int, str, int]]:
    """Position, stream and first number of each row."""
    with store.read() as queries:
        return _told(queries.feed_rows(after, queries.feed_end(), limit, wanted))


def _told(rows: Iterable[Numbered]) -> list[tuple[int, str, int]]:
    return [(numbered.position, numbered.row.stream, numbered.row.first_seq) for numbered in rows]


def test_positions_are_without_gap(store: DatabaseStore) -> None:
    """A reader that has seen up to a position has seen all up to it; the position after it is the next."""
    keep(store, log=[replace(LOG_ROW, stream="a", first_seq=1, count=3), replace(LOG_ROW, stream="b", count=1)])
    number(store)
    keep(store, log=[replace(LOG_ROW, stream="a", first_seq=4, count=2)])
    number(store)

    assert [(1, "a", 1), (4, "b", LOG_ROW.first_seq), (5, "a", 4)] == rows_of(store)
    with store.read() as queries:
        assert 6 == queries.feed_end()
    assert 0 == number(store)


def test_the_feed_is_read_on_from_any_position(store: DatabaseStore) -> None:
    """Also from the middle of what one command wrote."""
    keep(
        store,
        log=[replace(LOG_ROW, stream="a", first_seq=first, count=count) for first, count in ((1, 3), (4, 1), (5, 9))],
    )
    number(store)

    for after, positions in ((0, [1, 4, 5]), (2, [1, 4, 5]), (3, [4, 5]), (4, [5]), (12, [5]), (13, [])):
        assert positions == [position for position, _, _ in rows_of(store, after=after)], after
    with store.read() as queries:
        assert [1, 4] == [numbered.position for numbered in queries.feed_rows(0, 4, 50, ALL)]
        assert [1] == [numbered.position for numbered in queries.feed_rows(0, 99, 1, ALL)]


@pytest.mark.parametrize("end", [2**15 - 1, 2**31 - 1])
def test_positions_and_histories_may_be_long(store: DatabaseStore, end: int) -> None:
    """Where a small number does not hold them any more, nothing stops: neither the feed nor a history."""
    keep(
        store,
        log=[
            replace(LOG_ROW, stream="a", first_seq=1, count=end),
            replace(LOG_ROW, stream="a", first_seq=end + 1, count=2),
        ],
    )
    number(store)
    keep(store, log=[replace(LOG_ROW, stream="b", first_seq=1, count=1)])
    number(store)

    assert [(end + 1, "a", end + 1), (end + 3, "b", 1)] == rows_of(store, after=end)
    assert [(end + 3, "b", 1)] == rows_of(store, after=end + 2)
    with store.read() as queries:
        assert [end + 1] == [row.first_seq for row in queries.log_rows("a", end, 10)]
        assert [] == queries.log_rows("a", end + 2, 10)


def test_a_stream_is_in_its_own_order_whatever_the_clocks_say(store: DatabaseStore) -> None:
    """Two machines whose clocks differ wrote one after the other."""
    rows = [replace(LOG_ROW, stream="s", first_seq=n, count=1, recorded_at=at(60 - n)) for n in range(1, 6)]
    other = replace(LOG_ROW, stream="t", first_seq=1, count=1, recorded_at=at(57))
    keep(store, log=[*rows[:3], other, *rows[3:]])
    number(store)

    assert [1, 2, 3, 4, 5] == [seq for _, stream, seq in rows_of(store) if stream == "s"]


def test_only_what_is_wanted(store: DatabaseStore) -> None:
    """By kind, by process, by instance, by who began it: each alone and together."""
    keep(
        store, replace(INSTANCE, id="a", key="p", business_key="1", starter="x"),
        replace(INSTANCE, id="b", key="q", business_key="2", starter="y"),
        log=[
            replace(LOG_ROW, stream="a", first_seq=1, count=2, kinds="One Two"),
            replace(LOG_ROW, stream="b", first_seq=1, count=1, kinds="Two"),
            replace(LOG_ROW, stream="administration", first_seq=1, count=1, kinds="Three"),
        ],
    )  # fmt: skip
    number(store)

    def streams(wanted: Wanted) -> list[str]:
        return [stream for _, stream, _ in rows_of(store, wanted)]

    assert ["a", "b"] == streams(Wanted(kinds=("Two",)))
    assert ["a", "administration"] == streams(Wanted(kinds=("One", "Three")))
    assert [] == streams(Wanted(kinds=("Tw",)))
    assert ["a"] == streams(Wanted(key="p"))
    assert ["b"] == streams(Wanted(stream="b"))
    assert ["b"] == streams(Wanted(starter="y"))
    assert [] == streams(Wanted(kinds=("Two",), key="q", stream="a"))


@pytest.mark.parametrize("order", ["early first", "late first"])
def test_what_is_committed_late_is_not_missed(two_tenants: dict[str, DatabaseStore], order: str) -> None:
    """A command that took long is behind what was committed before it, not before what was read already."""
    store = two_tenants["lao-cai"]
    early, late = replace(LOG_ROW, stream="early", count=2), replace(LOG_ROW, stream="late", count=2)
    if _is_sqlite(store):
        pytest.skip("SQLite lets nobody write beside a command")
    with store.begin() as slow:
        slow.write(Changes(log=[late]))
        keep(store, log=[early])
        if order == "early first":
            number(store)
        slow.commit()
    number(store)

    assert ["early", "late"] == sorted(stream for _, stream, _ in rows_of(store))
    assert [1, 3] == [position for position, _, _ in rows_of(store)]


def _is_sqlite(store: DatabaseStore) -> bool:
    return store._writer.dialect.name == "sqlite"


def test_every_tenant_has_positions_of_its_own(two_tenants: dict[str, DatabaseStore]) -> None:
    """Nobody can tell from his feed how much others do."""
    for store in two_tenants.values():
        keep(store, log=[replace(LOG_ROW, count=2)])
    for store in two_tenants.values():
        number(store)

    for store in two_tenants.values():
        assert [1] == [position for position, _, _ in rows_of(store)]
        with store.read() as queries:
            assert 2 == queries.feed_end()
