"""Lists of somebody who sees many parts of a table, each part with an index of its own: as many short walks, merged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

import orjson
from sqlalchemy import Column, ColumnElement, Connection, FromClause, Select, Text, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.database.statement import Statement, given

Key = tuple[Any, ...]
Part = tuple[str, ...]
"""One value for each of the columns across which a list goes."""
FEW = 4
"""Rows that are looked at in a walk before it is known whether it has more of the page."""


class Walks:
    """One walk along an index for each combination of values of the columns ``across``, none further than needed.

    ``walk`` is the one walk, whose columns are the sort key, and ``limit`` how far it goes. A page of fifty rows out of
    a hundred walks has one or two of most: a few of each are asked for, and more only of those that still may have some.
    """

    def __init__(self, walk: Select[Any], across: Sequence[Column[Any]], *, descending: bool) -> None:
        self._across, self._descending = [column.name for column in across], descending
        self._statement = Statement(
            {"postgresql": _on_postgresql(walk, across), "sqlite": _on_sqlite(walk, across)},
        )

    def keys(self, connection: Connection, limit: int, **used: Any) -> list[Key]:
        """The first ``limit`` sort keys of all walks together, each once."""
        parts = list(product(*(used[name] for name in self._across)))
        few = min(limit, max(FEW, 2 * limit // max(1, len(parts))))
        found = self._walked(connection, parts, few, used)
        unfinished = {part: keys[-1] for part, keys in found.items() if len(keys) == few < limit}
        first = self._first(found.values(), limit)
        deeper = [part for part, last in unfinished.items() if len(first) < limit or self._is_before(last, first[-1])]
        if not deeper:
            return first
        return self._first((found | self._walked(connection, deeper, limit, used)).values(), limit)

    def _walked(
        self, connection: Connection, parts: list[Part], each: int, used: dict[str, Any]
    ) -> dict[Part, list[Key]]:
        """As many keys of every walk that has any."""
        asked = dict(zip(self._across, map(list, zip(*parts, strict=True)), strict=True)) if parts else {}
        rows = self._statement.run(connection, **{**used, **asked, "parts": parts, "limit": each}).fetchall()
        return {
            tuple(row[:-1]): self._ordered(map(tuple, _read(row[-1]))) for row in rows if row[-1] not in (None, "[]")
        }

    def _first(self, walks: Iterable[list[Key]], limit: int) -> list[Key]:
        return self._ordered({key for keys in walks for key in keys})[:limit]

    def _ordered(self, keys: Iterable[Key]) -> list[Key]:
        return sorted(keys, reverse=self._descending)

    def _is_before(self, one: Key, other: Key) -> bool:
        return one > other if self._descending else one < other


def _on_postgresql(walk: Select[Any], across: Sequence[Column[Any]]) -> Select[Any]:
    names = [column.name for column in across]
    asked = (
        func.unnest(*(cast(given(name), ARRAY(Text)) for name in names)).table_valued(*names).render_derived("asked")
    )
    return _gathered(walk, across, asked, [asked.c[name] for name in names], "json_agg", "json_build_array")


def _on_sqlite(walk: Select[Any], across: Sequence[Column[Any]]) -> Select[Any]:
    asked = func.json_each(given("parts")).table_valued("value", name="asked")
    values = [func.json_extract(asked.c.value, f"$[{number}]") for number in range(len(across))]
    return _gathered(walk, across, asked, values, "json_group_array", "json_array")


def _gathered(
    walk: Select[Any],
    across: Sequence[Column[Any]],
    asked: FromClause,
    values: Sequence[ColumnElement[Any]],
    array_of_rows: str,
    array: str,
) -> Select[Any]:
    """A row for each part: its values, and the keys that its walk came to as JSON."""
    chosen = [column == value for column, value in zip(across, values, strict=True)]
    near = walk.where(*chosen).correlate(asked).subquery("near")
    rows = getattr(func, array_of_rows)(getattr(func, array)(*near.c))
    return select(*values, select(rows).select_from(near).scalar_subquery()).select_from(asked)


def _read(found: Any) -> Any:
    """The driver of PostgreSQL reads JSON itself."""
    return orjson.loads(found) if isinstance(found, str) else found
