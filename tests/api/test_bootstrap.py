"""The wiring: first start, second start, and who else is there."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import orjson
import pytest

from adapters.calendar.vietnam import computed
from api.bootstrap import Service, StoreInUse, wire
from api.refusals import Unauthenticated
from api.settings import Settings
from engine.domain.calendar import Calendar, Limit
from engine.domain.values import moment
from engine.service.calendars import DecideWorkingYear, PublishCalendar
from engine.service.clock import SetVirtualTime
from engine.service.command import SERVICE


def started(folder: Path, **more: str) -> Service:
    """A service on a file."""
    service = wire(Settings(database_url=f"sqlite:///{folder}/deep/store.db", **more))  # type: ignore[arg-type]
    service.start()
    return service


def test_the_first_start_makes_a_key_and_shows_it_once(tmp_path: Path) -> None:
    """There is no built-in password; what was made is kept as a hash only."""
    first = started(tmp_path)
    secret = first.new_admin_key
    assert secret is not None
    assert "admin" == first.identities.principal(secret).name
    first.stop()

    second = started(tmp_path)
    assert second.new_admin_key is None
    assert "admin" == second.identities.principal(secret).name
    second.stop()
    assert secret.encode() not in b"".join(path.read_bytes() for path in (tmp_path / "deep").iterdir())


def test_a_key_that_was_set_by_hand_opens_beside_the_old_one(tmp_path: Path) -> None:
    """Who lost the first key sets another and is in."""
    first = started(tmp_path)
    old = first.new_admin_key
    first.stop()

    second = started(tmp_path, admin_key="set-by-hand-0123456789")
    assert second.new_admin_key is None
    assert old is not None
    assert {"admin"} == {second.identities.principal(key).name for key in (old, "set-by-hand-0123456789")}
    with pytest.raises(Unauthenticated):
        second.identities.principal("another")
    second.stop()


def test_a_second_process_is_kept_out(tmp_path: Path) -> None:
    """Two writers on one file would not know of each other."""
    service = started(tmp_path)
    with pytest.raises(StoreInUse):
        started(tmp_path)
    service.stop()
    started(tmp_path).stop()


def test_virtual_time_stands_where_it_stood(tmp_path: Path) -> None:
    """A restart is no journey in time."""
    first = started(tmp_path, clock="virtual")
    began = first.clock.now()
    assert (0, 0) == (began.second, began.microsecond)
    later = first.writer.do(SetVirtualTime(moment("2030-01-01T00:00:00Z")), SERVICE)
    first.stop()

    second = started(tmp_path, clock="virtual")
    assert later == second.clock.now()
    second.stop()


def test_the_first_calendar_knows_the_holidays() -> None:
    """Five working days before Tết are not five days."""
    calendar = Calendar.from_json(orjson.loads(computed(2026)))

    due = calendar.due(moment("2026-02-13T07:00:00+07:00"), Limit(1, "working-day"))
    over_tet = calendar.due(moment("2026-02-13T07:00:00+07:00"), Limit(2, "working-day"))

    assert moment("2026-02-13T17:00:00+07:00") == due
    assert (over_tet - due).days >= 9
    assert set(range(2020, 2057)) == set(calendar.years) == set(calendar.provisional)


def test_the_calendar_is_published_once(tmp_path: Path) -> None:
    """A start is not an act of administration."""
    for _ in range(2):
        service = started(tmp_path)
        with service.store.read() as queries:
            row = queries.last_log_row("administration")
        service.stop()

    assert row is not None
    assert 2 == row.last_seq


def test_a_calendar_that_ends_soon_is_computed_anew(tmp_path: Path) -> None:
    """A store of years ago must not come to an end of its years; what the province decided stays."""
    first = started(tmp_path)
    years = {"years": [2026, 2027], "provisional": [2026, 2027]}
    first.writer.do(PublishCalendar(orjson.dumps(orjson.loads(computed(2026)) | years)), SERVICE)
    first.writer.do(
        DecideWorkingYear(2027, 'year = 2027\nsource = "s"\nconfirmed = true\nclosed = [2027-03-05]\n'), SERVICE
    )
    first.stop()

    second = started(tmp_path)
    with second.store.read() as queries:
        calendar = second.catalog.calendar_in_force(queries)
    second.stop()

    assert calendar is not None
    assert max(calendar.years) >= second.clock.now().year + 5
    assert ((), False) == (calendar.openings(date(2027, 3, 5)), 2027 in calendar.provisional)


def test_nothing_troubles_a_service_that_was_just_started(tmp_path: Path) -> None:
    """Ready means store, schema, writer and runner."""
    service = started(tmp_path)
    assert [] == service.troubles()
    service.stop()
    assert {"writer", "runner"} <= set(service.troubles())
