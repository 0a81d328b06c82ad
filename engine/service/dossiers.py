"""Dossiers: hand in, look at, give a new date, withdraw, write a note beside."""

from __future__ import annotations

import hmac
from base64 import b32encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from engine.domain import status
from engine.domain.access import Reach
from engine.domain.calendar import local_day
from engine.domain.dossier import Dossier
from engine.domain.errors import DossierDiffers, NotFound, NotUnderWay
from engine.domain.values import moment, written
from engine.ports import Queries
from engine.service import letters, messages, reaching
from engine.service.command import Command, Sender
from engine.service.following import reckon_again
from engine.service.forms import check_values
from engine.service.process_instances import begin, startable, unit_for
from engine.service.work import Work

WITHDRAWAL, SUPPLEMENT = "rut_ho_so", "bo_sung_ho_so"
"""Messages by which diagrams hear that the citizen withdraws a dossier, or hands in what was missing."""
_SECRET = 10
"""Letters of what a citizen shows to see where his dossier stands: fifty bits."""


@dataclass(frozen=True, slots=True)
class OpenDossier(Command):
    """Hand in a dossier. ``code`` is given where another system has named it; else it gets one when it is accepted."""

    key: str = ""
    channel: str = ""
    code: str | None = None
    submitted_at: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    unit: str | None = None
    id: str | None = None

    @property
    def instance_ids(self) -> tuple[str, ...]:
        return () if self.id is None else (self.id,)


@dataclass(frozen=True, slots=True)
class Opened:
    """A dossier that was handed in, now or before."""

    dossier: Dossier
    secret: str
    is_new: bool


def open_(work: Work, command: OpenDossier, by: Sender) -> Opened:
    """Begin a dossier with its instance. One that has this code already is not begun again.

    Raises:
        DossierDiffers: it is of another procedure.
        NotFound, NoPlainStart, InvalidValues, BusinessKeyInUse
    """
    if command.id is not None and command.id in work.lives:
        return _opened(work, command.id, is_new=False)
    if command.code is not None and (known := _known(work, command, by)) is not None:
        return _opened(work, known.id, is_new=False)
    # The version that counts is that of the day on which the citizen handed it in.
    day = None if command.submitted_at is None else local_day(moment(command.submitted_at))
    loaded = startable(work, command.key, day=day)
    check_values(command.values, loaded.form(loaded.compiled.start_form), "/variables")
    id = command.id or work.ids.new()
    opened: dict[str, Any] = {
        "channel": command.channel,
        "submittedAt": command.submitted_at or written(work.clock.now()),
        "percents": list(loaded.procedure.escalation.percents),
    }
    if command.code is not None:
        opened["code"] = command.code
    unit = unit_for(work, command.unit, by)
    begin(work, loaded, command.code or id, command.values, by, id=id, unit=unit, dossier=opened)
    return _opened(work, id, is_new=True)


def _opened(work: Work, id: str, *, is_new: bool) -> Opened:
    key = work.current.instance_keys.get(id) or work.staged.instance_keys.get(id) or work.unit.instance_key(id)
    return Opened(as_it_stands(work, id), "" if key is None else _secret_from(key), is_new)


def as_it_stands(work: Work, id: str) -> Dossier:
    """A dossier as this command left it.

    Raises:
        NotFound: an instance has none.
    """
    dossier = work.dossier(id)
    if dossier is None:
        raise NotFound(what="dossier", id=id)
    return dossier


def _known(work: Work, command: OpenDossier, by: Sender) -> Dossier | None:
    work.flush()
    known = work.unit.dossier_by_code(command.code or "")
    if known is None:
        return None
    if not reaching.reaches(work.unit, work.live(known.id).head, by.reach) or known.key != command.key:
        raise DossierDiffers(dossier=command.code, key=known.key)
    return known


def stored(queries: Queries, name: str, reach: Reach | None) -> Dossier:
    """A dossier by its code or its id.

    Raises:
        NotFound: there is none, or not for him.
    """
    dossier = queries.dossier_by_code(name) or queries.dossiers([name]).get(name)
    if dossier is None:
        raise NotFound(what="dossier", id=name)
    head = queries.process_instances([dossier.id]).get(dossier.id)
    if head is None or not reaching.reaches(queries, head, reach):
        raise NotFound(what="dossier", id=name)
    return dossier


