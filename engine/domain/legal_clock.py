"""The legal clock of a dossier: how long the law gives, what does not count, and when it is due.

It is a list of facts; the due time is reckoned from them, by whatever calendar is in force. Waits carry
``motcua:clock``: ``pause`` (the due time moves by the working time waited), ``restart`` (the whole limit begins anew
when the wait is over), ``stop-late`` (from then on nothing makes the dossier late). Nghị định 61/2018/NĐ-CP, Điều 19.
``submit`` is of waits before acceptance: the dossier counts as handed in when the wait is over (a fee paid in advance).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from engine.domain.calendar import DAY, LOCAL, Calendar, Limit
from engine.domain.values import moment

PAUSE, RESTART, STOP_LATE, RUN, SUBMIT = "pause", "restart", "stop-late", "run", "submit"
MODES = frozenset({PAUSE, RESTART, STOP_LATE, RUN, SUBMIT})


@dataclass(frozen=True, slots=True)
class Pause:
    """A wait that does not count: which, why, from when to when."""

    activity: str
    element: str
    name: str | None
    begin: str
    end: str | None = None


@dataclass(frozen=True, slots=True)
class LegalClock:
    """The facts of a dossier's clock. Times are UTC, as the log writes them."""

    limit: str
    started_at: str
    pauses: tuple[Pause, ...] = ()
    restarted_at: str | None = None
    stopped_at: str | None = None
    """Since when nothing makes it late."""
    extended_at: str | None = None
    extended_to: str | None = None
    extended_late: bool = False
    """Whether the new date was given only after it was due: what was late stays late, until the whole limit begins anew."""

    @property
    def paused(self) -> bool:
        """Whether it stands still."""
        return any(pause.end is None for pause in self.pauses)

    @property
    def begins(self) -> str:
        """From when the limit is counted."""
        return self.restarted_at or self.started_at

    def entered(self, mode: str, activity: str, element: str, name: str | None, at: str) -> LegalClock:
        """A wait began."""
        if mode == STOP_LATE:
            return replace(self, stopped_at=self.stopped_at or at)
        return replace(self, pauses=(*self.pauses, Pause(activity, element, name, at)))

    def left(self, mode: str, activity: str, at: str) -> LegalClock:
        """A wait is over."""
        open_ = [pause for pause in self.pauses if pause.activity == activity and pause.end is None]
        if not open_:
            return self
        pauses = tuple(replace(pause, end=at) if pause in open_ else pause for pause in self.pauses)
        waited = replace(self, pauses=pauses)
        return waited if mode != RESTART else replace(waited, restarted_at=at, extended_late=False)

    def settled(self, at: str) -> LegalClock:
        """Nothing is waited for any more."""
        return replace(self, pauses=tuple(replace(pause, end=pause.end or at) for pause in self.pauses))

    def extended(self, to: str, at: str, *, late: bool = False) -> LegalClock:
        """Somebody gave it a new date."""
        return replace(self, extended_at=at, extended_to=to, extended_late=late)

    def due(self, calendar: Calendar) -> datetime:
        """When it is due, as far as is known: a wait that goes on has not moved it yet.

        A new date that was given before the limit began anew is a date of the limit before.

        Raises:
            NotInCalendar: it runs into a year that the calendar does not cover.
        """
        limit = Limit.read(self.limit)
        if self.extended_to is not None and self.extended_at is not None and self.extended_at >= self.begins:
            begin, due = moment(self.extended_at), moment(self.extended_to).astimezone(LOCAL)
        else:
            begin, due = moment(self.begins), calendar.due(moment(self.begins), limit)
        for waited_from, waited_to in self._waits(begin):
            if waited_from < due:
                due = _moved(calendar, due, limit, waited_from, waited_to)
        return due

    def reached(self, calendar: Calendar, percent: int) -> datetime:
        """When so much of the time that it has is used, as far as is known; never before it is, while it runs."""
        begin, due = moment(self.begins), self.due(calendar)
        total = self.used(calendar, due)
        if percent >= 100 or total <= timedelta():
            return due
        at = calendar.after(begin, total * percent / 100)
        for waited_from, waited_to in self._waits(begin):
            if waited_from < at:
                at = _later(calendar, at, waited_from, waited_to)
        return min(at, due)

    def used(self, calendar: Calendar, until: datetime) -> timedelta:
        """Working time that counts, up to then."""
        begin = moment(self.begins)
        waits = merged((max(from_, begin), min(to, until)) for from_, to in self._waits(begin, until))
        return calendar.worked(begin, until) - sum((calendar.worked(*wait) for wait in waits), timedelta())

    def elapsed(self, until: datetime, *, days: bool) -> float:
        """Days, or hours, that count up to then, worked or not."""
        begin = moment(self.begins)
        waits = merged((from_, min(to, until)) for from_, to in self._waits(begin, until))
        if days:
            return float(_days_between(begin, until) - sum(_days_between(*wait) for wait in waits))
        return round((until - begin - sum((to - from_ for from_, to in waits), timedelta())) / timedelta(hours=1), 1)

    def waited(self, calendar: Calendar, until: datetime) -> timedelta:
        """Working time that does not count, up to then, over everything that was waited for."""
        begin = moment(self.started_at)
        return sum((calendar.worked(*wait) for wait in merged(self._waits(begin, until))), timedelta())

    def _waits(self, begin: datetime, until: datetime | None = None) -> list[tuple[datetime, datetime]]:
        """Waits after ``begin`` that are over, or all of them up to ``until``, without what overlaps."""
        ends = [(pause, pause.end) for pause in self.pauses]
        known = [
            (moment(pause.begin), until if end is None else moment(end))
            for pause, end in ends
            if end is not None or until is not None
        ]
        return merged((max(from_, begin), to) for from_, to in known if to is not None and to > begin)


