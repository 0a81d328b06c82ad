"""The legal clock: what is waited for does not count."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from engine.domain.calendar import LOCAL, Calendar
from engine.domain.legal_clock import PAUSE, RESTART, STOP_LATE, LegalClock, read, said
from engine.domain.timeliness import by_date, in_time, rating
from engine.domain.values import moment, written
from engine.domain.working_year import WorkingYear, decided, read_working_year

CALENDAR = Calendar.from_json(
    {
        "weekdays": [0, 1, 2, 3, 4],
        "hours": [["07:00", "11:30"], ["13:30", "17:00"]],
        "years": [2026],
        "special": {"2026-03-11": [], "2026-03-14": [["07:00", "11:30"]]},
    }
)
MINUTE = timedelta(minutes=1)


def at(text: str) -> str:
    """A local time as the log writes it."""
    return written(datetime.fromisoformat(f"2026-03-{text}").replace(tzinfo=LOCAL))


def local(of: datetime) -> str:
    """Day and time in Vietnam."""
    return of.astimezone(LOCAL).strftime("%d %H:%M")


def waited(clock: LegalClock, begin: str, end: str, activity: str = "w#1", mode: str = "pause") -> LegalClock:
    """The clock after a wait."""
    return clock.entered(mode, activity, "w", "Chờ", at(begin)).left(mode, activity, at(end))


def test_a_wait_moves_the_due_time_by_what_was_worked_meanwhile() -> None:
    """Not by the nights and days off in it."""
    clock = LegalClock("2 working-days", at("02 08:00"))
    assert "04 08:00" == local(clock.due(CALENDAR))

    clock = waited(clock, "03 16:00", "04 08:00")

    assert "04 10:00" == local(clock.due(CALENDAR))
    assert timedelta(hours=2) == clock.waited(CALENDAR, moment(at("05 08:00")))


def test_two_waits_at_once_are_waited_once() -> None:
    """Supplement and payment side by side are one pause."""
    clock = LegalClock("2 working-days", at("02 08:00"))
    clock = clock.entered("pause", "a#1", "a", None, at("03 07:00")).entered("pause", "b#1", "b", None, at("03 09:00"))
    assert clock.paused
    clock = clock.left("pause", "a#1", at("03 10:00"))
    assert clock.paused
    clock = clock.left("pause", "b#1", at("03 11:00"))

    assert not clock.paused
    assert timedelta(hours=4) == clock.waited(CALENDAR, moment(at("03 17:00")))
    assert "04 14:00" == local(clock.due(CALENDAR))


def test_waiting_after_it_was_due_makes_nothing_early() -> None:
    """What was late stays late."""
    clock = LegalClock("1 working-days", at("02 07:00"))

    assert clock.due(CALENDAR) == waited(clock, "03 07:00", "05 07:00").due(CALENDAR)


def test_a_restart_gives_the_whole_limit_again() -> None:
    """From the moment that what was missing is there."""
    clock = waited(LegalClock("2 working-days", at("02 07:00")), "03 07:00", "06 07:00", mode=RESTART)

    assert "09 17:00" == local(clock.due(CALENDAR))
    assert timedelta(hours=1) == clock.used(CALENDAR, moment(at("06 08:00")))


@pytest.mark.parametrize(("mode", "late"), [(PAUSE, True), (RESTART, False)])
def test_what_was_late_stays_late_until_the_limit_begins_anew(mode: str, late: bool) -> None:
    """A date given too late excuses nothing; with a new limit nobody asks what became of the one before."""
    clock = LegalClock("2 working-days", at("02 07:00")).extended(at("09 17:00"), at("05 07:00"), late=True)

    assert late == waited(clock, "06 07:00", "06 09:00", mode=mode).extended_late


def test_stop_late_stops_only_lateness() -> None:
    """The due time stays; what comes after it is not the officers'."""
    clock = LegalClock("2 working-days", at("02 07:00")).entered(STOP_LATE, "w#1", "w", None, at("03 09:00"))

    assert at("03 09:00") == clock.stopped_at
    assert not clock.paused
    assert "03 17:00" == local(clock.due(CALENDAR))


def test_calendar_days_move_by_calendar_days() -> None:
    """If the day is a day off, to the next that is worked."""
    clock = LegalClock("5 calendar-days", at("02 08:00"))
    assert "09 17:00" == local(clock.due(CALENDAR))

    assert "11" != local(waited(clock, "03 08:00", "05 08:00").due(CALENDAR))[:2]
    assert "12 17:00" == local(waited(clock, "03 08:00", "05 08:00").due(CALENDAR))


