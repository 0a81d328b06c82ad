"""Activities: the flow-node instances of an instance, and to which definition each belongs."""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain.state import Activity, InstanceState, scope_of
from engine.ports import Queries
from engine.service.catalog import Catalog
from engine.service.history import state_at
from engine.service.places import definition_behind


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
    known: dict[str, str] = {}
    for id in state.activities:
        scope = scope_of(id)
        if scope not in known:
            known[scope] = definition_behind(catalog, queries, head, id).definition.id
    return [Placed(activity, known[scope_of(activity.id)]) for activity in state.activities.values()]
