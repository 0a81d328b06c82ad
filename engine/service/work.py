"""What one batch of commands has loaded, decided and will write."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from engine.domain import instance
from engine.domain.archive import Archived
from engine.domain.calendar import Calendar, local_day
from engine.domain.definition import ProcessDefinition, StartEvent
from engine.domain.dossier import Dossier
from engine.domain.errors import InstanceEnded, InstanceSuspended, NotFound
from engine.domain.instance import ProcessInstance, Scope
from engine.domain.organisation import Organisation
from engine.domain.projection import Setting, project
from engine.domain.record import ADMINISTRATION, TENANT_STREAMS, Cause, Draft, LogRow, Payload
from engine.domain.user_task import UserTask
from engine.domain.waiting import Incident, Job, Subscription
from engine.ports import Clock, Ids, UnitOfWork
from engine.runtime.execution import Execution
from engine.runtime.program import Program
from engine.runtime.sealing import GENESIS, Seal
from engine.service.catalog import Catalog, Loaded, line_of
from engine.service.command import Command, Sender
from engine.service.escalations import follow_tasks
from engine.service.following import follow
from engine.service.heads import next_head, not_before
from engine.service.live import Hot, Live
from engine.service.outbox import leave
from engine.service.reaching import told
from engine.service.staged import Staged

Row = TypeVar("Row", UserTask, Subscription, Incident, Job)

_CALENDAR, _ORGANISATION = " calendar", " organisation"
"""Where what is in force is kept among definitions: no key has a space in it."""


@dataclass(slots=True)
class _Before:
    """An instance as it was before the command that is being decided."""

    head: ProcessInstance
    scopes: dict[str, bytes] | None


@dataclass(slots=True)
class Work:
    """A batch's workspace over one unit of work. Commands see what those before them decided."""

    unit: UnitOfWork
    clock: Clock
    ids: Ids
    catalog: Catalog
    hot: Hot
    lives: dict[str, Live] = field(default_factory=dict)
    gone: dict[str, Archived] = field(default_factory=dict)
    """Instances that were asked for and are in the archive."""
    tasks: dict[str, UserTask] = field(default_factory=dict)
    jobs: dict[str, Job | None] = field(default_factory=dict)
    """Jobs as they are stored, locked."""
    staged: Staged = field(default_factory=Staged)
    current: Staged = field(default_factory=Staged)
    awaited: list[str] = field(default_factory=list)
    """Instances that came to wait for a message in the current command."""
    told: set[tuple[str, str]] = field(default_factory=set)
    """Instances and their elements that heard of money in it: one that comes to wait again, whatever it hears, is not told for ever."""
    dossiers: dict[str, Dossier | None] = field(default_factory=dict)
    """Dossiers as they are stored."""
    in_force: dict[str, Any] = field(default_factory=dict)
    """Newest definitions by key, and the calendar, looked up once for all commands that change neither."""
    wakes: bool = False
    """Whether something was set that will fall due."""
    grew: bool = False
    """Whether there are new records."""
    _before: dict[str, _Before | None] = field(default_factory=dict)
    _ends: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    """Where the streams that belong to no instance end, as far as they are written."""

    # loading
    def preload(self, commands: Iterable[Command]) -> None:
        """One SELECT for all tasks, one for all instances, one for all jobs that the batch names.

        Instances are locked before jobs, as everywhere: two processes cannot block each other.
        """
        commands = list(commands)
        tasks = {id for command in commands for id in command.task_ids}
        if tasks:
            self.tasks.update(self.unit.user_tasks(tasks))
        ids = {id for command in commands for id in command.instance_ids}
        ids |= {task.instance_id for task in self.tasks.values()}
        jobs = {id for command in commands for id in command.job_ids}
        if unknown := {id for command in commands if not command.instance_ids for id in command.job_ids}:
            ids |= {job.instance_id for job in self.unit.jobs(unknown).values()}
        if ids:
            self._load(ids)
        if jobs:
            self.jobs |= dict.fromkeys(jobs) | dict(self.unit.locked_jobs(jobs))

    def _load(self, ids: Iterable[str]) -> None:
        ids = sorted(ids)
        heads = self.unit.process_instances(ids)
        if missing := set(ids) - heads.keys():
            self.gone |= self.unit.archived(missing)
        cold = []
        for head in heads.values():
            live = self.hot.take(head)
            if live is None:
                public = self.catalog.public(self.unit, head.definition_id, head.pins)
                live = Live(head, None, Seal(head.id, self.unit.instance_key(head.id), public))
                cold.append(head.id)
            self.lives[head.id] = live
        if cold:
            for id in cold:
                self.lives[id].scopes = {}
            for scope in self.unit.scopes(cold):
                scopes = self.lives[scope.id[0]].scopes
                assert scopes is not None
                scopes[scope.id[1]] = scope.content

    def live(self, id: str) -> Live:
        """An instance.

        Raises:
            NotFound: there is none.
        """
        if id not in self.lives:
            self._load([id])
        if id not in self.lives:
            if id in self.gone:
                raise told(self.gone[id])
            raise NotFound(what="process instance", id=id)
        return self.lives[id]

    def loaded(self, live: Live) -> Loaded:
        """The definition that an instance runs."""
        return self.catalog.load(self.unit, live.head.definition_id)

    def running(self, id: str) -> Live:
        """An instance that takes commands now.

        Raises:
            NotFound, InstanceEnded, InstanceSuspended
        """
        live = self.not_ended(id)
        if live.head.state == instance.SUSPENDED:
            raise InstanceSuspended(id=id)
        return live

    def not_ended(self, id: str) -> Live:
        """An instance that has not ended.

        Raises:
            NotFound, InstanceEnded
        """
        live = self.live(id)
        if live.head.ended:
            raise InstanceEnded(id=id, state=live.head.state)
        return live

    def task(self, id: str) -> UserTask:
        """A user task as the commands before left it.

        Raises:
            NotFound: there is none.
        """
        if id not in self.tasks:
            self.tasks.update(self.unit.user_tasks([id]))
        task: UserTask | None = self.staged.latest(UserTask, id, self.tasks.get(id))
        if task is None:
            raise NotFound(what="user task", id=id)
        return task

    def latest(self, keys: Collection[str]) -> Mapping[str, ProcessDefinition]:
        """The newest definitions of these keys, those of this batch included."""
        if self.staged.inserted(ProcessDefinition):
            self.flush()
        if missing := [key for key in keys if key not in self.in_force]:
            self.in_force |= dict.fromkeys(missing) | dict(self.unit.latest_definitions(missing))
        return {key: self.in_force[key] for key in keys if self.in_force[key] is not None}

    def calendar_hash(self) -> str | None:
        """The calendars in force, what was published in this batch included."""
        if self.staged.calendar is not None:
            self.flush()
        if _CALENDAR not in self.in_force:
            self.in_force[_CALENDAR] = self.unit.calendar_hash()
        hash: str | None = self.in_force[_CALENDAR]
        return hash

    def calendar_of(self, unit: str | None) -> str | None:
        """The calendar by which a unit's dossiers are reckoned now, None before one was published."""
        if (hash := self.calendar_hash()) is None:
            return None
        line = line_of(self.organisation(), unit, local_day(self.clock.now())) if unit is not None else ()
        return self.catalog.calendars(self.unit, hash).of(line)

    def organisation(self) -> Organisation | None:
        """The tree of units in force, None before one was published."""
        if self.staged.organisation is not None:
            self.flush()
        if _ORGANISATION not in self.in_force:
            self.in_force[_ORGANISATION] = self.catalog.organisation_in_force(self.unit)
        tree: Organisation | None = self.in_force[_ORGANISATION]
        return tree

    def holder_of(self, business_key: str) -> ProcessInstance | None:
        """The instance not ended that has this business key."""
        if any(head.business_key == business_key for head in self.staged.inserted(ProcessInstance)):
            self.flush()
        holder = self.unit.running_with_business_key(business_key)
        ended_here = holder is not None and holder.id in self.lives and self.lives[holder.id].head.ended
        return None if ended_here else holder

    def key_of(self, name: str) -> str:
        """The business key of whom people and systems call so: once a dossier has a code, that is how they know it."""
        head = self._called(name)
        return name if head is None else head.business_key or name

    def bearer_of(self, business_key: str) -> ProcessInstance | None:
        """Whose a business key is: that of the instance not ended that has it, or of the dossier that is called so."""
        return self.holder_of(business_key) or self._called(business_key)

    def _called(self, code: str) -> ProcessInstance | None:
        dossier = self.unit.dossier_by_code(code)
        return None if dossier is None else self.unit.process_instances([dossier.id]).get(dossier.id)

    def open_subscriptions(self, instance_id: str) -> list[Subscription]:
        """Where an instance waits for messages and signals now."""
        return list(self.open_rows(Subscription, instance_id, self.unit.subscriptions_of))

    def is_new(self, instance_id: str) -> bool:
        """Whether the current command began the instance, so that nothing of it is stored."""
        return instance_id in self._before and self._before[instance_id] is None

    def open_rows(self, type_: type[Row], instance_id: str, stored: Callable[[str], Iterable[Row]]) -> tuple[Row, ...]:
        """The rows of an instance that stand open once everything decided so far is written."""
        found = () if self.is_new(instance_id) else stored(instance_id)
        known: dict[str, Row | None] = {row.id: row for row in found}
        for staged in (self.staged, self.current):
            known |= {row.id: row for row in staged.inserted(type_) if row.instance_id == instance_id}
            known = {id: staged.latest(type_, id, row) for id, row in known.items()}
        return tuple(row for row in known.values() if row is not None and _is_open(row))

    def open_job(self, id: str) -> Job | None:
        """A job as the commands before left it, locked; None when it is done, or not needed any more."""
        if id not in self.jobs:
            self.jobs[id] = self.unit.locked_jobs([id]).get(id)
        job: Job | None = self.staged.latest(Job, id, self.jobs[id])
        return job

    def chance(self) -> float:
        """A random number from 0 to 1."""
        return int.from_bytes(self.ids.secret()[:4], "big") / 0xFFFFFFFF

    def cause(self, by: Sender) -> Cause:
        """A new command's cause."""
        return Cause(by.cause or self.ids.new(), self.clock.now(), by.actor, by.on_behalf_of)

    def dossier(self, id: str) -> Dossier | None:
        """A dossier as the commands before and this one left it; None where an instance has none."""
        if id not in self.dossiers:
            self.dossiers[id] = None if self.is_new(id) else self.unit.dossiers([id]).get(id)
        stored: Dossier | None = self.staged.latest(Dossier, id, self.dossiers[id])
        latest: Dossier | None = self.current.latest(Dossier, id, stored)
        return latest

    def last_number(self, series: str) -> int:
        """The last number given of a series, 0 before the first."""
        known = self.current.counters.get(series, self.staged.counters.get(series))
        return self.unit.last_number(series) if known is None else known

    def next_number(self, series: str) -> int:
        """The next number of a series. It is given with the commit, or not at all: none is missing, none is given twice."""
        number = self.last_number(series) + 1
        self.current.counters[series] = number
        return number

    # deciding
    def new_instance(self, head: ProcessInstance, key: bytes, public: frozenset[str]) -> Live:
        """Begin an instance's stream."""
        live = Live(head, {}, Seal(head.id, key, public))
        self._before[head.id] = None
        self.lives[head.id] = live
        self.current.instance_keys[head.id] = key
        self.current.insert(head)
        live.execution = Execution.new(*self._parts(live))
        return live

    def _parts(self, live: Live) -> tuple[Program, str, Calendar | None, str | None]:
        head = live.head
        program = self.catalog.program(self.unit, head.definition_id, head.pins)
        calendar = self.catalog.calendar(self.unit, head.calendar) if head.calendar else None
        return program, head.id, calendar, head.business_key

    def execution(self, live: Live) -> Execution:
        """The instance as it stands, loaded from its snapshot when nobody has used it lately."""
        if live.execution is None:
            live.execution = Execution.load(*self._parts(live), tokens=live.head.tokens, scopes=live.scopes or {})
        return live.execution

    def record(self, live: Live, kind: str, payload: Payload, cause: Cause) -> list[Draft]:
        """Give an instance an input and stage everything that follows: one row of the log, one of everything else."""
        if live.head.id not in self._before:
            self._before[live.head.id] = _Before(live.head, live.scopes)
        cause = not_before(live.head, cause)
        drafts = self.execution(live).handle(kind, payload, cause.at)
        self._stage(live, drafts, cause)
        if any(kind == "SubscriptionOpened" for kind, _ in drafts):
            self.awaited.append(live.head.id)
        follow(self, live, drafts, cause)
        follow_tasks(self, live, drafts)
        leave(self, live, drafts)
        return drafts

    def _stage(self, live: Live, drafts: list[Draft], cause: Cause) -> None:
        head = live.head
        row = live.seal.row(drafts, cause, head.seq + 1, head.hash)
        self.current.log.append(row)
        by = cause.on_behalf_of or cause.actor
        setting = Setting(head.id, head.definition_id, head.business_key, row.recorded_at, by, head.unit)
        for kind, payload in drafts:
            self.current.add(project(kind, payload, setting))
        self._stage_head(live, drafts[0][0], row)

    def _stage_head(self, live: Live, input: str, row: LogRow) -> None:
        assert live.execution is not None
        snapshot = live.execution.snapshot()
        live.head, fields = next_head(live.head, live.execution, snapshot.tokens, input, row)
        self.current.update(ProcessInstance, live.head.id, **fields)
        if snapshot.scopes:
            self._stage_scopes(live, snapshot.scopes)

    def _stage_scopes(self, live: Live, changed: dict[str, bytes | None]) -> None:
        scopes = dict(live.scopes or {})
        for owner, content in changed.items():
            place = (live.head.id, owner)
            if content is None:
                if scopes.pop(owner, None) is not None:
                    self.current.delete(Scope, place)
            elif owner in scopes:
                self.current.update(Scope, place, content=content)
            else:
                self.current.insert(Scope(place, content))
            if content is not None:
                scopes[owner] = content
        live.scopes = scopes

    def administer(self, kind: str, payload: Payload, cause: Cause) -> None:
        """Add a record to the tenant's administration stream."""
        self.append(ADMINISTRATION, kind, payload, cause)

    def append(self, stream: str, kind: str, payload: Payload, cause: Cause) -> None:
        """Add a record to a stream that belongs to no instance."""
        seq, hash = self._end_of(stream)
        self.current.log.append(Seal(stream, None, ()).row([(kind, payload)], cause, seq + 1, hash))

    def _end_of(self, stream: str) -> tuple[int, bytes]:
        """Number and hash of a stream's last record, those of this batch included; looked up once for all of them."""
        for row in (*reversed(self.current.log), *reversed(self.staged.log)):
            if row.stream == stream:
                return row.last_seq, row.hash
        if stream not in self._ends:
            last = self.unit.last_log_row(stream)
            self._ends[stream] = (last.last_seq, last.hash) if last else (0, GENESIS)
        return self._ends[stream]

    # one command after the other
    def accept(self) -> None:
        """Keep what the current command decided."""
        self.wakes = self.wakes or any(self.current.inserted(kind) for kind in (Job, StartEvent))
        if self.current.calendar or self.current.organisation or self.current.inserted(ProcessDefinition):
            self.in_force = {}
        self.grew = self.grew or bool(self.current.log)
        self.staged.take(self.current)
        self._forget()

    def reject(self) -> None:
        """Undo what the current command decided."""
        for id, before in self._before.items():
            if before is None:
                del self.lives[id]
            else:
                live = self.lives[id]
                live.head, live.scopes, live.execution = before.head, before.scopes, None
        self._forget()

    def _forget(self) -> None:
        self.current, self._before, self.awaited, self.told = Staged(), {}, [], set()

    def flush(self) -> None:
        """Send what was decided before the current command, so that queries see it."""
        if not self.staged.empty:
            self.unit.write(self.staged.changes())
            self._ends |= {
                row.stream: (row.last_seq, row.hash) for row in self.staged.log if row.stream in TENANT_STREAMS
            }
            self.staged = Staged()
            self.tasks.clear()
            self.jobs.clear()
            self.dossiers.clear()

    def keep(self) -> None:
        """After the commit: the executions may serve the next batch."""
        self.hot.put(self.lives.values())


def _is_open(row: Any) -> bool:
    return getattr(row, "state", "open") == "open"
