"""Errands: what is begun in one commit, done in a thread outside of any, and answered in another commit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Lock
from typing import Any, Protocol

import structlog

from engine.domain.errors import EngineError, InstanceSuspended, Overloaded, StoreFull, StoreUnavailable
from engine.ports import Queries
from engine.service.command import SERVICE, Command
from engine.service.writer import Writer

log = structlog.get_logger()


class Errand(Protocol):
    """Something to do; ``id`` names it, ``place`` is where it is done, which is not to be asked too much at once."""

    @property
    def id(self) -> str: ...
    @property
    def place(self) -> str: ...


class Errands:
    """Does errands in threads, and hands what came of them to the writer."""

    def __init__(self, writer: Writer, at_once: int, name: str) -> None:
        self._writer = writer
        self.done: Callable[[], None] = _unheard
        """Called when an errand has ended and there is room for another."""
        self._pool = ThreadPoolExecutor(at_once, name)
        self._lock = Lock()
        self._made: dict[Future[None], str] = {}
        """Errands under way, and where each is done."""
        self.turns = 0
        """How often one was begun or ended: who looks twice sees by it whether anything happened in between."""
        self._kept: list[Command] = []
        """Answers that could not be recorded yet."""

    def stop(self) -> None:
        """Wait for what is under way; each ends within its own time."""
        self._pool.shutdown(wait=True)
        self.deliver()

    # finding
    def waiting(self, queries: Queries, resting: Collection[str]) -> Iterable[Command]:
        """Commands that begin what can be begun now, as far as there is room; ``resting`` could not be begun lately."""
        raise NotImplementedError

    def next_due(self, queries: Queries) -> str | None:
        """When the next of what there is room for falls due."""
        raise NotImplementedError

    def room(self) -> Counter[str]:
        """How much is under way at each place."""
        with self._lock:
            return Counter(self._made.values())

    # doing
    def answer(self, errand: Any) -> Command:
        """Do it, outside of any commit; the command that records what came of it."""
        raise NotImplementedError

    def make(self, errand: Errand) -> None:
        """Do an errand that was begun, in a thread of its own."""
        with self._lock:
            future = self._pool.submit(self._make, errand)
            self._made[future] = errand.place
            self.turns += 1
        future.add_done_callback(self._ended)

    def _make(self, errand: Errand) -> None:
        try:
            self._record(self.answer(errand))
        except Exception:
            log.exception("errand stumbled", errand=errand.id, place=errand.place)

    def _ended(self, future: Future[None]) -> None:
        with self._lock:
            self._made.pop(future, None)
            self.turns += 1
        self.done()

    def settle(self) -> None:
        """Wait until what is under way has ended, and is counted."""
        while under_way := self._under_way():
            wait(under_way)

    def _under_way(self) -> list[Future[None]]:
        with self._lock:
            return list(self._made)

    # recording
    def deliver(self) -> None:
        """Hand in again what could not be recorded: the instance was suspended, or the store was away."""
        with self._lock:
            kept, self._kept = self._kept, []
        for command in kept:
            self._record(command)

    def _record(self, command: Command) -> None:
        try:
            self._writer.do(command, SERVICE)
        except (InstanceSuspended, Overloaded, StoreUnavailable, StoreFull):
            with self._lock:
                self._kept.append(command)
        except EngineError as refused:
            self.refused(command, refused)

    def refused(self, command: Command, refusal: EngineError) -> None:
        """The answer is of no use any more."""
        log.warning("result not needed", job=[*command.job_ids], code=refusal.code)


def _unheard() -> None:
    pass
