"""A dossier carried through its procedure, step by step, as a portal and its officers would."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import TypeAlias

from api.cli.client import Client
from api.cli.demo.cast import Cast
from api.cli.demo.scenario import Scenario, Step
from api.cli.failure import Failed
from api.cli.language import say
from api.cli.moments import at
from api.cli.story import Deed, Story
from engine.domain.values import written

ADVANCING = 600.0
"""Seconds to wait for months of virtual time."""

Listener: TypeAlias = Callable[[Deed, str | None], None]
"""Hears every deed, with the note of the step that it belongs to."""


def advance(client: Client, length: timedelta) -> datetime:
    """Move a service's virtual time, by whole seconds.

    Raises:
        Refused: it runs on real time.
    """
    body = {"seconds": ceil(length.total_seconds())}
    return at(client.post("/v1/clock/advance", body, timeout=ADVANCING)["now"])


def failed_at(number: int, step: Step, failed: Failed) -> Failed:
    """Which step could not be done, and why."""
    place = f"{number} ({step.complete or step.message or step.packet or step.paid or step.rated or '–'})"
    return Failed(say(f"Bước {place} không làm được.", f"Step {place} failed."), *failed.lines)


@dataclass(slots=True)
class Walk:
    """One scenario under way on a service with a virtual clock."""

    client: Client
    scenario: Scenario
    process: str
    """Key of the process definition."""
    listener: Listener
    story: Story = field(default_factory=Story)
    business_key: str = ""
    began: str = ""
    deeds: list[Deed] = field(default_factory=list)
    cast: Cast = field(init=False)

    def __post_init__(self) -> None:
        self.cast = Cast(self.client, self.scenario, self.process)

    @property
    def instance(self) -> str:
        return self.cast.instance

    def go(self) -> None:
        """From the first day to the last step.

        Raises:
            Failed: a step cannot be done as it is written; the message names it.
        """
        self._start()
        for number, step in enumerate(self.scenario.steps, 1):
            try:
                self._step(step)
            except Failed as failed:
                raise failed_at(number, step, failed) from failed

    def _start(self) -> None:
        now = self._advance(timedelta())
        day = self.scenario.begin_after(now)
        now = self._advance(day - now)
        self.business_key = self.cast.code = self._free_key(day)
        self.cast.hand_in(now)
        self._listen(None)
        self.began = self.deeds[0].at

    def _free_key(self, day: datetime) -> str:
        """The first code of that day that nobody has: dossiers of earlier demonstrations keep theirs."""
        for number in range(1, 10_000):
            key = self.scenario.key(day, number)
            if not self.client.get("/v1/process-instances", businessKey=key, limit=1)["items"]:
                return key
        raise Failed(say("Hết số hồ sơ của ngày này.", "No dossier number of that day is left."))

    def _step(self, step: Step) -> None:
        now = self._advance(step.wait)
        if step.wait:
            happened = self._listen(None if step.acts else step.note)
            if not (happened or step.acts):
                self.listener(Deed(written(now), None, "Waited", say("thời gian trôi qua", "time passes")), step.note)
        if step.acts:
            self.cast.act(step, now)
            self._listen(step.note)

    def _advance(self, length: timedelta) -> datetime:
        """Let time pass; what time it is then."""
        return advance(self.client, length)

    def _listen(self, note: str | None) -> int:
        """Hear what happened since, papers and calls included; how many deeds. The note goes with the last, the step's own."""
        self._advance(timedelta())
        path = f"/v1/process-instances/{self.instance}/history"
        deeds = [d for d in self.story.deeds(self.client.items(path, after=self.story.told or None)) if not d.technical]
        for deed in deeds:
            self.listener(deed, note if deed is deeds[-1] else None)
        self.deeds += deeds
        return len(deeds)
