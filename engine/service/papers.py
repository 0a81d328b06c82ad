"""Papers: begun in a commit, set and signed outside of any, numbered and published in another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from engine.domain import backoff
from engine.domain.calendar import local_day
from engine.domain.control_sheet import steps, told
from engine.domain.errors import NotFound, NumberTaken, SignatureMissing
from engine.domain.paper import CONTROL_SHEET, Form, Paper, Sheet, Signed
from engine.domain.values import written
from engine.domain.waiting import Job
from engine.ports import Queries
from engine.service import history, letters
from engine.service.begun import Answer, Begin, held, note, waits
from engine.service.command import Sender
from engine.service.letters import is_letter
from engine.service.live import Live
from engine.service.work import Work

LEASE = timedelta(minutes=3)
"""How long a paper is left to who makes it, the call of a signing gateway included."""
ATTEMPTS = 10
"""Failures after which a person has to look."""
_ALL = 1_000_000


@dataclass(frozen=True, slots=True)
class Draft:
    """A paper that is begun: what is to stand on it, under the number that is next now."""

    job: Job
    sheet: Sheet
    series: str
    number: int

    @property
    def id(self) -> str:
        """The job's."""
        return self.job.id

    @property
    def place(self) -> str:
        """Where it is made: papers come one after the other, so that none takes another's number."""
        return "papers"


@dataclass(frozen=True, slots=True)
class BeginPaper(Begin):
    """Take a job that asks for a paper; no form where there is none of that name, or nobody to sign."""

    form: Form | None
    missing: str = ""
    """Why there is no form: the code of the incident."""


def begin(work: Work, command: BeginPaper, by: Sender) -> Draft | bool:
    """Collect what stands on the paper; False where there is nothing to do any more."""
    if (job := waits(work, command)) is None:
        return False
    live = work.live(job.instance_id)
    if is_letter(job):
        return _begin_letter(work, live, job, command, by)
    if command.form is None or not command.form.stands(_today(work)):
        said = {"message": job.form or "", "retries": 0, "again": job.run_at}
        return note(work, live, job, "JobFailed", {**said, "incidentCode": command.missing or "paperFailed"}, by)
    series = command.form.series(live.head.unit, _today(work))
    number = work.last_number(series) + 1
    sheet = _sheet(work, live, job, command.form, number)
    until = written(work.clock.now() + LEASE)
    note(work, live, job, "JobBegun", {"attempt": job.attempt + 1, "until": until}, by)
    begun: Job = work.current.latest(Job, job.id, job)
    return Draft(begun, sheet, series, number)


def _begin_letter(work: Work, live: Live, job: Job, command: BeginPaper, by: Sender) -> Draft | bool:
    """The same for a letter, of which nothing stands in the history before it is out."""
    if command.form is None or not command.form.stands(_today(work)):
        letters.drop(work, live, job, command.missing or "paperFormMissing", by)
        return True
    series = command.form.series(live.head.unit, _today(work))
    number = work.last_number(series) + 1
    said = letters.values(live, job, _agency(work, live.head.unit, _today(work))[0])
    sheet = _sheet(work, live, replace(job, payload={"values": said}), command.form, number)
    return Draft(letters.take(work, job, written(work.clock.now() + LEASE), by), sheet, series, number)


def _today(work: Work) -> date:
    return date.fromisoformat(local_day(work.clock.now()))


def _sheet(work: Work, live: Live, job: Job, form: Form, number: int) -> Sheet:
    head, day, procedure = live.head, _today(work), work.loaded(live).procedure
    values = {**procedure.owner.on_paper(live.variables), **job.payload["values"]}
    dossier = work.dossier(head.id)
    code = (dossier.code if dossier else None) or head.business_key or ""
    agency, above = _agency(work, head.unit, day)
    owner, known = str(values.get("so_giay_to") or ""), procedure.code or head.key
    coded = (form.title, owner, code, head.unit or "", known, written(work.clock.now()))
    return Sheet(
        form.name, day, form.label(number), agency, above, str(values.get("dia_danh") or ""), code, head.name,
        told((dossier.accepted_at if dossier else None) or head.started_at), told(dossier.due_at if dossier else None),
        job.payload.get("basis") or "", "|".join(coded), values, _rows(work, head.id, form),
    )  # fmt: skip


