"""Where an instance stands: its head and everything that it waits for."""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain.access import Reach
from engine.domain.instance import ProcessInstance
from engine.domain.user_task import UserTask
from engine.domain.waiting import Incident, Job, Subscription, Timer
from engine.ports import Queries
from engine.service import reaching
from engine.service.work import Live, Work


@dataclass(frozen=True, slots=True)
class Standing:
    """An instance at one moment; all of its waits stand open."""

    head: ProcessInstance
    user_tasks: tuple[UserTask, ...]
    timers: tuple[Timer, ...]
    subscriptions: tuple[Subscription, ...]
    incidents: tuple[Incident, ...]
    jobs: tuple[Job, ...]
    """Work that other systems have been asked for."""


def stored(queries: Queries, id: str, reach: Reach | None = None) -> Standing:
    """An instance as it was committed.

    Raises:
        NotFound: there is none, or not for the caller.
    """
    return of(queries, reaching.instance(queries, id, reach))


def of(queries: Queries, head: ProcessInstance) -> Standing:
    """Where the instance with this head stands."""
    if head.ended:
        return Standing(head, (), (), (), (), ())
    return Standing(
        head,
        tuple(queries.open_user_tasks_of(head.id)),
        tuple(queries.timers_of(head.id)),
        tuple(queries.subscriptions_of(head.id)),
        tuple(queries.open_incidents_of(head.id) if head.incidents else ()),
        tuple(job for job in queries.jobs_of(head.id) if job.topic is not None),
    )


def decided(work: Work, live: Live) -> Standing:
    """An instance as the command that is being decided leaves it."""
    id, unit = live.head.id, work.unit
    if live.head.ended:
        return Standing(live.head, (), (), (), (), ())
    return Standing(
        live.head,
        work.open_rows(UserTask, id, unit.open_user_tasks_of),
        work.open_rows(Timer, id, unit.timers_of),
        work.open_rows(Subscription, id, unit.subscriptions_of),
        decided_incidents(work, live),
        tuple(job for job in work.open_rows(Job, id, unit.jobs_of) if job.topic is not None),
    )


def decided_incidents(work: Work, live: Live) -> tuple[Incident, ...]:
    """The open incidents among it."""
    if not live.head.incidents:
        return ()
    return work.open_rows(Incident, live.head.id, work.unit.open_incidents_of)
