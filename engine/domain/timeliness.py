"""Early, on time or late: rules that count differently.

Reports on dossiers that are over compare days, or half-days where the province has decided so; the national portal
compares moments.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any, Protocol

from engine.domain.calendar import LOCAL, Calendar

OFFSET = LOCAL.utcoffset(None)
"""From UTC to Vietnam: adding it costs a tenth of a change of time zone."""
EARLY, ON_TIME, LATE, IN_TIME = "early", "onTime", "late", "inTime"


class Rating(Protocol):
    """A rule of the province's: of moments in UTC, early, onTime or late; of what is still worked on, inTime or late."""

    def __call__(self, end: datetime, due: datetime, *, over: bool = True) -> str: ...


def rating(calendar: Calendar | None) -> Rating:
    """The rule that a calendar has: by days, or by half-days in the years for which that was decided."""
    return by_date if calendar is None or not calendar.has_half_days else partial(by_half_day, calendar)


def by_date(end: datetime, due: datetime, *, over: bool = True) -> str:
    """Of moments in UTC: early, on the day, or later than the day; of one that is still worked on, whether its day is over."""
    return _compared((end + OFFSET).date(), (due + OFFSET).date(), over=over)


def by_half_day(calendar: Calendar, end: datetime, due: datetime, *, over: bool = True) -> str:
    """The same by half-days, in years that have them: what is due in the morning and done in the afternoon is late."""
    if not calendar.decided_in((due + OFFSET).year)[1]:
        return by_date(end, due, over=over)
    return _compared(calendar.half_day(end), calendar.half_day(due), over=over)


def _compared(ended: Any, due: Any, *, over: bool) -> str:
    if ended > due:
        return LATE
    if not over:
        return IN_TIME
    return EARLY if ended < due else ON_TIME


def in_time(end: datetime, due: datetime) -> bool:
    """Whether it came before the moment that it was due: the national portal's rule, waits being in ``due`` already."""
    return end <= due