def _agency(work: Work, code: str | None, day: date) -> tuple[str, str]:
    """The name of a unit and of the one above it, as they stand that day."""
    tree = work.organisation()
    unit = None if tree is None or code is None else tree.standing(code, day.isoformat())
    if unit is None or tree is None:
        return code or "", ""
    above = None if unit.parent is None else tree.standing(unit.parent, day.isoformat())
    return unit.name, above.name if above else ""


def _rows(work: Work, instance_id: str, form: Form) -> Any:
    if form.name != CONTROL_SHEET:
        return ()
    work.flush()
    return steps(history.records(work.unit, instance_id, 0, _ALL))


@dataclass(frozen=True, slots=True)
class PublishPaper(Answer):
    """Number a paper and publish it. ``signed`` is what was found when its signature was checked, None when it has none."""

    draft: Draft
    signed: Signed | None

    @property
    def job(self) -> Job:
        return self.draft.job


def publish(work: Work, command: PublishPaper, by: Sender) -> Live:
    """Give the paper its number, keep its file, and let the token go on: all in one commit, or nothing.

    Raises:
        JobNotHeld: the paper is not needed any more, or another began it again.
        SignatureMissing: nothing unsigned goes out.
        NumberTaken: the number on it is another's by now.
        InstanceEnded, InstanceSuspended
    """
    draft, signed = command.draft, command.signed
    job = held(work, command, by)
    if signed is None:
        raise SignatureMissing(id=job.id)
    live = work.running(job.instance_id)
    if work.next_number(draft.series) != draft.number:
        raise NumberTaken(number=draft.number, series=draft.series)
    hash = sha256(signed.content).hexdigest()
    said = {
        "series": draft.series, "number": draft.number, "label": draft.sheet.number, "hash": hash,
        "signer": signed.signer,
    }  # fmt: skip
    if is_letter(job):
        letters.publish(work, live, job, said, signed.content, by)
        return live
    work.current.documents[hash] = signed.content
    work.record(live, "PaperPublished", {"paper": job.id, "activity": job.activity, **said}, work.cause(by))
    return live


@dataclass(frozen=True, slots=True)
class FailPaper(Answer):
    """A paper was not made: why, and whether it may be tried again."""

    draft: Draft
    why: str
    again: bool

    @property
    def job(self) -> Job:
        return self.draft.job


def fail(work: Work, command: FailPaper, by: Sender) -> Live:
    """Put it off, or have a person look; the number was never given, so none is missing.

    Raises:
        JobNotHeld, InstanceEnded, InstanceSuspended
    """
    job = held(work, command, by)
    live = work.running(job.instance_id)
    left = max(ATTEMPTS - job.attempt, 0) if command.again else 0
    if is_letter(job):
        letters.fail(work, live, job, command.why, left=left, by=by)
        return live
    again = work.clock.now() + backoff.pause(max(job.attempt, 1), work.chance())
    said = {"message": command.why, "retries": left, "again": written(again)}
    note(work, live, job, "JobFailed", said if left else {**said, "incidentCode": "paperFailed"}, by)
    return live


def one(queries: Queries, id: str) -> Paper:
    """A paper.

    Raises:
        NotFound: there is none.
    """
    found = queries.paper(id)
    if found is None:
        raise NotFound(what="paper", id=id)
    return found


def file(queries: Queries, paper: Paper) -> bytes:
    """The signed file of a paper.

    Raises:
        NotFound: it is not out.
    """
    content = None if paper.hash is None else queries.document(paper.hash)
    if content is None:
        raise NotFound(what="published paper", id=paper.id)
    return content
