"""Jobs of the service's own that fail as no job may: put off ever longer, given up in the end, never lost, never in the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

import pytest

from adapters.database.schema import upgrade
from docs.described import PAYLOADS
from engine.domain.backoff import LONGEST, pause
from engine.domain.batch import RETRY, Filter
from engine.domain.errors import IncidentNotOpen
from engine.domain.record import ADMINISTRATION
from engine.domain.waiting import GIVEN_UP, Incident, Job
from engine.ports import Page
from engine.service.batches import CreateBatch
from engine.service.command import Command
from engine.service.history import records
from engine.service.incidents import RetryIncident
from engine.service.own_jobs import ATTEMPTS, PostponeJob, TakeDueJobs
from engine.service.standing import stored
from engine.service.timers import FireTimer
from tests.conftest import Databases
from tests.engine.runtime.models import boundary, diagram, path, start, timer, user
from tests.engine.service.office import Office

SOON = diagram(start() + user("u") + boundary("b", "u", timer("PT5M")) + user("late") + path("s", "u") + path("b", "late"), key="soon")  # fmt: skip
TAKE = TakeDueJobs(10, timedelta(seconds=5))


class Fault(Exception):
    """What no command may raise."""


class Faulty:
    """An office in which the timers of some instances cannot be fired."""

    def __init__(self) -> None:
        self.broken: set[str] = set()
        self.office = Office(failpoint=self._fail)
        self.office.deploy(("s.bpmn", SOON))

    def _fail(self, point: str, commands: Sequence[Command]) -> None:
        timers = {command.job.instance_id for command in commands if isinstance(command, FireTimer)}
        if point == "beforeCommit" and timers & self.broken:
            raise Fault

    def start(self, *, broken: bool = False) -> str:
        instance = self.office.start("soon")
        if broken:
            self.broken.add(instance)
        return instance

    def job(self, instance: str) -> Job:
        return self.office.timers(instance)[0]

    def fail_often(self, instance: str, times: int) -> None:
        """Let it be tried, and fail, so many times."""
        for _ in range(times):
            self.office.clock.set(self.office.clock.now() + LONGEST)
            self.office.settle()

    def incidents(self, instance: str) -> tuple[Incident, ...]:
        with self.office.store.read() as queries:
            return stored(queries, instance).incidents


@pytest.fixture
def faulty() -> Iterator[Faulty]:
    """An office with a fault in it."""
    faulty = Faulty()
    yield faulty
    faulty.office.close()


@pytest.mark.parametrize(("failures", "longest"), [(1, 1), (2, 2), (5, 16), (9, 256), (10, 300), (10_000, 300)])
def test_pauses_double_and_are_spread(failures: int, longest: int) -> None:
    """What failed together must not come back together, and not ever more seldom without bound."""
    assert timedelta(seconds=longest) == pause(failures, 1.0)
    assert timedelta(seconds=longest) * 0.25 == pause(failures, 0.25)


def test_a_failing_job_is_put_off_and_the_others_run(faulty: Faulty) -> None:
    """One broken dossier must not hold up the deadlines of all others; and why it waits can be seen."""
    broken, whole = faulty.start(broken=True), faulty.start()
    faulty.office.advance(minutes=5)

    assert "TimerFired" in faulty.office.kinds(whole)
    job = faulty.job(broken)
    assert (1, "Fault") == (job.attempt, job.last_error)
    assert job.run_at > job.due_at
    assert () == faulty.incidents(broken)


def test_a_fault_that_passes_leaves_no_trace(faulty: Faulty) -> None:
    """The program was mended: what was put off is done by itself, once, and says how late it was."""
    instance = faulty.start(broken=True)
    faulty.office.advance(minutes=5)
    faulty.broken.clear()
    faulty.fail_often(instance, 1)

    assert 1 == faulty.office.kinds(instance).count("TimerFired")
    assert faulty.office.verify(instance).identical


def test_what_fails_too_often_is_given_up_with_its_last_error(faulty: Faulty) -> None:
    """Nothing is stuck without a reason shown: the dossier has an incident, and the service stops trying."""
    instance = faulty.start(broken=True)
    faulty.fail_often(instance, ATTEMPTS - 1)
    assert () == faulty.incidents(instance)
    faulty.fail_often(instance, 1)

    (incident,) = faulty.incidents(instance)
    assert (GIVEN_UP, "b") == (incident.code, incident.element_id)
    assert "Fault" in incident.detail["vi"]
    assert "Fault" in incident.detail["en"]
    faulty.fail_often(instance, 3)
    assert ATTEMPTS == faulty.job(instance).attempt
    with faulty.office.store.read() as queries:
        assert [incident] == list(queries.list_incidents(None, "open", Page()).rows)
        assert queries.next_due() is None


def test_somebody_has_it_tried_again(faulty: Faulty) -> None:
    """After the repair the operator retries the incident like any other, and who did so stands in the log."""
    instance = faulty.start(broken=True)
    faulty.fail_often(instance, ATTEMPTS)
    (incident,) = faulty.incidents(instance)
    faulty.broken.clear()
    faulty.office.do(RetryIncident(incident.id))
    faulty.office.settle()

    assert 1 == faulty.office.kinds(instance).count("TimerFired")
    assert () == faulty.incidents(instance)
    with faulty.office.store.read() as queries:
        told = {record.kind: record.payload.keys() for record in records(queries, ADMINISTRATION, 0, 100)}
    assert all(PAYLOADS[kind].keys() == told[kind] for kind in ("JobGivenUp", "JobRetried"))
    with pytest.raises(IncidentNotOpen):
        faulty.office.do(RetryIncident(incident.id))


def test_a_batch_has_it_tried_again_as_well(faulty: Faulty) -> None:
    """One fault of the program gives up thousands of jobs: after the repair the operator retries them all at once."""
    instance = faulty.start(broken=True)
    faulty.fail_often(instance, ATTEMPTS)
    faulty.broken.clear()
    batch = faulty.office.do(CreateBatch(RETRY, Filter(incident_code=GIVEN_UP), "mended")).batch
    faulty.office.settle()

    assert 1 == faulty.office.kinds(instance).count("TimerFired")
    assert () == faulty.incidents(instance)
    with faulty.office.store.read() as queries:
        assert {"done": 1} == queries.count_items(batch.id)


def test_it_can_be_given_up_again(faulty: Faulty) -> None:
    """The repair was none."""
    instance = faulty.start(broken=True)
    for _ in range(2):
        faulty.fail_often(instance, ATTEMPTS)
        (incident,) = faulty.incidents(instance)
        faulty.office.do(RetryIncident(incident.id))
    faulty.fail_often(instance, ATTEMPTS)

    assert [incident.id] == [again.id for again in faulty.incidents(instance)]


def test_a_job_that_nobody_needs_any_more_has_no_incident(faulty: Faulty) -> None:
    """The officer finished the task in time after all: an incident of a timer that is gone would send somebody looking for nothing."""
    instance = faulty.start(broken=True)
    faulty.fail_often(instance, ATTEMPTS)
    faulty.office.complete(faulty.office.tasks(instance)[0])

    with faulty.office.store.read() as queries:
        assert [] == list(queries.list_incidents(None, "open", Page()).rows)


def test_a_failure_is_counted_once(faulty: Faulty) -> None:
    """Two processes met the same fault of the same attempt."""
    job = faulty.job(faulty.start())
    again = [faulty.office.do(PostponeJob(job, "Fault")) for _ in range(2)]

    assert [True, False] == again
    assert 1 == faulty.job(job.instance_id).attempt


@pytest.fixture
def shared(postgresql_url: Databases) -> Iterator[Callable[[], Office]]:
    """Services on one database of a real server."""
    upgrade(url := postgresql_url())
    offices: list[Office] = []

    def another() -> Office:
        offices.append(Office(url))
        return offices[-1]

    yield another
    for office in offices:
        office.close()


def test_what_one_process_has_taken_the_other_leaves(shared: Callable[[], Office]) -> None:
    """Two services would otherwise both work on everything that falls due."""
    first, second = shared(), shared()
    first.deploy(("s.bpmn", SOON))
    instances = {first.start("soon") for _ in range(15)}
    for office in (first, second):
        office.clock.set(office.clock.now() + timedelta(minutes=10))

    taken, others, none = first.do(TAKE), second.do(TAKE), second.do(TAKE)

    assert (10, 5, ()) == (len(taken), len(others), none)
    assert instances == {job.instance_id for job in (*taken, *others)}


def test_what_a_process_took_and_did_not_do_is_due_again(shared: Callable[[], Office]) -> None:
    """It was killed: the others wait until its time is over, then do its work."""
    first, second = shared(), shared()
    first.deploy(("s.bpmn", SOON))
    instance = first.start("soon")
    for office in (first, second):
        office.clock.set(office.clock.now() + timedelta(minutes=10))
    first.do(TAKE)

    second.clock.set(second.clock.now() + TAKE.lease - timedelta(milliseconds=1))
    assert () == second.do(TAKE)
    second.clock.set(second.clock.now() + timedelta(milliseconds=1))
    (job,) = second.do(TAKE)
    assert second.runner.run(job.id)
    assert not first.runner.run(job.id)
    assert 1 == second.kinds(instance).count("TimerFired")
