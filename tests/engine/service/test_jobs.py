"""Jobs when several services on one database are asked at the same moment: each worker has what it was given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from adapters.database.schema import upgrade
from engine.domain.errors import JobNotHeld
from engine.domain.waiting import Job
from engine.service.command import Command, Sender
from engine.service.jobs import CompleteJob, ExtendJob, FailJob, FetchJobs, ThrowJobError
from tests.conftest import Databases
from tests.engine.runtime.models import diagram, node, path, start, user
from tests.engine.service.office import Office

ASKS = diagram(start() + node("serviceTask", "j", motcua_topic="t") + user("u") + path("s", "j", "u"), key="asks")
FIRST, SECOND = Sender("first"), Sender("second")
MINUTE = timedelta(minutes=1)
FETCH = FetchJobs(("t",), 1, MINUTE)
ON_JOB: list[Callable[[str], Command]] = [
    lambda job: CompleteJob(job, {"n": 1}),
    lambda job: FailJob(job, "busy", 0),
    lambda job: ThrowJobError(job, "E1", "none"),
    lambda job: ExtendJob(job, MINUTE),
]
NAMES = ["complete", "fail", "error", "extend"]


@pytest.fixture(scope="module")
def empty(postgresql_url: Databases) -> str:
    """A database with the newest schema and nothing in it."""
    upgrade(url := postgresql_url())
    return url


class Crowded:
    """Two services on one database: before the first commits, the second is asked, and has read what it can read by then."""

    def __init__(self, url: str) -> None:
        self._command: Command | None = None
        self._asked: Future[Any] | None = None
        self.first, self.second = Office(url, failpoint=self._interleave), Office(url)

    def _interleave(self, name: str, _: object) -> None:
        if name == "beforeCommit" and self._command is not None:
            self._asked, self._command = self.second.writer.submit(self._command, SECOND), None
            wait([self._asked], timeout=0.5)

    def at_once(self, first: Command, second: Command) -> tuple[Any, Any]:
        """What both answer."""
        self._command = second
        done = self.first.do(first, FIRST)
        assert self._asked is not None
        return done, self._asked.exception() or self._asked.result()

    def advance(self, time: timedelta) -> None:
        for office in (self.first, self.second):
            office.clock.set(office.clock.now() + time)

    def close(self) -> None:
        self.first.close()
        self.second.close()


@pytest.fixture
def crowded(postgresql_url: Databases, empty: str) -> Iterator[Crowded]:
    """Two services on a fresh database of a real server."""
    crowded = Crowded(postgresql_url(copy_of=empty))
    crowded.first.deploy(("asks.bpmn", ASKS))
    yield crowded
    crowded.close()


def asked(office: Office) -> Job:
    """A job of a new instance."""
    return office.jobs(office.start("asks"))[0]


def ids(jobs: tuple[Job, ...]) -> list[str]:
    """Which jobs."""
    return [job.id for job in jobs]


def test_one_job_is_fetched_once(crowded: Crowded) -> None:
    """Work that two systems do at once is done twice: a fee is asked for twice, a letter is sent twice."""
    job = asked(crowded.first)

    first, second = crowded.at_once(FETCH, FETCH)

    assert ([job.id], ()) == (ids(first), second)
    assert "first" == crowded.first.jobs(job.instance_id)[0].worker


def test_who_comes_second_gets_the_next(crowded: Crowded) -> None:
    """A second service would be of no use if it waited for the first, or got nothing while there is work."""
    jobs = [asked(crowded.first).id for _ in range(2)]

    first, second = crowded.at_once(FETCH, FETCH)

    assert sorted(jobs) == sorted(ids(first) + ids(second))


@pytest.mark.parametrize("command", ON_JOB, ids=NAMES)
def test_a_job_being_taken_over_is_lost_to_who_had_it(crowded: Crowded, command: Callable[[str], Command]) -> None:
    """Who was too slow must not take work back, or end it, that another has been given."""
    job = asked(crowded.first)
    crowded.first.do(FETCH, SECOND)
    crowded.advance(2 * MINUTE)

    first, second = crowded.at_once(FETCH, command(job.id))

    assert [job.id] == ids(first)
    assert isinstance(second, JobNotHeld)
    assert "first" == crowded.first.jobs(job.instance_id)[0].worker


@pytest.mark.parametrize("command", ON_JOB, ids=NAMES)
def test_only_who_has_fetched_a_job_may_answer(office: Office, command: Callable[[str], Command]) -> None:
    """A program that mistakes an id must not end another system's work; nothing of the instance changes."""
    office.deploy(("asks.bpmn", ASKS))
    job = asked(office)
    before = office.head(job.instance_id)

    with pytest.raises(JobNotHeld) as nobody:
        office.do(command(job.id), SECOND)
    office.do(FETCH, FIRST)
    with pytest.raises(JobNotHeld):
        office.do(command(job.id), SECOND)

    assert {"id": job.id} == nobody.value.facts
    assert before == office.head(job.instance_id)


@pytest.mark.parametrize("command", ON_JOB, ids=NAMES)
def test_a_lock_that_is_over_is_good_until_another_takes_the_job(
    office: Office, command: Callable[[str], Command]
) -> None:
    """Work that took too long is done all the same; to throw it away would only mean doing it again."""
    office.deploy(("asks.bpmn", ASKS))
    job = asked(office)
    office.do(FETCH, FIRST)
    office.clock.set(office.clock.now() + 2 * MINUTE)

    office.do(command(job.id), FIRST)


def test_a_failure_gives_the_job_back(office: Office) -> None:
    """Who gave work back has it no longer: a late result of his would come in beside the next one's."""
    office.deploy(("asks.bpmn", ASKS))
    job = asked(office)
    office.do(FETCH, FIRST)
    office.do(FailJob(job.id, "busy", 1), FIRST)

    with pytest.raises(JobNotHeld):
        office.do(CompleteJob(job.id), FIRST)


@pytest.mark.parametrize("command", ON_JOB, ids=NAMES)
def test_programs_with_one_key_are_told_apart_by_their_attempt(
    office: Office, command: Callable[[str], Command]
) -> None:
    """Two copies of a worker share a key: the one that slept through its lock must not answer for the other."""
    office.deploy(("asks.bpmn", ASKS))
    job = asked(office)
    (slow,) = office.do(FETCH, FIRST)
    office.clock.set(office.clock.now() + 2 * MINUTE)
    (quick,) = office.do(FETCH, FIRST)
    before = office.head(job.instance_id)

    with pytest.raises(JobNotHeld):
        office.do(replace(command(job.id), attempt=slow.attempt), FIRST)  # type: ignore[call-arg]
    assert before == office.head(job.instance_id)
    office.do(replace(command(job.id), attempt=quick.attempt), FIRST)  # type: ignore[call-arg]
