"""The working calendar: limits in working days and hours, as the law counts them.

A working day is eight working hours (Nghị định 61/2018/NĐ-CP counts limits in working days; the hours of a
day are the province's). All days and opening hours are local, Asia/Ho_Chi_Minh, which has had one offset since 1975.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from typing import Any, TypeAlias

LOCAL = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
DAY = timedelta(hours=8)
"""What a limit of one working day takes, whatever the length of the day it falls on."""
CUT_OFF = time(15)
"""When a day ends for same-day procedures where neither the calendar nor the procedure says so."""

Opening: TypeAlias = tuple[time, time]

Season: TypeAlias = tuple[date, date, tuple[Opening, ...]]
"""The ordinary hours from one day to another, both included."""

_LIMIT = re.compile(
    r"\s*(?:(\d{1,5})\s+(working-day|working-hour|calendar-day|calendar-hour)s?|(same-day))"
    r"(?:\s+before\s+((?:[01]\d|2[0-3]):[0-5]\d))?\s*"
)


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
    """A legal limit: ``amount`` of ``unit`` (working-day, working-hour, calendar-day, calendar-hour, same-day).

    What comes at ``cutoff`` or later counts as if it had come on the next working day.
    """

    amount: int
    unit: str
    cutoff: time | None = None

    @classmethod
    def read(cls, text: str) -> Limit:
        """Read "5 working-days", "8 working-hours", "10 calendar-days", "24 calendar-hours", "same-day before 15:00".

        Raises:
            ValueError: the text is none of them.
        """
        match = _LIMIT.fullmatch(text)
        if match is None:
            raise ValueError(f"not a limit: {text!r}")
        amount, unit, same_day, before = match.groups()
        cutoff = None if before is None else time.fromisoformat(before)
        return cls(0, same_day, cutoff) if same_day else cls(int(amount), unit, cutoff)


def is_cut_off(text: str) -> bool:
    """Whether a text is a time of a day by which a limit can be cut off."""
    return _LIMIT.fullmatch(f"same-day before {text}") is not None


@dataclass(frozen=True, slots=True)
class Calendar:
    """Opening hours of ordinary weekdays, the years it knows, and the days that differ.

    ``special`` has the opening hours of single days (none: closed) and wins over everything; ``seasons`` other ordinary
    hours, the last one first. On days of ``intake`` dossiers are taken in and results handed out, and no limit runs.
    ``provisional`` are years that were only computed: nobody has decided them. Nothing decides ``cutoff`` but a limit
    of its own; ``half_days`` says that early and late are told by half-days instead of days. ``since`` has both as they
    are from a year on: what is decided for a year changes nothing of the years before.
    """

    weekdays: frozenset[int]
    hours: tuple[Opening, ...]
    years: frozenset[int]
    special: Mapping[date, tuple[Opening, ...]]
    seasons: tuple[Season, ...] = ()
    intake: Mapping[date, tuple[Opening, ...]] = field(default_factory=dict)
    provisional: frozenset[int] = frozenset()
    cutoff: time = CUT_OFF
    half_days: bool = False
    since: Mapping[int, tuple[time, bool]] = field(default_factory=dict)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Calendar:
        """Read ``{weekdays: [0..6], hours: [["07:00", "11:30"], …], years: […], special: {date: hours}}``.

        Perhaps with ``seasons: [[from, to, hours]]``, ``intake: {date: hours}``, ``provisional: [years]``,
        ``cutoff: "15:00"``, ``halfDays: true`` and ``since: {year: [cutoff, halfDays]}``.
        """
        return cls(
            frozenset(content["weekdays"]),
            _openings(content["hours"]),
            frozenset(content["years"]),
            _by_day(content["special"]),
            tuple(
                (date.fromisoformat(first), date.fromisoformat(last), _openings(hours))
                for first, last, hours in content.get("seasons", ())
            ),
            _by_day(content.get("intake", {})),
            frozenset(content.get("provisional", ())),
            time.fromisoformat(content["cutoff"]) if "cutoff" in content else CUT_OFF,
            content.get("halfDays", False),
            {int(year): (time.fromisoformat(cut), half) for year, (cut, half) in content.get("since", {}).items()},
        )

    def to_json(self) -> dict[str, Any]:
        """What :meth:`from_json` reads."""
        return {
            "weekdays": sorted(self.weekdays),
            "hours": _pairs(self.hours),
            "years": sorted(self.years),
            "special": {day.isoformat(): _pairs(hours) for day, hours in sorted(self.special.items())},
            "seasons": [[first.isoformat(), last.isoformat(), _pairs(hours)] for first, last, hours in self.seasons],
            "intake": {day.isoformat(): _pairs(hours) for day, hours in sorted(self.intake.items())},
            "provisional": sorted(self.provisional),
            "cutoff": self.cutoff.isoformat("minutes"),
            "halfDays": self.half_days,
            **({"since": {str(year): _said(both) for year, both in sorted(self.since.items())}} if self.since else {}),
        }

    def decided_in(self, year: int) -> tuple[time, bool]:
        """When a day of that year ends for same-day procedures, and whether half-days are compared."""
        return next(
            (self.since[of] for of in sorted(self.since, reverse=True) if of <= year), (self.cutoff, self.half_days)
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
        return self.ordinary(day) if day.weekday() in self.weekdays else ()

    def ordinary(self, day: date) -> tuple[Opening, ...]:
        """The hours of an ordinary working day, if that day were one."""
        return next((hours for first, last, hours in reversed(self.seasons) if first <= day <= last), self.hours)

    def due(self, start: datetime, limit: Limit) -> datetime:
        """The moment at which ``limit`` is used up when it begins at ``start``.

        Raises:
            NotInCalendar: it runs into a year that the calendar does not cover.
        """
        begins = start.astimezone(LOCAL)
        if limit.unit == "same-day":
            return self._same_day(begins, limit.cutoff or self.decided_in(begins.year)[0])
        if limit.cutoff is not None and begins.time() >= limit.cutoff:
            begins = datetime.combine(begins.date() + timedelta(days=1), time(), LOCAL)
        if limit.unit == "working-hour":
            return self._worked(begins, timedelta(hours=limit.amount))
        if limit.unit == "working-day":
            return self._worked(begins, limit.amount * DAY)
        if limit.unit == "calendar-hour":
            return begins + timedelta(hours=limit.amount)
        return self._closing(begins.date() + timedelta(days=limit.amount))

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

    @property
    def has_half_days(self) -> bool:
        """Whether half-days are compared in any year."""
        return self.half_days or any(half for _, half in self.since.values())

    def half_day(self, at: datetime) -> tuple[date, bool]:
        """The day of a moment, and whether it is in its second half: after what is opened first has closed."""
        here = at.astimezone(LOCAL)
        hours = self.openings(here.date()) or self.ordinary(here.date())
        return here.date(), bool(hours) and here.time() > hours[0][1]

    def _same_day(self, begins: datetime, cutoff: time) -> datetime:
        today = begins.date()
        in_time = begins.time() < cutoff and self.openings(today)
        return self._closing(today if in_time else today + timedelta(days=1))


def _openings(pairs: Any) -> tuple[Opening, ...]:
    return tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in pairs)


def _pairs(hours: tuple[Opening, ...]) -> list[list[str]]:
    return [[opens.isoformat("minutes"), closes.isoformat("minutes")] for opens, closes in hours]


def _said(of_year: tuple[time, bool]) -> list[Any]:
    return [of_year[0].isoformat("minutes"), of_year[1]]


def _by_day(hours: Mapping[str, Any]) -> dict[date, tuple[Opening, ...]]:
    return {date.fromisoformat(day): _openings(pairs) for day, pairs in hours.items()}
