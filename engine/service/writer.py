"""The one writer of a process: takes what is queued, decides in the order of arrival, commits once."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import structlog

from engine.domain.access import Answer
from engine.domain.errors import EngineError, KeyReused, Overloaded, StoreUnavailable
from engine.domain.values import written
from engine.ports import Clock, Ids, Store, WriteConflict
from engine.service.catalog import Catalog
from engine.service.command import Command, Idempotency, Rendered, Sender
from engine.service.handlers import HANDLERS, settled
from engine.service.live import Hot
from engine.service.messages import DeliverBuffered, deliver_buffered
from engine.service.work import Work

BATCH = 64
QUEUE = 1_000
ATTEMPTS = 5
"""How often a command is decided again when another process was faster."""

log = structlog.get_logger()

DONE, REPEATED, FAILED = "done", "repeated", "failed"
"""Outcomes of a command; a refusal's outcome is its code."""


@dataclass(frozen=True, slots=True)
class Round:
    """What the writer did with one batch: each command's outcome, and how long it took in seconds."""

    commands: Sequence[tuple[Command, str]]
    seconds: float


Failpoint = Callable[[str, Sequence[Command]], None]
"""Called at beforeCommit, afterCommit and beforeAnswer, so that tests can end the process there."""


@dataclass(slots=True)
class Envelope:
    """A command on its way: the future gets its result, or its answer when it carried an Idempotency-Key."""

    command: Command
    by: Sender
    idempotency: Idempotency | None = None
    future: Future[Any] = field(default_factory=Future)


@dataclass(slots=True)
class _Outcome:
    """What became of one command: a result or a refusal, and the answer that was kept or found."""

    result: Any = None
    error: BaseException | None = None
    answer: Rendered | None = None

    @property
    def name(self) -> str:
        if self.error is not None:
            return self.error.code if isinstance(self.error, EngineError) else FAILED
        return REPEATED if self.result is None and self.answer is not None else DONE


