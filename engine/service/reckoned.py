"""What a dossier's clock says: how much is used, what does not count and why, and when it is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.domain.calendar import LOCAL, Calendar, Limit
from engine.domain.dossier import Dossier
from engine.domain.legal_clock import LegalClock, in_days
from engine.domain.timeliness import LATE, in_time, rating
from engine.domain.values import moment
from engine.ports import Queries
from engine.service.catalog import Catalog

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A clock at a moment. Days are working days of eight hours."""

    clock: LegalClock
    limit: Limit
    used: float
    """In the unit of the limit."""
    used_days: float
    paused_days: float
    running: bool
    timeliness: str
    in_time: bool
    calendar: str
    provisional: bool
    """Whether it is due in a year of which nothing was decided."""


def reckon(queries: Queries, catalog: Catalog, dossier: Dossier, now: datetime) -> Reckoned | None:
    """The clock of a dossier as it stands; None before it was accepted, or without a limit."""
    clock = dossier.legal_clock
    if clock is None or dossier.calendar is None or dossier.due_at is None:
        return None
    calendar = catalog.calendar(queries, dossier.calendar)
    until = now if dossier.ended_at is None else moment(dossier.ended_at)
    end = min(until, moment(clock.stopped_at)) if clock.stopped_at else until
    due, limit = moment(dossier.due_at), Limit.read(clock.limit)
    late = clock.extended_late or dossier.is_broken_off
    return Reckoned(
        clock,
        limit,
        _used(clock, limit, calendar, until),
        in_days(clock.used(calendar, until)),
        in_days(clock.waited(calendar, until)),
        running=dossier.ended_at is None and not clock.paused,
        timeliness=LATE if late else rating(calendar)(end, due, over=dossier.ended_at is not None),
        in_time=in_time(end, due) and not late,
        calendar=dossier.calendar,
        provisional=due.astimezone(LOCAL).year in calendar.provisional,
    )


def _used(clock: LegalClock, limit: Limit, calendar: Calendar, until: datetime) -> float:
    if limit.unit == "working-hour":
        return round(clock.used(calendar, until) / HOUR, 1)
    if limit.unit in ("calendar-day", "calendar-hour"):
        return clock.elapsed(until, days=limit.unit == "calendar-day")
    return in_days(clock.used(calendar, until))
