"""Retention: how long an ended instance stays in the database before it goes to the archive."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

DEFAULT = "default"
"""The class of a procedure that names none."""
_PERIOD = re.compile(r"P(?=\d)(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,6})D)?")


class RetentionRefused(ValueError):
    """Classes that cannot be read; the message says where."""


@dataclass(frozen=True, slots=True)
class Period:
    """Calendar years, months and days."""

    text: str
    years: int
    months: int
    days: int

    @classmethod
    def read(cls, text: str) -> Period:
        """``P2Y``, ``P18M``, ``P90D`` (ISO 8601).

        Raises:
            RetentionRefused: something else.
        """
        found = _PERIOD.fullmatch(text)
        if found is None:
            raise RetentionRefused(f"{text!r} is no period as P2Y, P18M or P90D")
        years, months, days = (int(part or 0) for part in found.groups())
        return cls(text, years, months, days)

    def before(self, moment: datetime) -> datetime:
        """The moment this long before; the 31st of a month that has none is its last day.

        Raises:
            OverflowError: before the first year.
        """
        year, month = divmod(moment.year * 12 + moment.month - 1 - self.years * 12 - self.months, 12)
        if year < 1:
            raise OverflowError(self.text)
        day = min(moment.day, monthrange(year, month + 1)[1])
        return moment.replace(year=year, month=month + 1, day=day) - timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class RetentionClass:
    """What its operator decided of procedures that name it. ``destroyable``: whether the archive may ever be destroyed."""

    name: str
    hot: Period
    destroyable: bool = False


@dataclass(frozen=True, slots=True)
class Retention:
    """The classes that there are."""

    classes: Mapping[str, RetentionClass]

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Retention:
        """Classes as an operator writes them: a table for each, with ``hot`` and ``destroyable``.

        Raises:
            RetentionRefused: what is wrong with them.
        """
        classes = {name: _class(name, table) for name, table in said.items()}
        return cls({DEFAULT: _BUILT_IN, **classes})

    def of(self, procedure: Mapping[str, Any]) -> RetentionClass | None:
        """The class of a procedure, None where it names one that there is not."""
        return self.classes.get(class_of(procedure))


def class_of(procedure: Mapping[str, Any]) -> str:
    """The class that procedure.toml names.

    Raises:
        RetentionRefused: it does so in a way of its own.
    """
    said = procedure.get("retention", {})
    name = said.get("class", DEFAULT) if isinstance(said, dict) else None
    if not isinstance(name, str):
        raise RetentionRefused('[retention] class = "name"')
    return name


def _class(name: str, table: Any) -> RetentionClass:
    if not isinstance(table, dict) or not isinstance(table.get("hot"), str) or table.keys() - {"hot", "destroyable"}:
        raise RetentionRefused(f'[{name}] needs hot = "P1Y" and may have destroyable = false')
    destroyable = table.get("destroyable", False)
    if not isinstance(destroyable, bool):
        raise RetentionRefused(f"[{name}] destroyable is true or false")
    return RetentionClass(name, Period.read(table["hot"]), destroyable)


_BUILT_IN = RetentionClass(DEFAULT, Period.read("P1Y"))
"""A year at hand, and kept for ever: a figure for operation, which takes no legal period's place."""
BUILT_IN = Retention({DEFAULT: _BUILT_IN})
