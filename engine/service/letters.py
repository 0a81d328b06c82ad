"""Letters: papers that belong to a dossier's command and not to a step of its diagram. There is one: the apology (Mẫu 04).

A new date counts when the letter that tells it is out. The record that gives the date is the one that numbers the letter,
so that there is neither without the other; until then the dossier is due when it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from engine.domain import backoff
from engine.domain.control_sheet import told
from engine.domain.dossier import Dossier
from engine.domain.errors import ExtendedBefore, ExtensionUnderWay, Fault, InvalidValues, NotUnderWay, SignerMissing
from engine.domain.legal_clock import LegalClock
from engine.domain.paper import APOLOGY, letter_id
from engine.domain.record import Cause, Payload
from engine.domain.values import moment, written
from engine.domain.waiting import Job

if TYPE_CHECKING:
    from engine.service.command import Sender
    from engine.service.live import Live
    from engine.service.work import Work

_NOT_LATER = Fault(
    "/due", "notLater", "Ngày hẹn mới phải sau ngày hẹn cũ và sau lúc này.",
    "The new date has to be after the old one, and after now.",
)  # fmt: skip
OWNER, SUBJECT = "chu_ho_so", "noi_dung"
"""Variables of the process that are printed, where it has them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A new date that was asked for: it counts once ``paper`` is out."""

    dossier: Dossier
    paper: str


def is_letter(job: Job) -> bool:
    """Whether a job asks for a letter: it belongs to no activity."""
    return job.form is not None and job.activity is None


def draft(work: Work, live: Live, dossier: Dossier, due: str, reason: str, by: Sender) -> Asked:
    """Ask for the letter that gives a dossier a new date.

    Raises:
        SignerMissing: nobody could sign it, and nothing unsigned goes out.
        ExtendedBefore, ExtensionUnderWay: that is done once.
        InvalidValues: the date is not later than the one before.
    """
    clock = under_way(dossier)
    if not work.catalog.can_sign:
        raise SignerMissing(dossier=dossier.called)
    if clock.extended_to is not None:
        raise ExtendedBefore(dossier=dossier.called, due=told(clock.extended_to))
    if work.open_job(letter_id(dossier.id)) is not None:
        raise ExtensionUnderWay(dossier=dossier.called)
    if due <= max(dossier.due_at or "", written(work.clock.now())):
        raise InvalidValues([_NOT_LATER])
    paper = work.ids.new()
    work.record(
        live, "ExtensionDrafted", {"paper": paper, "form": APOLOGY, "due": due, "reason": reason}, work.cause(by)
    )
    return Asked(dossier, paper)


def under_way(dossier: Dossier) -> LegalClock:
    """The clock of a dossier that is worked on.

    Raises:
        NotUnderWay: it has none, or it is over.
    """
    if (clock := dossier.legal_clock) is None or dossier.ended_at is not None or dossier.due_at is None:
        raise NotUnderWay(dossier=dossier.called)
    return clock


def values(live: Live, job: Job, agency: str) -> dict[str, Any]:
    """What is printed beside what papers have from the owner table: it comes from the process, and stands in no record."""
    known, asked = live.variables, job.payload
    return {
        **{name: known[name] for name in (OWNER, SUBJECT) if known.get(name)},
        "don_vi_cham": agency,
        "ly_do": asked["reason"],
        "ngay_tra_moi": told(asked["due"]),
    }


def take(work: Work, job: Job, until: str, by: Sender) -> Job:
    """Begin it. Nothing of it is in the history before it is out, or was given up."""
    work.current.update(Job, job.id, run_at=until, worker=by.person, attempt=job.attempt + 1)
    begun: Job = work.current.latest(Job, job.id, job)
    return begun


def publish(work: Work, live: Live, job: Job, said: Payload, content: bytes, by: Sender) -> None:
    """Give the dossier its new date, with the letter that tells it.

    Raises:
        NotUnderWay: it is over by now.
    """
    dossier = work.dossier(live.head.id)
    assert dossier is not None
    under_way(dossier)
    work.current.documents[sha256(content).hexdigest()] = content
    cause = work.cause(by)
    late = {"late": True} if cause.at > moment(dossier.due_at or "") else {}
    asked = {"due": job.payload["due"], "reason": job.payload["reason"], "paper": job.payload["paper"]}
    work.record(live, "DueTimeExtended", {**asked, **late, **said}, cause)


def fail(work: Work, live: Live, job: Job, why: str, *, left: int, by: Sender) -> None:
    """Put it off, or give it up: then the dossier is due when it was, and somebody may ask again."""
    if left:
        again = work.clock.now() + backoff.pause(max(job.attempt, 1), work.chance())
        work.current.update(Job, job.id, run_at=written(again), worker=None, last_error=why)
    else:
        drop(work, live, job, why, by)


def drop(work: Work, live: Live, job: Job, why: str, by: Sender) -> None:
    """Nothing of the letter is out, and nothing will be."""
    _drop(work, live, job, why, work.cause(by))


def settled(work: Work, live: Live, cause: Cause) -> None:
    """The dossier is over: what was to excuse its delay is not needed any more."""
    if (job := work.open_job(letter_id(live.head.id))) is not None:
        _drop(work, live, job, "dossierSettled", cause)


def _drop(work: Work, live: Live, job: Job, why: str, cause: Cause) -> None:
    work.record(live, "ExtensionDropped", {"paper": job.payload["paper"], "reason": why}, cause)
