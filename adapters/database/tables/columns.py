"""What tables are made of: columns of few kinds, each key beginning with the tenant."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import (
    Column,
    ColumnElement,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    literal_column,
)
from sqlalchemy.dialects import postgresql

METADATA = MetaData()

OPEN: ColumnElement[str] = literal_column("'open'")
"""Worklists are of open tasks: only these are indexed by due time and by element, which halves what a task costs."""

RUNNING: ColumnElement[str] = literal_column("'running'")
"""Of batches, the runner asks only for those that run."""

TEXT = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
"""Text that sorts by its bytes on both databases, whatever the locale of the server."""


class Json(TypeDecorator[Any]):
    """A dict, a list or a tuple, kept as JSON text."""

    impl = Text
    cache_ok = True

    def __init__(self, read_as: type = dict) -> None:
        super().__init__()
        self.read_as = read_as

    def process_bind_param(self, value: Any, dialect: Dialect | None = None) -> Any:
        return None if value is None else orjson.dumps(value).decode()

    def process_result_value(self, value: Any, dialect: Dialect | None = None) -> Any:
        return None if value is None else self.read_as(orjson.loads(value))


def key(*names: str) -> list[Column[Any]]:
    """The columns of a key: the tenant first."""
    return [Column(name, TEXT, primary_key=True) for name in ("tenant", *names)]


def text(name: str) -> Column[Any]:
    """A text that is always there."""
    return Column(name, TEXT, nullable=False)


def maybe(name: str) -> Column[Any]:
    """A text that may not be there."""
    return Column(name, TEXT)


def blob(name: str) -> Column[Any]:
    """Bytes."""
    return Column(name, LargeBinary, nullable=False)


def json(name: str, read_as: type = dict) -> Column[Any]:
    """A dict, list or tuple."""
    return Column(name, Json(read_as), nullable=False)


def number(name: str, kind: type[Integer] = Integer) -> Column[Any]:
    """A whole number."""
    return Column(name, kind, nullable=False)


def index(table: Table, name: str, *columns: str, where: Any = None, unique: bool = False) -> None:
    """An index of a table, within the tenant; ``where`` says of which rows."""
    Index(
        f"{table.name}_{name}",
        *(table.c[column] for column in ("tenant", *columns)),
        unique=unique,
        sqlite_where=where,
        postgresql_where=where,
    )
