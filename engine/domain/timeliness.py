"""Early, on time or late: two rules that count differently.

Reports on dossiers that are over compare days (the province's rule); the national portal compares moments.
"""

from __future__ import annotations

from datetime import datetime

from engine.domain.calendar import LOCAL

OFFSET = LOCAL.utcoffset(None)
"""From UTC to Vietnam: adding it costs a tenth of a change of time zone."""
EARLY, ON_TIME, LATE, IN_TIME = "early", "onTime", "late", "inTime"


def by_date(end: datetime, due: datetime, *, over: bool = True) -> str:
    """Of moments in UTC: early, on the day, or later than the day; of one that is still worked on, whether its day is over."""
    ended, day = (end + OFFSET).date(), (due + OFFSET).date()
    if ended > day:
        return LATE
    if not over:
        return IN_TIME
    return EARLY if ended < day else ON_TIME


def in_time(end: datetime, due: datetime) -> bool:
    """Whether it came before the moment that it was due: the national portal's rule, waits being in ``due`` already."""
    return end <= due
