"""The crowd: many dossiers under way at once, in virtual time; whoever is to act at one moment acts at the same time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from heapq import heapify, heappop, heappush
from typing import Any

from api.cli.client import Client
from api.cli.demo.cast import Cast
from api.cli.demo.day import Arrival, on_the_slot
from api.cli.demo.outcome import seen
from api.cli.demo.scenario import Step
from api.cli.demo.walk import advance, failed_at
from api.cli.failure import Failed

AT_ONCE = 8
"""People who act at the same moment."""


@dataclass(slots=True)
class Journey:
    """One dossier's way: who acts for it, what is left to do, what went wrong."""

    arrival: Arrival
    cast: Cast
    left: deque[Step] = field(init=False)
    fault: str | None = None
    verification: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.left = deque(self.arrival.scenario.steps)

    @property
    def held(self) -> bool:
        """Whether it ended as it should, with a history that verifies."""
        return self.fault is None and bool(self.verification.get("identical"))

    def go_on(self, now: datetime) -> datetime | None:
        """Do what is due; when the next is. None when nothing is left, or it cannot go on: then ``fault`` says why."""
        number, step = len(self.arrival.scenario.steps) - len(self.left) + 1, Step()
        try:
            if not self.cast.instance:
                self.cast.hand_in(now, self.arrival.unit)
            else:
                self.cast.act(step := self.left.popleft(), now)
        except Failed as failed:
            self.fault = " ".join(failed_at(number, step, failed).lines)
            return None
        return on_the_slot(now + self.left[0].wait) if self.left else None

    def look(self, client: Client) -> None:
        """See how it ended, and have its history executed again."""
        if not self.cast.instance:
            return
        try:
            found = seen(client, self.cast.instance, self.arrival.scenario.expected)
        except Failed as failed:
            self.fault = self.fault or " ".join(failed.lines)
        else:
            self.verification = found.verification
            self.fault = self.fault or "; ".join(found.differences) or None


def carry(client: Client, journeys: Sequence[Journey], done: Callable[[int], None]) -> datetime:
    """Carry all dossiers to their ends, moment by moment, and look at each; when the last of them was over.

    Whoever cannot go on stays behind, and holds up nobody.
    """
    agenda = [(on_the_slot(journey.arrival.at), number) for number, journey in enumerate(journeys)]
    heapify(agenda)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        now = advance(client, timedelta())
        while agenda:
            # What was begun at the moment before (papers, calls, packets) is done when time has come here.
            now = advance(client, max(agenda[0][0] - now, timedelta()))
            turn = list(_due(agenda, now))
            for number, due in zip(turn, pool.map(lambda n, at=now: journeys[n].go_on(at), turn), strict=True):
                if due is not None:
                    heappush(agenda, (due, number))
            done(len(journeys) - len(agenda))
        now = advance(client, timedelta())
        list(pool.map(partial(Journey.look, client=client), journeys))
    return now


def _due(agenda: list[tuple[datetime, int]], now: datetime) -> Iterator[int]:
    while agenda and agenda[0][0] <= now:
        yield heappop(agenda)[1]
