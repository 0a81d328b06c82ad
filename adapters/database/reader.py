"""What every query is made of."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, Table, exists, select

from adapters.database.rows import Shape
from adapters.database.statement import OneOf, Statement, constant, given
from adapters.database.tables import process_instances
from engine.domain.instance import RUNNING, SUSPENDED

E = TypeVar("E")


class Reader:
    """A tenant's rows, seen through one transaction."""

    def __init__(self, connection: Connection, tenant: str) -> None:
        self._connection = connection
        self._tenant = tenant

    def _rows(self, statement: Statement, **values: Any) -> Sequence[Any]:
        return statement.run(self._connection, tenant=self._tenant, **values).fetchall()

    def _first(self, statement: Statement, **values: Any) -> Any:
        """The first column of the first row, None if there is no row."""
        rows = self._rows(statement, **values)
        return rows[0][0] if rows else None

    def _all(self, shape: Shape[E], statement: Statement, **values: Any) -> list[E]:
        return shape.entities(self._rows(statement, **values))

    def _one(self, shape: Shape[E], statement: Statement, **values: Any) -> E | None:
        found = self._all(shape, statement, **values)
        return found[0] if found else None

    def _by_id(self, shape: Shape[E], statement: Statement, ids: Collection[str]) -> Mapping[str, E]:
        if not ids:
            return {}
        found: list[Any] = self._all(shape, statement, ids=list(ids))
        return {entity.id: entity for entity in found}


def rows_of(shape: Shape[Any], *conditions: ColumnElement[bool]) -> Select[Any]:
    """The tenant's rows that meet the conditions."""
    return select(*shape.columns).where(shape.table.c.tenant == given("tenant"), *conditions)


def equal(shape: Shape[Any], *names: str) -> list[ColumnElement[bool]]:
    """Each of these columns has the value given under its name."""
    return [shape.table.c[name] == given(name) for name in names]


def by_ids(shape: Shape[Any]) -> Select[Any]:
    """The tenant's rows with one of the given ids, in the order of their ids."""
    return rows_of(shape, OneOf(shape.table.c.id, "ids")).order_by(shape.table.c.id)


def of_instances(
    shape: Shape[Any], order: tuple[str, str], *conditions: ColumnElement[bool]
) -> tuple[Statement, Statement]:
    """Rows that meet the conditions in their order: of one ``instance_id``, and of several ``instance_ids``."""
    column = shape.table.c.instance_id
    return tuple(  # type: ignore[return-value]
        Statement(rows_of(shape, whose, *conditions).order_by(*(shape.table.c[name] for name in order)))
        for whose in (column == given("instance_id"), OneOf(column, "instance_ids"))
    )


def running(table: Table) -> ColumnElement[bool]:
    """The row's instance is running: neither suspended nor ended."""
    return _in_state(table, RUNNING)


def not_suspended(table: Table) -> ColumnElement[bool]:
    """The row's instance is not suspended; it may have ended, or be none."""
    return ~_in_state(table, SUSPENDED)


def _in_state(table: Table, state: str) -> ColumnElement[bool]:
    heads = process_instances.alias("heads")
    return exists().where(
        heads.c.tenant == table.c.tenant, heads.c.id == table.c.instance_id, heads.c.state == constant(state)
    )
