"""The caller: makes the calls that were begun, a few at a time, so that a slow system holds up nobody else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Lock

import structlog

from engine.domain.call import Failed, Result
from engine.domain.errors import EngineError, InstanceSuspended, Overloaded, StoreFull, StoreUnavailable
from engine.domain.values import written
from engine.domain.waiting import CONNECTOR
from engine.ports import Clock, Http, Queries
from engine.runtime.connectors import Connectors
from engine.runtime.failure import StepFailed
from engine.service.calls import AnswerCall, BeginCall, Call
from engine.service.command import SERVICE
from engine.service.writer import Writer

AT_ONCE = 16
"""Calls that a process makes at once."""
OF_ONE = 4
"""Of these, to one connector: it may be slow, and the others are not to wait for it."""
_EVER = "9999"
"""Later than every time that is written."""

log = structlog.get_logger()


class Caller:
    """Finds jobs of connectors, makes their calls, hands their results to the writer.

    ``alone`` says that no other process could know a connector that this one does not.
    """

    def __init__(self, connectors: Connectors, http: Http, writer: Writer, clock: Clock, *, alone: bool = True) -> None:
        self.connectors, self._http, self._writer, self._clock = connectors, http, writer, clock
        self._alone = alone
        self.done: Callable[[], None] = _unheard
        """Called when a call has ended and there is room for another."""
        self._pool = ThreadPoolExecutor(AT_ONCE, "caller")
        self._lock = Lock()
        self._made: dict[Future[None], str] = {}
        """Calls under way, and which connector each is to."""
        self.turns = 0
        """How often a call was begun or ended: who looks twice sees by it whether anything happened in between."""
        self._kept: list[AnswerCall] = []
        """Results that could not be recorded yet."""

    def stop(self) -> None:
        """Wait for the calls that are under way; each ends within its own time."""
        self._pool.shutdown(wait=True)
        self.deliver()

    # finding
    def waiting(self, queries: Queries) -> Iterable[BeginCall]:
        """What can be begun now, as far as there is room."""
        now, room = written(self._clock.now()), self._room()
        free = AT_ONCE - sum(room.values())
        for job in queries.waiting_jobs(self._topics(queries, room), now, free) if free > 0 else ():
            operation = self.connectors.of(job)
            name = "" if operation is None else operation.connector.name
            if room[name] < OF_ONE:
                room[name] += 1
                yield BeginCall(job, operation)

    def next_due(self, queries: Queries) -> str | None:
        """When the next of what there is room for falls due."""
        room = self._room()
        if sum(room.values()) >= AT_ONCE:
            return None
        found = queries.waiting_jobs(self._topics(queries, room), _EVER, 1)
        return found[0].run_at if found else None

    def _topics(self, queries: Queries, room: Counter[str]) -> list[str]:
        known = self.connectors.operations.values()
        topics = [operation.topic for operation in known if room[operation.connector.name] < OF_ONE]
        if not self._alone:
            return topics
        return topics + sorted(set(queries.topics_asked(CONNECTOR)) - {operation.topic for operation in known})

    def _room(self) -> Counter[str]:
        with self._lock:
            return Counter(self._made.values())

    # making
    def make(self, call: Call) -> None:
        """Make a call that was begun, in a thread of its own."""
        with self._lock:
            future = self._pool.submit(self._make, call)
            self._made[future] = call.operation.connector.name
            self.turns += 1
        future.add_done_callback(self._ended)

    def _make(self, call: Call) -> None:
        try:
            self._record(AnswerCall(call, self._result(call)))
        except Exception:
            log.exception("call stumbled", job=call.job.id, operation=call.operation.full_name)

    def _result(self, call: Call) -> Result:
        operation = call.operation
        try:
            result = operation.call(call.job, self._http)
        except StepFailed as failed:
            why = failed.en if failed.expression is None else f"{failed.expression} ({failed.code})"
            return Failed(why, "callRefused")
        except Exception:
            log.exception("call not made", job=call.job.id, operation=operation.full_name)
            return Failed("requestRefused", "callRefused")
        log.info("called", job=call.job.id, operation=operation.full_name, result=type(result).__name__.lower(),
                 why=getattr(result, "message", None))  # fmt: skip
        return result

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

    def _record(self, command: AnswerCall) -> None:
        try:
            self._writer.do(command, SERVICE)
        except (InstanceSuspended, Overloaded, StoreUnavailable, StoreFull):
            with self._lock:
                self._kept.append(command)
        except EngineError as refused:
            log.warning("result not needed", job=command.call.job.id, code=refused.code)


def _unheard() -> None:
    pass
