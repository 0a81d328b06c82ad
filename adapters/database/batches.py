"""Queries for batches, and which instances a filter means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, exists, func, insert, or_, select

from adapters.database.listing import Listing
from adapters.database.reader import Reader, equal, rows_of
from adapters.database.rows import BATCH_ITEMS, BATCHES, INSTANCES
from adapters.database.statement import OneOf, Statement, constant, given
from adapters.database.tables import (
    batch_items,
    batches,
    incidents,
    jobs,
    process_instances,
    subscriptions,
    user_tasks,
)
from engine.domain.batch import RUNNING, WAITING, Batch, BatchItem, Filter
from engine.domain.instance import ProcessInstance
from engine.ports import Listed, Page

_HEADS = process_instances
_LAST = "\U0010ffff"
"""Behind every sign that a business key can have."""

_LIST = Listing(BATCHES, "created_at", "id")
_ITEMS = Listing(BATCH_ITEMS, "batch_id", "instance_id", descending=False)
_BATCH = Statement(rows_of(BATCHES, *equal(BATCHES, "id")))
_RUNNING = Statement(rows_of(BATCHES, batches.c.state == constant(RUNNING)).order_by(batches.c.id))
_ITEM = Statement(rows_of(BATCH_ITEMS, *equal(BATCH_ITEMS, "batch_id", "instance_id")))
_WAITING = Statement(
    rows_of(BATCH_ITEMS, *equal(BATCH_ITEMS, "batch_id"), batch_items.c.state == constant(WAITING))
    .order_by(batch_items.c.instance_id)
    .limit(given("limit"))
)
_COUNTS = Statement(
    select(batch_items.c.state, func.count())
    .where(batch_items.c.tenant == given("tenant"), batch_items.c.batch_id == given("batch_id"))
    .group_by(batch_items.c.state)
)


def _of_instance(table: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(table.c.tenant == _HEADS.c.tenant, table.c.instance_id == _HEADS.c.id, *conditions)


def _waits_at(element: ColumnElement[Any]) -> ColumnElement[bool]:
    """Something stands at the element: work, a time, a message, or an incident."""
    waits = [_of_instance(table, table.c.element_id == element) for table in (subscriptions, jobs)]
    standing = [_of_instance(table, table.c.element_id == element, _open(table)) for table in (user_tasks, incidents)]
    return or_(*waits, *standing)


def _open(table: Any) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = table.c.state == constant("open")
    return condition


_CONDITIONS: dict[str, ColumnElement[bool]] = {
    "key": _HEADS.c["key"] == given("key"),
    "definition_id": _HEADS.c.definition_id == given("definition_id"),
    "state": _HEADS.c.state == given("state"),
    "element_id": _waits_at(given("element_id")),
    "business_keys": OneOf(_HEADS.c.business_key, "business_keys"),
    "business_key_prefix": (_HEADS.c.business_key >= given("business_key_prefix"))
    & (_HEADS.c.business_key < given("after_prefix")),
    "incident_code": _of_instance(incidents, incidents.c.code == given("incident_code"), _open(incidents)),
    "started_before": _HEADS.c.started_at < given("started_before"),
    "started_after": _HEADS.c.started_at >= given("started_after"),
}
"""What each part of a filter asks for."""


def _meant(names: tuple[str, ...], *columns: Any) -> Select[Any]:
    asked = [_CONDITIONS[name] for name in names]
    return select(*columns).where(_HEADS.c.tenant == given("tenant"), _HEADS.c.ended_at.is_(None), *asked)


@cache
def _counting(names: tuple[str, ...]) -> Statement:
    return Statement(_meant(names, func.count()).select_from(_HEADS))


@cache
def _first_of(names: tuple[str, ...]) -> Statement:
    return Statement(_meant(names, *INSTANCES.columns).order_by(_HEADS.c.started_at, _HEADS.c.id).limit(given("limit")))


@cache
def _filling(names: tuple[str, ...]) -> Statement:
    meant = _meant(names, _HEADS.c.tenant, cast(given("batch_id"), Text), _HEADS.c.id, constant(WAITING))
    return Statement(insert(batch_items).from_select(["tenant", "batch_id", "instance_id", "state"], meant))


def _values(filter: Filter) -> dict[str, Any]:
    values = {name: list(value) if isinstance(value, tuple) else value for name, value in filter.said.items()}
    prefix = filter.business_key_prefix
    return values if prefix is None else {**values, "after_prefix": prefix + _LAST}


class BatchQueries(Reader):
    """Operations on many instances."""

    def batch(self, id: str) -> Batch | None:
        """One batch by its id."""
        return self._one(BATCHES, _BATCH, id=id)

    def list_batches(self, state: str | None, page: Page) -> Listed[Batch]:
        """Batches, the last created first."""
        return _LIST.page(self._connection, page, tenant=self._tenant, state=state)

    def running_batches(self) -> Sequence[Batch]:
        """Batches that are neither paused nor ended, oldest first."""
        return self._all(BATCHES, _RUNNING)

    def batch_item(self, id: tuple[str, str]) -> BatchItem | None:
        """One instance of a batch."""
        return self._one(BATCH_ITEMS, _ITEM, batch_id=id[0], instance_id=id[1])

    def waiting_items(self, batch_id: str, limit: int) -> Sequence[BatchItem]:
        """Instances whose turn has not come, in the order of their ids."""
        return self._all(BATCH_ITEMS, _WAITING, batch_id=batch_id, limit=limit)

    def list_items(self, batch_id: str, state: str | None, page: Page) -> Listed[BatchItem]:
        """Instances of a batch, in the order of their ids."""
        return _ITEMS.page(self._connection, page, tenant=self._tenant, batch_id=batch_id, state=state)

    def count_items(self, batch_id: str) -> Mapping[str, int]:
        """How many instances of a batch are in each state."""
        return dict(self._rows(_COUNTS, batch_id=batch_id))

    def count_meant(self, filter: Filter) -> int:
        """How many instances a filter means."""
        number: int = self._first(_counting(tuple(filter.said)), **_values(filter))
        return number

    def first_meant(self, filter: Filter, limit: int) -> Sequence[ProcessInstance]:
        """The first started of them."""
        return self._all(INSTANCES, _first_of(tuple(filter.said)), limit=limit, **_values(filter))

    def _fill(self, batch_id: str, filter: Filter) -> int:
        statement = _filling(tuple(filter.said))
        return statement.run(self._connection, tenant=self._tenant, batch_id=batch_id, **_values(filter)).rowcount
