"""The teller: tells outside systems of dossiers, one thing after the other for each dossier, outside of every commit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from itertools import islice

import structlog

from engine.domain.call import Done, Failed, Result
from engine.domain.errors import EngineError
from engine.domain.packet import PacketRefused
from engine.domain.values import written
from engine.ports import Clock, Http, Queries
from engine.runtime.connectors import Connectors
from engine.service.command import Command, known_as
from engine.service.errands import Errands
from engine.service.outbox import BeginTelling, NoteTelling, Telling
from engine.service.writer import Writer

OF_ONE = 4
"""Dossiers of which one system is told at the same time."""
_EVER = "9999"
"""Later than every time that is written."""

log = structlog.get_logger()


class Teller(Errands):
    """Finds rows of the outbox that are due, says what is to be said, hands in what came of it."""

    def __init__(self, connectors: Connectors, http: Http, writer: Writer, clock: Clock) -> None:
        super().__init__(writer, OF_ONE * max(len(connectors.followers), 1), "teller")
        self._followers, self._http, self._clock = connectors.followers, http, clock

    # finding
    def waiting(self, queries: Queries, resting: Collection[str]) -> Iterable[BeginTelling]:
        """What can be told now, as far as there is room; what rests takes none."""
        now, room = written(self._clock.now()), self.room()
        for name, follower in self._followers.items():
            free = max(OF_ONE - room[name], 0)
            due = queries.untold(name, now, free + len(resting)) if free or resting else ()
            found = [BeginTelling(entry, follower) for entry in due]
            yield from (command for command in found if known_as(command) in resting)
            yield from islice((command for command in found if known_as(command) not in resting), free)

    def next_due(self, queries: Queries) -> str | None:
        """When the next of what there is room for falls due."""
        room: Counter[str] = self.room()
        names = [name for name in self._followers if room[name] < OF_ONE]
        found = [entry.due_at for name in names for entry in queries.untold(name, _EVER, 1)]
        return min((at for at in found if at is not None), default=None)

    # telling
    def answer(self, errand: Telling) -> NoteTelling:
        """Tell of one dossier; what the system has already is not said again."""
        follower = errand.follower
        try:
            said = follower.system.written(follower.site, errand.news)
            if said.print == errand.entry.print and not said.progress:
                return NoteTelling(errand, Done({}), said.print)
            result: Result = follower.system.say(follower.site, said, self._http)
        except PacketRefused as refused:
            return self._came_of(errand, Failed(str(refused)), None)
        except Exception:
            log.exception("dossier not told", entry=errand.id)
            return self._came_of(errand, Failed("requestRefused"), None)
        return self._came_of(errand, result, said.print)

    def _came_of(self, errand: Telling, result: Result, print: str | None) -> NoteTelling:
        log.info("dossier told", entry=errand.id, record=errand.seq, result=type(result).__name__.lower(),
                 why=getattr(result, "message", None))  # fmt: skip
        return NoteTelling(errand, result, print)

    def refused(self, command: Command, refusal: EngineError) -> None:
        """The dossier is not here any more."""
        log.warning("telling not noted", code=refusal.code)
