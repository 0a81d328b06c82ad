"""Escalations: what waits for a percent is asked again when its time has come, whoever asks and however often."""

from __future__ import annotations

import pytest

from engine.domain.values import moment
from engine.domain.waiting import ESCALATION, Job
from engine.service.dossiers import OpenDossier
from engine.service.escalations import Escalate
from engine.service.process_instances import SuspendProcessInstance
from tests.crash.scenarios import DOSSIER, LIMIT
from tests.engine.service.office import Office


@pytest.fixture
def office():
    """A service with a procedure of ten working days."""
    office = Office()
    office.deploy(("p.bpmn", DOSSIER), ("procedure.toml", LIMIT))
    yield office
    office.close()


def waiting(office, id: str) -> Job:
    """What waits for the next percent of a dossier."""
    with office.store.read() as queries:
        jobs: list[Job] = [job for job in queries.jobs_of(id) if job.kind == ESCALATION]
    [job] = jobs
    return job


@pytest.fixture
def accepted(office) -> str:
    """A dossier with a due time."""
    id: str = office.do(OpenDossier("dossier", "counter")).dossier.id
    office.complete(office.tasks(id)[0])
    return id


def test_nobody_is_told_early_or_twice(office, accepted):
    """A runner whose clock is ahead, and two machines that saw the same job, change nothing."""
    job = waiting(office, accepted)

    assert not office.do(Escalate(job))
    office.clock.set(moment(job.due_at))
    assert [True, False] == [office.do(Escalate(job)), office.do(Escalate(job))]

    assert 1 == office.kinds(accepted).count("EscalationReached")
    assert (80, 50) == (waiting(office, accepted).payload["percent"], job.payload["percent"])


def test_a_suspended_dossier_is_told_of_when_it_goes_on(office, accepted):
    """Its due time stays, and what fell due meanwhile is told then, as with timers."""
    office.do(SuspendProcessInstance(accepted, "audit"))
    job = waiting(office, accepted)
    office.clock.set(moment(job.due_at))

    assert not office.do(Escalate(job))
    assert job.payload == waiting(office, accepted).payload
