"""One write transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ClauseElement, Table, delete, exists, insert, select, union, update

from adapters.database.dossiers import FIRST_NUMBER, LAST_NUMBER
from adapters.database.event_subscriptions import LOCKED
from adapters.database.feed import Sequencing
from adapters.database.fetching import FETCHABLE
from adapters.database.inbound import EXPECTATION_LOCKED
from adapters.database.queries import DatabaseQueries
from adapters.database.reader import by_ids, equal, rows_of
from adapters.database.rows import (
    ANSWERS,
    BATCHES,
    EVENT_SUBSCRIPTIONS,
    EXPECTATIONS,
    INSTANCES,
    JOBS,
    LOG,
    SHAPES,
    USER_TASKS,
    Shape,
)
from adapters.database.settings import CALENDAR, ORGANISATION, VIRTUAL_TIME
from adapters.database.statement import OneOf, Statement, given
from adapters.database.tables import (
    DERIVED,
    OF_INSTANCES,
    answers,
    attachments,
    contents,
    counters,
    documents,
    instance_keys,
    papers,
    settings,
    user_task_groups,
    user_tasks,
)
from adapters.database.waits import TAKEABLE_JOBS
from engine.domain.batch import Batch, Filter
from engine.domain.inbound import Expectation
from engine.domain.instance import ProcessInstance
from engine.domain.user_task import UserTask
from engine.domain.waiting import Job
from engine.domain.webhook import EventSubscription
from engine.ports import Changes, WriteConflict

_SORTED_BY = ("state", "created_at", "due_at")
"""What the rows of ``user_task_groups`` repeat of their task."""

_HEADS_LOCKED = Statement(by_ids(INSTANCES).with_for_update())
_JOBS_LOCKED = Statement(by_ids(JOBS).with_for_update())
_BATCH_LOCKED = Statement(rows_of(BATCHES, *equal(BATCHES, "id")).with_for_update())
_FORGET_ANSWERS = Statement(
    delete(answers).where(answers.c.tenant == given("tenant"), answers.c.created_at < given("before"))
)
_GROUPS_OF_INSTANCES = delete(user_task_groups).where(
    user_task_groups.c.tenant == given("tenant"),
    user_task_groups.c.id.in_(
        select(user_tasks.c.id).where(user_tasks.c.tenant == given("tenant"), OneOf(user_tasks.c.instance_id, "ids"))
    ),
)
_FORGET_INSTANCES = [
    Statement(_GROUPS_OF_INSTANCES),
    *(
        Statement(delete(table).where(table.c.tenant == given("tenant"), OneOf(table.c[name], "ids")))
        for table, name in OF_INSTANCES.items()
    ),
]
_DOCUMENTS_OF_INSTANCES = Statement(
    union(
        *(
            select(table.c.hash).where(
                table.c.tenant == given("tenant"), OneOf(table.c.instance_id, "ids"), table.c.hash.is_not(None)
            )
            for table in (attachments, papers)
        )
    )
)
_DOCUMENTS = (documents.c.tenant == given("tenant"), OneOf(documents.c.hash, "hashes"))
_DOCUMENTS_LOCKED = Statement(select(documents.c.hash).where(*_DOCUMENTS).order_by(documents.c.hash).with_for_update())
_FORGET_DOCUMENTS = Statement(
    delete(documents).where(
        *_DOCUMENTS,
        *(
            ~exists().where(table.c.tenant == documents.c.tenant, table.c.hash == documents.c.hash)
            for table in (attachments, papers)
        ),
    )
)
_CLEAR = [Statement(delete(table).where(table.c.tenant == given("tenant"))) for table in DERIVED]


class DatabaseUnitOfWork(DatabaseQueries, Sequencing):
    """The port ``UnitOfWork``. Each kind of change is one statement, however many rows it touches."""

    def process_instances(self, ids: Collection[str]) -> Mapping[str, ProcessInstance]:
        """Heads by id, locked until the unit ends; in the order of ids, so that two units cannot block each other."""
        return self._by_id(INSTANCES, _HEADS_LOCKED, ids)

    def fetchable_jobs(self, topics: Sequence[str], until: str, limit: int) -> Sequence[Job]:
        """Jobs that nobody has, locked until the unit ends; what another unit has locked is passed over."""
        return self._all(JOBS, FETCHABLE, topics=list(topics), until=until, limit=limit)

    def takeable_jobs(self, until: str, limit: int) -> Sequence[Job]:
        """Due jobs of the service's own, locked until the unit ends; what another unit has locked is passed over."""
        return self._all(JOBS, TAKEABLE_JOBS, until=until, limit=limit)

    def locked_jobs(self, ids: Collection[str]) -> Mapping[str, Job]:
        """Jobs by id, locked until the unit ends; in the order of ids, so that two units cannot block each other."""
        return self._by_id(JOBS, _JOBS_LOCKED, ids)

    def locked_batch(self, id: str) -> Batch | None:
        """One batch, locked until the unit ends."""
        return self._one(BATCHES, _BATCH_LOCKED, id=id)

    def locked_event_subscription(self, id: str) -> EventSubscription | None:
        """One subscription, locked until the unit ends."""
        return self._one(EVENT_SUBSCRIPTIONS, LOCKED, id=id)

    def last_number(self, series: str) -> int:
        """The last number given of a series; its row is made where it is missing, so that there is something to lock."""
        FIRST_NUMBER.run(self._connection, tenant=self._tenant, series=series)
        return int(self._first(LAST_NUMBER, series=series) or 0)

    def locked_expectation(self, id: str) -> Expectation | None:
        """One expectation, locked until the unit ends."""
        return self._one(EXPECTATIONS, EXPECTATION_LOCKED, id=id)

    def fill_batch(self, batch_id: str, filter: Filter) -> int:
        """Put every instance that a filter means into a batch; how many."""
        return self._fill(batch_id, filter)

    def write(self, changes: Changes) -> None:
        """Send rows: deletes, updates, inserts (so that a name given back is free again), the log, and what commands leave beside it.

        Raises:
            WriteConflict: a row is there already, or one to be updated or deleted is gone.
        """
        for entity, ids in changes.deletes.items():
            self._delete(SHAPES[entity], ids)
        for entity, ids in changes.deletes_if_there.items():
            shape = SHAPES[entity]
            self._run(_deleting(shape.table, shape.key), [(self._tenant, *shape.key_of(id)) for id in ids])
        for entity, updates in changes.updates.items():
            self._update(SHAPES[entity], updates)
        for entity, entities in changes.inserts.items():
            self._insert(SHAPES[entity], entities)
        self._insert(LOG, changes.log)
        self._put_into_feed(changes.log)
        self._forget_instances(changes.archived)
        self._insert(ANSWERS, changes.answers)
        self._keep(contents, changes.contents)
        self._keep(counters, changes.counters)
        self._keep(documents, changes.documents)
        self._keep(instance_keys, changes.instance_keys)
        self._keep(
            settings,
            {CALENDAR: changes.calendar, ORGANISATION: changes.organisation, VIRTUAL_TIME: changes.virtual_time},
        )

    def _forget_instances(self, ids: Sequence[str]) -> None:
        if not ids:
            return
        of = {"tenant": self._tenant, "ids": list(ids)}
        hashes = [row[0] for row in _DOCUMENTS_OF_INSTANCES.run(self._connection, **of)]
        for statement in _FORGET_INSTANCES:
            statement.run(self._connection, **of)
        if hashes:
            self._forget_documents(hashes)

    def _forget_documents(self, hashes: Sequence[str]) -> None:
        """Those that nothing else names. Whoever hands one in at this moment has locked it before, or keeps it again."""
        for statement in (_DOCUMENTS_LOCKED, _FORGET_DOCUMENTS):
            statement.run(self._connection, tenant=self._tenant, hashes=list(hashes))

    def clear_derived(self) -> None:
        """Empty every table that the log can make again."""
        for statement in _CLEAR:
            statement.run(self._connection, tenant=self._tenant)

    def number_records(self) -> int:
        """Give positions to records that were committed without; how many rows of the log they are."""
        return self._number()

    def forget_answers(self, before: str) -> int:
        """Delete answers kept since before that time; how many."""
        return _FORGET_ANSWERS.run(self._connection, tenant=self._tenant, before=before).rowcount

    def commit(self) -> None:
        """Make it durable."""
        self._connection.commit()

    def _insert(self, shape: Shape[Any], entities: Sequence[Any]) -> None:
        self._run(_inserting(shape.table), shape.rows(self._tenant, entities))
        if shape is USER_TASKS:
            self._insert_groups(entities)

    def _update(self, shape: Shape[Any], updates: Sequence[tuple[Any, dict[str, Any]]]) -> None:
        for names, changed in _by_fields(updates).items():
            rows = [(*shape.change(names, values), self._tenant, *shape.key_of(id)) for id, values in changed]
            self._run_on_all(_updating(shape.table, names, shape.key), rows)
            if shape is USER_TASKS:
                self._update_groups(names, changed)

    def _delete(self, shape: Shape[Any], ids: Sequence[Any]) -> None:
        rows = [(self._tenant, *shape.key_of(id)) for id in ids]
        self._run_on_all(_deleting(shape.table, shape.key), rows)
        if shape is USER_TASKS:
            self._run(_deleting(user_task_groups, ("id",)), rows)

    def _insert_groups(self, tasks: Sequence[UserTask]) -> None:
        rows = [
            (self._tenant, task.id, group, task.unit or "", task.state, task.created_at, task.due_at)
            for task in tasks
            for group in dict.fromkeys(task.candidate_groups or ("",))
        ]
        self._run(_inserting(user_task_groups), rows)

    def _update_groups(self, names: tuple[str, ...], changed: Sequence[tuple[Any, dict[str, Any]]]) -> None:
        if "candidate_groups" in names:
            self._replace_groups([id for id, _ in changed])
        elif repeated := tuple(name for name in names if name in _SORTED_BY):
            rows = [(*(values[name] for name in repeated), self._tenant, id) for id, values in changed]
            self._run(_updating(user_task_groups, repeated, ("id",)), rows)

    def _replace_groups(self, ids: list[str]) -> None:
        self._run(_deleting(user_task_groups, ("id",)), [(self._tenant, id) for id in ids])
        self._insert_groups(list(self.user_tasks(ids).values()))

    def _keep(self, table: Table, values: Mapping[str, Any]) -> None:
        self._run(_keeping(table), [(self._tenant, key, value) for key, value in values.items() if value is not None])

    def _run(self, statement: Statement, rows: Sequence[tuple[Any, ...]]) -> None:
        if rows:
            statement.run_many(self._connection, rows)

    def _run_on_all(self, statement: Statement, rows: Sequence[tuple[Any, ...]]) -> None:
        """Every row must still be there: where it is not, somebody else had the job or the timer first."""
        if rows and statement.run_many(self._connection, rows).rowcount != len(rows):
            raise WriteConflict("a row to be changed is gone")


