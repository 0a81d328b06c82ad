"""The working calendar: the law's way of counting."""

from __future__ import annotations

from datetime import datetime

import pytest

from engine.domain.calendar import LOCAL, Calendar, Limit, NotInCalendar

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


@pytest.mark.parametrize("text", ["5 days", "working-day", "-1 working-days", "5working-days", ""])
def test_what_is_no_limit_is_refused(text):
    """A misspelt limit must not become no limit."""
    with pytest.raises(ValueError, match="not a limit"):
        Limit.read(text)
