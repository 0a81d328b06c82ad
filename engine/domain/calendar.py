"""The working calendar: limits in working days and hours, as the law counts them.

A working day is eight working hours (Nghị định 61/2018/NĐ-CP counts limits in working days; the hours of a
day are the province's). All days and opening hours are local, Asia/Ho_Chi_Minh, which has had one offset since 1975.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import TypeAlias

LOCAL = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
DAY = timedelta(hours=8)
"""What a limit of one working day takes, whatever the length of the day it falls on."""
SAME_DAY_CUT_OFF = time(15)
"""A same-day procedure received at or after it is due on the next working day."""

Opening: TypeAlias = tuple[time, time]

_LIMIT = re.compile(r"\s*(?:(\d{1,4})\s+(working-day|working-hour|calendar-day)s?|(same-day))\s*")


def local_day(at: datetime) -> str:
    """The day that it is here, as ISO 8601 writes it."""
    return at.astimezone(LOCAL).date().isoformat()


class NotInCalendar(Exception):
    """The calendar says nothing about that year; nobody may guess its holidays."""

    def __init__(self, year: int) -> None:
        super().__init__(year)
        self.year = year


@dataclass(frozen=True, slots=True)
class Limit:
    """A legal limit: ``amount`` of ``unit`` (working-day, working-hour, calendar-day, same-day)."""

    amount: int
    unit: str

    @classmethod
    def read(cls, text: str) -> Limit:
        """Read "5 working-days", "8 working-hours", "10 calendar-days" or "same-day".

        Raises:
            ValueError: the text is none of them.
        """
        match = _LIMIT.fullmatch(text)
        if match is None:
            raise ValueError(f"not a limit: {text!r}")
        amount, unit, same_day = match.groups()
        return cls(0, same_day) if same_day else cls(int(amount), unit)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Opening hours of ordinary weekdays, the years it knows, and the days that differ.

    ``special`` has the opening hours of single days (none: closed) and wins over everything.
    """

    weekdays: frozenset[int]
    hours: tuple[Opening, ...]
    years: frozenset[int]
    special: Mapping[date, tuple[Opening, ...]]

    @classmethod
    def from_json(cls, content: Mapping[str, object]) -> Calendar:
        """Read ``{weekdays: [0..6], hours: [["07:00", "11:30"], …], years: […], special: {date: hours}}``."""
        special = content["special"]
        assert isinstance(special, Mapping)
        return cls(
            frozenset(content["weekdays"]),  # type: ignore[call-overload]
            _openings(content["hours"]),
            frozenset(content["years"]),  # type: ignore[call-overload]
            {date.fromisoformat(day): _openings(hours) for day, hours in special.items()},
        )

    def openings(self, day: date) -> tuple[Opening, ...]:
        """When ``day`` is worked, earliest first; nothing on a day off.

        Raises:
            NotInCalendar: the calendar does not cover the year.
        """
        if (hours := self.special.get(day)) is not None:
            return hours
        if day.year not in self.years:
            raise NotInCalendar(day.year)
        return self.hours if day.weekday() in self.weekdays else ()

    def due(self, start: datetime, limit: Limit) -> datetime:
        """The moment at which ``limit`` is used up when it begins at ``start``.

        Raises:
            NotInCalendar: it runs into a year that the calendar does not cover.
        """
        begins = start.astimezone(LOCAL)
        if limit.unit == "working-hour":
            return self._worked(begins, timedelta(hours=limit.amount))
        if limit.unit == "working-day":
            return self._worked(begins, limit.amount * DAY)
        if limit.unit == "calendar-day":
            return self._closing(begins.date() + timedelta(days=limit.amount))
        return self._same_day(begins)

    def after(self, start: datetime, working: timedelta) -> datetime:
        """The moment at which so much working time has passed since ``start``."""
        return self._worked(start.astimezone(LOCAL), working)

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """Working time between two moments."""
        begins, ends = start.astimezone(LOCAL), end.astimezone(LOCAL)
        total = timedelta()
        for opens, closes in self._periods(begins.date()):
            if opens >= ends:
                return total
            total += max(min(closes, ends) - max(opens, begins), timedelta())
        return total

    def _worked(self, begins: datetime, left: timedelta) -> datetime:
        for opens, closes in self._periods(begins.date()):
            from_ = max(opens, begins)
            if closes - from_ >= left and closes > begins:
                return from_ + left
            left -= max(closes - from_, timedelta())
        raise AssertionError("a calendar's periods never end")

    def _periods(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        while True:
            for opens, closes in self.openings(day):
                yield datetime.combine(day, opens, LOCAL), datetime.combine(day, closes, LOCAL)
            day += timedelta(days=1)

    def _closing(self, day: date) -> datetime:
        """Closing time of ``day``, or of the next open day."""
        while not (hours := self.openings(day)):
            day += timedelta(days=1)
        return datetime.combine(day, hours[-1][1], LOCAL)

    def _same_day(self, begins: datetime) -> datetime:
        today = begins.date()
        in_time = begins.time() < SAME_DAY_CUT_OFF and self.openings(today)
        return self._closing(today if in_time else today + timedelta(days=1))


def _openings(pairs: object) -> tuple[Opening, ...]:
    assert isinstance(pairs, list)
    return tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in pairs)
