"""What a dossier's clock says: how much is used, what does not count and why, and when it is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.domain.dossier import Dossier
from engine.domain.legal_clock import LegalClock, in_days
from engine.domain.timeliness import by_date, in_time
from engine.domain.values import moment
from engine.ports import Queries
from engine.service.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A clock at a moment. Days are working days of eight hours."""

    clock: LegalClock
    used_days: float
    paused_days: float
    running: bool
    timeliness: str
    in_time: bool


def reckon(queries: Queries, catalog: Catalog, dossier: Dossier, now: datetime) -> Reckoned | None:
    """The clock of a dossier as it stands; None before it was accepted, or without a limit."""
    clock = dossier.legal_clock
    if clock is None or dossier.calendar is None or dossier.due_at is None:
        return None
    calendar = catalog.calendar(queries, dossier.calendar)
    until = now if dossier.ended_at is None else moment(dossier.ended_at)
    end = min(until, moment(clock.stopped_at)) if clock.stopped_at else until
    due = moment(dossier.due_at)
    return Reckoned(
        clock,
        in_days(clock.used(calendar, until)),
        in_days(clock.waited(calendar, until)),
        running=dossier.ended_at is None and not clock.paused,
        timeliness=by_date(end, due, over=dossier.ended_at is not None),
        in_time=in_time(end, due),
    )
