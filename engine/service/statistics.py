"""Statistics: what the histories of a definition's instances say about each of its elements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import ceil

from engine.domain.errors import NotFound
from engine.domain.state import Activity
from engine.domain.values import moment
from engine.domain.waiting import Incident
from engine.ports import Queries, every
from engine.service.activities import placed
from engine.service.catalog import Catalog
from engine.service.history import state_at


@dataclass(slots=True)
class ElementStatistics:
    """One element: how often it was passed, how many tokens are at it now, how long it took, what went wrong."""

    element_id: str
    name: str | None
    type: str
    passed: int = 0
    active: int = 0
    incidents: int = 0
    durations: list[float] = field(default_factory=list)

    def percentile(self, share: float) -> float | None:
        """Seconds that this share of the passed ones did not exceed (nearest rank); None before the first."""
        ordered = sorted(self.durations)
        return ordered[ceil(len(ordered) * share) - 1] if ordered else None


def statistics(queries: Queries, catalog: Catalog, definition_id: str) -> list[ElementStatistics]:
    """Every element that a token has reached, in the order in which they were first seen.

    Raises:
        NotFound: there is no such definition.
    """
    if queries.process_definition(definition_id) is None:
        raise NotFound(what="process definition", id=definition_id)
    found: dict[str, ElementStatistics] = {}
    for instance_id in every(lambda page: queries.instances_of_definition(definition_id, page)):
        state = state_at(queries, instance_id)
        _count(found, (p.activity for p in placed(queries, catalog, state) if p.definition_id == definition_id))
        _count_incidents(found, state.entities.get(Incident, {}).values())
    return list(found.values())


def _count(found: dict[str, ElementStatistics], activities: Iterable[Activity]) -> None:
    for activity in activities:
        element = found.setdefault(
            activity.element_id, ElementStatistics(activity.element_id, activity.name, activity.type)
        )
        element.active += activity.state == "active"
        if activity.state == "completed" and activity.ended_at is not None:
            element.passed += 1
            element.durations.append((moment(activity.ended_at) - moment(activity.started_at)).total_seconds())


def _count_incidents(found: dict[str, ElementStatistics], incidents: Iterable[Incident]) -> None:
    for incident in incidents:
        if incident.element_id in found:
            found[incident.element_id].incidents += 1
