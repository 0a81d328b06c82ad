"""Calendars in force: what another one does to dossiers that are open, whatever dies on the way."""

from __future__ import annotations

from concurrent.futures import Future
from datetime import timedelta

import orjson
import pytest

from engine.domain.calendars import PROVINCE, Calendars
from engine.domain.errors import InvalidValues, NotFound, Overloaded
from engine.domain.values import moment
from engine.service.calendars import DecideWorkingYear, PublishCalendar
from engine.service.dossiers import OpenDossier, RecomputeDueTime
from engine.service.organisations import PublishOrganisation
from tests.crash.scenarios import DOSSIER, LIMIT, MOVING
from tests.engine.runtime.models import diagram, node, path, start, user
from tests.engine.service.office import CALENDAR, Office
from tests.engine.service.test_money import dossier, the_same_again

DAY_OFF = 'year = 2026\nsource = "s"\nclosed = [2026-03-05]\n'


@pytest.fixture
def office():
    """A service that restarts whenever it is told to."""
    office = Office()
    office.deploy(("p.bpmn", DOSSIER), ("procedure.toml", LIMIT))
    yield office
    office.close()


def accepted(office) -> str:
    """A dossier with a due time."""
    id: str = office.do(OpenDossier("dossier", "counter")).dossier.id
    office.complete(office.tasks(id)[0])
    return id


def calendars(office) -> Calendars:
    """What is in force."""
    with office.store.read() as queries:
        found: Calendars = office.catalog.calendars(queries, queries.calendar_hash())
    return found


def test_a_dossier_is_reckoned_again_once(office):
    """Two machines see the same dossier at the same moment: the second finds that it was done."""
    id = accepted(office)
    office.do(DecideWorkingYear(2026, DAY_OFF))

    assert [True, False] == [office.do(RecomputeDueTime(id)), office.do(RecomputeDueTime(id))]
    assert 1 == office.kinds(id).count("DueTimeRecomputed")


def test_what_could_not_be_reckoned_is_tried_again(office, monkeypatch):
    """A full queue at that moment must not leave a citizen with a wrong date until somebody restarts the service."""
    ids = [accepted(office) for _ in range(3)]
    office.do(DecideWorkingYear(2026, DAY_OFF))
    submit = office.writer.submit
    refused: list[str] = []

    def full_once(command, by, idempotency=None):
        if isinstance(command, RecomputeDueTime) and len(refused) < 4:
            refused.append(command.id)
            raise Overloaded
        return submit(command, by, idempotency)

    monkeypatch.setattr(office.writer, "submit", full_once)
    office.clock.set(office.clock.now() + timedelta(seconds=5))
    for _ in range(4):
        office.runner.run_round()

    assert [*ids, ids[0]] == refused
    assert [1, 1, 1] == [office.kinds(id).count("DueTimeRecomputed") for id in ids]


def test_one_that_cannot_be_reckoned_holds_up_no_other(office, monkeypatch):
    """It rests, ever longer, by itself; the walk goes on behind it."""
    ids = [accepted(office) for _ in range(70)]
    office.do(DecideWorkingYear(2026, DAY_OFF))
    submit = office.writer.submit
    failed: list[str] = []

    def damaged(command, by, idempotency=None):
        if isinstance(command, RecomputeDueTime) and command.id == ids[0]:
            failed.append(command.id)
            future: Future[None] = Future()
            future.set_exception(ValueError("damaged"))
            return future
        return submit(command, by, idempotency)

    monkeypatch.setattr(office.writer, "submit", damaged)
    office.clock.set(office.clock.now() + timedelta(seconds=5))
    for _ in range(10):
        office.runner.run_round()

    assert [0] + 69 * [1] == [office.kinds(id).count("DueTimeRecomputed") for id in ids]
    assert 2 <= len(failed) < 5


