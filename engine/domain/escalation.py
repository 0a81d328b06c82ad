"""Escalation: who is told when so much of a limit is used, of a step or of the whole dossier.

A dossier pins when it begins at which percents; the diagram needs nothing for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.domain.calendar import Calendar
from engine.domain.dossier import Dossier
from engine.domain.reading import Reading
from engine.domain.user_task import OPEN, UserTask
from engine.domain.values import moment, written
from engine.domain.waiting import ESCALATION, Job

PERCENTS = (50, 80, 100)
"""Of the limit, where procedure.toml says nothing else."""
MOST = 10
STEP, DOSSIER = "step", "dossier"


@dataclass(frozen=True, slots=True)
class Escalation:
    """At which percents of a limit, and which groups are told besides those that may do the step."""

    percents: tuple[int, ...] = PERCENTS
    to: tuple[str, ...] = ()


def read_escalation(reading: Reading | None) -> Escalation:
    """The table ``[escalation]`` of procedure.toml."""
    if reading is None:
        return Escalation()
    percents = _percents(reading)
    read = Escalation(PERCENTS if percents is None else percents, reading.texts("to"))
    reading.end()
    return read


def _percents(reading: Reading) -> tuple[int, ...] | None:
    said = reading.content.get("percent")
    reading.asked.add("percent")
    if said is None:
        return None
    whole = (
        isinstance(said, list) and len(said) <= MOST and all(type(each) is int and 1 <= each <= 100 for each in said)
    )
    if not whole or sorted(set(said)) != said:
        reading.refuse(
            "percent", f"phải là tối đa {MOST} số từ 1 đến 100, tăng dần: [50, 80, 100]",
            f"it must be at most {MOST} numbers from 1 to 100, rising: [50, 80, 100]",
        )  # fmt: skip
        return None
    return tuple(said)


def following(percents: Iterable[int], reached: int | None) -> int | None:
    """The percent that comes after what was reached; None after the last."""
    return next((percent for percent in percents if percent > (reached or 0)), None)


def escalation_id(id: str) -> str:
    """The id of the job that waits for the next percent of a task, or of a dossier: there is one at most."""
    return f"escalation-{id}"


def of_dossier(dossier: Dossier, calendar: Calendar) -> Job | None:
    """What waits for a dossier's next percent; None where there is none, or while its clock stands still."""
    clock = dossier.legal_clock
    if not is_awaited(dossier) or clock is None:
        return None
    percent = following(dossier.percents or (), dossier.escalation)
    assert percent is not None
    return _job(dossier.id, dossier.id, clock.reached(calendar, percent), {"of": DOSSIER, "percent": percent})


def is_awaited(dossier: Dossier | None) -> bool:
    """Whether a dossier's clock runs towards another percent."""
    if dossier is None or dossier.ended_at is not None or dossier.calendar is None or dossier.due_at is None:
        return False
    clock = dossier.legal_clock
    if clock is None or clock.paused or clock.stopped_at is not None:
        return False
    return following(dossier.percents or (), dossier.escalation) is not None


def of_task(task: UserTask, percents: Iterable[int], calendar: Calendar) -> Job | None:
    """What waits for the next percent of a step's limit; None where it has none."""
    percent = following(percents, task.escalation)
    if percent is None or task.due_at is None or task.state != OPEN:
        return None
    begin, due = moment(task.created_at), moment(task.due_at)
    at = due if percent == 100 else min(due, calendar.after(begin, calendar.worked(begin, due) * percent / 100))
    said = {"of": STEP, "percent": percent, "userTask": task.id}
    return _job(task.id, task.instance_id, at, said, (task.activity, task.element_id, task.name))


def _job(
    id: str, instance_id: str, at: datetime, said: dict[str, Any], place: tuple[Any, Any, Any] = (None, None, None)
) -> Job:
    due = written(at)
    return Job(escalation_id(id), instance_id, ESCALATION, due, {**said, "due": due}, None, *place)
