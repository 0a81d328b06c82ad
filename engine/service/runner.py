"""The runner: what falls due by itself becomes commands. The database decides what is due; the runner only asks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from datetime import timedelta
from typing import Any

import structlog

from engine.domain.errors import EngineError, Overloaded
from engine.domain.values import moment, written
from engine.domain.waiting import Job
from engine.ports import Clock, Queries, Store
from engine.service.clock import SetVirtualTime
from engine.service.command import SERVICE, Command, Idempotency, Sender
from engine.service.messages import DeliverBuffered, DispatchMessage, ForgetExpired
from engine.service.process_instances import ContinueProcessInstance
from engine.service.signals import DispatchSignal
from engine.service.timers import FireStartTimer, FireTimer
from engine.service.writer import Writer

ROUND = 64
"""Due things taken up at once."""
LONGEST_SLEEP = 1.0
"""Seconds; a safety net for wake-ups that another process could not give."""
ANSWERS_KEPT = timedelta(days=7)
HOUSEKEEPING = timedelta(hours=1)

log = structlog.get_logger()

_JOBS: dict[str, Callable[[Job], Command]] = {
    "continue": lambda job: ContinueProcessInstance(job.instance_id, job),
    "message": DispatchMessage,
    "signal": DispatchSignal,
}


class Runner:
    """Fires timers, runs jobs, delivers late messages, forgets what is over."""

    def __init__(self, store: Store, writer: Writer, clock: Clock) -> None:
        self.store, self.writer, self.clock = store, writer, clock
        self._woken, self._stopping, self._one_round = threading.Event(), threading.Event(), threading.Lock()
        self._thread: threading.Thread | None = None
        self._cleaned = ""
        self._failed: dict[str, int] = {}
        """Due things that could not be done, and how often: they must not hold up the others."""
        writer.wake = self._woken.set

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
        if due is None:
            return LONGEST_SLEEP
        return min(max((moment(due) - self.clock.now()).total_seconds(), 0.005), LONGEST_SLEEP)

    def run_due(self) -> int:
        """Do one round of what is due now; how much was done."""
        with self._one_round:
            commands = list(self._due())
            return sum(self._finished(future, command) for command, future in [(c, self._submit(c)) for c in commands])

    def _submit(self, command: Command) -> Future[Any] | None:
        try:
            return self.writer.submit(command, SERVICE)
        except Overloaded:
            return None

    def _finished(self, future: Future[Any] | None, command: Command) -> bool:
        if future is None:
            return False
        try:
            return future.result() not in (False, 0)
        except EngineError as error:
            log.warning("due work refused", command=type(command).__name__, error=str(error))
        except Exception:  # noqa: BLE001 - the writer has logged it; the next round tries again
            log.warning("due work failed", command=type(command).__name__)
        self._failed[repr(command)] = self._failed.get(repr(command), 0) + 1
        return False

    def _due(self) -> Iterable[Command]:
        now = written(self.clock.now())
        with self.store.read() as queries:
            commands = list(self._commands(queries, now))
        return [command for command in commands if self._failed.get(repr(command), 0) < 3]

    def _commands(self, queries: Queries, now: str) -> Iterable[Command]:
        yield from (FireTimer(timer) for timer in queries.due_timers(now, ROUND))
        yield from (FireStartTimer(start) for start in queries.due_start_events(now, ROUND))
        yield from (_JOBS[job.kind](job) for job in queries.due_jobs(now, ROUND))
        yield from (DeliverBuffered(message) for message in queries.deliverable_messages(ROUND))
        if now > self._cleaned:
            self._cleaned = written(self.clock.now() + HOUSEKEEPING)
            yield ForgetExpired(now, written(self.clock.now() - ANSWERS_KEPT))

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