def test_a_new_date_counts_in_place_of_the_limit() -> None:
    """And a wait after it moves that."""
    clock = LegalClock("1 working-days", at("02 07:00")).extended(at("06 17:00"), at("02 16:00"))
    assert "06 17:00" == local(clock.due(CALENDAR))

    assert "09 11:30" == local(waited(clock, "03 07:00", "03 13:30").due(CALENDAR))
    assert timedelta(hours=4.5) == waited(clock, "03 07:00", "03 13:30").waited(CALENDAR, moment(at("04 07:00")))


def test_a_restart_gives_the_whole_limit_after_a_new_date_too() -> None:
    """The citizen mended what he handed in: the law counts anew from then, and not from a date that was promised before."""
    clock = LegalClock("2 working-days", at("02 08:00"))
    clock = clock.extended(at("05 17:00"), at("03 08:00"))
    assert "05 17:00" == local(clock.due(CALENDAR))

    clock = waited(clock, "04 08:00", "05 08:00", mode=RESTART)

    assert "09 08:00" == local(clock.due(CALENDAR)) == local(LegalClock("2 working-days", at("05 08:00")).due(CALENDAR))
    clock = clock.extended(at("12 17:00"), at("06 08:00"))
    assert "12 17:00" == local(clock.due(CALENDAR))


@pytest.mark.parametrize("seed", range(40))
def test_it_is_what_walking_minute_by_minute_finds(seed: int) -> None:
    """Somebody who waits until the time is used up, and stops his watch while the citizen is waited for."""
    random = Random(seed)
    days = random.randrange(1, 6)
    begin = datetime(2026, 3, 2, tzinfo=LOCAL) + random.randrange(3 * 24 * 60) * MINUTE
    clock, waits, last = LegalClock(f"{days} working-days", written(begin)), [], begin
    for n in range(random.randrange(4)):
        from_ = last + random.randrange(24 * 60) * MINUTE
        last = from_ + random.randrange(1, 2 * 24 * 60) * MINUTE
        waits.append((from_, last))
        clock = clock.entered("pause", f"w#{n}", "w", None, written(from_)).left("pause", f"w#{n}", written(last))

    now, left = begin, days * 480
    while True:
        open_ = any(
            datetime.combine(now.date(), opens, LOCAL) <= now < datetime.combine(now.date(), closes, LOCAL)
            for opens, closes in CALENDAR.openings(now.date())
        )
        left -= open_ and not any(begins <= now < ends for begins, ends in waits)
        now += MINUTE
        if not left:
            break

    assert now == clock.due(CALENDAR)
    assert timedelta(days=days) / 3 == clock.used(CALENDAR, now)
    assert clock == read(said(clock))


def test_what_is_decided_for_a_year_changes_no_year_before() -> None:
    """A province that compares half-days from 2027 on has the same figures of 2026 as before, and the same due times."""
    computed = Calendar.from_json(CALENDAR.to_json() | {"years": [2025, 2026, 2027, 2028]})
    said_of = {2026: 'cutoff = "14:00"', 2027: 'timeliness = "half-day"', 2028: 'cutoff = "10:00"\ntimeliness = "date"'}
    years = [tomllib.loads(f'year = {year}\nsource = "s"\n{more}\n') for year, more in said_of.items()]
    found = decided(computed, [read_working_year(year)[0] for year in years])
    found = Calendar.from_json(found.to_json())

    assert [found.decided_in(year)[0].hour for year in (2025, 2026, 2027, 2028, 2029)] == [15, 14, 14, 10, 10]
    assert [found.decided_in(year)[1] for year in (2025, 2026, 2027, 2028)] == [False, False, True, False]
    rated = {}
    for year in (2026, 2027, 2028):
        due, end = (datetime(year, 3, 9, hour, tzinfo=LOCAL).astimezone(UTC) for hour in (9, 16))
        rated[year] = rating(found)(end, due)
    assert rated == {2026: "onTime", 2027: "late", 2028: "onTime"}
    same_day = LegalClock("same-day", written(datetime(2025, 3, 10, 14, 30, tzinfo=LOCAL)))
    assert same_day.due(found) == same_day.due(computed)


def test_days_and_moments_are_two_rules() -> None:
    """The province compares days, the national portal moments: a dossier can be on time and not in time."""
    due = moment(at("04 10:00"))

    assert ("onTime", False) == (by_date(moment(at("04 16:00")), due), in_time(moment(at("04 16:00")), due))
    assert ["early", "onTime", "late"] == [by_date(moment(at(f"0{day} 09:00")), due) for day in (3, 4, 5)]
    assert "inTime" == by_date(moment(at("03 09:00")), due, over=False)


def decision(text: str) -> WorkingYear:
    """A decision of a province or unit on 2026."""
    found, faults = read_working_year(tomllib.loads(f'year = 2026\nsource = "s"\n{text}'))
    assert [] == faults
    return found


