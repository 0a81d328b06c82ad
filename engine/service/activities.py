"""Activities: the flow-node instances of an instance, and to which definition each belongs."""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain.instance import ProcessInstance
from engine.domain.state import Activity, InstanceState, scope_of
from engine.ports import Queries
from engine.service.catalog import Catalog
from engine.service.history import state_at


@dataclass(frozen=True, slots=True)
class Placed:
    """An activity and the definition whose diagram it is in: a called process has its own."""

    activity: Activity
    definition_id: str


def activities(queries: Queries, catalog: Catalog, instance_id: str) -> list[Placed]:
    """Every activity of an instance, in the order in which they began.

    Raises:
        NotFound: there is no such instance.
    """
    return placed(queries, catalog, state_at(queries, instance_id))


def placed(queries: Queries, catalog: Catalog, state: InstanceState) -> list[Placed]:
    """The activities of a state."""
    head = queries.process_instances([state.instance_id])[state.instance_id]
    places = _Places(queries, catalog, head, state)
    return [Placed(activity, places.definition_of(scope_of(activity.id))) for activity in state.activities.values()]


class _Places:
    """Finds the definition of a scope, and remembers it: most activities share a few."""

    def __init__(self, queries: Queries, catalog: Catalog, head: ProcessInstance, state: InstanceState) -> None:
        self._queries, self._catalog, self._head, self._state = queries, catalog, head, state
        self._known = {"": head.definition_id}

    def definition_of(self, scope: str) -> str:
        if scope not in self._known:
            self._known[scope] = self._find(scope)
        return self._known[scope]

    def _find(self, scope: str) -> str:
        around = self.definition_of(scope_of(scope))
        owner = self._state.activities.get(scope)
        if owner is None or owner.type != "callActivity":
            return around
        calls = self._catalog.load(self._queries, around).compiled.calls
        key = next((call.key for call in calls if call.element_id == owner.element_id), "")
        return self._head.pins.get(key, around)