@dataclass(frozen=True, slots=True)
class OnDossier(Command):
    """A command that names one dossier by the id of its instance."""

    id: str

    @property
    def instance_ids(self) -> tuple[str, ...]:
        return (self.id,)


@dataclass(frozen=True, slots=True)
class ExtendDueTime(OnDossier):
    """Give a dossier a new date, for a reason that stands on the letter of apology (Mẫu 04)."""

    due: str = ""
    reason: str = ""


def extend(work: Work, command: ExtendDueTime, by: Sender) -> letters.Asked:
    """Ask for the letter that moves the due time, once.

    Raises:
        NotUnderWay: it has no clock that runs.
        SignerMissing: nobody could sign the letter.
        ExtendedBefore, ExtensionUnderWay: that was done before.
        InvalidValues: the date is not later than the one before.
    """
    dossier = as_it_stands(work, command.id)
    letters.under_way(dossier)
    return letters.draft(work, work.running(command.id), dossier, command.due, command.reason, by)


@dataclass(frozen=True, slots=True)
class AddNote(OnDossier):
    """Write a note beside a dossier."""

    text: str = ""


def add_note(work: Work, command: AddNote, by: Sender) -> Dossier:
    """Keep a note; it is personal, and only committed to in the hashed bytes.

    Raises:
        NotFound: there is no such dossier.
    """
    live, dossier = work.live(command.id), as_it_stands(work, command.id)
    work.record(live, "NoteAdded", {"values": {"note": command.text}}, work.cause(by))
    return dossier


@dataclass(frozen=True, slots=True)
class TellDossier(OnDossier):
    """What the citizen does beside the work: withdraw his dossier, hand in what was missing."""

    message: str = ""
    values: dict[str, Any] = field(default_factory=dict)


def tell(work: Work, command: TellDossier, by: Sender) -> Dossier:
    """Deliver it to the one place of the dossier's instance that waits for it.

    Raises:
        NotUnderWay: none does.
        NotFound, InstanceEnded, InstanceSuspended, InvalidValues
    """
    work.running(command.id)
    check_values(command.values, None, "/variables")
    dossier = as_it_stands(work, command.id)
    if command.message == WITHDRAWAL and not status.may_follow(dossier.status, status.WITHDRAWN):
        # Said before the work on it is interrupted: its end could not be reached any more.
        raise NotUnderWay(dossier=dossier.called)
    waiting = [s for s in work.open_subscriptions(command.id) if (s.kind, s.name) == ("message", command.message)]
    if len(waiting) != 1:
        raise NotUnderWay(dossier=dossier.called)
    messages.give(work, waiting[0], command.message, command.values, work.ids.new(), by)
    return as_it_stands(work, command.id)


@dataclass(frozen=True, slots=True)
class RecomputeDueTime(OnDossier):
    """Reckon a dossier's due time again by the calendar in force."""


def recompute(work: Work, command: RecomputeDueTime, by: Sender) -> bool:
    """Record the new due time where its unit's calendar is another; whether it is."""
    dossier = work.dossier(command.id)
    if dossier is None or dossier.ended_at is not None:
        return False
    return reckon_again(work, work.live(command.id), work.cause(by))


def secret(queries: Queries, id: str) -> str | None:
    """What the citizen shows to see where his dossier stands. It follows from the instance's key, and goes with it."""
    key = queries.instance_key(id)
    return None if key is None else _secret_from(key)


def _secret_from(key: bytes) -> str:
    return b32encode(hmac.digest(key, b"public", sha256)).decode()[:_SECRET]


def shown_to(queries: Queries, code: str, shown: str) -> Dossier:
    """The dossier of a citizen who shows its secret.

    Raises:
        NotFound: there is none, or the secret is another's.
    """
    dossier = queries.dossier_by_code(code) or queries.dossiers([code]).get(code)
    right = None if dossier is None else secret(queries, dossier.id)
    if dossier is None or not hmac.compare_digest(right or "-", shown.strip().upper() or "+"):
        raise NotFound(what="dossier", id=code)
    return dossier