class Writer:
    """Serialises commands. Use cases never commit; transactions begin and end here."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ids: Ids,
        catalog: Catalog,
        failpoint: Failpoint | None = None,
    ) -> None:
        self.store, self.clock, self.ids, self.catalog = store, clock, ids, catalog
        self.failpoint = failpoint or _pass
        self.wakes: list[Callable[[], None]] = []
        """Called after a commit that set something to fall due, for whoever waits for that."""
        self.grown: list[Callable[[], None]] = []
        """Called after a commit that added records, for whoever follows them."""
        self.watch: Callable[[Round], None] = _unseen
        """Called after each batch, for whoever counts."""
        self._hot = Hot()
        self._queue: queue.Queue[Envelope | None] = queue.Queue(QUEUE)
        self._thread: threading.Thread | None = None

    # the callers' side
    def submit(self, command: Command, by: Sender, idempotency: Idempotency | None = None) -> Future[Any]:
        """Queue a command.

        Raises:
            Overloaded: the queue is full.
        """
        envelope = Envelope(command, by, idempotency)
        try:
            self._queue.put_nowait(envelope)
        except queue.Full:
            raise Overloaded from None
        return envelope.future

    def do(self, command: Command, by: Sender, idempotency: Idempotency | None = None) -> Any:
        """Queue a command and wait for it.

        Raises:
            EngineError: what the use case refuses; Overloaded; StoreUnavailable; StoreFull.
        """
        return self.submit(command, by, idempotency).result()

    def start(self) -> None:
        """Begin to take commands."""
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish what is queued, then end."""
        self._queue.put(None)
        if self._thread is not None:
            self._thread.join()

    @property
    def alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    @property
    def waiting(self) -> int:
        """Commands in the queue."""
        return self._queue.qsize()

    # the thread's side
    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            batch, last = [first], False
            while len(batch) < BATCH:
                try:
                    envelope = self._queue.get_nowait()
                except queue.Empty:
                    break
                if envelope is None:
                    last = True
                    break
                batch.append(envelope)
            self._serve_all(batch)
            if last:
                return

    def _serve_all(self, batch: list[Envelope]) -> None:
        """Whatever goes wrong, nobody waits for ever and the next batch is taken."""
        try:
            self._serve(batch)
        except Exception:
            log.exception("writer stumbled")
            for envelope in batch:
                if not envelope.future.done():
                    envelope.future.set_exception(StoreUnavailable())

    def _serve(self, batch: list[Envelope]) -> None:
        """Decide and commit together; where that fails, one by one, so that each stands for itself."""
        began = time.perf_counter()
        try:
            outcomes = self._commit(batch)
        except StoreUnavailable as error:
            # Nobody knows whether it was committed; each would wait as long again, and those behind it for all of them.
            outcomes = [_Outcome(error=error) for _ in batch]
        except Exception as error:  # noqa: BLE001 - whatever it is, each command gets its own answer
            outcomes = [_Outcome(error=error)] if _final(error) and len(batch) == 1 else [self._alone(e) for e in batch]
        seconds = time.perf_counter() - began
        self.failpoint("beforeAnswer", [envelope.command for envelope in batch])
        for envelope, outcome in zip(batch, outcomes, strict=True):
            _answer(envelope, outcome)
        self.watch(Round([(e.command, o.name) for e, o in zip(batch, outcomes, strict=True)], seconds))

    def _alone(self, envelope: Envelope) -> _Outcome:
        for _ in range(ATTEMPTS):
            try:
                return self._commit([envelope])[0]
            except WriteConflict:
                continue
            except Exception as error:
                if not isinstance(error, EngineError):
                    log.exception("command failed", command=type(envelope.command).__name__)
                return _Outcome(error=error)
        return _Outcome(error=StoreUnavailable())

    def _commit(self, batch: list[Envelope]) -> list[_Outcome]:
        commands = [envelope.command for envelope in batch]
        with self.store.begin() as unit:
            work = Work(unit, self.clock, self.ids, self.catalog, self._hot)
            work.preload(commands)
            kept = dict(unit.answers(keys)) if (keys := {k for e in batch if (k := _key(e))}) else {}
            outcomes = [self._decide(work, envelope, kept) for envelope in batch]
            work.flush()
            self.failpoint("beforeCommit", commands)
            unit.commit()
        self.failpoint("afterCommit", commands)
        work.keep()
        if work.wakes:
            for wake in self.wakes:
                wake()
        if work.grew:
            for tell in self.grown:
                tell()
        return outcomes

    def _decide(self, work: Work, envelope: Envelope, kept: dict[tuple[str, str], Answer]) -> _Outcome:
        if (key := _key(envelope)) is not None and key in kept:
            return _repeated(envelope, kept[key])
        outcome = _Outcome()
        try:
            outcome.result = settled(work, _done(work, envelope))
        except EngineError as error:
            work.reject()
            outcome.error = error
        if key is not None:
            outcome.answer = self._keep_answer(work, envelope, outcome, kept)
        work.accept()
        return outcome

    def _keep_answer(
        self, work: Work, envelope: Envelope, outcome: _Outcome, kept: dict[tuple[str, str], Answer]
    ) -> Rendered:
        idempotency = envelope.idempotency
        assert idempotency is not None
        rendered = idempotency.render(outcome.error or outcome.result)
        if rendered.status < 500:
            answer = Answer(
                idempotency.principal, idempotency.key, idempotency.fingerprint, rendered.status, rendered.headers,
                rendered.body, written(self.clock.now()),
            )  # fmt: skip
            work.current.answers.append(answer)
            kept[idempotency.place] = answer
        return rendered


def _done(work: Work, envelope: Envelope) -> Any:
    """Decide a command, and what has been waiting for what it does.

    A message that cannot be taken undoes no command that only came to wait for it: it goes on waiting, and is tried again
    by itself until its time is over.
    """
    command = envelope.command
    result = HANDLERS[type(command)](work, command, envelope.by)
    try:
        deliver_buffered(work)
    except EngineError as refused:
        if isinstance(command, DeliverBuffered):
            raise
        log.warning("buffered message not taken", command=type(command).__name__, error=refused.code)
        work.reject()
        result = HANDLERS[type(command)](work, command, envelope.by)
    return result


def _key(envelope: Envelope) -> tuple[str, str] | None:
    return None if envelope.idempotency is None else envelope.idempotency.place


def _repeated(envelope: Envelope, answer: Answer) -> _Outcome:
    assert envelope.idempotency is not None
    try:
        return _Outcome(answer=envelope.idempotency.repeated(answer))
    except KeyReused as refused:
        return _Outcome(error=refused)


def _answer(envelope: Envelope, outcome: _Outcome) -> None:
    if outcome.answer is not None:
        envelope.future.set_result(outcome.answer)
    elif outcome.error is not None:
        envelope.future.set_exception(outcome.error)
    else:
        envelope.future.set_result(outcome.result)


def _final(error: Exception) -> bool:
    """A full store refuses the same again at once; conflicts and bugs are worth a try alone."""
    return isinstance(error, EngineError)


def _unseen(round: Round) -> None:
    pass


def _pass(name: str, commands: Sequence[Command]) -> None:
    pass
