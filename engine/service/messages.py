"""Messages: to exactly one receiver, or to a message start, or into the buffer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from engine.domain import instance
from engine.domain.definition import StartEvent
from engine.domain.errors import AmbiguousCorrelation, EngineError, NoReceiver
from engine.domain.values import moment, written
from engine.domain.waiting import Message, Subscription
from engine.service import process_instances
from engine.service.approvals import started_by
from engine.service.catalog import Loaded
from engine.service.command import SERVICE, Command, OfJob, Sender
from engine.service.dues import PAID, untold
from engine.service.forms import check_values
from engine.service.live import Live
from engine.service.work import Work

KEPT = timedelta(days=30)
"""How long a message waits for a receiver unless it says otherwise."""
MOST_FORGOTTEN = 1_000
"""Expired messages deleted at once."""


@dataclass(frozen=True, slots=True)
class CorrelateMessage(Command):
    """A message from outside. ``key`` is a business key or correlation key; without one the name alone decides.

    ``message_id`` is the sender's own, unique per name while the message lives; ``time_to_live`` how long it may wait.
    """

    name: str
    key: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    message_id: str | None = None
    time_to_live: timedelta = KEPT
    business_key: str | None = None
    from_instance: bool = False
    """Whether an instance sent it, and not somebody outside."""
    remembered: timedelta = KEPT
    """How long its id is, at least."""
    dossier: dict[str, Any] | None = None
    """How the dossier was handed in, of which an instance that it starts is."""


def correlate(work: Work, command: CorrelateMessage, by: Sender) -> Message:
    """Deliver a message, start an instance with it, or keep it. The same message again is the same answer.

    Raises:
        AmbiguousCorrelation, NoReceiver, BusinessKeyInUse, InvalidValues
    """
    check_values(command.values, None, "/variables")
    work.flush()
    if command.message_id is not None:
        known = work.unit.message_with_id(command.name, command.message_id)
        if known is not None and moment(known.expires_at) > work.clock.now():
            return known
        if known is not None:
            work.current.delete(Message, known.id)
    message = _received(work, command)
    return _deliver(work, command, message, by)


def _received(work: Work, command: CorrelateMessage) -> Message:
    now = work.clock.now()
    lives = command.time_to_live if command.message_id is None else max(command.time_to_live, command.remembered)
    return Message(
        work.ids.new(), command.name, command.key, command.message_id, command.values, "buffered", (),
        written(now), written(now + lives),
    )  # fmt: skip


def _deliver(work: Work, command: CorrelateMessage, message: Message, by: Sender) -> Message:
    said, key = command.key, None if command.key is None else work.key_of(command.key)
    command, message = replace(command, key=key), replace(message, key=key)
    receivers = work.unit.receivers("message", command.name, key) or _by_code(work, command, said)
    if len(receivers) > 1:
        raise AmbiguousCorrelation(name=command.name, key=command.key, count=len(receivers))
    if receivers:
        give(work, receivers[0], message.name, message.values, message.id, by)
        return _done(work, message, "correlated", receivers[0].instance_id)
    starts = work.unit.start_events("message", command.name)
    if len(starts) > 1:
        raise AmbiguousCorrelation(name=command.name, key=command.key, count=len(starts))
    if starts:
        loaded = started_by(work, starts[0])
        live = _begin(work, loaded, command, starts[0], by)
        return _done(work, message, "started", live.head.id)
    if command.time_to_live <= timedelta():
        raise NoReceiver(name=command.name, key=command.key)
    work.current.insert(message)
    return message


def _by_code(work: Work, command: CorrelateMessage, said: str | None) -> list[Subscription]:
    """Places that wait by a dossier's code itself; an instance that only calls itself so gets nothing that is the dossier's."""
    if said == command.key:
        return []
    receivers = work.unit.receivers("message", command.name, said)
    return [each for each in receivers if work.live(each.instance_id).head.business_key != said]


def _begin(work: Work, loaded: Loaded, command: CorrelateMessage, start: StartEvent, by: Sender) -> Live:
    """Start what a message starts. The key becomes its business key.

    Where another instance's message starts it, that instance has the key already: then it is only what the two are
    correlated by.
    """
    key = command.business_key or command.key
    shared = command.from_instance and key is not None and work.bearer_of(key) is not None
    own, correlation = (None, key) if shared else (key, None)
    return process_instances.begin(
        work,
        loaded,
        own,
        command.values,
        by,
        start_event=start.element_id,
        correlation_key=correlation,
        unit=by.unit,
        dossier=command.dossier,
    )


def _done(work: Work, message: Message, outcome: str, instance_id: str) -> Message:
    """A delivered message is remembered by its id only; its values are in the receiver's log."""
    done = replace(message, outcome=outcome, instance_ids=(instance_id,), values={})
    if message.message_id is not None:
        work.current.insert(done)
    return done


