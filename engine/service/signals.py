"""Signals: to everybody who waits for them at that moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from engine.domain.waiting import Subscription
from engine.service import process_instances
from engine.service.approvals import started_if_in_force
from engine.service.command import Command, OfJob, Sender
from engine.service.forms import check_values
from engine.service.work import Work


@dataclass(frozen=True, slots=True)
class BroadcastSignal(Command):
    """A signal from outside."""

    name: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Broadcast:
    """How many instances a signal reached or started."""

    id: str
    receivers: int


def broadcast(work: Work, command: BroadcastSignal, by: Sender) -> Broadcast:
    """Give a signal to every instance that waits for it, and start what it starts. It is never kept.

    Raises:
        InvalidValues
    """
    check_values(command.values, None, "/variables")
    id = work.ids.new()
    reached = _spread(work, id, command.name, command.values, by, thrower=None)
    return Broadcast(id, len(reached))


def _spread(work: Work, id: str, name: str, values: dict[str, Any], by: Sender, *, thrower: str | None) -> list[str]:
    work.flush()
    waiting: dict[str, list[Subscription]] = {}
    for subscription in work.unit.receivers("signal", name, None):
        if subscription.instance_id != thrower:
            waiting.setdefault(subscription.instance_id, []).append(subscription)
    for instance_id, subscriptions in waiting.items():
        payload = {"signal": id, "name": name, "receivers": [_place(s) for s in subscriptions], "values": values}
        work.record(work.running(instance_id), "SignalDelivered", payload, work.cause(by))
    started = []
    for start in work.unit.start_events("signal", name):
        loaded = started_if_in_force(work, start)
        if loaded is None:
            continue
        live = process_instances.begin(work, loaded, None, values, by, start_event=start.element_id)
        started.append(live.head.id)
    return [*waiting, *started]


def _place(subscription: Subscription) -> dict[str, str]:
    return {
        "subscription": subscription.id,
        "activity": subscription.activity,
        "element": subscription.element_id,
    }


@dataclass(frozen=True, slots=True)
class DispatchSignal(OfJob):
    """Spread a signal that an instance threw to the others; its own waits heard it at once."""


def dispatch(work: Work, command: DispatchSignal, by: Sender) -> bool:
    """Run a signal job once."""
    job = command.job
    if work.open_job(job.id) is None:
        return False
    cause = work.cause(by)
    reached = _spread(work, job.id, job.payload["name"], job.payload["values"], by, thrower=job.instance_id)
    said = {"job": job.id, "outcome": "broadcast", "receivers": reached}
    work.record(work.live(job.instance_id), "Dispatched", said, cause)
    return True


__all__ = ["Broadcast", "BroadcastSignal", "DispatchSignal", "broadcast", "dispatch"]
