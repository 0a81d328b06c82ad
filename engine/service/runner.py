"""The runner: what falls due by itself becomes commands. The database decides what is due; the runner only asks."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from engine.domain.calendar import local_day
from engine.domain.errors import EngineError, Overloaded, StoreFull, StoreUnavailable
from engine.domain.values import moment, written
from engine.domain.waiting import Job
from engine.ports import Bell, BrokerUnavailable, Clock, Queries, Store
from engine.service.batches import CompleteBatch, DoBatchItem
from engine.service.calendars import RenewCalendars
from engine.service.caller import Caller
from engine.service.calls import Call
from engine.service.clock import SetVirtualTime
from engine.service.command import SERVICE, Command, Idempotency, Sender, job_of, known_as
from engine.service.dossiers import RecomputeDueTime
from engine.service.errands import Errands
from engine.service.messages import DeliverBuffered, ForgetExpired
from engine.service.outbox import Telling
from engine.service.own_jobs import PostponeJob, RunJob, TakeDueJobs, command_of
from engine.service.papermaker import Papermaker
from engine.service.papers import Draft
from engine.service.teller import Teller
from engine.service.timers import FireStartTimer
from engine.service.writer import Writer

ROUND = 64
"""Due things taken up at once."""
AT_ONCE = 16
"""Instances of batches that have their turn in a round: the rest of it is for what people wait for."""
TOLD_AT_ONCE = 256
"""Jobs taken up at once to tell others of them: each time the database passes over all that were done lately."""
LEASE = timedelta(seconds=5)
"""How long a job that one of several processes has taken is left to it."""
LONGEST_SLEEP = 1.0
"""Seconds; a safety net for wake-ups that another process could not give."""
SHORTEST_SLEEP = 0.005
SELDOM = timedelta(seconds=1)
"""Between two questions which calendar is in force."""
LONGEST_REST = 64
"""Rounds that something rests which fails again and again."""
ANSWERS_KEPT = timedelta(days=7)
HOUSEKEEPING = timedelta(hours=1)

log = structlog.get_logger()


@dataclass(slots=True)
class _Rest:
    """How often something failed in a row, and how many rounds it still rests."""

    failures: int = 0
    rounds: int = 0

    def again(self) -> None:
        self.failures += 1
        self.rounds = min(2**self.failures, LONGEST_REST)

    def is_over(self) -> bool:
        self.rounds -= 1
        return self.rounds <= 0


class Runner:
    """Fires timers, runs jobs, delivers late messages, forgets what is over."""

    def __init__(
        self,
        store: Store,
        writer: Writer,
        clock: Clock,
        *,
        alone: bool = True,
        bell: Bell | None = None,
        caller: Caller | None = None,
        papermaker: Papermaker | None = None,
        teller: Teller | None = None,
    ) -> None:
        self.store, self.writer, self.clock = store, writer, clock
        self._alone = alone
        """Whether no other process runs jobs of this store: then nothing need be taken before it is run."""
        self._bell = bell
        """How others are told to run what this one has taken; without it, it runs that itself."""
        self._most = ROUND if bell is None else TOLD_AT_ONCE
        self._woken, self._stopping, self._one_round = threading.Event(), threading.Event(), threading.Lock()
        self._thread: threading.Thread | None = None
        self._cleaned = ""
        self._reckoned, self._reckoning, self._reckoned_to, self._ask_again = "", "", "", ""
        """By what every open dossier was looked at, by what they are looked at now, and how far that has come."""
        self._unreckoned: dict[str, Command] = {}
        """Dossiers that were met on the way and are still to be reckoned again, by the names of their commands."""
        self._resting: dict[str, _Rest] = {}
        """Due things other than jobs that could not be done: tried ever more seldom, so that they do not hold up the others."""
        self._troubled = False
        """Whether the last round met something that it could not do."""
        self._errands: Mapping[type, Errands] = {
            kind: made for kind, made in ((Call, caller), (Draft, papermaker), (Telling, teller)) if made is not None
        }
        """Who makes the calls of connectors, and papers, and tells of dossiers; what nobody does is left to other processes."""
        for errands in self._errands.values():
            errands.done = self._woken.set
        writer.wakes.append(self._woken.set)

    def start(self) -> None:
        """Begin to look for what is due."""
        self._thread = threading.Thread(target=self._run, name="runner", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the round that is running."""
        self._stopping.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join()
        for errands in self._errands.values():
            errands.stop()

    @property
    def alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                done = self.run_due()
                pause = 0.0 if done else self._pause()
            except EngineError as error:
                log.warning("runner waits", error=str(error))
                pause = LONGEST_SLEEP
            except Exception:
                log.exception("runner stumbled")
                pause = LONGEST_SLEEP
            self._woken.wait(pause)
            self._woken.clear()

    def _pause(self) -> float:
        due = self._next()
        if due is None or self._troubled:
            return LONGEST_SLEEP
        return min(max((moment(due) - self.clock.now()).total_seconds(), SHORTEST_SLEEP), LONGEST_SLEEP)

    def run_due(self) -> int:
        """Do one round of what is due now; how much was done."""
        with self._one_round:
            self._troubled = False
            for errands in self._errands.values():
                errands.deliver()
            submitted = [(command, self._submit(command)) for command in self._due()]
            return sum(self._finished(future, command) for command, future in submitted)

    def _submit(self, command: Command) -> Future[Any] | None:
        try:
            return self.writer.submit(command, SERVICE)
        except Overloaded:
            return None

    def _finished(self, future: Future[Any] | None, command: Command) -> bool:
        if future is None:
            self._troubled = True
            return False
        try:
            done = future.result()
        except (Overloaded, StoreUnavailable, StoreFull) as error:
            log.warning("due work waits for the store", command=type(command).__name__, error=str(error))
            self._troubled = True
            return False
        except Exception as error:  # noqa: BLE001 - whatever it is, the others must not wait for it
            self._put_off(command, error)
            return False
        self._resting.pop(known_as(command), None)
        self._unreckoned.pop(known_as(command), None)
        if (errands := self._errands.get(type(done))) is not None:
            errands.make(done)
        return done not in (False, 0)

    def run(self, job_id: str) -> bool:
        """Run one of the service's own jobs now, wherever it was heard of; whether there was anything to do."""
        command = RunJob(job_id)
        return self._finished(self._submit(command), command)

    def _put_off(self, command: Command, error: Exception) -> None:
        job = self._named(command.job_id) if isinstance(command, RunJob) else job_of(command)
        if job is None:
            self._rest(command, error)
            return
        log.error("job failed", job=job.id, kind=job.kind, failures=job.attempt + 1, error=type(error).__name__)
        self._note(PostponeJob(job, type(error).__name__))

    def _named(self, id: str) -> Job | None:
        with self.store.read() as queries:
            return queries.jobs([id]).get(id)

    def _note(self, command: Command) -> None:
        """What cannot be noted now is met again in the next round."""
        try:
            self.writer.do(command, SERVICE)
        except EngineError as refused:
            log.warning("failure not noted", error=str(refused))
            self._troubled = True

    def _rest(self, command: Command, error: Exception) -> None:
        rest = self._resting.setdefault(known_as(command), _Rest())
        rest.again()
        self._troubled = True
        log.error("due work failed", work=known_as(command), failures=rest.failures, error=type(error).__name__)

    def _due(self) -> list[Command]:
        now = written(self.clock.now())
        taken = [] if self._alone else self._left_to_others(self.writer.do(TakeDueJobs(self._most, LEASE), SERVICE))
        with self.store.read() as queries:
            jobs = queries.due_jobs(now, ROUND) if self._alone else taken
            commands = [command_of(job) for job in jobs]
            commands += self._others(queries, now)
        self._forget_what_is_gone(commands)
        return [command for command in commands if self._may_try(command)]

    def _forget_what_is_gone(self, due: Iterable[Command]) -> None:
        names = {known_as(command) for command in due} if self._resting else set()
        self._resting = {name: rest for name, rest in self._resting.items() if name in names}

    def _may_try(self, command: Command) -> bool:
        rest = self._resting.get(known_as(command))
        if rest is None or rest.is_over():
            return True
        self._troubled = True
        return False

    def _left_to_others(self, taken: Sequence[Job]) -> Sequence[Job]:
        """Tell workers of jobs; those that remain for this process.

        That is all of them while the broker is away, and those that were taken before in vain: perhaps there are no workers.
        """
        if self._bell is None or not taken:
            return taken
        try:
            self._bell.ring([job.id for job in taken if job.worker is None])
        except BrokerUnavailable:
            return taken
        return [job for job in taken if job.worker is not None]

    def _others(self, queries: Queries, now: str) -> Iterable[Command]:
        most = ROUND + len(self._resting)
        yield from (FireStartTimer(start) for start in queries.due_start_events(now, most))
        yield from (DeliverBuffered(message) for message in queries.deliverable_messages(most))
        for errands in self._errands.values():
            yield from errands.waiting(queries, self._resting)
        yield from self._of_calendar(queries, now)
        yield from self._of_batches(queries, AT_ONCE + len(self._resting))
        if now > self._cleaned:
            self._cleaned = written(self.clock.now() + HOUSEKEEPING)
            yield ForgetExpired(now, written(self.clock.now() - ANSWERS_KEPT))

    def _of_calendar(self, queries: Queries, now: str) -> Iterable[Command]:
        """Open dossiers that another calendar moves, until each of them is done."""
        if now >= self._ask_again:
            self._unreckoned |= {known_as(command): command for command in self._to_be_reckoned(queries)}
        return list(self._unreckoned.values())

    def _to_be_reckoned(self, queries: Queries) -> Iterable[Command]:
        """The next of them: once through all that are open when a calendar came into force, or the tree of units is another."""
        room = ROUND + len(self._resting) - len(self._unreckoned)
        if room <= 0:
            return
        day, catalog = local_day(self.clock.now()), self.writer.catalog
        tree = catalog.organisation_in_force(queries)
        turned = None if tree is None else tree.turned(day)
        hash = f"{queries.calendar_hash()} {queries.organisation_hash()} {turned}"
        if hash == self._reckoned:
            self._ask_again = written(self.clock.now() + SELDOM)
            return
        if hash != self._reckoning:
            self._reckoning, self._reckoned_to = hash, ""
            if turned is not None:
                yield RenewCalendars()
        open_ = queries.open_dossiers(self._reckoned_to, room)
        self._reckoned, self._reckoned_to = (self._reckoned, open_[-1].id) if open_ else (hash, "")
        yield from (
            RecomputeDueTime(each.id)
            for each in open_
            if catalog.calendar_of(queries, each.unit, day) not in (None, each.calendar)
        )

    def _of_batches(self, queries: Queries, most: int) -> Iterable[Command]:
        """Turns of the oldest batches first."""
        for batch in queries.running_batches():
            if most <= 0:
                return
            items = queries.waiting_items(batch.id, most)
            most -= len(items)
            yield from (DoBatchItem(batch, item) for item in items)
            if not items:
                yield CompleteBatch(batch.id)

    def advance(self, seconds: float, by: Sender, idempotency: Idempotency | None = None) -> Any:
        """Move virtual time forward and do, at its own moment, everything that falls due on the way; where it stands."""
        target = self.clock.now() + timedelta(seconds=seconds)
        self._settle()
        while (due := self._next()) is not None and moment(due) <= target:
            self.writer.do(SetVirtualTime(moment(due)), by)
            if not self._settle() and self._next() == due:
                break
        now = self.writer.do(SetVirtualTime(target), by, idempotency)
        self._settle()
        return now

    def _settle(self) -> int:
        """Run rounds until nothing is due; how much was done."""
        total = 0
        while done := self.run_round():
            total += done
        return total

    def run_round(self) -> int:
        """Do what is due now, and wait for the calls and papers that it leads to; how much happened."""
        before = self._turns()
        done = self.run_due()
        for errands in self._errands.values():
            errands.settle()
        return done + self._turns() - before

    def _turns(self) -> int:
        return sum(errands.turns for errands in self._errands.values())

    def _next(self) -> str | None:
        with self.store.read() as queries:
            due = [queries.next_due(), *(errands.next_due(queries) for errands in self._errands.values())]
        return min((at for at in due if at is not None), default=None)
