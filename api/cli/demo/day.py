"""A working day at the one-stop counters: which dossiers come, when, to which unit, and how each of them will go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from api.cli.demo.scenario import Scenario

OPENING, LAST = time(7, 15), time(16, 30)
"""When the first and the last of them come."""
SLOT = timedelta(minutes=15)
"""Everybody acts on the quarter of an hour, so that many act at the same moment."""
SELDOM = 5
"""Every so many dossiers of a procedure one goes another way than the main one."""
UNITS: Sequence[Mapping[str, Any]] = (
    {"code": "H62", "name": "UBND tỉnh (mẫu)", "level": "province"},
    {"code": "H62.01", "name": "Sở Một (mẫu)", "level": "department", "parent": "H62"},
    {"code": "H62.02", "name": "Sở Hai (mẫu)", "level": "department", "parent": "H62"},
    {"code": "H62.31", "name": "Xã Một (mẫu)", "level": "commune", "parent": "H62"},
    {"code": "H62.32", "name": "Xã Hai (mẫu)", "level": "commune", "parent": "H62"},
    {"code": "H62.33", "name": "Phường Ba (mẫu)", "level": "commune", "parent": "H62"},
)
"""Two levels, as there are since July 2025."""
DEPARTMENTS, COMMUNES = ("H62.01", "H62.02"), ("H62.31", "H62.32", "H62.33")


@dataclass(frozen=True, slots=True)
class Arrival:
    """A dossier that comes on that day."""

    number: int
    at: datetime
    unit: str
    scenario: Scenario


def arrivals(
    day: datetime, count: int, played: Mapping[str, Sequence[Scenario]], levels: Mapping[str, Sequence[str]]
) -> Iterator[Arrival]:
    """So many dossiers, over all procedures in turn, in the order in which they come.

    ``played`` has the scenarios of each procedure, the main one first; ``levels`` says on which level each is dealt with.
    """
    names = list(played)
    for number in range(count):
        procedure, round_ = names[number % len(names)], number // len(names)
        yield Arrival(
            number + 1,
            _moment(day, number, count),
            _unit(levels.get(procedure, ()), number),
            _way(played[procedure], round_),
        )


def _moment(day: datetime, number: int, count: int) -> datetime:
    begin, end = (datetime.combine(day.date(), hour, day.tzinfo) for hour in (OPENING, LAST))
    return begin + (end - begin) * number / count


def _unit(levels: Sequence[str], number: int) -> str:
    places = DEPARTMENTS if "tinh" in levels else COMMUNES
    return places[number % len(places)]


def _way(scenarios: Sequence[Scenario], round_: int) -> Scenario:
    others = scenarios[1:]
    if not others or round_ % SELDOM < SELDOM - 1:
        return scenarios[0]
    return others[round_ // SELDOM % len(others)]


def on_the_slot(at: datetime) -> datetime:
    """The first moment from then on at which people act."""
    since = at - datetime.combine(at.date(), time(), at.tzinfo)
    return at + -since % SLOT
