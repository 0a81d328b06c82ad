"""Indicators and reports of a period, by the rules that count on its last day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from engine.analysis.facts import DOSSIERS, Period
from engine.analysis.indicators import Figure, IndicatorSet, Outside, Points, figures, points
from engine.analysis.reports import Report, ReportForm, tabulated
from engine.domain.calendar import local_day
from engine.domain.errors import NotFound
from engine.ports import Queries
from engine.service.catalog import Catalog
from engine.service.counted import Named, counted, last_day, names


class _Ruled(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def valid_from(self) -> str: ...
    def holds(self, day: str) -> bool: ...


Rules = TypeVar("Rules", bound=_Ruled)


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to know: a period, told apart by something; of ``units`` only, where he reaches no others."""

    period: Period
    by: str | None = None
    units: Collection[str] | None = None
    rules_of: str | None = None
    """The day whose rules count, where they are not to be those of the period's last day."""

    @property
    def day(self) -> str:
        return self.rules_of or last_day(self.period)


@dataclass(frozen=True, slots=True)
class Indicators:
    """The figures of a set, their points, and what the groups are called."""

    rules: IndicatorSet
    figures: tuple[Figure, ...]
    points: tuple[Points, ...]
    names: Mapping[str, Named]


def chosen(rules: Iterable[Rules], id: str, day: str) -> Rules:
    """Those of an id that count on a day: of several, the ones that came into force last.

    Raises:
        NotFound: there are none.
    """
    found = [each for each in rules if each.id == id and each.holds(day)]
    if not found:
        raise NotFound(what="rules", id=f"{id} ({day})")
    return max(found, key=lambda each: each.valid_from)


def indicators(
    queries: Queries, catalog: Catalog, rules: IndicatorSet, outside: Sequence[Outside], asked: Asked, now: datetime
) -> Indicators:
    """What the indicators of a set came to, over everything or by level, unit, field or procedure."""
    kinds = counted(queries, catalog, asked.period, now, rules.asked(asked.by), asked.units)
    found = figures(rules, kinds, asked.by, _of_period(outside, asked))
    groups = dict.fromkeys(figure.group for figure in found)
    called = names(queries, catalog, asked.by, groups, local_day(now))
    return Indicators(rules, tuple(found), tuple(points(found)), called)


def _of_period(outside: Sequence[Outside], asked: Asked) -> list[Outside]:
    """What was given for exactly this period. It is of the whole province: who reaches a part of it has none."""
    first, last = local_day(asked.period.begin), last_day(asked.period)
    return [each for each in outside if asked.units is None and (each.first, each.last) == (first, last)]


def report(
    queries: Queries, catalog: Catalog, form: ReportForm, asked: Asked, now: datetime
) -> tuple[Report, Mapping[str, Named]]:
    """A report, and what its rows are called."""
    wanted = {DOSSIERS: {asked.by or form.by, *form.names}}
    kinds = counted(queries, catalog, asked.period, now, wanted, asked.units)
    found = tabulated(form, kinds[DOSSIERS], asked.by)
    return found, names(queries, catalog, found.by, [row.group for row in found.rows], local_day(now))
