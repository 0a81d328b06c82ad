"""What outside systems are sent of a dossier that is carried through a procedure: each is played, each packet kept byte for byte.

A step is done at its time, whichever diagram offers it: so two versions of a procedure can be compared by what left the house.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from api.cli.demo.scenario import Expected, Scenario, Step
from api.sandbox import NAMES
from engine.service.command import Sender
from engine.service.dossiers import OpenDossier
from engine.service.user_tasks import CompleteUserTask
from tests.bpmn.province import Province, sandbox


@dataclass(frozen=True)
class Done:
    """Something that somebody does at a moment: completes the task of an element, or has a system send a packet."""

    at: datetime
    what: str
    who: str
    values: dict[str, Any] = field(default_factory=dict)


def at(text: str) -> datetime:
    """A moment of Vietnam: ``2026-03-02 08:15``."""
    return datetime.fromisoformat(text + "+07:00").astimezone(UTC)


def sent(folder: Path, begins: datetime, opened: OpenDossier, steps: Sequence[Done]) -> Mapping[str, list[bytes]]:
    """The packets that went to each outside system, in their order, of a dossier that went through these steps.

    Logins and look-ups are none: whoever restarts makes others.
    """
    life = _Life(folder, begins, opened, steps)
    before = {system: len(place.arrived) for system, place in sandbox().played.items()}
    id = life.live()
    assert life.office.head(id).state == "completed", [task.element_id for task in life.office.tasks(id)]
    assert life.office.verify(id).identical
    assert life.incidents() == []
    life.office.close()
    arrived = {system: place.arrived[before[system] :] for system, place in sandbox().played.items()}
    return {NAMES[system]: list(_packets(request.body for request in arrived[system])) for system in arrived}


def _packets(bodies: Iterator[bytes]) -> Iterator[bytes]:
    yield from (body for body in bodies if b'"password"' not in body and b'"mahoso"' not in body)


class _Life(Province):
    """A dossier that goes by the clock, with the name of everybody who does something."""

    def __init__(self, folder: Path, begins: datetime, opened: OpenDossier, steps: Sequence[Done]) -> None:
        times = [begins, *(step.at for step in steps)]
        waits = [later - before for before, later in pairwise(times)]
        super().__init__(folder, _scenario(steps, waits))
        self._begins, self._opened = begins, opened
        self.office.clock.set(begins - timedelta(days=1))

    def _begun(self) -> str:
        office = self.office
        office.advance(seconds=(self._begins - office.clock.now()).total_seconds())
        id = str(office.do(self._opened, Sender("cong_tinh", "nguoi_nop")).dossier.id)
        self.code = self._opened.code or ""
        return id

    def _do(self, step: Step) -> None:
        if step.complete is None:
            super()._do(step)
        else:
            tasks = self._offered(step.complete)
            assert tasks, f"{step.complete}: {self.office.tasks(self.instance)} {self.incidents()}"
            task = tasks[0]
            self.office.do(CompleteUserTask(task_id=task.id, values=step.values), Sender("mot_cua", step.who))


def _scenario(steps: Sequence[Done], waits: Sequence[timedelta]) -> Scenario:
    made = tuple(
        Step(
            wait=wait,
            who=step.who,
            complete=None if "." in step.what else step.what,
            packet=step.what if "." in step.what else None,
            values=step.values,
        )
        for step, wait in zip(steps, waits, strict=True)
    )
    return Scenario("", "", "", time(0, 1), "", {}, Expected("completed", "", {}), made)
