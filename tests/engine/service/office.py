"""A whole service in one process, without HTTP: store, writer, runner, virtual clock, ids that can be repeated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid5

import orjson

from adapters.clock.virtual import StoredVirtualClock
from adapters.database.store import DatabaseStore
from adapters.database.tables import DERIVED
from adapters.http.client import HttpClient
from adapters.papers.typesetter import TypstTypesetter
from engine.domain.definition import Resource
from engine.domain.record import LogRow
from engine.domain.user_task import UserTask
from engine.domain.values import moment
from engine.domain.waiting import GIVEN_UP, TIMER, UNTOLD, Incident, Job, Subscription
from engine.ports import Ids, Signer, Typesetter
from engine.runtime.replay import Verification
from engine.runtime.sealing import Seal
from engine.service import history
from engine.service.calendars import PublishCalendar
from engine.service.caller import Caller
from engine.service.catalog import Catalog
from engine.service.command import Command, Idempotency, Sender
from engine.service.connectors import Connectors
from engine.service.deployments import Deploy, Deployed
from engine.service.incidents import RetryIncident
from engine.service.jobs import FetchJobs
from engine.service.live import Live
from engine.service.messages import CorrelateMessage
from engine.service.papermaker import Papermaker
from engine.service.process_instances import MendVariables, StartProcessInstance
from engine.service.rebuild import rebuild
from engine.service.runner import Runner
from engine.service.teller import Teller
from engine.service.user_tasks import CompleteUserTask
from engine.service.writer import Failpoint, Writer

CLERK = Sender("portal", "clerk")
MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
CALENDAR = orjson.dumps(
    {
        "weekdays": [0, 1, 2, 3, 4],
        "hours": [["07:00", "11:30"], ["13:30", "17:00"]],
        "years": [2026, 2027],
        "special": {},
    }
)


class CountedIds:
    """Ids that are the same in every run."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def new(self) -> str:
        return str(UUID(int=(0x7 << 76) | (0b10 << 62) | (next(self._numbers) << 80)))

    def secret(self) -> bytes:
        return uuid5(UUID(int=0), self.new()).bytes * 2


