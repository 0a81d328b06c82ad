"""Lists in pages, each page one walk along an index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any, Generic, TypeVar

from sqlalchemy import Column, ColumnElement, Connection, Select, Table, select, tuple_

from adapters.database.cursor import cursor, sort_key
from adapters.database.reader import by_ids
from adapters.database.rows import Shape
from adapters.database.statement import Statement, constant, given
from adapters.database.walks import Key, Walks
from engine.ports import Listed, Page

E = TypeVar("E")


class Listing(Generic[E]):
    """A list of entities in one order; ``order`` names the fields to sort by, the last of which decides ties.

    ``same`` are columns that ``always`` holds to one value; naming them lets PostgreSQL use the index behind.
    ``states`` are all that the column ``state`` can hold. A list that asks for none of them merges one walk for each,
    so that one index serves both; states are written into the statement, as partial indexes want it.
    ``through`` is a side table to sort and filter by.
    ``bounds`` are conditions other than equality, by the name of the value that they need; None for one that another's
    condition needs beside its own.
    ``across`` are columns that may have any of several values, given as lists (:class:`~adapters.database.walks.Walks`).
    """

    def __init__(
        self,
        shape: Shape[E],
        *order: str,
        descending: bool = True,
        same: tuple[str, ...] = (),
        states: tuple[str, ...] = (),
        through: Table | None = None,
        always: Sequence[ColumnElement[bool]] = (),
        bounds: Mapping[str, ColumnElement[bool] | None] | None = None,
        across: tuple[str, ...] = (),
    ) -> None:
        self._shape, self._order, self._descending, self._same = shape, order, descending, same
        self._states, self._through, self._always, self._bounds = states, through, always, bounds or {}
        self._across = across
        self._statements: dict[tuple[str | None, tuple[str, ...]], Statement] = {}
        self._walks: dict[tuple[str | None, tuple[str, ...]], Walks] = {}
        self._by_ids = Statement(by_ids(shape)) if across else None
        self._key_of = attrgetter(*order)

    @property
    def key_columns(self) -> list[Column[Any]]:
        """What a cursor of this list holds."""
        return [self._column(name) for name in self._order]

    def page(self, connection: Connection, page: Page, **filters: Any) -> Listed[E]:
        """The entities after a cursor; filters that are None do not count."""
        start = None if page.after is None else sort_key(page.after, self.key_columns)
        return self.cut(self.rows(connection, page.limit + 1, start, **filters), page.limit)

    def cut(self, rows: list[E], limit: int) -> Listed[E]:
        """The page at the head of ``rows``, which go one beyond it where the list goes on."""
        return Listed(rows[:limit], self.cursor_of(rows[limit - 1]) if len(rows) > limit else None)

    def cursor_of(self, row: E) -> str:
        """Where the list goes on after a row."""
        return cursor(self._key_of(row))

    def rows(self, connection: Connection, limit: int, start: tuple[Any, ...] | None, **filters: Any) -> list[E]:
        """Up to ``limit`` entities whose sort key comes after ``start``."""
        used = {name: value for name, value in filters.items() if value is not None}
        if start is not None:
            used |= {f"after_{name}": part for name, part in zip(self._order, start, strict=True)}
        if not self._states:
            return self._walk(connection, limit, None, used)
        asked = used.pop("state", None)
        walks = [self._walk(connection, limit, state, used) for state in self._states if asked in (None, state)]
        return sorted((row for walk in walks for row in walk), key=self._key_of, reverse=self._descending)[:limit]

    def _walk(self, connection: Connection, limit: int, state: str | None, used: dict[str, Any]) -> list[E]:
        names = tuple(sorted(used))
        if self._across:
            return self._found(connection, self._walks_of(state, names).keys(connection, limit, **used), used)
        if (state, names) not in self._statements:
            self._statements[state, names] = Statement(self._select(state, names, self._source()))
        return self._shape.entities(self._statements[state, names].run(connection, limit=limit, **used).fetchall())

    def _walks_of(self, state: str | None, names: tuple[str, ...]) -> Walks:
        if (state, names) not in self._walks:
            keys = self._select(state, tuple(name for name in names if name not in self._across), self._keys(names))
            across = [self._column(name) for name in self._across]
            self._walks[state, names] = Walks(keys, across, descending=self._descending)
        return self._walks[state, names]

    def _found(self, connection: Connection, keys: list[Key], used: dict[str, Any]) -> list[E]:
        """The entities with these sort keys, whose last part is the id."""
        if not keys or self._by_ids is None:
            return []
        rows = self._by_ids.run(connection, tenant=used["tenant"], ids=[key[-1] for key in keys]).fetchall()
        return sorted(self._shape.entities(rows), key=self._key_of, reverse=self._descending)

    def _select(self, state: str | None, names: tuple[str, ...], source: Select[Any]) -> Select[Any]:
        conditions = [self._condition(name) for name in names if not name.startswith("after_")]
        filters = [condition for condition in conditions if condition is not None]
        if len(conditions) < len(names):
            filters.append(self._later())
        if state is not None:
            filters.append(self._column("state") == constant(state))
        columns = [self._column(name) for name in (*self._same, *self._order)]
        order = [column.desc() for column in columns] if self._descending else columns
        return source.where(*self._always, *filters).order_by(*order).limit(given("limit"))

    def _source(self) -> Select[Any]:
        table, side = self._shape.table, self._through
        if side is None:
            return select(*self._shape.columns)
        joined = side.join(table, (table.c.tenant == side.c.tenant) & (table.c.id == side.c.id))
        return select(*self._shape.columns).select_from(joined)

    def _keys(self, names: tuple[str, ...]) -> Select[Any]:
        """Sort keys alone; where the side table knows all that is asked for, the other is not looked at."""
        side = self._through
        if side is not None and all(name.removeprefix("after_") in side.c for name in names):
            return select(*self.key_columns)
        return self._source().with_only_columns(*self.key_columns, maintain_column_froms=True)

    def _condition(self, name: str) -> ColumnElement[bool] | None:
        return self._bounds[name] if name in self._bounds else self._column(name) == given(name)

    def _later(self) -> ColumnElement[bool]:
        start = tuple_(*(given(f"after_{name}") for name in self._order))
        key = tuple_(*self.key_columns)
        return key < start if self._descending else key > start

    def _column(self, name: str) -> Column[Any]:
        side = self._through
        return side.c[name] if side is not None and name in side.c else self._shape.table.c[name]
