"""The caller: makes the calls that were begun, a few at a time, so that a slow system holds up nobody else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

import structlog

from engine.domain.call import Failed, Result
from engine.domain.values import written
from engine.domain.waiting import CONNECTOR
from engine.ports import Clock, Http, Queries
from engine.runtime.connectors import Connectors
from engine.runtime.failure import StepFailed
from engine.service.calls import AnswerCall, BeginCall, Call
from engine.service.errands import Errands
from engine.service.writer import Writer

AT_ONCE = 16
"""Calls that a process makes at once."""
OF_ONE = 4
"""Of these, to one connector: it may be slow, and the others are not to wait for it."""
_EVER = "9999"
"""Later than every time that is written."""

log = structlog.get_logger()


class Caller(Errands):
    """Finds jobs of connectors, makes their calls, hands their results to the writer.

    ``alone`` says that no other process could know a connector that this one does not.
    """

    def __init__(self, connectors: Connectors, http: Http, writer: Writer, clock: Clock, *, alone: bool = True) -> None:
        super().__init__(writer, AT_ONCE, "caller")
        self.connectors, self._http, self._clock = connectors, http, clock
        self._alone = alone

    # finding
    def waiting(self, queries: Queries, resting: Collection[str]) -> Iterable[BeginCall]:
        """What can be begun now, as far as there is room."""
        now, room = written(self._clock.now()), self.room()
        free = AT_ONCE - sum(room.values())
        for job in queries.waiting_jobs(self._topics(queries, room), now, free) if free > 0 else ():
            operation = self.connectors.of(job)
            name = "" if operation is None else operation.connector.name
            if room[name] < OF_ONE:
                room[name] += 1
                yield BeginCall(job, operation)

    def next_due(self, queries: Queries) -> str | None:
        """When the next of what there is room for falls due."""
        room = self.room()
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

    # making
    def answer(self, errand: Call) -> AnswerCall:
        """Make a call that was begun."""
        return AnswerCall(errand, self._result(errand))

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