def test_one_that_is_opened_again_is_reckoned_by_what_counts_now():
    """It was settled when the calendar changed, and nobody looked at it then."""
    office = Office()
    steps = [node("task", f"t{n}", motcua_statusCode=code) + user(f"u{n}") for n, code in enumerate(("4", "9", "4"))]
    way = "".join(steps) + path("s", "t0", "u0", "t1", "u1", "t2", "u2")
    office.deploy(
        ("p.bpmn", diagram(start("s", motcua_statusCode="2") + way, key="dossier")), ("procedure.toml", LIMIT)
    )
    id = accepted(office)
    before = dossier(office, id)
    assert before.ended_at is not None
    office.do(DecideWorkingYear(2026, DAY_OFF))
    office.advance(hours=1)
    assert dossier(office, id) == before

    office.complete(office.tasks(id)[0])

    after = dossier(office, id)
    assert (after.ended_at, after.calendar) == (None, calendars(office).of(()))
    assert (after.due_at or "") > (before.due_at or "")
    the_same_again(office, id)
    office.close()


def test_who_dies_half_way_goes_on(office):
    """What was published is in the database; where a process had come to is not, and need not be."""
    ids = [accepted(office) for _ in range(3)]
    office.do(DecideWorkingYear(2026, DAY_OFF))
    office.do(RecomputeDueTime(ids[1]))
    office.restart()
    office.settle()

    assert [1, 1, 1] == [office.kinds(id).count("DueTimeRecomputed") for id in ids]
    assert all(office.verify(id).identical for id in ids)
    before = office.derived()
    office.rebuild()
    assert before == office.derived()


@pytest.mark.parametrize("own", [False, True])
def test_a_unit_that_moves_on_a_day_to_come_is_reckoned_by_its_new_place_from_then(office, own):
    """The law that moves it is published months ahead; on the day itself nobody publishes anything."""
    office.do(PublishOrganisation(MOVING))
    id: str = office.do(OpenDossier("dossier", "counter", unit="X")).dossier.id
    office.complete(office.tasks(id)[0])
    office.do(DecideWorkingYear(2026, 'year = 2026\nsource = "s"\nunits = ["S"]\nclosed = [2026-03-10]\n'))
    if own:
        office.do(DecideWorkingYear(2026, 'year = 2026\nsource = "s"\nunits = ["X"]\nclosed = [2026-03-11]\n'))
    office.advance(days=3)
    before = moment(dossier(office, id).due_at or "")

    office.advance(days=2)

    assert moment(dossier(office, id).due_at or "") - before == timedelta(days=1)
    the_same_again(office, id)


def test_a_new_computation_keeps_what_was_decided(office):
    """Years are added at the far end; the day off that the province gave stays one."""
    office.do(DecideWorkingYear(2026, DAY_OFF))
    content = orjson.loads(CALENDAR) | {"years": [2026, 2027, 2028]}
    hash = office.do(PublishCalendar(orjson.dumps(content)))

    assert hash == office.do(PublishCalendar(orjson.dumps(content)))
    now = calendars(office)
    with office.store.read() as queries:
        calendar = office.catalog.calendar(queries, now.by_unit[PROVINCE])
    assert {2026, 2027, 2028} == calendar.years
    assert [()] == [hours for day, hours in calendar.special.items() if day.isoformat() == "2026-03-05"]


def test_a_calendar_alone_is_the_provinces(office):
    """As stores have it that are older than decisions."""
    now = calendars(office)

    assert {PROVINCE: now.computed} == now.by_unit
    assert now.computed == now.of(["H62.01", "H62"])
    assert Calendars("c", {2026: {"": "d"}}, {"": "p"}) == Calendars.from_json(
        "x", Calendars("c", {2026: {"": "d"}}, {"": "p"}).to_json()
    )


def test_what_is_decided_needs_something_to_stand_on(office):
    """A store without any calendar has nothing that a decision could change."""
    with office.store._writer.begin() as connection:
        connection.exec_driver_sql("DELETE FROM settings WHERE name = 'calendar'")
    office.restart()

    with pytest.raises(NotFound):
        office.do(DecideWorkingYear(2026, DAY_OFF))


def test_nothing_is_decided_on_a_year_without_holidays(office):
    """It would be worked through on every holiday, and nobody would be told that it is provisional."""
    before = calendars(office)
    with pytest.raises(InvalidValues) as refused:
        office.do(DecideWorkingYear(2060, 'year = 2060\nsource = "s"\nclosed = [2060-03-05]\n'))

    assert [fault.code for fault in refused.value.faults] == ["yearNotComputed"]
    assert calendars(office) == before