PROVINCE = decision(
    "half = [2026-03-06, 2026-03-17]\n[[swap]]\noff = 2026-03-10\nwork = 2026-03-14\n"
    '[intake]\nsaturdays = ["07:30-11:30"]\n'
)
UNIT = decision(
    'closed = [2026-03-19]\n[[season]]\nfrom = 2026-03-12\nuntil = 2026-03-31\nhours = ["08:00-12:00", "13:00-16:30"]\n'
    '[intake]\nsaturdays = ["08:00-10:00"]\ncounts = true\n'
)
PLAIN = Calendar.from_json(
    {
        "weekdays": [0, 1, 2, 3, 4],
        "hours": [["07:00", "11:30"], ["13:30", "17:00"]],
        "years": [2026],
        "special": {"2026-03-04": []},
    }
)
HALVES = {"province": [PROVINCE], "unit": [PROVINCE, UNIT]}
OPEN = {
    # Written out by hand, day by day: what has an entry here is open then, and nothing else in these weeks.
    "province": {
        **dict.fromkeys(
            (2, 3, 5, 9, 11, 12, 13, 14, 16, 18, 19, 20, 23, 24, 25, 26, 27), ("07:00-11:30", "13:30-17:00")
        ),
        **dict.fromkeys((6, 17), ("07:00-11:30",)),
    },
    "unit": {
        **dict.fromkeys((2, 3, 5, 9, 11), ("07:00-11:30", "13:30-17:00")),
        **dict.fromkeys((12, 13, 16, 18, 20, 23, 24, 25, 26, 27), ("08:00-12:00", "13:00-16:30")),
        **dict.fromkeys((7, 21, 28), ("08:00-10:00",)),
        6: ("07:00-11:30",),
        14: ("07:00-11:30", "13:30-17:00"),
        17: ("07:00-11:30",),
    },
}


def is_open(of: str, now: datetime) -> bool:
    """Whether limits run in a minute, by the list above."""
    time = now.strftime("%H:%M")
    return any(begin <= time < end for begin, end in (each.split("-") for each in OPEN[of].get(now.day, ())))


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("of", ["province", "unit"])
def test_decided_calendars_are_what_walking_minute_by_minute_finds(of: str, seed: int) -> None:
    """Half days, swaps, seasons, Saturdays that count or do not, and every percent on the way: none is told early."""
    random = Random(seed)
    calendar = decided(PLAIN, HALVES[of])
    hours = random.randrange(2, 60)
    begin = datetime(2026, 3, 2, tzinfo=LOCAL) + random.randrange(2 * 24 * 60) * MINUTE
    clock, waits, last = LegalClock(f"{hours} working-hours", written(begin)), [], begin
    for n in range(random.randrange(3)):
        from_ = last + random.randrange(24 * 60) * MINUTE
        last = from_ + random.randrange(1, 24 * 60) * MINUTE
        waits.append((from_, last))
        clock = clock.entered("pause", f"w#{n}", "w", None, written(from_)).left("pause", f"w#{n}", written(last))

    now, used = begin, 0
    found: dict[int, datetime] = {}
    while used < hours * 60:
        used += is_open(of, now) and not any(begins <= now < ends for begins, ends in waits)
        now += MINUTE
        for percent in (25, 50, 75, 100):
            if used * 100 >= hours * 60 * percent:
                found.setdefault(percent, now)

    reached = {percent: clock.reached(calendar, percent) for percent in found}
    assert found == reached
    assert now == clock.due(calendar)
    assert timedelta(hours=hours) == clock.used(calendar, now)


def test_a_new_date_moves_what_is_told_before_it() -> None:
    """The percents are of all the time that the dossier has; the last one is the new date itself, whatever the hour."""
    clock = LegalClock("2 working-days", at("02 07:00"))
    assert ["02 17:00", "03 17:00"] == [local(clock.reached(CALENDAR, percent)) for percent in (50, 100)]

    clock = clock.extended(at("05 20:00"), at("03 16:00"))

    assert ["03 17:00", "05 20:00"] == [local(clock.reached(CALENDAR, percent)) for percent in (50, 100)]


@pytest.mark.parametrize(
    ("limit", "days", "used"), [("10 calendar-days", True, 5.0), ("48 calendar-hours", False, 120.0)]
)
def test_what_is_counted_by_the_calendar_is_told_by_it(limit: str, days: bool, used: float) -> None:
    """Days and hours that pass anyway, without those that were waited."""
    clock = waited(LegalClock(limit, at("02 08:00")), "03 08:00", "05 08:00")

    assert used == clock.elapsed(moment(at("09 08:00")), days=days)
