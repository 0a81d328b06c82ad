"""What outside systems are sent of a dossier that is carried through a procedure: each is played, each packet kept byte for byte.

A step is done at its time, whichever diagram offers it: so two versions of a procedure can be compared by what left the house.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from api.bootstrap import SYSTEMS
from api.sandbox import NAMES, Sandbox
from engine.service.command import Sender
from engine.service.connectors import registered
from engine.service.dossiers import OpenDossier
from engine.service.messages import CorrelateMessage
from engine.service.user_tasks import CompleteUserTask
from tests.bpmn.test_procedures import CALENDAR, ROOT, deployed, typesetter
from tests.engine.service.office import Office
from tests.signatures import signer


@dataclass(frozen=True)
class Step:
    """Something that somebody does at a moment: completes the task of an element, or sends what it waits for."""

    at: datetime
    element: str
    who: str
    values: Mapping[str, Any] = field(default_factory=dict)


def at(text: str) -> datetime:
    """A moment of Vietnam: ``2026-03-02 08:15``."""
    return datetime.fromisoformat(text + "+07:00").astimezone(UTC)


def sent(
    folder: Path, begins: datetime, opened: OpenDossier, steps: Sequence[Step], more: str = ""
) -> Mapping[str, list[bytes]]:
    """The bodies of all requests to each outside system, in their order, of a dossier that went through these steps.

    ``more`` is added to procedure.toml.
    """
    sandbox = Sandbox.open()
    known = registered(sandbox.connectors().encode(), lambda _: sandbox.secret, SYSTEMS)
    office = Office(calendar=CALENDAR, connectors=known, signer=signer(), typesetter=typesetter())
    try:
        _live(office, folder, begins, opened, steps, more)
        return {NAMES[system]: [request.body for request in place.arrived] for system, place in sandbox.played.items()}
    finally:
        office.close()
        sandbox.close()


def _live(
    office: Office, folder: Path, begins: datetime, opened: OpenDossier, steps: Sequence[Step], more: str
) -> None:
    for called in sorted(set(re.findall(r'calledElement="(\w+)"', (folder / "process.bpmn").read_text()))):
        office.deploy(*deployed(ROOT / "bpmn" / called))
    office.deploy(*_with(deployed(folder), more))
    _wait(office, begins)
    id = office.do(opened, Sender("cong_tinh", "nguoi_nop")).dossier.id
    office.settle()
    for step in steps:
        _wait(office, step.at)
        _do(office, id, step)
        office.settle()
    assert office.head(id).state == "completed", [task.element_id for task in office.tasks(id)]
    assert office.verify(id).identical


def _with(files: list[tuple[str, bytes]], more: str) -> list[tuple[str, bytes]]:
    return [(name, more.encode() + content if name == "procedure.toml" else content) for name, content in files]


def _wait(office: Office, moment: datetime) -> None:
    office.advance(seconds=(moment - office.clock.now()).total_seconds())


def _do(office: Office, id: str, step: Step) -> None:
    by = Sender("mot_cua", step.who)
    for task in office.tasks(id):
        if task.element_id == step.element:
            office.do(CompleteUserTask(task_id=task.id, values=dict(step.values)), by)
            return
    waits = [place for place in office.subscriptions(id) if place.element_id == step.element]
    assert waits, f"{step.element} is not waited for: {[task.element_id for task in office.tasks(id)]}"
    office.do(CorrelateMessage(waits[0].name, waits[0].key, dict(step.values)), by)