class Office:
    """Deploys, starts, completes, as the API would. ``forgetful`` restarts the service after every command."""

    def __init__(
        self,
        url: str = "sqlite:///:memory:",
        *,
        forgetful: bool = False,
        failpoint: Failpoint | None = None,
        ids: Ids | None = None,
        calendar: bytes = CALENDAR,
        connectors: Connectors | None = None,
        signer: Signer | None = None,
        typesetter: Typesetter | None = None,
    ) -> None:
        self.connectors = connectors or Connectors()
        self.signer, self.typesetter = signer, typesetter or TypstTypesetter()
        self.store = DatabaseStore(url)
        self.clock, self.ids = StoredVirtualClock(MONDAY), ids or CountedIds()
        self.forgetful, self.failpoint = forgetful, failpoint
        self._open()
        with self.store.read() as queries:
            in_force = queries.calendar_hash()
        if in_force is None:
            self.do(PublishCalendar(calendar))

    def _open(self) -> None:
        self.catalog = Catalog(self.connectors, can_sign=True)
        self.writer = Writer(self.store, self.clock, self.ids, self.catalog, self.failpoint)
        self.writer.start()
        self.caller = Caller(self.connectors, HttpClient(), self.writer, self.clock)
        self.papermaker = Papermaker(self.typesetter, self.signer, self.writer, self.clock)
        self.teller = Teller(self.connectors, HttpClient(), self.writer, self.clock)
        self.runner = Runner(
            self.store, self.writer, self.clock, caller=self.caller, papermaker=self.papermaker, teller=self.teller
        )

    def restart(self) -> None:
        """Forget everything that is not in the database."""
        self._stop()
        self._open()

    def close(self) -> None:
        self._stop()
        self.store.close()

    def _stop(self) -> None:
        for errands in (self.caller, self.papermaker, self.teller):
            errands.stop()
        self.writer.stop()

    def do(self, command: Command, by: Sender = CLERK, idempotency: Idempotency | None = None) -> Any:
        try:
            return self.writer.do(command, by, idempotency)
        finally:
            if self.forgetful:
                self.restart()

    # what people do
    def deploy(self, *files: tuple[str, bytes]) -> Deployed:
        deployed: Deployed = self.do(Deploy(tuple(Resource(name, content) for name, content in files)))
        return deployed

    def start(self, key: str, values: dict[str, Any] | None = None, business_key: str | None = None) -> str:
        live: Live = self.do(StartProcessInstance(key=key, values=values or {}, business_key=business_key))
        return live.head.id

    def complete(self, task: UserTask, values: dict[str, Any] | None = None) -> Any:
        return self.do(CompleteUserTask(task_id=task.id, values=values or {}))

    def message(self, name: str, key: str | None = None, values: dict[str, Any] | None = None, **more: Any) -> Any:
        return self.do(CorrelateMessage(name, key, values or {}, **more))

    def fetch(self, instance: str) -> Job:
        """The first job of an instance, fetched by whoever has its topic."""
        job = self.jobs(instance)[0]
        self.do(FetchJobs((job.topic or "",), 1_000, timedelta(minutes=5)))
        return job

    def mend(self, instance: str, **values: Any) -> None:
        self.do(MendVariables(instance, values, "test", self.head(instance).seq))

    def retry(self, instance: str) -> None:
        self.do(RetryIncident(self.incidents(instance)[0].id))

    def advance(self, **time: float) -> None:
        """Let virtual time pass."""
        self.settle()
        target = self.clock.now() + _delta(time)
        while (due := self._next_due()) is not None and moment(due) <= target:
            self.clock.set(max(self.clock.now(), moment(due)))
            self.settle()
        self.clock.set(target)
        self.settle()

    def settle(self) -> None:
        """Do what is due now."""
        while self.runner.run_round():
            if self.forgetful:
                self.restart()

    def _next_due(self) -> str | None:
        with self.store.read() as queries:
            errands = (self.caller, self.papermaker, self.teller)
            due = [queries.next_due(), *(each.next_due(queries) for each in errands)]
        return min((at for at in due if at is not None), default=None)

    # what can be seen
    def head(self, instance: str) -> Any:
        with self.store.read() as queries:
            return queries.process_instances([instance])[instance]

    def tasks(self, instance: str) -> Sequence[UserTask]:
        with self.store.read() as queries:
            return sorted(queries.open_user_tasks_of(instance), key=lambda task: task.activity)

    def timers(self, instance: str) -> Sequence[Job]:
        with self.store.read() as queries:
            return sorted(
                (job for job in queries.jobs_of(instance) if job.kind == TIMER),
                key=lambda timer: (timer.due_at, timer.activity or ""),
            )

    def jobs(self, instance: str) -> Sequence[Job]:
        """What other systems are asked to do."""
        with self.store.read() as queries:
            return [job for job in queries.jobs_of(instance) if job.topic is not None]

    def subscriptions(self, instance: str) -> Sequence[Subscription]:
        with self.store.read() as queries:
            return sorted(queries.subscriptions_of(instance), key=lambda place: place.activity)

    def incidents(self, instance: str) -> Sequence[Incident]:
        with self.store.read() as queries:
            return queries.open_incidents_of(instance)

    def variables(self, instance: str) -> dict[str, Any]:
        with self.store.read() as queries:
            scopes = {scope.id[1]: scope.content for scope in queries.scopes([instance])}
        values: dict[str, Any] = orjson.loads(scopes.get("", b"{}"))
        return values

    def rows(self, instance: str) -> list[LogRow]:
        with self.store.read() as queries:
            return list(history.rows(queries, instance))

    def kinds(self, instance: str) -> list[str]:
        with self.store.read() as queries:
            return [record.kind for record in history.records(queries, instance, 0, 100_000)]

    def verify_erased(self, instance: str) -> Verification:
        """The verification as it would be after every personal value and the key to them were erased."""
        rows = self.rows(instance)
        with self.store.read() as queries:
            material = history.stored_material(queries, self.catalog, instance, rows[0])
        material = replace(material, seal=Seal(instance, None, material.seal.public))
        replay = history.new_replay(material)
        return replay.verify(replace(row, clear=None) for row in rows)

    def derived(self) -> dict[str, list[tuple[Any, ...]]]:
        """What stands in the derived tables, in an order of its own; who has a job and how often it failed is not in the log."""
        with self.store._reader.connect() as connection:
            found = {table.name: connection.execute(table.select()).mappings().all() for table in DERIVED}
        return {name: sorted(_from_the_log(name, rows), key=repr) for name, rows in found.items()}

    def rebuild(self) -> None:
        """Make the derived tables again from the log."""
        rebuild(self.store, self.catalog)

    def verify(self, instance: str) -> Verification:
        with self.store.read() as queries:
            return history.verify(queries, self.catalog, instance)


_NOT_IN_THE_LOG = ("run_at", "worker", "attempt", "last_error", "abandoned_at")


def _from_the_log(table: str, rows: Sequence[Any]) -> list[tuple[Any, ...]]:
    if table == "incidents":
        rows = [
            row
            for row in rows
            if row["code"] not in (GIVEN_UP, UNTOLD) or (row["code"] == UNTOLD and row["state"] == "open")
        ]
    beside = _NOT_IN_THE_LOG if table == "jobs" else ()
    return [tuple(value for name, value in row.items() if name not in beside) for row in rows]


def _delta(time: dict[str, float]) -> Any:
    return timedelta(**time)
