"""Callers that wait for work: told at once when there is some, and never so many that others find no thread."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from api.app import make_app
from api.bootstrap import Service
from api.waiting_room import WaitingRoom
from tests.api.models import chain
from tests.api.office import Office, Reply, refused

FOREVER = 60.0
"""Seconds: nobody may need them."""
LOOK_UP = chain("startEvent|s", 'serviceTask|look|motcua:topic="dan-cu"', "userTask|u")


def wait(pool: ThreadPoolExecutor, service: Service, **more: Any) -> Future[Reply]:
    """A worker that asks for work and is willing to wait, once it does."""
    caller = Office(service, make_app(service).test_client())
    before = service.waiting_room.waiting
    answer = pool.submit(caller.post, "/v1/jobs/fetch", {"topics": ["dan-cu"], "wait": int(FOREVER), **more})
    while service.waiting_room.waiting == before and not answer.done():
        pass
    return answer


def test_a_worker_that_waits_is_given_work_when_it_is_there(office: Office, service: Service) -> None:
    """The commit that asks for the work rings; the worker need not ask every second."""
    service.waiting_room.recheck = FOREVER
    office.deploy("p", LOOK_UP)
    with ThreadPoolExecutor() as pool:
        answer = wait(pool, service)
        assert not answer.done()
        id = office.start("p")["id"]

        [job] = answer.result(FOREVER).json["items"]

    assert (id, "admin") == (job["processInstanceId"], job["worker"])
    assert 0 == service.waiting_room.waiting


def test_what_is_there_is_not_waited_for(office: Office, service: Service) -> None:
    """Neither is the end of the time: a worker that waits for nothing else is answered at once."""
    service.waiting_room.recheck = FOREVER
    office.deploy("p", LOOK_UP)
    office.start("p")

    assert 1 == len(office.post("/v1/jobs/fetch", {"topics": ["dan-cu"], "wait": 60}).json["items"])


def test_work_that_falls_due_without_a_commit_is_found(office: Office, service: Service) -> None:
    """A lock that ends is no commit, nor is what another process did: so it looks again by itself."""
    office.deploy("p", LOOK_UP)
    office.start("p")
    office.post("/v1/jobs/fetch", {"topics": ["dan-cu"], "lockFor": 60})
    with ThreadPoolExecutor() as pool:
        answer = wait(pool, service)
        office.advance(61)

        assert 1 == len(answer.result(FOREVER).json["items"])


def test_when_every_place_is_taken_the_answer_is_empty_at_once(office: Office, service: Service) -> None:
    """A waiting caller holds a thread; the others must always find one, so the rest are asked to come back."""
    service.waiting_room = WaitingRoom(1, FOREVER)
    with ThreadPoolExecutor() as pool:
        first = wait(pool, service)
        turned_away = office.post("/v1/jobs/fetch", {"topics": ["dan-cu"], "wait": 60})
        service.waiting_room.close()

        assert ([], "5") == (turned_away.json["items"], turned_away.headers["Retry-After"])
        assert ([], None) == (first.result(FOREVER).json["items"], first.result().headers.get("Retry-After"))


def test_the_more_are_sent_away_the_later_they_come_back() -> None:
    """Three hundred idle workers that asked every five seconds took a tenth of the time of those who had work."""
    room = WaitingRoom(0)

    told = [room.come_back() for _ in range(400)]

    assert [5, 15, 60] == [told[0], told[50], told[-1]]
    assert 6 >= max(told.count(second) for second in range(6, 59))


def test_news_wake_only_those_whom_they_concern() -> None:
    """Each look is a look in the database: whoever follows what seldom happens need not look at every commit."""
    room, looks = WaitingRoom(2, FOREVER), {"odd": 0, "even": 0}

    def look(name: str, seen: int) -> bool:
        looks[name] += 1
        return looks[name] > seen

    with ThreadPoolExecutor() as pool:
        odd = pool.submit(room.wait_until, lambda: look("odd", 1), FOREVER, lambda news: news % 2 == 1)
        even = pool.submit(room.wait_until, lambda: look("even", 2), FOREVER, lambda news: news % 2 == 0)
        while looks != {"odd": 1, "even": 1}:
            pass
        for news in (2, None):
            room.ring(news)
            while looks["even"] < (3 if news is None else 2):
                pass

        assert odd.result(FOREVER)
        assert even.result(FOREVER)
    assert {"odd": 2, "even": 3} == looks


def test_a_service_that_stops_sends_home_who_waits(service: Service) -> None:
    """Stopping would take as long as the longest wait otherwise."""
    service.waiting_room.recheck = FOREVER
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(service.waiting_room.wait_until, lambda: False, FOREVER)
        while service.waiting_room.waiting == 0:
            pass
        service.waiting_room.close()

        assert waiting.result(FOREVER)


def test_a_repeat_is_answered_at_once(office: Office, service: Service) -> None:
    """The same Idempotency-Key gets the first answer, whatever has come since; there is nothing to wait for."""
    first = office.post("/v1/jobs/fetch", {"topics": ["dan-cu"], "wait": 1}, idempotency_key="k")
    service.waiting_room.recheck = FOREVER

    again = office.post("/v1/jobs/fetch", {"topics": ["dan-cu"], "wait": 1}, idempotency_key="k")

    assert [] == first.json["items"] == again.json["items"]
    assert "Idempotency-Replayed" in again.headers


@pytest.mark.parametrize("seconds", [-1, 61, 1.5, None])
def test_nobody_waits_longer_than_a_minute(office: Office, seconds: Any) -> None:
    """Proxies take a longer silence for a broken line."""
    refused(office.post("/v1/jobs/fetch", {"topics": ["dan-cu"], "wait": seconds}), 422, "invalidValues")