def give(work: Work, receiver: Subscription, name: str, values: dict[str, Any], id: str, by: Sender) -> Live:
    """Deliver a message to a place that waits for it."""
    live = work.running(receiver.instance_id)
    payload = {
        "subscription": receiver.id,
        "activity": receiver.activity,
        "element": receiver.element_id,
        "name": name,
        "message": id,
        "values": values,
    }
    work.record(live, "MessageDelivered", payload, work.cause(by))
    return live


def deliver_buffered(work: Work) -> None:
    """Instances that came to wait in this command get what has been waiting for them, oldest first; dossiers, what was paid."""
    while work.awaited:
        instance_id = work.awaited.pop()
        live = work.lives[instance_id]
        while live.head.state == instance.RUNNING and (found := _waiting_for(work, instance_id)) is not None:
            receiver, message = found
            give(work, receiver, message.name, message.values, message.id, SERVICE)
            if message.outcome != "buffered":
                continue  # told by the dossier itself
            work.current.update(Message, message.id, outcome="correlated", instance_ids=(instance_id,), values={})


def _waiting_for(work: Work, instance_id: str) -> tuple[Subscription, Message] | None:
    open_ = [s for s in work.open_subscriptions(instance_id) if s.kind == "message"]
    if not open_:
        return None
    work.flush()
    names = {s.name for s in open_}
    if PAID in names and (dossier := work.dossier(instance_id)) is not None:
        if (news := untold(work, dossier, open_)) is not None:
            return news
        names -= {PAID}
    for message in work.unit.buffered_messages(names):
        if not _still_waits(work, message):
            continue
        fits = [s for s in open_ if s.name == message.name and message.key in (None, s.key)]
        if len(fits) == 1:
            return fits[0], message
    return None


def _still_waits(work: Work, message: Message) -> bool:
    latest: Message = work.current.latest(Message, message.id, message)
    return latest.outcome == "buffered" and moment(latest.expires_at) > work.clock.now()


@dataclass(frozen=True, slots=True)
class DeliverBuffered(Command):
    """Give a buffered message to the receiver that came to wait in another process at the same moment."""

    message: Message


def deliver_late(work: Work, command: DeliverBuffered, by: Sender) -> bool:
    """Look again whether somebody waits for a buffered message; whether exactly one place does."""
    work.flush()
    waiting = any(other.id == command.message.id for other in work.unit.buffered_messages([command.message.name]))
    receivers = work.unit.receivers("message", command.message.name, command.message.key)
    if not waiting or not _still_waits(work, command.message) or len(receivers) != 1:
        return False
    work.live(receivers[0].instance_id)
    work.awaited.append(receivers[0].instance_id)
    return True


@dataclass(frozen=True, slots=True)
class DispatchMessage(OfJob):
    """Deliver what an instance sent."""


def dispatch(work: Work, command: DispatchMessage, by: Sender) -> bool:
    """Correlate a message that a throwing event sent; where it is refused, the sender's history says why."""
    if work.open_job(command.job.id) is None:
        return False
    sent = command.job.payload
    cause = work.cause(by)
    try:
        outcome = correlate(
            work, CorrelateMessage(sent["name"], sent["key"], sent["values"], command.job.id, from_instance=True), by
        )
        said = {"outcome": outcome.outcome, "receivers": list(outcome.instance_ids)}
    except EngineError as refused:
        work.reject()  # Its receiver did not go half the way either.
        said = {"outcome": refused.code, "receivers": []}
    live = work.live(command.job.instance_id)
    work.record(live, "Dispatched", {"job": command.job.id, **said}, cause)
    return True


def _gone(work: Work, message: Message, by: Sender) -> None:
    """Nobody came for it in its time."""


@dataclass(frozen=True, slots=True)
class ForgetExpired(Command):
    """Delete messages whose time is over, and answers kept long enough."""

    at: str
    answers_before: str


def forget(
    work: Work, command: ForgetExpired, by: Sender, on_expiry: Callable[[Work, Message, Sender], None] = _gone
) -> int:
    """How much was deleted."""
    work.flush()
    expired = work.unit.expired_messages(command.at, MOST_FORGOTTEN)
    for message in expired:
        if message.outcome == "buffered":
            on_expiry(work, message, by)
        work.current.delete(Message, message.id)
    return len(expired) + work.unit.forget_answers(command.answers_before)
