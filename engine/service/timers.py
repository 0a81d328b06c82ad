"""Timers: what falls due is an input, never early, and late only while the service was down or busy."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.domain.definition import StartEvent
from engine.domain.values import moment, written
from engine.runtime.execution import late_by
from engine.runtime.timers import Repetition, following, passed
from engine.service import process_instances
from engine.service.approvals import started_if_in_force
from engine.service.command import Command, OfJob, Sender
from engine.service.falling_due import fallen_due
from engine.service.work import Work


@dataclass(frozen=True, slots=True)
class FireTimer(OfJob):
    """A due time of an instance was reached."""


def fire(work: Work, command: FireTimer, by: Sender) -> bool:
    """Fire a timer once; whether it was still armed and due."""
    found = fallen_due(work, command, by)
    if found is None:
        return False
    live, timer, cause = found
    payload = {
        "timer": timer.id,
        "activity": timer.activity,
        "element": timer.element_id,
        "due": timer.due_at,
        "lateBy": late_by(timer.due_at, cause.at),
    }
    work.record(live, "TimerFired", payload, cause)
    return True


@dataclass(frozen=True, slots=True)
class FireStartTimer(Command):
    """A definition's start timer fell due."""

    start: StartEvent


def fire_start(work: Work, command: FireStartTimer, by: Sender) -> str | None:
    """Start an instance by timer and set the timer's next time; the id.

    None when somebody was faster, or no version is in force: then the timer is set again all the same.
    """
    work.flush()
    start = next((s for s in work.unit.start_events_of([command.start.key]) if s.id == command.start.id), None)
    cause = work.cause(by)
    if start is None or start.due_at != command.start.due_at or start.due_at is None or moment(start.due_at) > cause.at:
        return None
    id = _begun(work, start, by)
    following = _following(start, work)
    if following is None:
        work.current.delete(StartEvent, start.id)
    else:
        work.current.update(StartEvent, start.id, due_at=following.due_at, repeats=following.repeats)
    record = {
        "start": start.id,
        "instance": id,
        "due": start.due_at,
        "lateBy": late_by(start.due_at, cause.at),
        "next": following and following.due_at,
        "repeats": following and following.repeats,
    }
    work.administer("StartTimerFired", record, cause)
    return id


def _begun(work: Work, start: StartEvent, by: Sender) -> str | None:
    loaded = started_if_in_force(work, start)
    if loaded is None:
        return None
    return process_instances.begin(work, loaded, None, {}, by, start_event=start.element_id).head.id


def _following(start: StartEvent, work: Work) -> StartEvent | None:
    """The next time of a start timer; times missed while the service was down count as one."""
    if not start.repeats or start.repeats == 1 or start.due_at is None:
        return None
    loaded = work.catalog.load(work.unit, start.definition_id)
    timer = next(s.timer for s in loaded.compiled.starts if s.element_id == start.element_id)
    assert timer is not None
    cycle, due, now = Repetition.read(timer.text), moment(start.due_at), work.clock.now()
    base = cycle.base(moment(loaded.definition.created_at))
    times = passed(cycle.interval, base, due, now, start.repeats)
    found = following(cycle.interval, base, due, start.repeats, times)
    return None if found is None else replace(start, due_at=written(found[0]), repeats=found[1])
