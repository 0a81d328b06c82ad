"""Reads of personal data: who looked, at what, what for."""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain.record import ACCESS
from engine.service.command import Command, Sender
from engine.service.work import Work


@dataclass(frozen=True, slots=True)
class RecordRead(Command):
    """Somebody is about to be shown personal data: under which route, of what, for which purpose if he said."""

    route: str
    what: str | None = None
    purpose: str | None = None


def record_read(work: Work, command: RecordRead, by: Sender) -> None:
    """Write it down, before anything is shown."""
    said = {"route": command.route, "id": command.what, "purpose": command.purpose}
    work.append(ACCESS, "PersonalDataRead", said, work.cause(by))
