"""Virtual time: it stands still until somebody moves it, and where it stands is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.domain.values import written
from engine.service.command import Command, Sender
from engine.service.work import Work


@dataclass(frozen=True, slots=True)
class SetVirtualTime(Command):
    """Move the virtual clock forward."""

    to: datetime


def set_time(work: Work, command: SetVirtualTime, by: Sender) -> datetime:
    """Set the clock, never back."""
    clock: Any = work.clock
    now: datetime = max(command.to, clock.now())
    clock.set(now)
    work.current.virtual_time = written(now)
    return now


__all__ = ["SetVirtualTime", "set_time"]
