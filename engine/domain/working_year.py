"""What a province decides for a year of its working calendar: hours, days off, swaps, half days, days of intake.

Swaps (hoán đổi), extra days off and Saturdays are decided every year anew; each decision says its source, and whether
somebody has compared it with that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from itertools import pairwise
from typing import Any

from engine.domain.calendar import Calendar, Opening, Season
from engine.domain.errors import Fault
from engine.domain.reading import Reading

FIRST_YEAR, LAST_YEAR = 2000, 2099
MOST_UNITS = 1_000
TIMELINESS = ("date", "half-day")
_HOURS = re.compile(r"((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d)")

Hours = tuple[Opening, ...]


@dataclass(frozen=True, slots=True)
class WorkingYear:
    """The decision on one year, of the whole province or of some ``units``. What it leaves out stays as it was."""

    year: int
    units: tuple[str, ...]
    source: str
    confirmed: bool
    hours: Hours | None = None
    seasons: tuple[Season, ...] = ()
    closed: tuple[date, ...] = ()
    half: tuple[date, ...] = ()
    swaps: tuple[tuple[date, date], ...] = ()
    """A day off, and the day on which it is worked instead."""
    open: Mapping[date, Hours] = field(default_factory=dict)
    saturdays: Hours | None = None
    intake: Mapping[date, Hours] = field(default_factory=dict)
    counts: bool | None = None
    """Whether limits run on days of intake; None where nothing is said of it."""
    cutoff: time | None = None
    timeliness: str = ""

    @property
    def days(self) -> Iterator[date]:
        """Every single day that it names."""
        yield from (*self.closed, *self.half, *self.open, *self.intake)
        for first, last, _ in self.seasons:
            yield from (first, last)
        for off, worked in self.swaps:
            yield from (off, worked)


def read_working_year(content: Any) -> tuple[WorkingYear, list[Fault]]:
    """A decision from its file, and everything that is wrong with it."""
    reading = Reading(content)
    year, units = _year(reading), reading.texts("units")
    source, confirmed = reading.text("source", required=True), reading.flag("confirmed")
    saturdays, intake, counts = _intake(reading)
    decided = WorkingYear(
        year, units, source, confirmed, _hours(reading, "hours"), tuple(_seasons(reading)), _days(reading, "closed"),
        _days(reading, "half"), tuple(_swaps(reading)), dict(_dated(reading, "open")), saturdays, intake, counts,
        _cutoff(reading), reading.one_of("timeliness", TIMELINESS),
    )  # fmt: skip
    reading.end()
    _check(reading, decided)
    return decided, reading.faults


def _year(reading: Reading) -> int:
    year = reading.whole("year", FIRST_YEAR, LAST_YEAR)
    if "year" not in reading.content:
        reading.refuse("year", "thiếu khóa bắt buộc này", "this key is missing; add it")
    return year or FIRST_YEAR


def _hours(reading: Reading, name: str, *, required: bool = False) -> Hours | None:
    """Opening hours, written ``["07:00-11:30", "13:30-17:00"]``; an empty list is none at all."""
    texts = reading.texts(name)
    if name not in reading.content:
        if required:
            reading.refuse(name, "thiếu khóa bắt buộc này", "this key is missing; add it")
        return None
    matches = [_HOURS.fullmatch(text) for text in texts]
    hours = [tuple(map(time.fromisoformat, match.groups())) for match in matches if match is not None]
    ends = [moment for pair in hours for moment in pair]
    if len(hours) < len(texts) or any(later <= earlier for earlier, later in pairwise(ends)):
        reading.refuse(
            name,
            'phải là các khoảng giờ theo thứ tự, ví dụ ["07:00-11:30", "13:30-17:00"]',
            'it must be times of a day in their order, as ["07:00-11:30", "13:30-17:00"]',
        )
    return tuple((pair[0], pair[1]) for pair in hours)


def _days(reading: Reading, name: str) -> tuple[date, ...]:
    """A list of dates, as TOML writes dates or as texts."""
    days = reading.content.get(name)
    reading.asked.add(name)
    if days is None:
        return ()
    if not isinstance(days, list):
        reading.refuse(name, "phải là danh sách ngày", "it must be a list of dates")
        return ()
    each = Reading({str(at): day for at, day in enumerate(days)}, f"{reading.pointer}/{name}", reading.faults)
    found = [each.day(str(at)) for at in range(len(days))]
    return tuple(date.fromisoformat(day) for day in found if day is not None)


def _dated(reading: Reading, name: str) -> Iterator[tuple[date, Hours]]:
    """Single days and their hours, written ``[[open]]`` with ``day`` and ``hours``."""
    for each in reading.each(name):
        day, hours = each.day("day", required=True), _hours(each, "hours", required=True)
        each.end()
        if day is not None:
            yield date.fromisoformat(day), hours or ()


def _seasons(reading: Reading) -> Iterator[Season]:
    for each in reading.each("season"):
        first, last = each.day("from", required=True), each.day("until", required=True)
        hours = _hours(each, "hours", required=True)
        each.end()
        if first is not None and last is not None:
            yield date.fromisoformat(first), date.fromisoformat(last), hours or ()


def _swaps(reading: Reading) -> Iterator[tuple[date, date]]:
    for each in reading.each("swap"):
        off, worked = each.day("off", required=True), each.day("work", required=True)
        each.end()
        if off is not None and worked is not None:
            yield date.fromisoformat(off), date.fromisoformat(worked)


def _intake(reading: Reading) -> tuple[Hours | None, Mapping[date, Hours], bool | None]:
    inside = reading.inside("intake")
    if inside is None:
        return None, {}, None
    said = _hours(inside, "saturdays"), dict(_dated(inside, "day")), inside.flag("counts")
    inside.end()
    return said


def _cutoff(reading: Reading) -> time | None:
    text = reading.text("cutoff", most=5)
    if not text:
        return None
    try:
        return time.fromisoformat(text)
    except ValueError:
        reading.refuse("cutoff", "phải là giờ dạng 15:00", "it must be a time such as 15:00")
        return None


def _check(reading: Reading, decided: WorkingYear) -> None:
    if any(day.year != decided.year for day in decided.days):
        reading.refuse(
            None, f"chỉ được nêu ngày của năm {decided.year}", f"days of {decided.year} only can be named here"
        )
    if len(decided.units) > MOST_UNITS or "" in decided.units:
        reading.refuse("units", f"tối đa {MOST_UNITS} đơn vị", f"at most {MOST_UNITS} units")
    if decided.units and (decided.timeliness or decided.cutoff):
        reading.refuse(
            "units", "cutoff và timeliness là của toàn tỉnh, không của riêng đơn vị",
            "cutoff and timeliness are the whole province's and not a unit's",
        )  # fmt: skip


def decided(calendar: Calendar, decisions: list[WorkingYear]) -> Calendar:
    """A computed calendar with what was decided for it: the province's decisions first, those of the unit itself last.

    Year after year: what a decision does not say stays as it was in the year before.
    """
    special, intake = dict(calendar.special), dict(calendar.intake)
    seasons, counts = list(calendar.seasons), set[int]()
    since, latest = dict(calendar.since), (calendar.cutoff, calendar.half_days)
    for each in decisions:
        seasons += _seasons_of(each)
        plain = Calendar(calendar.weekdays, calendar.hours, calendar.years, special, tuple(seasons))
        special |= _special(each, plain)
        _take_in(each, intake, special)
        counts = counts - {each.year} | ({each.year} if each.counts else set()) if each.counts is not None else counts
        if each.cutoff or each.timeliness:
            latest = each.cutoff or latest[0], each.timeliness == "half-day" if each.timeliness else latest[1]
            since[each.year] = latest
    special |= {day: hours for day, hours in intake.items() if day.year in counts and day not in special}
    known = {each.year for each in decisions if each.confirmed and not each.units}
    return Calendar(
        calendar.weekdays, calendar.hours, calendar.years | {each.year for each in decisions}, special, tuple(seasons),
        intake, calendar.provisional - known, calendar.cutoff, calendar.half_days, since,
    )  # fmt: skip


def _seasons_of(each: WorkingYear) -> list[Season]:
    whole = [] if each.hours is None else [(date(each.year, 1, 1), date(each.year, 12, 31), each.hours)]
    return [*whole, *each.seasons]


def _special(each: WorkingYear, calendar: Calendar) -> dict[date, Hours]:
    """Single days; what is said of a day with its hours wins over what is said without."""
    days: dict[date, Hours] = {}
    for off, worked in each.swaps:
        days |= {off: (), worked: calendar.ordinary(worked)}
    days |= dict.fromkeys(each.closed, ())
    days |= {day: calendar.ordinary(day)[:1] for day in each.half}
    return days | dict(each.open)


def _take_in(each: WorkingYear, intake: dict[date, Hours], special: Mapping[date, Hours]) -> None:
    """Days of intake: all Saturdays that are neither worked nor holidays, and single days."""
    if each.saturdays is not None:
        for day in [day for day in intake if day.year == each.year]:
            del intake[day]
        if each.saturdays:
            free = (day for day in saturdays(each.year) if day not in special)
            intake |= dict.fromkeys(free, each.saturdays)
    for day in each.closed:
        intake.pop(day, None)
    intake |= each.intake


def saturdays(year: int) -> Iterator[date]:
    """The Saturdays of a year."""
    first = date(year, 1, 1)
    ordinal = first.toordinal() + (5 - first.weekday()) % 7
    while (day := date.fromordinal(ordinal)).year == year:
        yield day
        ordinal += 7
