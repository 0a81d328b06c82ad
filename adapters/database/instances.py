"""Queries for process instances and their variables."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, or_

from adapters.database.listing import Listing
from adapters.database.reader import Reader, by_ids, equal, rows_of
from adapters.database.rows import INSTANCES, SCOPES, Shape
from adapters.database.statement import OneOf, Statement, given
from adapters.database.tables import process_instances, scopes, user_task_groups, user_tasks
from engine.domain.access import Reach
from engine.domain.instance import ENDED, RUNNING, SUSPENDED, ProcessInstance, Scope
from engine.ports import Listed, Page


@dataclass(frozen=True, slots=True)
class _Started:
    """As much of an instance as a list of ids needs; heads carry whole snapshots."""

    id: str
    started_at: str


_STATES = (RUNNING, SUSPENDED, *sorted(ENDED))
_WORK_IN_IT = exists().where(
    user_tasks.c.tenant == process_instances.c.tenant,
    user_tasks.c.instance_id == process_instances.c.id,
    or_(
        user_tasks.c.assignee == given("person"),
        user_tasks.c.completed_by == given("person"),
        process_instances.c.unit.is_(None)
        & exists().where(
            user_task_groups.c.tenant == user_tasks.c.tenant,
            user_task_groups.c.id == user_tasks.c.id,
            OneOf(user_task_groups.c.candidate_group, "groups"),
        ),
    ),
)
_REACHED = or_(
    process_instances.c.starter == given("its_starter"), OneOf(process_instances.c.unit, "units"), _WORK_IN_IT
)
_LIST = Listing(
    INSTANCES,
    "started_at",
    "id",
    states=_STATES,
    bounds={"person": _REACHED, "its_starter": None, "groups": None, "units": None},
)
_OF_UNITS = Listing(INSTANCES, "started_at", "id", states=_STATES, across=("unit",))
_OF_DEFINITION = Listing(Shape(_Started, process_instances), "started_at", "id", descending=False)
_RUNNING_OF = Listing(
    Shape(_Started, process_instances),
    "started_at",
    "id",
    descending=False,
    always=[process_instances.c.ended_at.is_(None)],
)
_BY_ID = Statement(by_ids(INSTANCES))
_RUNNING = Statement(rows_of(INSTANCES, *equal(INSTANCES, "business_key"), process_instances.c.ended_at.is_(None)))
_SCOPES = Statement(rows_of(SCOPES, OneOf(scopes.c.instance_id, "ids")).order_by(scopes.c.instance_id, scopes.c.owner))


class InstanceQueries(Reader):
    """Heads of instances, and the variables of their scopes."""

    def process_instances(self, ids: Collection[str]) -> Mapping[str, ProcessInstance]:
        """Heads by id."""
        return self._by_id(INSTANCES, _BY_ID, ids)

    def list_process_instances(
        self, key: str | None, state: str | None, business_key: str | None, page: Page, reach: Reach | None = None
    ) -> Listed[ProcessInstance]:
        """Instances, the last started first."""
        filters = {"tenant": self._tenant, "key": key, "state": state, "business_key": business_key}
        if reach is None:
            return _LIST.page(self._connection, page, **filters)
        if business_key is not None:
            reached = {"its_starter": reach.starter or "", "groups": list(reach.groups), "units": list(reach.units)}
            return _LIST.page(self._connection, page, **filters, person=reach.person or "", **reached)
        return self._instances_reached(reach, page, filters)

    def _instances_reached(self, reach: Reach, page: Page, filters: dict[str, Any]) -> Listed[ProcessInstance]:
        """What he started, and what is of his units."""
        pages = []
        if reach.starter is not None:
            pages.append(_LIST.page(self._connection, page, **filters, starter=reach.starter))
        if reach.units:
            pages.append(_OF_UNITS.page(self._connection, page, **filters, unit=list(reach.units)))
        rows = {head.id: head for found in pages for head in found.rows}
        newest = sorted(rows.values(), key=lambda head: (head.started_at, head.id), reverse=True)
        more = len(newest) > page.limit or any(found.next for found in pages)
        return Listed(newest[: page.limit], _LIST.cursor_of(newest[: page.limit][-1]) if more else None)

    def running_with_business_key(self, business_key: str) -> ProcessInstance | None:
        """The one instance with this business key that has not ended."""
        return self._one(INSTANCES, _RUNNING, business_key=business_key)

    def scopes(self, instance_ids: Collection[str]) -> Sequence[Scope]:
        """The variables of these instances."""
        return self._all(SCOPES, _SCOPES, ids=list(instance_ids)) if instance_ids else []

    def instances_of_definition(self, definition_id: str, page: Page) -> Listed[str]:
        """Ids of the instances that run by a definition or did, the first started first."""
        found = _OF_DEFINITION.page(self._connection, page, tenant=self._tenant, definition_id=definition_id)
        return Listed([started.id for started in found.rows], found.next)

    def running_of_definition(self, definition_id: str, page: Page) -> Listed[str]:
        """Ids of the instances that have not ended and run by a definition, the first started first."""
        found = _RUNNING_OF.page(self._connection, page, tenant=self._tenant, definition_id=definition_id)
        return Listed([started.id for started in found.rows], found.next)
