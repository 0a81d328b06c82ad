"""Timers: a date, a duration, a cycle, or a legal limit counted in the working calendar.

Nothing here reads a clock: due times are computed from the recorded time of the command and stand in the log;
that one was reached is an input.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition

from engine.domain.calendar import Limit
from engine.domain.values import moment, written
from engine.runtime.durations import Duration
from engine.runtime.event_definitions import Definition
from engine.runtime.failure import StepFailed, evaluate
from engine.runtime.language import Expression, expression

if TYPE_CHECKING:
    from engine.runtime.activity import Activity

DATE, DURATION, CYCLE, LIMIT = "date", "duration", "cycle", "limit"
MISSED = ("once", "all", "skip")
"""What becomes of repetitions that fell due while the service was down."""

_LITERAL = re.compile(r"R\d*/.*|P[\dT].*|\d{4}-?\d\d-?\d\d.*", re.DOTALL)
FOR_EVER = -1

SHORTEST = timedelta(seconds=1)
"""A cycle that repeated faster would leave no time for anything else."""


@dataclass(frozen=True, slots=True)
class Repetition:
    """An ISO 8601 repeating interval: how often (-1 for ever), from when, at what distance.

    Repetition n falls due at a base plus n intervals: neither short months nor late firings make it drift.
    """

    count: int
    first: datetime | None
    interval: str

    @classmethod
    def read(cls, text: str) -> Repetition:
        """Read ``R3/PT10M``, ``R/P1D`` or ``R5/2026-01-01T00:00:00Z/P1D``.

        Raises:
            ValueError: the text is no such interval, or repeats faster than once a second.
        """
        count, *rest = text.strip().split("/")
        if not re.fullmatch(r"R[0-9]{0,6}", count) or len(rest) not in (1, 2):
            raise ValueError("no ISO 8601 repeating interval")
        interval = Duration.read(rest[-1])
        if not interval.months and interval.length < SHORTEST:
            raise ValueError("repeats faster than once a second")
        first = moment(rest[0]) if len(rest) == 2 else None
        return cls(int(count[1:]) if count[1:] else FOR_EVER, first, rest[-1])

    def base(self, now: datetime) -> datetime:
        """What its repetitions are counted from, if it is begun now."""
        return self.first if self.first is not None else now

    def first_due(self, now: datetime) -> datetime:
        """When it falls due first, if it is begun now."""
        return self.first if self.first is not None else after(self.interval, now)


def passed(interval: str, base: datetime, due: datetime, now: datetime, left: int) -> int:
    """How many repetitions from ``due`` on have fallen due, ``due`` itself included; never more than are left."""
    if due > now:
        return 0
    every = Duration.read(interval)
    count = every.times_until(base, now) - every.times_until(base, due) + 1
    return count if left == FOR_EVER else min(count, left)


def next_due(interval: str, base: datetime, due: datetime, times: int) -> datetime:
    """When the repetition falls due that comes so many times after ``due``.

    Raises:
        ValueError: it is beyond the calendar.
    """
    every = Duration.read(interval)
    return every.after(base, every.times_until(base, due) + times)


def following(interval: str, base: datetime, due: datetime, left: int, times: int) -> tuple[datetime, int] | None:
    """The repetition that comes so many times after ``due``, and how many are left with it; None after the last."""
    if left != FOR_EVER:
        left -= times
    if not left:
        return None
    try:
        return next_due(interval, base, due, times), left
    except ValueError:
        return None


def after(duration: str, start: datetime) -> datetime:
    """``start`` plus an ISO 8601 duration; months and years follow the calendar.

    Raises:
        ValueError: the text is no duration, or runs out of the calendar.
    """
    return Duration.read(duration).after(start)


class Timer(Definition, TimerEventDefinition):
    """When an event fires. ``text`` is ISO 8601, or ``compiled`` an expression that gives ISO 8601."""

    may_fail = True

    def __init__(self, name: str, kind: str, text: str, limit: Limit | None = None, missed: str = "once") -> None:
        """Check the text as far as it can be checked before anything runs.

        Raises:
            ValueError: a literal that is not ISO 8601.
            LanguageError: neither ISO 8601 nor an expression.
        """
        TimerEventDefinition.__init__(self, name, text)
        self.kind, self.text, self.limit, self.missed = kind, text.strip(), limit, missed
        self.compiled: Expression | None = None
        if kind != LIMIT:
            if _LITERAL.fullmatch(self.text):
                self.read(self.text, moment("2026-01-01T00:00:00Z"))
            else:
                self.compiled = expression(self.text)

    def catches(self, activity: Activity, event: Any) -> bool:
        return False

    def arm(self, activity: Activity, place: Any, carried: dict[str, Any] | None = None) -> dict[str, Any]:
        if carried:
            return carried
        top = activity.workflow.top_workflow
        if self.limit is not None:
            return {"due": top.due(self.limit, self.text)}
        text = self.text if self.compiled is None else evaluate(self.compiled, activity.scope)
        try:
            return self.read(text if isinstance(text, str) else "", top.now)
        except (ValueError, OverflowError) as error:
            raise self._not_a_time(activity) from error

    def read(self, text: str, now: datetime) -> dict[str, Any]:
        """What is to be waited for, when ``text`` is begun at ``now``.

        Raises:
            ValueError: it is not ISO 8601.
        """
        if self.kind == DATE:
            return {"due": written(moment(text))}
        if self.kind == DURATION:
            return {"due": written(after(text, now))}
        cycle = Repetition.read(text)
        return {
            "due": written(cycle.first_due(now)),
            "left": cycle.count,
            "every": cycle.interval,
            "base": written(cycle.base(now)),
        }

    def _not_a_time(self, activity: Activity) -> StepFailed:
        return StepFailed(
            "notATime",
            "Giá trị tính được không phải thời điểm hay khoảng thời gian ISO 8601.",
            "What was computed is no ISO 8601 time or duration.",
            self.text,
            {} if self.compiled is None else activity.scope.seen(self.compiled.names),
        )

    def note_armed(self, activity: Activity, place: Any, wait: dict[str, Any]) -> None:
        payload = {
            "timer": timer_id(activity, place),
            "activity": activity.id,
            "element": place.facts["element"],
            "name": place.facts.get("name"),
            "due": wait["due"],
        }
        if self.limit is not None:
            payload["limit"] = self.text
        activity.workflow.top_workflow.records.append(("TimerArmed", payload))

    def note_closed(self, activity: Activity, place: Any) -> None:
        activity.workflow.top_workflow.emit("TimerCancelled", timer=timer_id(activity, place))

    def rearm(self, activity: Activity, wait: dict[str, Any], element: str) -> dict[str, Any] | None:
        """The next repetition, after those that were missed."""
        if self.kind != CYCLE or wait["left"] in (0, 1):
            return None
        times = 1 if self.missed == "all" else max(1, self.passed(wait, activity.workflow.top_workflow.now))
        found = following(wait["every"], moment(wait["base"]), moment(wait["due"]), wait["left"], times)
        return None if found is None else {**wait, "due": written(found[0]), "left": found[1]}

    def passed(self, wait: dict[str, Any], now: datetime) -> int:
        """How many repetitions have fallen due, the one that fires included; never more than were left."""
        return passed(wait["every"], moment(wait["base"]), moment(wait["due"]), now, wait["left"])

    def skips(self, wait: dict[str, Any], now: datetime) -> int:
        """How many missed repetitions are passed over instead of fired: those a whole interval late or more."""
        if self.missed != "skip" or self.kind != CYCLE:
            return 0
        missed = self.passed(wait, now)
        return missed if missed > 1 else 0


def timer_id(activity: Activity, place: Any) -> str:
    """The id under which a due time is listed."""
    top: Any = activity.workflow.top_workflow
    return str(top.identity(f"timer {activity.id} {place.facts['element']}"))