def _by_fields(
    updates: Sequence[tuple[Any, dict[str, Any]]],
) -> Mapping[tuple[str, ...], list[tuple[Any, dict[str, Any]]]]:
    groups: dict[tuple[str, ...], list[tuple[Any, dict[str, Any]]]] = defaultdict(list)
    for id, values in updates:
        if values:
            groups[tuple(sorted(values))].append((id, values))
    return groups


@cache
def _inserting(table: Table) -> Statement:
    return Statement(insert(table))


@cache
def _updating(table: Table, names: tuple[str, ...], key: tuple[str, ...]) -> Statement:
    chosen = [table.c.tenant == given("key_tenant"), *(table.c[name] == given(f"key_{name}") for name in key)]
    return Statement(update(table).ordered_values(*((table.c[name], given(name)) for name in names)).where(*chosen))


@cache
def _deleting(table: Table, key: tuple[str, ...]) -> Statement:
    return Statement(delete(table).where(*(table.c[name] == given(name) for name in ("tenant", *key))))


@cache
def _keeping(table: Table) -> Statement:
    """Insert or, where the key is there, replace; a content is never replaced, for it is named by its hash.

    A document that is there is locked all the same, so that nobody forgets it before the commit.
    """

    def build(insert: Callable[[Table], Any]) -> ClauseElement:
        inserted = insert(table)
        last = "hash" if table is documents else table.columns.keys()[-1]
        kept: ClauseElement = (
            inserted.on_conflict_do_nothing()
            if table is contents
            else inserted.on_conflict_do_update(index_elements=table.primary_key, set_={last: inserted.excluded[last]})
        )
        return kept

    return Statement(build)
