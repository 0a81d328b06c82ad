"""The runner: what falls due by itself becomes commands. The database decides what is due; the runner only asks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from engine.domain.errors import EngineError, Overloaded, StoreFull, StoreUnavailable
from engine.domain.values import moment, written
from engine.domain.waiting import Job
from engine.ports import Clock, Queries, Store
from engine.service.batches import CompleteBatch, DoBatchItem
from engine.service.clock import SetVirtualTime
from engine.service.command import SERVICE, Command, Idempotency, Sender
from engine.service.messages import DeliverBuffered, DispatchMessage, ForgetExpired
from engine.service.process_instances import ContinueProcessInstance
from engine.service.signals import DispatchSignal
from engine.service.timers import FireStartTimer, FireTimer
from engine.service.writer import Writer

ROUND = 64
"""Due things taken up at once."""
AT_ONCE = 16
"""Instances of batches that have their turn in a round: the rest of it is for what people wait for."""
LONGEST_SLEEP = 1.0
"""Seconds; a safety net for wake-ups that another process could not give."""
SHORTEST_SLEEP = 0.005
LONGEST_REST = 64
"""Rounds that something rests which fails again and again."""
ANSWERS_KEPT = timedelta(days=7)
HOUSEKEEPING = timedelta(hours=1)

log = structlog.get_logger()

_JOBS: dict[str, Callable[[Job], Command]] = {
    "continue": lambda job: ContinueProcessInstance(job.instance_id, job),
    "message": DispatchMessage,
    "signal": DispatchSignal,
}


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


def _name(command: Command) -> str:
    """What a due thing is known by."""
    about = getattr(command, "timer", None) or getattr(command, "start", None) or getattr(command, "job", None)
    about = about or getattr(command, "message", None) or getattr(command, "item", None)
    return f"{type(command).__name__} {about.id if about else ''}"


class Runner:
    """Fires timers, runs jobs, delivers late messages, forgets what is over."""

    def __init__(self, store: Store, writer: Writer, clock: Clock) -> None:
        self.store, self.writer, self.clock = store, writer, clock
        self._woken, self._stopping, self._one_round = threading.Event(), threading.Event(), threading.Lock()
        self._thread: threading.Thread | None = None
        self._cleaned = ""
        self._resting: dict[str, _Rest] = {}
        """Due things that could not be done: tried again ever more seldom, so that they do not hold up the others."""
        self._troubled = False
        """Whether the last round met something that it could not do."""
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
        with self.store.read() as queries:
            due = queries.next_due()
        if due is None or self._troubled:
            return LONGEST_SLEEP
        return min(max((moment(due) - self.clock.now()).total_seconds(), SHORTEST_SLEEP), LONGEST_SLEEP)

    def run_due(self) -> int:
        """Do one round of what is due now; how much was done."""
        with self._one_round:
            self._troubled = False
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
            done = future.result() not in (False, 0)
        except (Overloaded, StoreUnavailable, StoreFull) as error:
            log.warning("due work waits for the store", command=type(command).__name__, error=str(error))
            self._troubled = True
            return False
        except Exception as error:  # noqa: BLE001 - whatever it is, the others must not wait for it
            self._rest(command, error)
            return False
        self._resting.pop(_name(command), None)
        return done

    def _rest(self, command: Command, error: Exception) -> None:
        rest = self._resting.setdefault(_name(command), _Rest())
        rest.again()
        self._troubled = True
        log.error("due work failed", work=_name(command), failures=rest.failures, error=type(error).__name__)

    def _due(self) -> list[Command]:
        now = written(self.clock.now())
        with self.store.read() as queries:
            commands = list(self._commands(queries, now))
        self._forget_what_is_gone(commands)
        return [command for command in commands if self._may_try(command)]

    def _forget_what_is_gone(self, due: Iterable[Command]) -> None:
        names = {_name(command) for command in due} if self._resting else set()
        self._resting = {name: rest for name, rest in self._resting.items() if name in names}

    def _may_try(self, command: Command) -> bool:
        rest = self._resting.get(_name(command))
        if rest is None or rest.is_over():
            return True
        self._troubled = True
        return False

    def _commands(self, queries: Queries, now: str) -> Iterable[Command]:
        most = ROUND + len(self._resting)
        yield from (FireTimer(timer) for timer in queries.due_timers(now, most))
        yield from (FireStartTimer(start) for start in queries.due_start_events(now, most))
        yield from (_JOBS[job.kind](job) for job in queries.due_jobs(now, most))
        yield from (DeliverBuffered(message) for message in queries.deliverable_messages(most))
        yield from self._of_batches(queries, AT_ONCE + len(self._resting))
        if now > self._cleaned:
            self._cleaned = written(self.clock.now() + HOUSEKEEPING)
            yield ForgetExpired(now, written(self.clock.now() - ANSWERS_KEPT))

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
        while done := self.run_due():
            total += done
        return total

    def _next(self) -> str | None:
        with self.store.read() as queries:
            return queries.next_due()
