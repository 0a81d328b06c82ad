"""Lists of somebody who sees many parts of a table, each part with an index of its own: as many short walks, merged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import orjson
from sqlalchemy import Column, ColumnElement, Connection, FromClause, Select, Text, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.database.statement import OneOf, Statement, given

Key = tuple[Any, ...]
Part = tuple[str, ...]
"""One value for each of the columns across which a list goes."""
FEW = 4
"""Rows that are looked at in a walk before it is known whether it has more of the page."""
MANY = 16
"""Values of the last column from which on the head of the table is looked at first."""
LOOK = 4
"""Pages that are looked through there."""


class Walks:
    """One walk along an index for each combination of values of the columns ``across``, none further than needed.

    ``walk`` is the one walk, whose columns are the sort key, and ``limit`` how far it goes. A page of fifty rows out of
    a hundred walks has one or two of most: a few of each are asked for, and more only of those that still may have some.
    Whoever sees much of the table finds his page at its head, in one walk over all values of the last column, and that
    is looked at first.
    """

    def __init__(self, walk: Select[Any], across: Sequence[Column[Any]], *, descending: bool) -> None:
        self._across, self._descending = [column.name for column in across], descending
        self._statement = Statement({name: _each(walk, across, how) for name, how in _DATABASES.items()})
        self._head = Statement({name: _first_rows(walk, across, how) for name, how in _DATABASES.items()})

    def keys(self, connection: Connection, limit: int, **used: Any) -> list[Key]:
        """The first ``limit`` sort keys of all walks together, each once."""
        if len(used[self._across[-1]]) >= MANY and (keys := self._at_the_head(connection, limit, used)) is not None:
            return keys
        parts = list(product(*(used[name] for name in self._across)))
        few = min(limit, max(FEW, 2 * limit // max(1, len(parts))))
        found = self._walked(connection, parts, few, used)
        unfinished = {part: keys[-1] for part, keys in found.items() if len(keys) == few < limit}
        first = self._first(found.values(), limit)
        deeper = [part for part, last in unfinished.items() if len(first) < limit or self._is_before(last, first[-1])]
        if not deeper:
            return first
        return self._first((found | self._walked(connection, deeper, limit, used)).values(), limit)

    def _at_the_head(self, connection: Connection, limit: int, used: dict[str, Any]) -> list[Key] | None:
        """The same, where all of it is near the head of the table; None where it may be anywhere."""
        others = self._across[:-1]
        parts = list(product(*(used[name] for name in others)))
        asked = self._asked(others, parts)
        rows = self._head.run(
            connection, **{**used, **asked, "parts": parts, "limit": limit, "look": LOOK * limit}
        ).fetchall()
        found = [
            (self._ordered(map(tuple, _read(keys or []))), goes_on)
            for keys, goes_on in (row[-2:] for row in map(tuple, rows))
        ]
        if any(goes_on and len(keys) < limit for keys, goes_on in found):
            return None
        return self._first((keys for keys, _ in found), limit)

    def _walked(
        self, connection: Connection, parts: list[Part], each: int, used: dict[str, Any]
    ) -> dict[Part, list[Key]]:
        """As many keys of every walk that has any."""
        asked = self._asked(self._across, parts)
        rows = self._statement.run(connection, **{**used, **asked, "parts": parts, "limit": each}).fetchall()
        return {
            tuple(row[:-1]): self._ordered(map(tuple, _read(row[-1]))) for row in rows if row[-1] not in (None, "[]")
        }

    @staticmethod
    def _asked(names: Sequence[str], parts: list[Part]) -> dict[str, list[str]]:
        """The values of each column, as PostgreSQL is given them."""
        return dict(zip(names, map(list, zip(*parts, strict=True)), strict=True)) if names and parts else {}

    def _first(self, walks: Iterable[list[Key]], limit: int) -> list[Key]:
        return self._ordered({key for keys in walks for key in keys})[:limit]

    def _ordered(self, keys: Iterable[Key]) -> list[Key]:
        return sorted(keys, reverse=self._descending)

    def _is_before(self, one: Key, other: Key) -> bool:
        return one > other if self._descending else one < other


def _asked_on_postgresql(across: Sequence[Column[Any]]) -> tuple[FromClause | None, list[ColumnElement[Any]]]:
    """A row for each part, and its values."""
    if not across:
        return None, []
    names = [column.name for column in across]
    lists = [cast(given(name), ARRAY(Text)) for name in names]
    asked = func.unnest(*lists).table_valued(*names).render_derived("asked")
    return asked, [asked.c[name] for name in names]


def _asked_on_sqlite(across: Sequence[Column[Any]]) -> tuple[FromClause | None, list[ColumnElement[Any]]]:
    if not across:
        return None, []
    asked = func.json_each(given("parts")).table_valued("value", name="asked")
    return asked, [func.json_extract(asked.c.value, f"$[{number}]") for number in range(len(across))]


@dataclass(frozen=True, slots=True)
class _Database:
    """How a database is given the parts, and how it makes an array of rows, and of a row."""

    asked: Callable[[Sequence[Column[Any]]], tuple[FromClause | None, list[ColumnElement[Any]]]]
    array_of_rows: str
    array: str


_DATABASES = {
    "postgresql": _Database(_asked_on_postgresql, "json_agg", "json_build_array"),
    "sqlite": _Database(_asked_on_sqlite, "json_group_array", "json_array"),
}


def _each(walk: Select[Any], across: Sequence[Column[Any]], how: _Database) -> Select[Any]:
    """A row for each part: its values, and the keys that its walk comes to."""
    asked, values = how.asked(across)
    return _gathered(asked, values, _keys_of(walk.where(*_equal(across, values)), asked, how))


def _first_rows(walk: Select[Any], across: Sequence[Column[Any]], how: _Database) -> Select[Any]:
    """The same for parts without the last column: what the first rows have of its values, and whether there are rows behind them."""
    asked, values = how.asked(across[:-1])
    return _gathered(asked, values, *_head(walk.where(*_equal(across[:-1], values)), across[-1], asked, how))


def _equal(columns: Sequence[Column[Any]], values: Sequence[ColumnElement[Any]]) -> list[ColumnElement[bool]]:
    return [column == value for column, value in zip(columns, values, strict=True)]


def _gathered(
    asked: FromClause | None, values: Sequence[ColumnElement[Any]], *found: ColumnElement[Any]
) -> Select[Any]:
    """A row for each part: its values, and what its walk came to."""
    return select(*values, *found) if asked is None else select(*values, *found).select_from(asked)


def _keys_of(near: Select[Any], asked: FromClause | None, how: _Database) -> ColumnElement[Any]:
    """The keys that a walk comes to, as JSON."""
    keys = (near if asked is None else near.correlate(asked)).subquery("near")
    return (
        select(getattr(func, how.array_of_rows)(getattr(func, how.array)(*keys.c))).select_from(keys).scalar_subquery()
    )


def _head(
    walk: Select[Any], last: Column[Any], asked: FromClause | None, how: _Database
) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """What the first rows of a walk have of the values of one more column; whether there are rows behind them."""
    first = walk.add_columns(last.label("among")).limit(given("look"))
    first = first if asked is None else first.correlate(asked)
    head = first.subquery("head")
    keys = [column for column in head.c if column.name != "among"]
    near = select(*keys).where(OneOf(head.c.among, last.name)).limit(given("limit"))
    behind: Select[Any] = walk.with_only_columns(literal_column("1")).limit(1).offset(given("look"))
    behind = behind if asked is None else behind.correlate(asked)
    return _keys_of(near, asked, how), behind.exists()


def _read(found: Any) -> Any:
    """The driver of PostgreSQL reads JSON itself."""
    return orjson.loads(found) if isinstance(found, str) else found
