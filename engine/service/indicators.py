"""Indicators of a period: the dossiers that count, their levels, and the rules in force."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from engine.analysis.indicators import Figure, IndicatorSet, Period, count, figures
from engine.domain.calendar import local_day
from engine.domain.dossier import Dossier
from engine.domain.timeliness import rating
from engine.domain.values import moment, written
from engine.ports import Queries
from engine.service.catalog import Catalog

_AT_ONCE = 5_000
LEVELS = {"tinh": "province", "so": "department", "huyen": "district", "xa": "commune"}
"""How procedure.toml calls the levels."""


def indicators(
    queries: Queries, catalog: Catalog, rules: IndicatorSet, period: Period, now: datetime, by: str | None = None
) -> list[Figure]:
    """What the indicators of a set came to, over everything or by level, unit or procedure."""
    rate = rating(catalog.calendar_in_force(queries))
    counted = count(_dossiers(queries, period), period, _Levels(queries, catalog), now, rate)
    return figures(rules, counted, by)


def _dossiers(queries: Queries, period: Period) -> Iterator[Dossier]:
    after = ""
    while found := queries.dossiers_between(written(period.begin), written(period.end), after, _AT_ONCE):
        yield from found
        after = found[-1].id


class _Levels:
    """The level of the unit whose dossier it is, on the day of acceptance; else that of its procedure."""

    def __init__(self, queries: Queries, catalog: Catalog) -> None:
        self._queries, self._tree = queries, catalog.organisation_in_force(queries)
        self._of_units: dict[tuple[str, str], str | None] = {}
        self._of_procedures: dict[str, str | None] = {}

    def __call__(self, dossier: Dossier) -> str | None:
        of_unit = None
        if dossier.unit is not None and self._tree is not None:
            place = (dossier.unit, local_day(moment(dossier.accepted_at or dossier.submitted_at)))
            if place not in self._of_units:
                unit = self._tree.unit(*place)
                self._of_units[place] = None if unit is None else unit.level
            of_unit = self._of_units[place]
        return of_unit or self._of_procedure(dossier.key)

    def _of_procedure(self, key: str) -> str | None:
        if key not in self._of_procedures:
            definition = self._queries.latest_definitions([key]).get(key)
            said = None if definition is None else definition.procedure.get("level")
            self._of_procedures[key] = LEVELS.get(str(said))
        return self._of_procedures[key]
