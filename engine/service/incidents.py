"""Incidents: steps that need a person."""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain.errors import IncidentNotOpen, NotFound
from engine.service.command import Command, Sender
from engine.service.work import Live, Work


@dataclass(frozen=True, slots=True)
class RetryIncident(Command):
    """Try a failed step again, after what made it fail was mended."""

    incident_id: str


def retry(work: Work, command: RetryIncident, by: Sender) -> Live:
    """Try again; if it fails again there is a new incident.

    Raises:
        NotFound, IncidentNotOpen, InstanceEnded, InstanceSuspended
    """
    work.flush()
    incident = work.unit.incident(command.incident_id)
    if incident is None:
        raise NotFound(what="incident", id=command.incident_id)
    if incident.state != "open":
        raise IncidentNotOpen(id=incident.id)
    live = work.running(incident.instance_id)
    work.record(live, "IncidentRetried", {"incident": incident.id}, work.cause(by))
    return live
