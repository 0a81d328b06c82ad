"""What every store must do for the log."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from adapters.database.store import DatabaseStore
from tests.contracts.samples import LOG_ROW, at
from tests.contracts.steps import keep, walk


def test_rows_of_a_stream_from_a_record_on(store: DatabaseStore) -> None:
    """A history is read on from any record, also from the middle of a command's."""
    rows = [replace(LOG_ROW, first_seq=first, count=count) for first, count in ((1, 3), (4, 1), (5, 10), (15, 2))]
    keep(store, log=[*rows, replace(LOG_ROW, stream="i-2", count=99)])

    with store.read() as queries:
        for after, expected in ((0, 0), (1, 0), (2, 0), (3, 1), (4, 2), (5, 2), (13, 2), (14, 3), (15, 3), (16, 4)):
            assert rows[expected:] == queries.log_rows("i-1", after, 10)
        assert rows[:2] == queries.log_rows("i-1", 0, 2)
        assert rows[-1] == queries.last_log_row("i-1")
        assert [] == queries.log_rows("none", 0, 10)
        assert queries.last_log_row("none") is None


def test_the_log_is_kept_byte_for_byte(store: DatabaseStore) -> None:
    """The chain is over these bytes; one changed byte is a broken history."""
    row = replace(LOG_ROW, body=bytes(range(256)), clear=b'{"ho_ten":"Lan"}', on_behalf_of=None)
    keep(store, log=[row])

    with store.read() as queries:
        assert [row] == queries.log_rows("i-1", 0, 10)
        assert {field.name for field in fields(row)} == set(row.__slots__)


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_the_auditor_searches_all_streams(store: DatabaseStore, limit: int) -> None:
    """Who did what, and when, whatever dossier it was in."""
    rows = [
        replace(
            LOG_ROW,
            stream=f"i-{n % 3}",
            first_seq=100 - n,
            recorded_at=at(n // 2),
            actor="lan" if n % 2 else "minh",
            kinds=("UserTaskCompleted ElementLeft", "ElementLeft,ElementEntered", "ElementEntered")[n % 3],
        )
        for n in range(9)
    ]
    keep(store, log=rows)
    expected = sorted(rows, key=lambda r: (r.recorded_at, r.stream, r.first_seq), reverse=True)

    def search(**asked: str) -> list[Any]:
        every_filter: dict[str, Any] = {**dict.fromkeys(("actor", "since", "until", "kind")), **asked}
        pages = walk(store, lambda q, page: q.search_log(**every_filter, page=page), limit)
        return [row for page in pages for row in page]

    assert expected == search()
    assert [r for r in expected if r.actor == "lan"] == search(actor="lan")
    assert [r for r in expected if at(1) <= r.recorded_at <= at(2)] == search(since=at(1), until=at(2))
    assert [r for r in expected if "ElementLeft" in r.kinds] == search(kind="ElementLeft")
    assert [r for r in expected if "Completed" in r.kinds and r.actor == "lan"] == search(
        actor="lan", kind="UserTaskCompleted"
    )
    for word in ("Element", "elementleft", "%", "Element_eft", ""):
        assert [] == search(kind=word)


def test_streams_oldest_first(store: DatabaseStore) -> None:
    """A rebuild starts from the log alone and takes instances in the order of their start."""
    keep(
        store,
        log=[
            replace(LOG_ROW, stream=stream, first_seq=first, recorded_at=at(second))
            for stream, first, second in (
                ("administration", 1, 0),
                ("b", 1, 1),
                ("c", 1, 1),
                ("a", 1, 2),
                ("b", 4, 3),
            )
        ],
    )
    keep(store, log=[replace(LOG_ROW, stream=f"n-{n:04}", recorded_at=at(5)) for n in range(1001)])

    with store.read() as queries:
        assert ["b", "c", "a", *(f"n-{n:04}" for n in range(1001))] == list(queries.streams())


def test_keys_of_instances(store: DatabaseStore) -> None:
    """To erase a person is to erase the key; the newest key counts."""
    keep(store, instance_keys={"i-1": b"\x00one", "i-2": b"two"})
    keep(store, instance_keys={"i-2": b"three"})

    with store.read() as queries:
        assert [b"\x00one", b"three", None] == [queries.instance_key(id) for id in ("i-1", "i-2", "i-3")]
