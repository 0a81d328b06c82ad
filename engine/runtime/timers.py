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


@dataclass(frozen=True, slots=True)
class Repetition:
    """An ISO 8601 repeating interval: how often (-1 for ever), from when, at what distance."""

    count: int
    first: datetime | None
    interval: str

    @classmethod
    def read(cls, text: str) -> Repetition:
        """Read ``R3/PT10M``, ``R/P1D`` or ``R5/2026-01-01T00:00:00Z/P1D``.

        Raises:
            ValueError: the text is no such interval.
        """
        count, *rest = text.strip().split("/")
        if not re.fullmatch(r"R\d{0,6}", count) or len(rest) not in (1, 2):
            raise ValueError(text)
        any_time = moment("2026-01-01T00:00:00Z")
        if after(rest[-1], any_time) <= any_time:
            raise ValueError(text)
        first = moment(rest[0]) if len(rest) == 2 else None
        return cls(int(count[1:]) if count[1:] else FOR_EVER, first, rest[-1])


def after(duration: str, start: datetime) -> datetime:
    """``start`` plus an ISO 8601 duration; months and years follow the calendar.

    Raises:
        ValueError: the text is no duration, or runs out of the calendar.
    """
    try:
        parsed = TimerEventDefinition.parse_iso_duration(duration)
        length: timedelta = TimerEventDefinition.get_timedelta_from_start(parsed, start)
        return start + length
    except Exception as error:
        raise ValueError(duration) from error


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
                self._read(self.text, moment("2026-01-01T00:00:00Z"))
            else:
                self.compiled = expression(self.text)

    def catches(self, activity: Activity, event: Any) -> bool:
        return False

    def arm(self, activity: Activity, spec: Any, carried: dict[str, Any] | None = None) -> dict[str, Any]:
        if carried:
            return carried
        top = activity.workflow.top_workflow
        if self.limit is not None:
            return {"due": top.due(self.limit, self.text)}
        text = self.text if self.compiled is None else evaluate(self.compiled, activity.scope)
        try:
            return self._read(str(text), top.now)
        except (ValueError, OverflowError) as error:
            raise self._not_a_time(text) from error

    def _read(self, text: str, now: datetime) -> dict[str, Any]:
        if self.kind == DATE:
            return {"due": written(moment(text))}
        if self.kind == DURATION:
            return {"due": written(after(text, now))}
        cycle = Repetition.read(text)
        due = cycle.first if cycle.first is not None else after(cycle.interval, now)
        return {"due": written(due), "left": cycle.count, "every": cycle.interval}

    def _not_a_time(self, text: Any) -> StepFailed:
        return StepFailed(
            "notATime",
            f"“{text}” không phải thời điểm hay khoảng thời gian ISO 8601.",
            f"'{text}' is no ISO 8601 time or duration.",
            self.text,
        )

    def note_armed(self, activity: Activity, spec: Any, wait: dict[str, Any]) -> None:
        payload = {
            "timer": timer_id(activity, spec),
            "activity": activity.id,
            "element": spec.facts["element"],
            "name": spec.facts.get("name"),
            "due": wait["due"],
        }
        if self.limit is not None:
            payload["limit"] = self.text
        activity.workflow.top_workflow.records.append(("TimerArmed", payload))

    def note_closed(self, activity: Activity, spec: Any) -> None:
        activity.workflow.top_workflow.emit("TimerCancelled", timer=timer_id(activity, spec))

    def rearm(self, activity: Activity) -> dict[str, Any] | None:
        """The next repetition, after those that were missed."""
        wait = activity.internal_data["wait"]
        if self.kind != CYCLE or wait["left"] in (0, 1):
            return None
        due, left = moment(wait["due"]), wait["left"]
        passed = 1 if self.missed == "all" else max(1, self.passed(wait, activity.workflow.top_workflow.now))
        if left != FOR_EVER:
            passed = min(passed, left)
            left -= passed
        if not left:
            return None
        for _ in range(passed):
            due = after(wait["every"], due)
        return {"due": written(due), "left": left, "every": wait["every"]}

    def passed(self, wait: dict[str, Any], now: datetime) -> int:
        """How many repetitions have fallen due, the one that fires included."""
        due, count = moment(wait["due"]), 0
        while due <= now and count < 100_000:
            due, count = after(wait["every"], due), count + 1
        return count

    def skips(self, wait: dict[str, Any], now: datetime) -> int:
        """How many missed repetitions are passed over instead of fired: those a whole interval late or more."""
        if self.missed != "skip" or self.kind != CYCLE:
            return 0
        passed = self.passed(wait, now)
        return passed if passed > 1 else 0


def timer_id(activity: Activity, spec: Any) -> str:
    """The id under which a due time is listed."""
    top: Any = activity.workflow.top_workflow
    return str(top.identity(f"timer {activity.id} {spec.facts['element']}"))
