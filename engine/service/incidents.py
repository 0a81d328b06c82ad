"""Incidents: steps that need a person."""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain.errors import IncidentNotOpen, NotFound
from engine.domain.waiting import GIVEN_UP, UNTOLD, Incident
from engine.service import outbox, own_jobs
from engine.service.command import Command, Sender
from engine.service.live import Live
from engine.service.work import Work


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
    return again(work, incident, by)


def again(work: Work, incident: Incident, by: Sender) -> Live:
    """Try again what an open incident stands for. What is not the instance's own is taken up whatever its state.

    Raises:
        NotFound, InstanceEnded, InstanceSuspended
    """
    if incident.code in (GIVEN_UP, UNTOLD):
        _RETRIES[incident.code](work, incident, by)
        return work.live(incident.instance_id)
    live = work.running(incident.instance_id)
    work.record(live, "IncidentRetried", {"incident": incident.id}, work.cause(by))
    return live


_RETRIES = {GIVEN_UP: own_jobs.retry, UNTOLD: outbox.retry}
"""Incidents that stand for something beside the instance."""
