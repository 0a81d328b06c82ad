"""The calendars in force: one for the province, and one for each unit for which something of its own was decided.

What is in force is reference data like each calendar: content found by its hash, which never changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

PROVINCE = ""
"""Under which the province's own calendar stands."""


@dataclass(frozen=True, slots=True)
class Calendars:
    """Hashes: of the computed calendar, of each decision by year and unit, and of what came of them by unit."""

    computed: str
    decisions: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    by_unit: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_json(cls, hash: str, content: Mapping[str, Any]) -> Calendars:
        """Read what is in force: either a calendar alone, about which nothing was decided, or ``{computed, decisions, calendars}``."""
        if "computed" not in content:
            return cls(hash, {}, {PROVINCE: hash})
        decisions = {int(year): units for year, units in content["decisions"].items()}
        return cls(content["computed"], decisions, content["calendars"])

    def to_json(self) -> dict[str, Any]:
        """What :meth:`from_json` reads."""
        decisions = {str(year): dict(units) for year, units in sorted(self.decisions.items())}
        return {"computed": self.computed, "decisions": decisions, "calendars": dict(self.by_unit)}

    def of(self, line: Iterable[str]) -> str:
        """The calendar of a unit: ``line`` is the unit, who stands above it, and so on up."""
        return next((self.by_unit[unit] for unit in line if unit in self.by_unit), self.by_unit[PROVINCE])

    def with_decision(self, year: int, units: Iterable[str], decision: str) -> Mapping[int, Mapping[str, str]]:
        """The decisions, with one in the place of what was decided on that year before."""
        of_year = {**self.decisions.get(year, {}), **dict.fromkeys(units, decision)}
        return {**self.decisions, year: of_year}

    def decided_units(self) -> frozenset[str]:
        """Units for which something was decided."""
        return frozenset(unit for units in self.decisions.values() for unit in units) - {PROVINCE}
