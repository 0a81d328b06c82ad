"""Subscriptions: made, changed and ended by people, each of whom is on record; and how far their delivery has come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from engine.domain import backoff
from engine.domain.errors import Fault, InvalidValues, NotFound
from engine.domain.feed import Wanted
from engine.domain.record import Cause
from engine.domain.values import moment, written
from engine.domain.webhook import ACTIVE, DISABLED, FAILING, GIVEN_UP_AFTER, OLD_SECRET, PAUSED, EventSubscription
from engine.service.command import Command, Sender
from engine.service.feed import read
from engine.service.work import Work


@dataclass(frozen=True, slots=True)
class CreateSubscription(Command):
    """Have events sent to a receiver, from behind a position on; None: from now on."""

    url: str
    types: tuple[str, ...]
    key: str | None
    description: str
    position: int | None = None


def create(work: Work, command: CreateSubscription, by: Sender) -> EventSubscription:
    """Keep a subscription.

    Raises:
        InvalidValues: the position was not given yet.
    """
    work.flush()
    cause = work.cause(by)
    at = written(cause.at)
    subscription = EventSubscription(
        work.ids.new(), command.url, command.types, command.key, command.description, ACTIVE,
        _position(work, command.position), at, None, 0, None, None, None, ({"id": work.ids.new(), "endsAt": None},), at, by.person,
    )  # fmt: skip
    work.current.insert(subscription)
    said = {"url": command.url, "types": list(command.types), "processDefinitionKey": command.key}
    _note(work, "SubscriptionCreated", subscription, cause, **said, position=subscription.position)
    return subscription


def _position(work: Work, asked: int | None) -> int:
    if asked is None:
        return work.unit.feed_end()
    read(work.unit, asked, 1, Wanted())
    return asked


def _note(work: Work, kind: str, subscription: EventSubscription, cause: Cause, **more: Any) -> None:
    work.administer(kind, {"subscription": subscription.id, **more}, cause)


def found(work: Work, id: str) -> EventSubscription:
    """A subscription as the last unit left it, locked.

    Raises:
        NotFound: there is none.
    """
    work.flush()
    subscription = work.unit.locked_event_subscription(id)
    if subscription is None:
        raise NotFound(what="subscription", id=id)
    return subscription


def _change(
    work: Work,
    id: str,
    by: Sender,
    kind: str,
    change: Callable[[EventSubscription, Cause], dict[str, Any]],
    **more: Any,
) -> EventSubscription:
    before = found(work, id)
    cause = work.cause(by)
    changed = change(before, cause)
    work.current.update(EventSubscription, id, **changed)
    _note(work, kind, before, cause, **more)
    return replace(before, **changed)


@dataclass(frozen=True, slots=True)
class DeleteSubscription(Command):
    """Send nothing more, and forget the receiver."""

    id: str


def delete(work: Work, command: DeleteSubscription, by: Sender) -> EventSubscription:
    """Delete a subscription.

    Raises:
        NotFound
    """
    subscription = found(work, command.id)
    work.current.delete(EventSubscription, command.id)
    _note(work, "SubscriptionDeleted", subscription, work.cause(by))
    return subscription


@dataclass(frozen=True, slots=True)
class PauseSubscription(Command):
    """Send nothing for a while."""

    id: str


def pause(work: Work, command: PauseSubscription, by: Sender) -> EventSubscription:
    """Pause a subscription.

    Raises:
        NotFound
    """
    return _change(work, command.id, by, "SubscriptionPaused", lambda *_: {"state": PAUSED, "sender": None})


def _anew(cause: Cause) -> dict[str, Any]:
    """Sent again, by whoever comes first, as if it had never failed."""
    return {"due_at": written(cause.at), "sender": None, "failures": 0, "failing_since": None}


@dataclass(frozen=True, slots=True)
class ResumeSubscription(Command):
    """Send again, where it stopped: after a pause, or after it was given up."""

    id: str


def resume(work: Work, command: ResumeSubscription, by: Sender) -> EventSubscription:
    """Resume a subscription.

    Raises:
        NotFound
    """
    return _change(
        work, command.id, by, "SubscriptionResumed", lambda _, cause: {"state": ACTIVE, **_anew(cause)}
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReplaySubscription(Command):
    """Send again what was sent, from behind a position on."""

    id: str
    position: int


def replay(work: Work, command: ReplaySubscription, by: Sender) -> EventSubscription:
    """Set a subscription back, or forward.

    Raises:
        NotFound
        InvalidValues: the position was not given yet.
    """
    found(work, command.id)
    position = _position(work, command.position)
    return _change(
        work, command.id, by, "SubscriptionReplayed", lambda _, cause: {"position": position, **_anew(cause)}, position=position
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class AddSecret(Command):
    """Let a new secret sign; the one before signs beside it for a day."""

    id: str


def add_secret(work: Work, command: AddSecret, by: Sender) -> EventSubscription:
    """Add a secret; there are never more than two.

    Raises:
        NotFound
    """
    new = work.ids.new()

    def change(before: EventSubscription, cause: Cause) -> dict[str, Any]:
        ends = written(cause.at + OLD_SECRET)
        return {"secrets": ({**before.secrets[-1], "endsAt": ends}, {"id": new, "endsAt": None})}

    return _change(work, command.id, by, "SubscriptionSecretAdded", change, secret=new)


@dataclass(frozen=True, slots=True)
class RemoveSecret(Command):
    """Let an old secret sign no more, before its day is over."""

    id: str
    secret_id: str


def remove_secret(work: Work, command: RemoveSecret, by: Sender) -> EventSubscription:
    """Remove a secret that was replaced.

    Raises:
        NotFound
        InvalidValues: it is the only one.
    """
    before = found(work, command.id)
    left = tuple(secret for secret in before.secrets if secret["id"] != command.secret_id)
    if left == before.secrets:
        raise NotFound(what="secret", id=command.secret_id)
    if not left or left[-1]["endsAt"] is not None:
        raise InvalidValues([_LAST_SECRET])
    return _change(
        work, command.id, by, "SubscriptionSecretRemoved", lambda *_: {"secrets": left}, secret=command.secret_id
    )  # fmt: skip


_LAST_SECRET = Fault(
    "/secretId",
    "secretInUse",
    "Không thể bỏ khóa ký mới nhất; hãy tạo khóa mới trước.",
    "The newest secret cannot be removed; make a new one first.",
)


# how far delivery has come
@dataclass(frozen=True, slots=True)
class TakeSubscription(Command):
    """Leave a subscription to one sender for a while. ``alone``: there is no other process, whoever had it before is gone."""

    id: str
    sender: str
    lease: timedelta
    alone: bool


def take(work: Work, command: TakeSubscription, by: Sender) -> EventSubscription | None:
    """The subscription, None where another has it, or nothing is to be sent now."""
    work.flush()
    subscription = work.unit.locked_event_subscription(command.id)
    now = work.clock.now()
    if subscription is None or subscription.state != ACTIVE:
        return None
    is_left_behind = command.alone and subscription.sender not in (None, command.sender)
    if subscription.due_at > written(now) and not is_left_behind:
        return None
    changed: dict[str, Any] = {"sender": command.sender, "due_at": written(now + command.lease)}
    work.current.update(EventSubscription, command.id, **changed)
    return replace(subscription, **changed)


@dataclass(frozen=True, slots=True)
class NoteDelivered(Command):
    """A subscription has all it wants up to a position. Without a ``lease`` the sender is done with it for now."""

    id: str
    sender: str
    position: int
    lease: timedelta | None
    sent: bool = True


def note_delivered(work: Work, command: NoteDelivered, by: Sender) -> bool:
    """Move the cursor; whether the sender still has the subscription."""
    subscription = _held(work, command.id, command.sender)
    if subscription is None:
        return False
    now = work.clock.now()
    changed: dict[str, Any] = {"position": command.position, "due_at": written(now + (command.lease or timedelta()))}
    if command.lease is None:
        changed["sender"] = None
    if command.sent:
        changed |= {"delivered_at": written(now), "failures": 0, "failing_since": None, "last_error": None}
    work.current.update(EventSubscription, command.id, **changed)
    return True


@dataclass(frozen=True, slots=True)
class NoteUndelivered(Command):
    """An event was not taken. ``gone``: nor will any other be."""

    id: str
    sender: str
    error: str
    gone: bool = False


def note_undelivered(work: Work, command: NoteUndelivered, by: Sender) -> bool:
    """Put the next attempt off, ever longer, or give up; whether the sender still had the subscription."""
    subscription = _held(work, command.id, command.sender)
    if subscription is None:
        return False
    cause = work.cause(by)
    failures, since = subscription.failures + 1, subscription.failing_since or written(cause.at)
    again = cause.at + backoff.pause(failures, work.chance())
    state = _state_after(command.gone, since, cause)
    work.current.update(
        EventSubscription, command.id, state=state, failures=failures, failing_since=since, last_error=command.error,
        due_at=written(again), sender=None,
    )  # fmt: skip
    if state != ACTIVE:
        kind = "SubscriptionDisabled" if state == DISABLED else "SubscriptionFailing"
        _note(work, kind, subscription, cause, error=command.error, failures=failures)
    return True


def _state_after(gone: bool, since: str, cause: Cause) -> str:
    if gone:
        return DISABLED
    return FAILING if cause.at - moment(since) > GIVEN_UP_AFTER else ACTIVE


def _held(work: Work, id: str, sender: str) -> EventSubscription | None:
    work.flush()
    subscription = work.unit.locked_event_subscription(id)
    return subscription if subscription is not None and subscription.sender == sender else None
