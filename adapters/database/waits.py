"""Queries for subscriptions, incidents and jobs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import and_, exists, func, select, union_all

from adapters.database.fetching import ANY_FETCHABLE, NEXT_TOPIC, WAITING
from adapters.database.listing import Listing
from adapters.database.reader import Reader, by_ids, equal, not_suspended, of_instances, rows_of, running
from adapters.database.rows import INCIDENTS, JOBS, START_EVENTS, SUBSCRIPTIONS, USER_TASKS
from adapters.database.statement import Statement, constant, given
from adapters.database.tables import incidents, jobs, start_events, subscriptions
from adapters.database.user_tasks import OPEN_IN
from engine.domain.definition import StartEvent
from engine.domain.waiting import GIVEN_UP, Backlog, Incident, Job, Subscription
from engine.ports import Listed, Page, Waits

OPEN, RESOLVED = "open", "resolved"

_needed = (
    (incidents.c.state == constant(RESOLVED))
    | (incidents.c.code != constant(GIVEN_UP))
    | exists().where(jobs.c.tenant == incidents.c.tenant, jobs.c.id == incidents.c.id, jobs.c.abandoned_at.is_not(None))
)
"""A job that was given up may be needed no more: whoever withdraws jobs does not ask whether they have an incident."""
_INCIDENTS = Listing(INCIDENTS, "raised_at", "id", states=(OPEN, RESOLVED), always=(_needed,))
_INCIDENT = Statement(rows_of(INCIDENTS, *equal(INCIDENTS, "id")))
_OPEN_INCIDENTS, _OPEN_INCIDENTS_IN = of_instances(
    INCIDENTS, ("raised_at", "id"), incidents.c.state == constant(OPEN), _needed
)
_SUBSCRIPTIONS_OF, _SUBSCRIPTIONS_IN = of_instances(SUBSCRIPTIONS, ("opened_at", "id"))
_NAMED = rows_of(SUBSCRIPTIONS, *equal(SUBSCRIPTIONS, "kind", "name"), running(subscriptions)).order_by(
    subscriptions.c.opened_at, subscriptions.c.id
)
_RECEIVERS = Statement(_NAMED)
_RECEIVERS_WITH_KEY = Statement(_NAMED.where(*equal(SUBSCRIPTIONS, "key")))

_JOBS_OF, _JOBS_IN = of_instances(JOBS, ("run_at", "id"))
_DUE_START_EVENTS = Statement(
    rows_of(START_EVENTS, start_events.c.due_at.is_not(None), start_events.c.due_at <= given("until"))
    .order_by(start_events.c.due_at, start_events.c.id)
    .limit(given("limit"))
)
_OWN = (jobs.c.topic.is_(None), jobs.c.abandoned_at.is_(None), not_suspended(jobs))
"""Jobs that the service does itself, and may."""
_due_jobs = (
    rows_of(JOBS, *_OWN, jobs.c.run_at <= given("until")).order_by(jobs.c.run_at, jobs.c.id).limit(given("limit"))
)
_DUE_JOBS = Statement(_due_jobs)
TAKEABLE_JOBS = Statement(_due_jobs.with_for_update(skip_locked=True, of=jobs))
_JOBS = Statement(by_ids(JOBS))
_EARLIEST = [
    select(column.label("due_at"))
    .where(column.table.c.tenant == given("tenant"), condition)
    .order_by(column, column.table.c.id)
    .limit(1)
    .subquery()
    for column, condition in (
        (start_events.c.due_at, start_events.c.due_at.is_not(None)),
        (jobs.c.run_at, and_(*_OWN)),
    )
]
_due = union_all(*(select(earliest.c.due_at) for earliest in _EARLIEST)).subquery()
_NEXT_DUE = Statement(select(func.min(_due.c.due_at)))


_DUE_BY_KIND = Statement(
    select(jobs.c.kind, func.count(), func.min(jobs.c.run_at))
    .where(jobs.c.tenant == given("tenant"), *_OWN, jobs.c.run_at <= given("until"))
    .group_by(jobs.c.kind)
)
_GIVEN_UP = Statement(
    select(func.count()).select_from(jobs).where(jobs.c.tenant == given("tenant"), jobs.c.abandoned_at.is_not(None))
)
_INCIDENTS_OPEN = Statement(
    select(func.count())
    .select_from(incidents)
    .where(incidents.c.tenant == given("tenant"), incidents.c.state == constant(OPEN), _needed)
)


class WaitQueries(Reader):
    """What instances wait for besides people, and what stopped them."""

    def subscriptions_of(self, instance_id: str) -> Sequence[Subscription]:
        """The messages and signals that an instance waits for, oldest first."""
        return self._all(SUBSCRIPTIONS, _SUBSCRIPTIONS_OF, instance_id=instance_id)

    def waits_in(self, instance_ids: Collection[str]) -> Waits:
        """All that is waited for in several instances."""
        if not instance_ids:
            return Waits([], [], [], [])
        ids = list(instance_ids)
        return Waits(
            self._all(USER_TASKS, OPEN_IN, instance_ids=ids),
            self._all(SUBSCRIPTIONS, _SUBSCRIPTIONS_IN, instance_ids=ids),
            self._all(INCIDENTS, _OPEN_INCIDENTS_IN, instance_ids=ids),
            self._all(JOBS, _JOBS_IN, instance_ids=ids),
        )

    def incident(self, id: str) -> Incident | None:
        """One incident by its id."""
        return self._one(INCIDENTS, _INCIDENT, id=id)

    def open_incidents_of(self, instance_id: str) -> Sequence[Incident]:
        """What holds an instance up, oldest first."""
        return self._all(INCIDENTS, _OPEN_INCIDENTS, instance_id=instance_id)

    def list_incidents(self, instance_id: str | None, state: str | None, page: Page) -> Listed[Incident]:
        """Incidents, the last raised first."""
        return _INCIDENTS.page(self._connection, page, tenant=self._tenant, instance_id=instance_id, state=state)

    def receivers(self, kind: str, name: str, key: str | None) -> Sequence[Subscription]:
        """Waiting places of running instances, oldest first; without a key, those of every key."""
        if key is None:
            return self._all(SUBSCRIPTIONS, _RECEIVERS, kind=kind, name=name)
        return self._all(SUBSCRIPTIONS, _RECEIVERS_WITH_KEY, kind=kind, name=name, key=key)

    def due_start_events(self, until: str, limit: int) -> Sequence[StartEvent]:
        """Start timers due at or before ``until``, earliest first."""
        return self._all(START_EVENTS, _DUE_START_EVENTS, until=until, limit=limit)

    def due_jobs(self, until: str, limit: int) -> Sequence[Job]:
        """The service's own jobs of instances that are not suspended, due at or before ``until``, earliest first."""
        return self._all(JOBS, _DUE_JOBS, until=until, limit=limit)

    def jobs(self, ids: Collection[str]) -> Mapping[str, Job]:
        """Jobs by id."""
        return self._by_id(JOBS, _JOBS, ids)

    def has_fetchable_job(self, topics: Sequence[str], until: str) -> bool:
        """Whether a job on one of these topics, of a running instance, is there that nobody has at ``until``."""
        return bool(topics) and bool(self._rows(ANY_FETCHABLE, topics=list(topics), until=until))

    def waiting_jobs(self, topics: Sequence[str], until: str, limit: int) -> Sequence[Job]:
        """Jobs that nobody has, the earliest of each topic; nothing is locked."""
        return self._all(JOBS, WAITING, topics=list(topics), until=until, limit=limit) if topics else ()

    def topics_asked(self, beginning: str) -> Sequence[str]:
        """Topics that begin so and on which there is a job: one step in the index for each, however many jobs there are."""
        found: list[str] = []
        topic = self._first(NEXT_TOPIC, after=beginning)
        while topic is not None and topic.startswith(beginning):
            found.append(topic)
            topic = self._first(NEXT_TOPIC, after=topic)
        return found

    def jobs_of(self, instance_id: str) -> Sequence[Job]:
        """The jobs of an instance, earliest first, also while it is suspended."""
        return self._all(JOBS, _JOBS_OF, instance_id=instance_id)

    def backlog(self, until: str) -> Backlog:
        """What is left to do."""
        due = self._rows(_DUE_BY_KIND, until=until)
        return Backlog(
            {kind: number for kind, number, _ in due},
            min((oldest for _, _, oldest in due), default=None),
            self._first(_GIVEN_UP),
            self._first(_INCIDENTS_OPEN),
        )

    def next_due(self) -> str | None:
        """When something falls due next: a timer, a start event or a job."""
        earliest: str | None = self._first(_NEXT_DUE)
        return earliest
