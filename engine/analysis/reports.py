"""Reports: tables of how many dossiers there were of what kind, a row for each group, by forms that are data.

A column is a condition over the facts of dossiers, or the sum of others. Columns of one part divide the same dossiers between
them: each is in exactly one, and what is not is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.analysis.facts import OF_DOSSIERS, Kinds
from engine.runtime.language import Expression, expression


@dataclass(frozen=True, slots=True)
class Column:
    """``when`` says which dossiers are in it, ``sums`` of which columns it is the sum; ``part`` what it divides with others."""

    id: str
    name: str
    name_en: str
    when: str | None = None
    sums: tuple[str, ...] = ()
    part: str | None = None


@dataclass(frozen=True, slots=True)
class ReportForm:
    """A form that was laid down: what is counted (``among``), by which columns, and a row for what (``by``)."""

    id: str
    name: str
    name_en: str
    valid_from: str
    source: str
    confirmed: bool
    by: str
    among: str
    columns: tuple[Column, ...]
    valid_until: str | None = None
    counts: str = "dossiers"

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> ReportForm:
        """Read a form from TOML.

        Raises:
            LanguageError, KeyError, TypeError, ValueError: a column is none, or asks what nobody knows of dossiers.
        """
        columns = tuple(Column(**{**row, "sums": tuple(row.get("sums", ()))}) for row in content["column"])
        form = cls(**{name: value for name, value in content.items() if name != "column"}, columns=columns)
        ids = {column.id for column in columns if column.when is not None}
        lost = [column.id for column in columns if (column.when is None) == (not column.sums) or set(column.sums) - ids]
        unknown = form.names - OF_DOSSIERS.keys()
        if lost or unknown:
            raise ValueError(f"{form.id}: {', '.join([*lost, *sorted(unknown)])}")
        return form

    def holds(self, day: str) -> bool:
        """Whether it counts on a day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)

    @property
    def names(self) -> frozenset[str]:
        """The facts that it asks for."""
        return frozenset(name for each in _compiled(self).values() for name in each.names)

    @property
    def parts(self) -> Mapping[str, frozenset[str]]:
        """The columns of each part."""
        return {
            part: frozenset(column.id for column in self.columns if column.part == part)
            for part in {column.part for column in self.columns if column.part is not None}
        }


@dataclass(frozen=True, slots=True)
class Row:
    """The numbers of a group, by column."""

    group: str | None
    numbers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Report:
    """The rows of a report and what they come to. ``misplaced`` are dossiers that are not in exactly one column of a part."""

    form: ReportForm
    by: str
    rows: tuple[Row, ...]
    total: Row
    misplaced: int


def tabulated(form: ReportForm, dossiers: Kinds, by: str | None = None) -> Report:
    """A report over dossiers, with a row for each group."""
    by, conditions = by or form.by, _compiled(form)
    kinds = dossiers.projected({by, *form.names})
    groups: dict[Any, dict[str, int]] = {}
    misplaced = 0
    for group, within in kinds.split(by):
        numbers, wrong = _counted(form, conditions, within)
        misplaced += wrong
        if any(numbers.values()):
            groups[group] = numbers
    rows = [Row(group, groups[group]) for group in sorted(groups, key=lambda group: (group is None, group or ""))]
    total = {column.id: sum(row.numbers[column.id] for row in rows) for column in form.columns}
    return Report(form, by, tuple(rows), Row(None, total), misplaced)


def _compiled(form: ReportForm) -> dict[str, Expression]:
    texts = {column.id: column.when for column in form.columns if column.when is not None}
    return {id: expression(text, strict=True) for id, text in {"": form.among, **texts}.items()}


def _counted(form: ReportForm, conditions: Mapping[str, Expression], kinds: Kinds) -> tuple[dict[str, int], int]:
    numbers, misplaced = dict.fromkeys((column.id for column in form.columns), 0), 0
    parts = form.parts.values()
    for known, (number, _) in kinds.numbers.items():
        row = dict(zip(kinds.names, known, strict=True))
        if conditions[""].value(row) is not True:
            continue
        in_ = {id for id, condition in conditions.items() if id and condition.value(row) is True}
        misplaced += 0 if all(len(in_ & part) == 1 for part in parts) else number
        for id in in_:
            numbers[id] += number
    for column in form.columns:
        if column.sums:
            numbers[column.id] = sum(numbers[id] for id in column.sums)
    return numbers, misplaced
