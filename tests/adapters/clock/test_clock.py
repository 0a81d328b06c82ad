"""Clocks and ids."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from adapters.clock.ids import TimeOrderedIds
from adapters.clock.system import SystemClock
from adapters.clock.virtual import StoredVirtualClock
from engine.domain.values import written

START = datetime(2026, 11, 24, 8, tzinfo=UTC)


def test_real_time_has_an_offset() -> None:
    """A time without offset means another moment on the next machine."""
    before, now, after = time.time(), SystemClock().now(), time.time()

    assert timedelta(0) == now.utcoffset()
    assert before <= now.timestamp() <= after


def test_virtual_time_stands_until_it_is_set() -> None:
    """A test of thirty working days takes no day, and comes out the same each time."""
    clock = StoredVirtualClock(START)
    assert [START, START] == [clock.now(), clock.now()]

    clock.set(START + timedelta(days=30))

    assert START + timedelta(days=30) == clock.now()


def test_virtual_time_is_kept_in_utc() -> None:
    """Set from Hanoi, read anywhere."""
    clock = StoredVirtualClock(START.astimezone(timezone(timedelta(hours=7))))

    assert timedelta(0) == clock.now().utcoffset()
    assert "2026-11-24T08:00:00.000000Z" == written(clock.now())


def test_a_time_without_offset_is_refused() -> None:
    """It would be taken for the machine's own, whatever that is."""
    clock = StoredVirtualClock(START)
    for naive in (datetime(2026, 11, 24), datetime(1, 1, 1)):  # noqa: DTZ001, that is the point
        with pytest.raises(ValueError, match="without offset"):
            clock.set(naive)
        with pytest.raises(ValueError, match="without offset"):
            StoredVirtualClock(naive)
    assert START == clock.now()


def test_ids_are_of_version_7() -> None:
    """Others read the time out of them (RFC 9562)."""
    before, id, after = time.time_ns(), UUID(TimeOrderedIds().new()), time.time_ns()

    assert (7, "specified in RFC 4122") == (id.version, id.variant)
    assert before // 1_000_000 <= id.int >> 80 <= after // 1_000_000


def test_ids_grow_also_within_a_millisecond() -> None:
    """Lists are sorted by them, and as text."""
    ids = TimeOrderedIds()
    made = [ids.new() for _ in range(20_000)]

    assert sorted(set(made)) == made
    assert all(id == str(UUID(id)) for id in made[:100])


def test_ids_grow_also_when_the_clock_does_not() -> None:
    """Machines set their clocks back; what was made later still comes later."""
    times = iter([5_000_000_000, 5_000_000_000, 4_000_000_000, 1, 6_000_000_000])
    ids = TimeOrderedIds(lambda: next(times))
    made = [ids.new() for _ in range(5)]

    assert sorted(set(made)) == made
    assert 6_000 == UUID(made[-1]).int >> 80


def test_ids_of_many_threads_differ() -> None:
    """One source serves every request of a process, and each thread sees its own ids grow."""
    ids = TimeOrderedIds()
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: [ids.new() for _ in range(2_000)], range(8)))

    assert 16_000 == len({id for part in made for id in part})
    assert all(sorted(part) == part for part in made)


def test_two_sources_do_not_meet() -> None:
    """Two processes make ids in the same moment."""
    one, other = TimeOrderedIds(), TimeOrderedIds()

    assert not {one.new() for _ in range(5_000)} & {other.new() for _ in range(5_000)}
