"""Where an instance stands: its head and everything that it waits for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from engine.domain.access import Reach
from engine.domain.instance import ProcessInstance
from engine.domain.user_task import UserTask
from engine.domain.waiting import SERVICE, TIMER, Incident, Job, Subscription
from engine.ports import Queries
from engine.service import reaching
from engine.service.live import Live
from engine.service.work import Work

Row = TypeVar("Row", UserTask, Subscription, Incident, Job)


@dataclass(frozen=True, slots=True)
class Standing:
    """An instance at one moment; all of its waits stand open."""

    head: ProcessInstance
    user_tasks: tuple[UserTask, ...]
    subscriptions: tuple[Subscription, ...]
    incidents: tuple[Incident, ...]
    jobs: tuple[Job, ...]
    """Timers, and work that other systems have been asked for; not what is made beside: letters."""


def stored(queries: Queries, id: str, reach: Reach | None = None) -> Standing:
    """An instance as it was committed.

    Raises:
        NotFound: there is none, or not for the caller.
    """
    return of(queries, reaching.instance(queries, id, reach))


def of(queries: Queries, head: ProcessInstance) -> Standing:
    """Where the instance with this head stands."""
    [standing] = all_of(queries, [head])
    return standing


def all_of(queries: Queries, heads: Sequence[ProcessInstance]) -> list[Standing]:
    """Where the instances with these heads stand, asked for at once."""
    waits = queries.waits_in([head.id for head in heads if not head.ended])
    tasks, subscriptions = _by_instance(waits.user_tasks), _by_instance(waits.subscriptions)
    incidents, jobs = _by_instance(waits.incidents), _by_instance(waits.jobs)
    return [
        Standing(
            head,
            tuple(tasks.get(head.id, ())),
            tuple(subscriptions.get(head.id, ())),
            tuple(incidents.get(head.id, ()) if head.incidents or _given_up(jobs.get(head.id, ())) else ()),
            _shown(jobs.get(head.id, ())),
        )
        for head in heads
    ]


def _by_instance(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.instance_id, []).append(row)
    return found


def decided(work: Work, live: Live) -> Standing:
    """An instance as the command that is being decided leaves it."""
    id, unit = live.head.id, work.unit
    if live.head.ended:
        return Standing(live.head, (), (), (), ())
    jobs = work.open_rows(Job, id, unit.jobs_of)
    return Standing(
        live.head,
        work.open_rows(UserTask, id, unit.open_user_tasks_of),
        work.open_rows(Subscription, id, unit.subscriptions_of),
        decided_incidents(work, live, given_up=_given_up(jobs)),
        _shown(jobs),
    )


def decided_incidents(work: Work, live: Live, *, given_up: bool = False) -> tuple[Incident, ...]:
    """The open incidents among it."""
    if not live.head.incidents and not given_up:
        return ()
    return work.open_rows(Incident, live.head.id, work.unit.open_incidents_of)


def _shown(jobs: Iterable[Job]) -> tuple[Job, ...]:
    return tuple(job for job in jobs if job.kind in (TIMER, SERVICE) and job.activity is not None)


def _given_up(jobs: Iterable[Job]) -> bool:
    return any(job.abandoned_at is not None for job in jobs)