def merged(waits: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Times without what overlaps: two waits at once are waited only once."""
    found: list[tuple[datetime, datetime]] = []
    for begin, end in sorted(wait for wait in waits if wait[0] < wait[1]):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found


def _moved(calendar: Calendar, due: datetime, limit: Limit, begin: datetime, end: datetime) -> datetime:
    if limit.unit in ("working-day", "working-hour"):
        return _later(calendar, due, begin, end)
    if limit.unit == "calendar-hour":
        return due + (end - begin)
    days = _days_between(begin, end)
    return calendar.due(due, Limit(days, "calendar-day")) if days else due


def _later(calendar: Calendar, at: datetime, begin: datetime, end: datetime) -> datetime:
    """A moment, moved by what was worked from one time to another; the end of a day stays the end of that day."""
    waited = calendar.worked(begin, end)
    return calendar.after(at, waited) if waited else at


def _days_between(begin: datetime, end: datetime) -> int:
    return (end.astimezone(LOCAL).date() - begin.astimezone(LOCAL).date()).days


def in_days(working: timedelta) -> float:
    """Working time as working days of eight hours, to one digit."""
    return round(working / DAY, 1)


def said(clock: LegalClock) -> dict[str, Any]:
    """A clock as JSON."""
    return {
        "limit": clock.limit,
        "startedAt": clock.started_at,
        "pauses": [[pause.activity, pause.element, pause.name, pause.begin, pause.end] for pause in clock.pauses],
        "restartedAt": clock.restarted_at,
        "stoppedAt": clock.stopped_at,
        "extendedAt": clock.extended_at,
        "extendedTo": clock.extended_to,
        **({"extendedLate": True} if clock.extended_late else {}),
    }


def read(content: dict[str, Any]) -> LegalClock:
    """The clock that :func:`said` was told of."""
    return LegalClock(
        content["limit"], content["startedAt"], tuple(Pause(*pause) for pause in content["pauses"]),
        content["restartedAt"], content["stoppedAt"], content["extendedAt"], content["extendedTo"],
        content.get("extendedLate", False),
    )  # fmt: skip
