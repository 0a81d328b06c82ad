"""The working calendar: reference data, immutable, found by the hash of its bytes."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from engine.service.command import Command, Sender
from engine.service.work import Work


@dataclass(frozen=True, slots=True)
class PublishCalendar(Command):
    """Bring a calendar into force for instances started from now on."""

    content: bytes = b""


def publish(work: Work, command: PublishCalendar, by: Sender) -> str:
    """Store a calendar; its hash. Running instances keep the one they began with."""
    hash = sha256(command.content).hexdigest()
    if work.unit.calendar_hash() == hash:
        return hash
    work.current.contents[hash] = command.content
    work.current.calendar = hash
    work.administer("CalendarPublished", {"calendar": hash}, work.cause(by))
    return hash
