"""An instance as it was after a given record: a fold over its history, nothing is executed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from engine.domain import instance
from engine.domain.projection import Delete, Insert, Setting, Update, project
from engine.domain.record import Payload, Record


@dataclass(slots=True)
class Activity:
    """One flow-node instance: when it began and ended, in which records, by whom."""

    id: str
    element_id: str
    name: str | None
    type: str
    state: str
    """active | completed | cancelled"""
    started_at: str
    started_seq: int
    scope_id: str
    lane: str | None = None
    status_code: str | None = None
    legal_basis: str | None = None
    loop: str | None = None
    ended_at: str | None = None
    ended_seq: int | None = None
    actor: str | None = None


def element_of(activity_id: str) -> str:
    """The element that an activity is an instance of: ``sub#1/review#2/3`` is the third time of ``review``."""
    return _place(activity_id).rpartition("/")[2].partition("#")[0]


def scope_of(activity_id: str) -> str:
    """The activity whose inner process an activity is in; "" is the process itself."""
    return _place(activity_id).rpartition("/")[0]


def _place(activity_id: str) -> str:
    """The id without the number of a repetition: a loop and what it repeats are at one place of the diagram."""
    before, _, last = activity_id.rpartition("/")
    return activity_id if "#" in last else before


@dataclass(slots=True)
class InstanceState:
    """Everything that the records so far say."""

    instance_id: str
    definition_id: str = ""
    business_key: str | None = None
    unit: str | None = None
    at_seq: int = 0
    recorded_at: str = ""
    state: str = instance.RUNNING
    activities: dict[str, Activity] = field(default_factory=dict)
    variables: dict[str, dict[str, Any]] = field(default_factory=dict)
    entities: dict[type, dict[str, Any]] = field(default_factory=dict)

    @property
    def active(self) -> list[Activity]:
        return [activity for activity in self.activities.values() if activity.state == "active"]

    def open(self, type_: type) -> list[Any]:
        """User tasks, timers, subscriptions or incidents that stand open."""
        rows = self.entities.get(type_, {}).values()
        return [row for row in rows if getattr(row, "state", "open") == "open"]


def fold(instance_id: str, records: Iterable[Record]) -> InstanceState:
    """The state after the last of ``records``, which begin at 1."""
    state = InstanceState(instance_id)
    for record in records:
        apply(state, record)
    return state


def apply(state: InstanceState, record: Record) -> None:
    """Total and silent: what happened, happened."""
    state.at_seq, state.recorded_at = record.seq, record.recorded_at
    actor = record.on_behalf_of or record.actor
    if (change := _FOLDS.get(record.kind)) is not None:
        change(state, record, record.payload)
    setting = Setting(state.instance_id, state.definition_id, state.business_key, record.recorded_at, actor, state.unit)
    for step in project(record.kind, record.payload, setting):
        _apply_change(state, step)
    if record.kind == "UserTaskCompleted" and (done := state.activities.get(record.payload["activity"])) is not None:
        done.actor = actor


def _apply_change(state: InstanceState, step: Insert | Update | Delete) -> None:
    if isinstance(step, Insert):
        state.entities.setdefault(type(step.entity), {})[step.entity.id] = step.entity
        return
    rows = state.entities.get(step.type, {})
    if isinstance(step, Delete):
        rows.pop(step.id, None)
    elif step.id in rows:
        rows[step.id] = replace(rows[step.id], **step.fields)


def _started(state: InstanceState, record: Record, p: Payload) -> None:
    state.definition_id, state.business_key, state.unit = p["definition"], p.get("businessKey"), p.get("unit")


def _entered(state: InstanceState, record: Record, p: Payload) -> None:
    state.activities[p["activity"]] = Activity(
        p["activity"], p["element"], p.get("name"), p["type"], "active", record.recorded_at, record.seq,
        p["activity"].rpartition("/")[0], p.get("lane"), p.get("statusCode"), p.get("legalBasis"), p.get("loop"),
    )  # fmt: skip


def _left(state: InstanceState, record: Record, p: Payload) -> None:
    _end(state, record, p, "completed")


def _cancelled(state: InstanceState, record: Record, p: Payload) -> None:
    _end(state, record, p, "cancelled")


def _end(state: InstanceState, record: Record, p: Payload, how: str) -> None:
    if (activity := state.activities.get(p["activity"])) is not None:
        activity.state, activity.ended_at, activity.ended_seq = how, record.recorded_at, record.seq


def _written(state: InstanceState, record: Record, p: Payload) -> None:
    state.variables.setdefault(p["scope"], {}).update(p["values"])


def _to(name: str) -> Callable[[InstanceState, Record, Payload], None]:
    def become(state: InstanceState, record: Record, p: Payload) -> None:
        state.state = name

    return become


_FOLDS: dict[str, Callable[[InstanceState, Record, Payload], None]] = {
    "ProcessInstanceStarted": _started,
    "ElementEntered": _entered,
    "ElementLeft": _left,
    "ElementCancelled": _cancelled,
    "VariablesWritten": _written,
    "ProcessInstanceSuspended": _to(instance.SUSPENDED),
    "ProcessInstanceResumed": _to(instance.RUNNING),
    "ProcessInstanceCompleted": _to(instance.COMPLETED),
    "ProcessInstanceFailed": _to(instance.FAILED),
    "ProcessInstanceTerminated": _to(instance.TERMINATED),
}
