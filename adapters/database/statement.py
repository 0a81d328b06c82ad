"""One SQL statement, written with SQLAlchemy, sent as the text that it becomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import BindParameter, ColumnElement, Connection, CursorResult, Dialect, Text, bindparam, literal_column
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ClauseElement
from sqlalchemy.types import NullType, TypeEngine

_DIALECTS: dict[str, Dialect] = {
    "sqlite": SQLiteDialect(paramstyle="qmark"),
    "postgresql": PGDialect(paramstyle="format"),  # type: ignore[no-untyped-call]
}
"""The plain dialects: those of the drivers add a cast to every value."""


class Statement:
    """A statement whose text is made once for each database, not once for each call.

    Building and looking up a SQLAlchemy statement costs several times what SQLite needs to run it. Where the databases
    need different statements, ``clause`` holds one for each by its name.
    """

    def __init__(self, clause: ClauseElement | Mapping[str, ClauseElement] | Callable[[Any], ClauseElement]) -> None:
        self._clause = clause
        self._texts: dict[str, tuple[str, tuple[str, ...], dict[str, Any]]] = {}

    def run(self, connection: Connection, **values: Any) -> CursorResult[Any]:
        """Run it once, with values by name."""
        database = connection.dialect.name
        text, order, constants = self._text(database)
        given = {**constants, **values}
        return connection.exec_driver_sql(text, tuple(_sent(given[name], database) for name in order))

    def run_many(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> CursorResult[Any]:
        """Run it for each row, whose values stand in the order in which the statement names them."""
        return connection.exec_driver_sql(self._text(connection.dialect.name)[0], list(rows))

    def _text(self, database: str) -> tuple[str, tuple[str, ...], dict[str, Any]]:
        if database not in self._texts:
            self._texts[database] = self._written_for(database)
        return self._texts[database]

    def _written_for(self, database: str) -> tuple[str, tuple[str, ...], dict[str, Any]]:
        clause = self._clause
        if isinstance(clause, Mapping):
            clause = clause[database]
        elif not isinstance(clause, ClauseElement):
            clause = clause({"sqlite": sqlite.insert, "postgresql": postgresql.insert}[database])
        compiled: Any = clause.compile(dialect=_DIALECTS[database])
        return str(compiled), tuple(compiled.positiontup), dict(compiled.params)


def _sent(value: Any, database: str) -> Any:
    return orjson.dumps(value).decode() if isinstance(value, list) and database == "sqlite" else value


def given(name: str) -> BindParameter[Any]:
    """A value that is supplied when the statement runs."""
    return bindparam(name, required=False)


def constant(text: str) -> ColumnElement[Any]:
    """A word of ours, written into the statement: only so does SQLite match it with a partial index."""
    return literal_column(f"'{text}'", Text)


class OneOf(ColumnElement[Any]):
    """``column`` is among a list given by name: one text for lists of any length, and no limit on it."""

    inherit_cache = False
    type: TypeEngine[Any] = NullType()  # a Boolean would be written "... = 1", for which SQLite uses no index

    def __init__(self, column: ColumnElement[Any], name: str) -> None:
        self.column, self.values = column, given(name)


@compiles(OneOf, "sqlite")
def _one_of_on_sqlite(element: OneOf, compiler: Any, **how: Any) -> str:
    column, values = compiler.process(element.column, **how), compiler.process(element.values, **how)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608, both are texts of the compiler


@compiles(OneOf, "postgresql")
def _one_of_on_postgresql(element: OneOf, compiler: Any, **how: Any) -> str:
    column, values = compiler.process(element.column, **how), compiler.process(element.values, **how)
    return f"{column} = ANY({values})"
