"""Dates, durations and working days, as the functions of the language know them.

A date is a text like ``2026-11-24``; a moment is a text with a time and its offset, as ``now()`` gives it. Days are
local days, Asia/Ho_Chi_Minh, and so is a time without an offset. Nothing here reads a clock or a calendar of its own:
both are the instance's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from engine.domain.calendar import LOCAL, Calendar, Limit, NotInCalendar
from engine.domain.values import written
from engine.runtime.budget import Budget
from engine.runtime.durations import Duration
from engine.runtime.erasure import Erased, ErasedRead

NOW = "__now"
"""What ``now()`` compiles to: the recorded time of the command, which the process's outermost scope answers."""
CALENDAR = "__calendar"
"""The working calendar of the instance, answered in the same way."""

_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_MOMENT = re.compile(
    rf"{_DAY}T[0-9]{{2}}:[0-9]{{2}}(?::[0-9]{{2}}(?:\.[0-9]{{1,6}})?)?(?:Z|[+-][0-9]{{2}}:[0-9]{{2}})?"
)
_READING, _RECKONING, _STEP = 16, 32, 4
"""What it costs to read a date, to add a duration to it, and to look a day up in the calendar."""
_LONGEST = 40
"""Characters of a date or duration."""


class NotADate(ValueError):
    """What is to be read as a date or moment is none."""


class NotADuration(ValueError):
    """What is to be read as a duration or limit is none, or it does not go together with a date."""


class BeyondTheCalendar(ValueError):
    """Before the year 1 or after 9999."""


def _today(budget: Budget, now: str) -> str:
    return _date(budget, now)


def _date(budget: Budget, when: Any, month: Any = None, day: Any = None) -> str:
    """The day of a moment, or the date made of three numbers."""
    if month is None:
        return _day(budget, when).isoformat()
    budget.spend(_READING)
    try:
        return date(when, month, day).isoformat()
    except (ValueError, OverflowError) as error:
        raise NotADate from error


def _time(budget: Budget, when: Any) -> str:
    return _moment(budget, when).time().isoformat("seconds")


def _year(budget: Budget, when: Any) -> int:
    return _day(budget, when).year


def _month(budget: Budget, when: Any) -> int:
    return _day(budget, when).month


def _day_of_month(budget: Budget, when: Any) -> int:
    return _day(budget, when).day


def _weekday(budget: Budget, when: Any) -> int:
    return _day(budget, when).isoweekday()


def _add(budget: Budget, when: Any, duration: Any) -> str:
    """A date stays a date, a moment a moment; with a minus sign before it a duration is taken away."""
    budget.spend(_RECKONING)
    start, text = _moment(budget, when), _short(duration, NotADuration)
    length, times = _duration(text.removeprefix("-")), -1 if text.startswith("-") else 1
    if len(when) > 10:
        return _written(_after(length, start, times))
    if length.length % timedelta(days=1):
        raise NotADuration
    return _after(length, start, times).date().isoformat()


def _days_between(budget: Budget, first: Any, last: Any) -> int:
    return (_day(budget, last) - _day(budget, first)).days


def _years_between(budget: Budget, first: Any, last: Any) -> int:
    """Whole years; somebody who was born on 29 February grows older on 1 March."""
    begins, ends = _day(budget, first), _day(budget, last)
    if begins > ends:
        return -_whole_years(ends, begins)
    return _whole_years(begins, ends)


def _whole_years(begins: date, ends: date) -> int:
    return ends.year - begins.year - ((ends.month, ends.day) < (begins.month, begins.day))


def _is_working_day(budget: Budget, calendar: Calendar | None, when: Any) -> bool:
    return _works(budget, calendar, _day(budget, when))


def _add_working_days(budget: Budget, calendar: Calendar | None, when: Any, count: Any) -> str:
    """So many working days after a day, or before it when there are fewer than none; 0 is the day itself."""
    day, left = _day(budget, when), _whole(count)
    step = 1 if left > 0 else -1
    while left:
        day = _next(day, step)
        left -= step * _works(budget, calendar, day)
    return day.isoformat()


