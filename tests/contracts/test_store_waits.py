"""What every store must do for timers, jobs, messages and incidents."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace

import pytest
from sqlalchemy import event

from adapters.database.store import DatabaseStore
from engine.domain.instance import ProcessInstance
from engine.domain.waiting import GIVEN_UP, Backlog, Incident, Job
from engine.ports import Changes
from tests.contracts.samples import (
    INCIDENT,
    INSTANCE,
    JOB,
    MESSAGE,
    START_EVENT,
    START_TIMER,
    SUBSCRIPTION,
    TIMER,
    USER_TASK,
    at,
)
from tests.contracts.steps import commit, ids, keep, walk

# ---- waits


def test_what_an_instance_waits_for(store: DatabaseStore) -> None:
    """The page of a dossier says all that holds it up, and nothing of another's."""
    other = "i-2"
    keep(
        store,
        replace(SUBSCRIPTION, id="b", opened_at=at(1)),
        replace(SUBSCRIPTION, id="a", opened_at=at(2)),
        replace(SUBSCRIPTION, id="x", instance_id=other),
        replace(USER_TASK, id="b", created_at=at(1)),
        replace(USER_TASK, id="a", created_at=at(2)),
        replace(USER_TASK, id="c", state="completed"),
        replace(USER_TASK, id="x", instance_id=other),
        replace(INCIDENT, id="b", raised_at=at(1)),
        replace(INCIDENT, id="a", raised_at=at(2)),
        replace(INCIDENT, id="c", state="resolved"),
        replace(INCIDENT, id="x", instance_id=other),
        replace(JOB, id="b", run_at=at(1)),
        replace(JOB, id="a", run_at=at(2)),
        replace(JOB, id="x", instance_id=other),
    )

    with store.read() as queries:
        assert ["b", "a"] == ids(queries.subscriptions_of("i-1"))
        assert ["b", "a"] == ids(queries.open_user_tasks_of("i-1"))
        assert ["b", "a"] == ids(queries.open_incidents_of("i-1"))
        assert ["b", "a"] == ids(queries.jobs_of("i-1"))


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_incidents_last_raised_first(store: DatabaseStore, limit: int) -> None:
    """The operator sees what broke last, of one dossier or of all."""
    incidents = [
        replace(
            INCIDENT,
            id=f"{9 - n}",
            raised_at=at(n // 2),
            state="open" if n % 3 else "resolved",
            instance_id=f"i-{n % 2}",
        )
        for n in range(6)
    ]
    keep(store, *incidents)
    expected = sorted(incidents, key=lambda i: (i.raised_at, i.id), reverse=True)

    def listed(instance_id: str | None, state: str | None) -> list[Incident]:
        pages = walk(store, lambda q, page: q.list_incidents(instance_id, state, page), limit)
        return [row for page in pages for row in page]

    assert expected == listed(None, None)
    assert [i for i in expected if i.state == "open"] == listed(None, "open")
    assert [i for i in expected if i.instance_id == "i-1"] == listed("i-1", None)
    assert [i for i in expected if i.instance_id == "i-1" and i.state == "resolved"] == listed("i-1", "resolved")


def three_instances() -> list[ProcessInstance]:
    """One runs, one is suspended, one has ended."""
    return [
        replace(INSTANCE, id=state, state=state, business_key=None) for state in ("running", "suspended", "completed")
    ]


def test_receivers_are_places_of_running_instances(store: DatabaseStore) -> None:
    """A suspended instance is no receiver: the message waits for it. Without a key the name alone decides."""
    running = replace(SUBSCRIPTION, instance_id="running")
    keep(
        store,
        *three_instances(),
        replace(running, id="b", opened_at=at(1)),
        replace(running, id="a", opened_at=at(2)),
        replace(running, id="c", opened_at=at(3), key="HS-2"),
        replace(running, id="d", opened_at=at(4), key=None),
        replace(running, id="e", opened_at=at(5), kind="signal"),
        replace(running, id="f", opened_at=at(6), name="other"),
        replace(SUBSCRIPTION, id="g", instance_id="suspended"),
        replace(SUBSCRIPTION, id="h", instance_id="completed"),
        replace(SUBSCRIPTION, id="i", instance_id="unknown"),
    )

    with store.read() as queries:
        assert ["b", "a"] == ids(queries.receivers("message", "đã nộp phí", "HS-1"))
        assert ["b", "a", "c", "d"] == ids(queries.receivers("message", "đã nộp phí", None))
        assert ["e"] == ids(queries.receivers("signal", "đã nộp phí", None))


def test_timers_fall_due_in_order_and_not_while_suspended(store: DatabaseStore) -> None:
    """Suspension keeps due dates; what fell due fires at resume, so it must not be handed out before."""
    running = replace(TIMER, instance_id="running")
    keep(
        store,
        *three_instances(),
        replace(running, id="b", run_at=at(3)),
        replace(running, id="a", run_at=at(5)),
        replace(running, id="c", run_at=at(5)),
        replace(running, id="d", run_at=at(6)),
        replace(TIMER, id="s", instance_id="suspended", run_at=at(1)),
    )

    with store.read() as queries:
        assert ["b", "a", "c"] == ids(queries.due_jobs(at(5), 10))
        assert ["b", "a"] == ids(queries.due_jobs(at(5), 2))
        assert [] == queries.due_jobs(at(2), 10)
    commit(store, Changes(updates={ProcessInstance: [("suspended", {"state": "running"})]}))
    with store.read() as queries:
        assert ["s", "b"] == ids(queries.due_jobs(at(5), 2))


def test_jobs_of_ended_instances_are_due_as_well(store: DatabaseStore) -> None:
    """What an ended instance sent is still to be delivered; what a suspended one sent waits with it."""
    keep(
        store,
        *three_instances(),
        replace(JOB, id="b", instance_id="running", run_at=at(3)),
        replace(JOB, id="a", instance_id="", run_at=at(4)),
        replace(JOB, id="c", instance_id="running", run_at=at(4)),
        replace(JOB, id="d", instance_id="running", run_at=at(6)),
        replace(JOB, id="s", instance_id="suspended", run_at=at(1)),
        replace(JOB, id="e", instance_id="completed", run_at=at(1)),
    )

    with store.read() as queries:
        assert ["e", "b", "a", "c"] == ids(queries.due_jobs(at(5), 10))
        assert ["e"] == ids(queries.due_jobs(at(5), 1))


WORK = replace(JOB, kind="service", topic="a", instance_id="running")


def test_work_is_fetched_in_order_whatever_its_topic(store: DatabaseStore) -> None:
    """What has waited longest comes first; what somebody has, and what a suspended instance asked for, is not given out."""
    keep(
        store,
        *three_instances(),
        replace(WORK, id="c", run_at=at(3)),
        replace(WORK, id="b", run_at=at(3), topic="b"),
        replace(WORK, id="a", run_at=at(4)),
        replace(WORK, id="held", run_at=at(6)),
        replace(WORK, id="other", run_at=at(1), topic="c"),
        replace(JOB, id="ours", instance_id="running", run_at=at(1)),
        replace(WORK, id="s", instance_id="suspended", run_at=at(1)),
        replace(WORK, id="e", instance_id="completed", run_at=at(1)),
    )

    with store.begin() as unit:
        assert ["b", "c", "a"] == ids(unit.fetchable_jobs(["a", "b"], at(5), 10))
        assert ["b", "c"] == ids(unit.fetchable_jobs(["a", "b"], at(5), 2))
        assert ["c", "a"] == ids(unit.fetchable_jobs(["a"], at(5), 10))
        assert [] == unit.fetchable_jobs([], at(5), 10)
    with store.read() as queries:
        assert ["b", "c", "a"] == ids(queries.waiting_jobs(["a", "b"], at(5), 10))
        assert [] == list(queries.waiting_jobs([], at(5), 10))
        assert [queries.has_fetchable_job(["b"], at(n)) for n in (2, 3)] == [False, True]
        assert queries.has_fetchable_job(["c", "none"], at(1))
        assert not queries.has_fetchable_job([], at(9))
        assert not queries.has_fetchable_job(["none"], at(9))


def test_topics_are_found_by_their_beginning(store: DatabaseStore) -> None:
    """Each once, in their order, and no others: so a service sees what is asked of it that it does not know."""
    topics = ["connector", "connector:b.x", "connector:a.x", "connector:a.x", "connector:a-x.y", "connectors", "b", "Z"]
    keep(store, *three_instances(), *(replace(WORK, id=f"{n}", topic=topic) for n, topic in enumerate(topics)))

    with store.read() as queries:
        assert ["connector:a-x.y", "connector:a.x", "connector:b.x"] == list(queries.topics_asked("connector:"))


def test_a_hundred_topics_are_one_question(store: DatabaseStore) -> None:
    """One worker may serve everything that a province has; every other command waits while it asks."""
    keep(store, *three_instances(), *(replace(WORK, id=f"{n:03}", topic=f"t-{n}") for n in range(100)))
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    with store.begin() as unit:
        event.listen(store._writer, "before_cursor_execute", note)
        jobs = unit.fetchable_jobs([f"t-{n}" for n in range(100)], at(50), 100)

    assert [f"{n:03}" for n in range(100)] == ids(jobs)
    assert 1 == len(asked)


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_what_is_being_fetched_is_passed_over(store: DatabaseStore) -> None:
    """A second process neither gets what the first has read, nor waits for it: it goes on to what comes next."""
    keep(
        store,
        *three_instances(),
        *(replace(WORK, id=id, topic=topic) for id, topic in zip("abcd", "xyxy", strict=True)),
    )

    with store.begin() as first, store.begin() as second, store.begin() as third:
        assert ["a"] == ids(first.fetchable_jobs(["x", "y"], at(50), 1))
        assert "c" in ids(second.fetchable_jobs(["x", "y"], at(50), 2))
        assert [] == third.fetchable_jobs(["x"], at(50), 10)


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_what_is_being_taken_is_passed_over(store: DatabaseStore) -> None:
    """Two processes that look for what is due at the same moment neither get the same nor wait for each other."""
    keep(store, *three_instances(), *(replace(TIMER, id=id, instance_id="running") for id in "abc"))

    with store.begin() as first, store.begin() as second:
        assert ["a", "b"] == ids(first.takeable_jobs(at(50), 2))
        assert ["c"] == ids(second.takeable_jobs(at(50), 2))


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_a_locked_job_is_as_the_last_unit_left_it(store: DatabaseStore) -> None:
    """Who may answer is decided on what is true now, not on what was true when somebody else began."""
    keep(store, WORK)

    with store.begin() as first, ThreadPoolExecutor(1) as thread:
        first.locked_jobs([WORK.id])
        found = thread.submit(locked, store)
        wait([found], timeout=0.2)
        first.write(Changes(updates={Job: [(WORK.id, {"worker": "first"})]}))
        first.commit()

    assert "first" == found.result()


def locked(store: DatabaseStore) -> str | None:
    """Who has the job, once it can be locked."""
    with store.begin() as unit:
        return unit.locked_jobs([WORK.id])[WORK.id].worker


def test_start_timers_fall_due(store: DatabaseStore) -> None:
    """A monthly report starts by itself; starts by message are never due."""
    keep(store, START_EVENT, START_TIMER, replace(START_TIMER, id="s-0", due_at=at(49)))

    with store.read() as queries:
        assert ["s-0", "s-2"] == ids(queries.due_start_events(at(50), 10))
        assert ["s-0"] == ids(queries.due_start_events(at(50), 1))
        assert [] == queries.due_start_events(at(48), 10)


def test_when_something_falls_due_next(store: DatabaseStore) -> None:
    """The runner sleeps until then; a suspended instance must not keep it awake."""
    due = []
    for entities in (
        [replace(TIMER, instance_id="suspended", run_at=at(1)), *three_instances()],
        [START_EVENT, replace(START_TIMER, due_at=at(9))],
        [replace(TIMER, id="tm-2", instance_id="running", run_at=at(8))],
        [replace(JOB, instance_id="suspended", run_at=at(1)), replace(JOB, id="j-2", instance_id="", run_at=at(7))],
        [replace(JOB, id="j-3", instance_id="running", run_at=at(6))],
    ):
        keep(store, *entities)
        with store.read() as queries:
            due.append(queries.next_due())

    assert [None, at(9), at(8), at(7), at(6)] == due


def test_what_is_left_to_do(store: DatabaseStore) -> None:
    """A service that falls behind shows it before anybody complains: how much is due, for how long, what was given up."""
    given_up = replace(TIMER, id="g", instance_id="running", run_at=at(1), abandoned_at=at(9))
    keep(
        store,
        *three_instances(),
        replace(TIMER, id="a", instance_id="running", run_at=at(3)),
        replace(TIMER, id="b", instance_id="running", run_at=at(4)),
        replace(TIMER, id="later", instance_id="running", run_at=at(6)),
        replace(TIMER, id="s", instance_id="suspended", run_at=at(1)),
        replace(JOB, id="c", instance_id="running", run_at=at(2)),
        replace(WORK, id="of another system", run_at=at(1)),
        given_up,
        replace(INCIDENT, id="open"),
        replace(INCIDENT, id="g", code=GIVEN_UP),
        replace(INCIDENT, id="needed no more", code=GIVEN_UP),
        replace(INCIDENT, id="resolved", state="resolved"),
    )

    with store.read() as queries:
        assert Backlog({"timer": 2, "continue": 1}, at(2), 1, 2) == queries.backlog(at(5))


# ---- messages


def test_a_message_is_known_by_its_id_under_its_name(store: DatabaseStore) -> None:
    """A portal that sends twice gets the first answer; ids of other names, and messages without id, do not meet."""
    keep(
        store,
        MESSAGE,
        replace(MESSAGE, id="m-2", name="other"),
        replace(MESSAGE, id="m-3", message_id=None),
        replace(MESSAGE, id="m-4", message_id=None),
    )

    with store.read() as queries:
        assert MESSAGE == queries.message_with_id("đã nộp phí", "pay-1")
        assert queries.message_with_id("đã nộp phí", "pay-2") is None


def test_buffered_messages_oldest_first(store: DatabaseStore) -> None:
    """What an instance comes to wait for is given to it in the order in which it came."""
    message = replace(MESSAGE, message_id=None)
    keep(
        store,
        replace(message, id="b", received_at=at(1)),
        replace(message, id="a", received_at=at(2)),
        replace(message, id="c", received_at=at(0), name="second"),
        replace(message, id="d", outcome="correlated", instance_ids=("i-1",)),
        replace(message, id="e", name="not asked for"),
    )

    with store.read() as queries:
        assert ["c", "b", "a"] == ids(queries.buffered_messages(["đã nộp phí", "second"]))


def test_messages_that_somebody_has_come_to_wait_for(store: DatabaseStore) -> None:
    """Message and waiting place can be written by two processes at once, each unseen by the other."""
    message = replace(MESSAGE, message_id=None)
    waiting = replace(SUBSCRIPTION, instance_id="running")
    keep(
        store,
        *three_instances(),
        waiting,
        replace(waiting, id="twice"),
        replace(waiting, id="signal", kind="signal", name="signal"),
        replace(waiting, id="no key", name="keyless", key=None),
        replace(SUBSCRIPTION, id="s", instance_id="suspended", name="suspended"),
        replace(message, id="b", received_at=at(2)),
        replace(message, id="a", received_at=at(3)),
        replace(message, id="any", received_at=at(1), key=None),
        replace(message, id="keyless", received_at=at(4), key=None, name="keyless"),
        replace(message, id="other key", key="HS-2"),
        replace(message, id="keyed", name="keyless"),
        replace(message, id="signal", name="signal"),
        replace(message, id="suspended", name="suspended"),
        replace(message, id="delivered", outcome="correlated"),
    )

    with store.read() as queries:
        assert ["any", "b", "a", "keyless"] == ids(queries.deliverable_messages(10))
        assert ["any", "b"] == ids(queries.deliverable_messages(2))


def test_messages_expire(store: DatabaseStore) -> None:
    """Neither a message nor its id is kept for ever."""
    message = replace(MESSAGE, message_id=None)
    keep(
        store,
        replace(message, id="b", expires_at=at(1)),
        replace(message, id="a", expires_at=at(2), outcome="correlated"),
        replace(message, id="c", expires_at=at(3)),
    )

    with store.read() as queries:
        assert ["b", "a"] == ids(queries.expired_messages(at(2), 10))
        assert ["b"] == ids(queries.expired_messages(at(2), 1))
