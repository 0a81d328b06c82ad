"""The working calendar: the law's way of counting."""

from __future__ import annotations

import csv
import json
import tomllib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from adapters.calendar.vietnam import computed
from engine.domain.calendar import LOCAL, Calendar, Limit, NotInCalendar
from engine.domain.working_year import WorkingYear, decided, read_working_year

SPECIAL = {
    "2026-04-30": [],
    "2026-05-01": [],
    "2026-05-09": [["07:00", "11:30"]],
}
CALENDAR = Calendar.from_json(
    {
        "weekdays": [0, 1, 2, 3, 4],
        "hours": [["07:00", "11:30"], ["13:30", "17:00"]],
        "years": [2026],
        "special": SPECIAL,
    }
)


def local(text: str) -> datetime:
    """A time in Vietnam."""
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


@pytest.mark.parametrize(
    ("limit", "begins", "due"),
    [
        ("1 working-day", "2026-03-02T08:00", "2026-03-03T08:00"),
        ("1 working-day", "2026-03-02T18:00", "2026-03-03T17:00"),
        ("1 working-day", "2026-03-06T13:30", "2026-03-09T11:30"),
        ("2 working-hours", "2026-03-02T11:00", "2026-03-02T15:00"),
        ("5 working-days", "2026-04-29T07:00", "2026-05-07T17:00"),
        ("1 working-day", "2026-05-08T07:00", "2026-05-08T17:00"),
        ("1 working-day", "2026-05-08T13:30", "2026-05-09T11:30"),
        ("1 calendar-day", "2026-04-29T10:00", "2026-05-04T17:00"),
        ("same-day", "2026-03-02T14:59", "2026-03-02T17:00"),
        ("same-day", "2026-03-02T15:00", "2026-03-03T17:00"),
        ("same-day", "2026-05-09T08:00", "2026-05-09T11:30"),
        ("same-day before 10:00", "2026-03-02T09:59", "2026-03-02T17:00"),
        ("same-day before 10:00", "2026-03-02T10:00", "2026-03-03T17:00"),
        ("1 working-day before 15:00", "2026-03-02T14:59", "2026-03-03T14:59"),
        ("1 working-day before 15:00", "2026-03-02T15:00", "2026-03-03T17:00"),
        ("8 working-hours", "2026-03-02T12:10", "2026-03-03T11:30"),
        ("8 working-hours", "2026-03-02T17:30", "2026-03-03T17:00"),
        ("24 calendar-hours", "2026-05-08T16:00", "2026-05-09T16:00"),
    ],
)
def test_a_limit_is_used_up_in_working_time(limit, begins, due):
    """Nights, lunch, weekends, holidays and half days do not count; a citizen's appointment depends on it."""
    assert CALENDAR.due(local(begins), Limit.read(limit)) == local(due)


def test_what_was_worked_can_be_measured():
    """An explanation like "12 of 40 hours used" comes from the same calendar as the due time."""
    assert CALENDAR.worked(local("2026-03-06T16:00"), local("2026-03-09T08:00")).total_seconds() == 2 * 3600


def test_a_year_that_was_not_decided_is_not_guessed():
    """The government decides holidays year by year."""
    with pytest.raises(NotInCalendar):
        CALENDAR.due(local("2026-12-31T16:00"), Limit.read("1 working-day"))


@pytest.mark.parametrize(
    "text",
    ["same-day before 25:00", "same-day before noon", "5 days", "working-day", "-1 working-days", "5working-days", ""],
)
def test_what_is_no_limit_is_refused(text):
    """A misspelt limit must not become no limit."""
    with pytest.raises(ValueError, match="not a limit"):
        Limit.read(text)


def test_two_thousand_due_times_are_what_walking_minute_by_minute_finds() -> None:
    """The table was made by another program, which knows no arithmetic: it waits until the time is used up.

    Its special days are decided here as a province decides them, over the calendar that is computed.
    """
    with (Path(__file__).parent / "working_days.csv").open() as file:
        rows = list(csv.DictReader(file))
    calendar = decided(Calendar.from_json(json.loads(computed(2026))), list(_decisions()))

    wrong = [row for row in rows if _reckoned(calendar, row) != row["expected"]]

    assert (2_000, []) == (len(rows), wrong)


def _decisions() -> Iterator[WorkingYear]:
    """One for each year: swaps, half days, other hours, days off. The table knows no Saturday that is worked for 31/08/2026."""
    special = json.loads((Path(__file__).parent / "special_days.json").read_text())
    for year in sorted({day[:4] for day in special} | {"2026"}):
        days = {day: hours for day, hours in special.items() if day.startswith(year)}
        lines = [
            f"year = {year}",
            'source = "test"',
            f"half = [{', '.join(d for d, h in days.items() if len(h) == 1)}]",
        ]
        closed = [day for day, hours in days.items() if not hours] + (["2026-08-22"] if year == "2026" else [])
        lines.append(f"closed = [{', '.join(closed)}]")
        for day, hours in days.items():
            if len(hours) == 2:
                lines += ["[[open]]", f"day = {day}", f"hours = {json.dumps(['-'.join(pair) for pair in hours])}"]
        found, faults = read_working_year(tomllib.loads("\n".join(lines)))
        assert [] == faults
        yield found


def _reckoned(calendar: Calendar, row: dict[str, str]) -> str:
    start, said = datetime.fromisoformat(row["start"]).replace(tzinfo=LOCAL), row["amount_or_end"]
    if row["kind"] == "elapsed":
        end = datetime.fromisoformat(said).replace(tzinfo=LOCAL)
        return str(round(calendar.worked(start, end).total_seconds() / 60))
    limit = Limit(int(said or 0), row["kind"].replace("_", "-"))
    return calendar.due(start, limit).replace(tzinfo=None).isoformat(timespec="minutes")