def _working_days_between(budget: Budget, calendar: Calendar | None, first: Any, last: Any) -> int:
    """The working days after the first day, the last one among them; fewer than none when it comes before."""
    day, until = _day(budget, first), _day(budget, last)
    step, found = (1 if until > day else -1), 0
    while day != until:
        day = _next(day, step)
        found += step * _works(budget, calendar, day)
    return found


def _due(budget: Budget, calendar: Calendar | None, start: Any, limit: Any) -> str:
    """The same as ``motcua:limit`` says, from any moment on."""
    begins = _moment(budget, start)
    try:
        read = Limit.read(_short(limit, NotADuration))
    except ValueError as error:
        raise NotADuration from error
    budget.spend(_READING * (1 + read.amount))
    try:
        return _written(_of(calendar, begins.date()).due(begins, read))
    except OverflowError as error:
        raise BeyondTheCalendar from error


def _written(when: datetime) -> str:
    try:
        return written(when)
    except OverflowError as error:
        raise BeyondTheCalendar from error


def _day(budget: Budget, when: Any) -> date:
    return _moment(budget, when).date()


def day_of(budget: Budget, when: Any) -> str:
    """The local day of a date or moment."""
    return _day(budget, when).isoformat()


def _moment(budget: Budget, when: Any) -> datetime:
    """The local time of a moment; of a date, its beginning."""
    budget.spend(_READING)
    text = _short(when, NotADate)
    try:
        if _MOMENT.fullmatch(text):
            read = datetime.fromisoformat(text)
            return read.astimezone(LOCAL) if read.tzinfo else read.replace(tzinfo=LOCAL)
        if re.fullmatch(_DAY, text):
            return datetime.combine(date.fromisoformat(text), time(), LOCAL)
    except (ValueError, OverflowError) as error:
        raise NotADate from error
    raise NotADate


def _short(text: Any, otherwise: type[ValueError]) -> str:
    if isinstance(text, Erased):
        raise ErasedRead
    if not isinstance(text, str):
        raise TypeError("a date or duration is a text")
    if len(text) > _LONGEST:
        raise otherwise
    return text


def _duration(text: str) -> Duration:
    try:
        return Duration.read(text)
    except ValueError as error:
        raise NotADuration from error


def _after(duration: Duration, start: datetime, times: int) -> datetime:
    try:
        return duration.after(start, times)
    except ValueError as error:
        raise BeyondTheCalendar from error


def _whole(count: Any) -> int:
    if isinstance(count, Erased):
        raise ErasedRead
    if not isinstance(count, int):
        raise TypeError("days are counted in whole numbers")
    return count


def _next(day: date, step: int) -> date:
    try:
        return day + timedelta(days=step)
    except OverflowError as error:
        raise BeyondTheCalendar from error


def _works(budget: Budget, calendar: Calendar | None, day: date) -> bool:
    budget.spend(_STEP)
    return bool(_of(calendar, day).openings(day))


def _of(calendar: Calendar | None, day: date) -> Calendar:
    """The calendar, if the instance has one.

    Raises:
        NotInCalendar: it has none, so nobody knows what is worked.
    """
    if calendar is None:
        raise NotInCalendar(day.year)
    return calendar


DATES: dict[str, Callable[..., Any]] = {
    "add": _add,
    "add_working_days": _add_working_days,
    "date": _date,
    "day": _day_of_month,
    "days_between": _days_between,
    "due": _due,
    "is_working_day": _is_working_day,
    "month": _month,
    "time": _time,
    "today": _today,
    "weekday": _weekday,
    "working_days_between": _working_days_between,
    "year": _year,
    "years_between": _years_between,
}
"""By the name that people write; the budget is each one's first argument, then what NEEDS says."""
NEEDS: dict[str, str] = {
    "add_working_days": CALENDAR,
    "due": CALENDAR,
    "is_working_day": CALENDAR,
    "today": NOW,
    "working_days_between": CALENDAR,
}
"""What a function needs of the instance, under a name that only its outermost scope answers."""
