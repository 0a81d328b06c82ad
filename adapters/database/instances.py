"""Queries for process instances and their variables."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from adapters.database.listing import Listing
from adapters.database.reader import Reader, by_ids, equal, rows_of
from adapters.database.rows import INSTANCES, SCOPES, Shape
from adapters.database.statement import OneOf, Statement
from adapters.database.tables import process_instances, scopes
from engine.domain.instance import ENDED, RUNNING, SUSPENDED, ProcessInstance, Scope
from engine.ports import Listed, Page


@dataclass(frozen=True, slots=True)
class _Started:
    """As much of an instance as a list of ids needs; heads carry whole snapshots."""

    id: str
    started_at: str


_LIST = Listing(INSTANCES, "started_at", "id", states=(RUNNING, SUSPENDED, *sorted(ENDED)))
_OF_DEFINITION = Listing(Shape(_Started, process_instances), "started_at", "id", descending=False)
_BY_ID = Statement(by_ids(INSTANCES))
_RUNNING = Statement(rows_of(INSTANCES, *equal(INSTANCES, "business_key"), process_instances.c.ended_at.is_(None)))
_SCOPES = Statement(rows_of(SCOPES, OneOf(scopes.c.instance_id, "ids")).order_by(scopes.c.instance_id, scopes.c.owner))


class InstanceQueries(Reader):
    """Heads of instances, and the variables of their scopes."""

    def process_instances(self, ids: Collection[str]) -> Mapping[str, ProcessInstance]:
        """Heads by id."""
        return self._by_id(INSTANCES, _BY_ID, ids)

    def list_process_instances(
        self, key: str | None, state: str | None, business_key: str | None, page: Page
    ) -> Listed[ProcessInstance]:
        """Instances, the last started first."""
        return _LIST.page(self._connection, page, tenant=self._tenant, key=key, state=state, business_key=business_key)

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
