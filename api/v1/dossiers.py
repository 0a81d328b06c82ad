"""Dossiers: what citizens hand in, where each stands, and its legal clock."""

from __future__ import annotations

from typing import Any, TypeVar

from flask import Response
from marshmallow import fields

from api import answers
from api.caller import principal, reach
from api.commands import idempotency_key, perform
from api.policy import Policy
from api.serving import reading, recorded, service
from api.v1.fields import (
    PAGE,
    Choice,
    Moment,
    Text,
    Values,
    answer,
    body,
    extended,
    maybe,
    maybe_number,
    maybe_when,
    number,
    one,
    page_of,
    said,
    some,
    when,
)
from api.v1.resource import Resource
from api.v1.shown import BOTH_LANGUAGES
from engine.domain import status
from engine.domain.dossier import CHANNELS, RATINGS, Dossier
from engine.domain.errors import NotUnderWay
from engine.domain.legal_clock import Pause
from engine.domain.outbox import STATES, OutboxEntry
from engine.ports import Page
from engine.service.command import Rendered, Sender
from engine.service.dossiers import (
    SUPPLEMENT,
    WITHDRAWAL,
    AddNote,
    ExtendDueTime,
    OnDossier,
    OpenDossier,
    Opened,
    TellDossier,
    shown_to,
    stored,
)
from engine.service.payments import due
from engine.service.process_instances import id_for
from engine.service.ratings import RateDossier
from engine.service.reckoned import Reckoned, reckon

dossiers = Resource("dossiers", "/v1/dossiers", "What citizens hand in.")
public = Resource("public", "/v1/public", "What citizens see without a key.")
PATH = "/v1/dossiers/"
CITIZEN = Sender("citizen")
"""Who shows the secret of a dossier, and nothing else."""

STATUS = answer("DossierStatus", code=maybe(), name=one(BOTH_LANGUAGES, allow_none=True), since=when())
DOSSIER = answer(
    "Dossier",
    id=said(),
    code=maybe(),
    processDefinitionKey=said(),
    unit=maybe(),
    channel=said(metadata={"enum": list(CHANNELS)}),
    status=one(STATUS),
    submittedAt=when(),
    acceptedAt=maybe_when(),
    endedAt=maybe_when(),
    returnedAt=maybe_when(),
    firstDueAt=maybe_when(),
    dueAt=maybe_when(),
    supplements=number(),
    fee=maybe_number(),
    paid=number(),
    paidOnline=number(),
    due=number(),
    documents=number(),
    rating=maybe(),
)
OPENED = extended(DOSSIER, "OpenedDossier", secret=said())
DOSSIERS = page_of(DOSSIER, "Dossiers")


def _shown(dossier: Dossier) -> dict[str, Any]:
    return {
        "id": dossier.id,
        "code": dossier.code,
        "processDefinitionKey": dossier.key,
        "unit": dossier.unit,
        "channel": dossier.channel,
        "status": _status(dossier),
        "submittedAt": dossier.submitted_at,
        "acceptedAt": dossier.accepted_at,
        "endedAt": dossier.ended_at,
        "returnedAt": dossier.returned_at,
        "firstDueAt": dossier.first_due_at,
        "dueAt": dossier.due_at,
        "supplements": dossier.supplements,
        "fee": dossier.fee,
        "paid": dossier.paid,
        "paidOnline": dossier.paid_online,
        "due": dossier.due,
        "documents": dossier.documents,
        "rating": dossier.rating,
    }


def _status(dossier: Dossier) -> dict[str, Any]:
    names = status.NAMES.get(dossier.status or "")
    return {
        "code": dossier.status,
        "name": None if names is None else {"vi": names[0], "en": names[1]},
        "since": dossier.status_at,
    }


OPEN = {
    "processDefinitionKey": Text(required=True),
    "channel": Choice(*CHANNELS, required=True),
    "submittedAt": Moment(load_default=None, allow_none=True),
    "unit": Text(load_default=None, allow_none=True),
    "variables": Values(load_default=dict),
}
REFUSES = (404, 409)


def _opened(opened: Opened) -> Rendered:
    content = _shown(opened.dossier) | {"secret": opened.secret}
    return answers.rendered(content, 201 if opened.is_new else 200, {"Location": PATH + opened.dossier.id})


def _opening(sent: dict[str, Any], code: str | None, id: str | None = None) -> OpenDossier:
    return OpenDossier(
        sent["processDefinitionKey"], sent["channel"], code, sent["submittedAt"], sent["variables"], sent["unit"], id
    )


@dossiers.posts(
    "", Policy.START, {201: OPENED, 200: OPENED}, body=body("OpenDossier", **OPEN), repeatable=True, refuses=REFUSES
)
def open_dossier(sent: dict[str, Any]) -> Response:
    """Hand in a dossier. It gets its code when it is accepted; until then it is known by its id.

    The citizen sees where it stands with the `secret`.
    """
    key = idempotency_key()
    id = None if key is None else id_for(service().tenant, principal(), key)
    return perform(_opening(sent, None, id), _opened, sent)


@dossiers.puts(
    "/<code>",
    Policy.START,
    {201: OPENED, 200: OPENED},
    body=body("PutDossier", **OPEN),
    repeatable=True,
    refuses=REFUSES,
)
def put_dossier(sent: dict[str, Any], code: str) -> Response:
    """Hand in a dossier that another system has named already; sent again it is the same dossier."""
    return perform(_opening(sent, code), _opened, sent)


ASKED = body(
    "DossiersAsked",
    processDefinitionKey=Text(load_default=None),
    status=Choice(*status.NAMES, load_default=None),
    **PAGE,
)


@dossiers.gets("", Policy.INSTANCES, DOSSIERS, query=ASKED)
def list_dossiers(asked: dict[str, Any]) -> Response:
    """List dossiers, the last submitted first."""
    with reading() as queries:
        found = queries.list_dossiers(
            asked["processDefinitionKey"], asked["status"], Page(asked["limit"], asked["after"]), reach()
        )
    recorded()
    return answers.listed(found, _shown)


@dossiers.gets("/<code>", Policy.INSTANCES, DOSSIER, refuses=(404,))
def get_dossier(code: str) -> Response:
    """One dossier, by its code or its id."""
    with reading() as queries:
        dossier = stored(queries, code, reach())
    recorded(dossier.id)
    return answers.json(_shown(dossier))


PAUSE = answer("ClockPause", elementId=said(), elementName=maybe(), begin=when(), end=maybe_when())
CLOCK = answer(
    "LegalClock",
    limit=said(),
    startedAt=when(),
    firstDueAt=when(),
    dueAt=when(),
    usedDays=fields.Float(required=True),
    pausedDays=fields.Float(required=True),
    running=fields.Boolean(required=True),
    timeliness=said(metadata={"enum": ["early", "onTime", "late", "inTime"]}),
    inTimeNationally=fields.Boolean(required=True),
    pauses=some(PAUSE),
    told=one(BOTH_LANGUAGES),
)


@dossiers.gets("/<code>/clock", Policy.INSTANCES, CLOCK, refuses=REFUSES)
def get_clock(code: str) -> Response:
    """How much of the limit is used, what did not count and why, when it is due.

    `timeliness` compares days, `inTimeNationally` moments, as the national portal does.
    """
    with reading() as queries:
        dossier = stored(queries, code, reach())
        found = reckon(queries, service().catalog, dossier, service().clock.now())
    if found is None:
        raise NotUnderWay(dossier=dossier.code or dossier.id)
    recorded(dossier.id)
    return answers.json(_clock(dossier, found))


def _clock(dossier: Dossier, found: Reckoned) -> dict[str, Any]:
    return {
        "limit": found.clock.limit,
        "startedAt": found.clock.started_at,
        "firstDueAt": dossier.first_due_at,
        "dueAt": dossier.due_at,
        "usedDays": found.used_days,
        "pausedDays": found.paused_days,
        "running": found.running,
        "timeliness": found.timeliness,
        "inTimeNationally": found.in_time,
        "pauses": [_pause(pause) for pause in found.clock.pauses],
        "told": told(found),
    }


def _pause(pause: Pause) -> dict[str, Any]:
    return {"elementId": pause.element, "elementName": pause.name, "begin": pause.begin, "end": pause.end}


_UNITS = {
    "working-days": ("ngày làm việc", "working days"),
    "working-hours": ("giờ làm việc", "working hours"),
    "calendar-days": ("ngày", "calendar days"),
}


def told(found: Reckoned) -> dict[str, str]:
    """A clock in a sentence."""
    amount, _, unit = found.clock.limit.partition(" ")
    vi, en = _UNITS.get(unit, ("", ""))
    of = ("trong ngày", "the same day") if not unit else (f"{amount} {vi}", f"{amount} {en}")
    names = list(dict.fromkeys(pause.name or pause.element for pause in found.clock.pauses))
    why = ", ".join(names)
    paused = (
        (
            f"; tạm dừng {_number(found.paused_days)} ngày vì: {why}",
            f"; paused {found.paused_days:g} days because: {why}",
        )
        if names
        else ("", "")
    )
    return {
        "vi": f"Đã dùng {_number(found.used_days)} ngày làm việc trong thời hạn {of[0]}{paused[0]}.",
        "en": f"{found.used_days:g} working days used of {of[1]}{paused[1]}.",
    }


def _number(days: float) -> str:
    return f"{days:g}".replace(".", ",")


TELLING = answer("Telling", at=when(), record=number(), status=maybe(), sha256=maybe())
ENTRY = answer(
    "OutboxEntry",
    connector=said(),
    state=said(metadata={"enum": list(STATES)}),
    wantedRecord=number(),
    toldRecord=number(),
    tries=number(),
    nextTryAt=maybe_when(),
    lastError=maybe(),
    incidentId=maybe(),
    told=some(TELLING),
)


@dossiers.gets("/<code>/outbox", Policy.INSTANCES, answer("Outbox", items=some(ENTRY), next=maybe()), refuses=(404,))
def get_outbox(code: str) -> Response:
    """What outside systems were told of a dossier and when, what is still to be told them, and why it was not."""
    with reading() as queries:
        dossier = stored(queries, code, reach())
        entries = queries.outbox_of(dossier.id)
    recorded(dossier.id)
    return answers.json({"items": [_entry(entry) for entry in entries], "next": None})


def _entry(entry: OutboxEntry) -> dict[str, Any]:
    return {
        "connector": entry.id[1],
        "state": entry.state,
        "wantedRecord": entry.wanted,
        "toldRecord": entry.told,
        "tries": entry.tries,
        "nextTryAt": entry.due_at,
        "lastError": entry.last_error,
        "incidentId": None if entry.incident_at is None else entry.incident_id,
        "told": [
            {"at": each["at"], "record": each["record"], "status": each["status"], "sha256": each["print"]}
            for each in entry.tellings
        ],
    }


Made = TypeVar("Made", bound=OnDossier)
EXTENSION = body("ExtendDueTime", due=Moment(required=True), reason=Text(2000, required=True))


def _is(dossier: Dossier) -> Rendered:
    return answers.rendered(_shown(dossier))


def on(code: str, command: type[Made], **given: Any) -> Made:
    """A command on a dossier that is there for the caller.

    Raises:
        NotFound: there is none, or not for him.
    """
    with reading() as queries:
        return command(stored(queries, code, reach()).id, **given)


@dossiers.posts("/<code>/extension", Policy.WORK, {200: DOSSIER}, body=EXTENSION, repeatable=True, refuses=REFUSES)
def extend_due_time(sent: dict[str, Any], code: str) -> Response:
    """Give a dossier a new date, once, with the reason that stands on the letter of apology (Mẫu 04)."""
    return perform(on(code, ExtendDueTime, due=sent["due"], reason=sent["reason"]), _is, sent)


NOTE = body("AddNote", text=Text(10_000, required=True))


@dossiers.posts("/<code>/notes", Policy.WORK, {200: DOSSIER}, body=NOTE, repeatable=True, refuses=(404,))
def add_note(sent: dict[str, Any], code: str) -> Response:
    """Write a note beside a dossier; it stands in its history."""
    return perform(on(code, AddNote, text=sent["text"]), _is, sent)


TOLD = body("TellDossier", variables=Values(load_default=dict))


@dossiers.posts("/<code>/withdrawal", Policy.START, {200: DOSSIER}, body=TOLD, repeatable=True, refuses=REFUSES)
def withdraw_dossier(sent: dict[str, Any], code: str) -> Response:
    """The citizen wants it back."""
    return perform(on(code, TellDossier, message=WITHDRAWAL, values=sent["variables"]), _is, sent)


@dossiers.posts("/<code>/supplement", Policy.START, {200: DOSSIER}, body=TOLD, repeatable=True, refuses=REFUSES)
def supplement_dossier(sent: dict[str, Any], code: str) -> Response:
    """The citizen hands in what was missing."""
    return perform(on(code, TellDossier, message=SUPPLEMENT, values=sent["variables"]), _is, sent)


PUBLIC = answer(
    "PublicDossier",
    code=maybe(),
    status=one(STATUS),
    step=number(),
    steps=number(),
    dueAt=maybe_when(),
    clock=fields.Nested(BOTH_LANGUAGES, allow_none=True, required=True),
    next=one(BOTH_LANGUAGES),
    toPay=maybe_number(),
    rated=fields.Boolean(required=True),
)
SHOWN = body("PublicDossierAsked", secret=Text(required=True))
_NEXT = {
    status.REGISTERED: ("Chờ bộ phận một cửa kiểm tra hồ sơ.", "Wait for the one-stop counter to check the dossier."),
    status.SUPPLEMENT: ("Nộp giấy tờ còn thiếu.", "Hand in the papers that are missing."),
    status.OBLIGATION: ("Nộp tiền theo thông báo.", "Pay what the notice says."),
    status.FINISHED: ("Đến nhận kết quả.", "Come for the result."),
    status.REFUSED: ("Xem lý do trong phiếu từ chối.", "See the reason in the refusal slip."),
    status.STOPPED: ("Xem lý do trong văn bản trả lời.", "See the reason in the letter."),
    status.WITHDRAWN: ("Hồ sơ đã được rút.", "The dossier was withdrawn."),
    status.RETURNED: ("Không còn việc gì phải làm.", "Nothing is left to do."),
}
_WAIT = ("Chờ đến ngày hẹn trả kết quả.", "Wait for the day that was named.")


@public.gets("/dossiers/<code>", Policy.OPEN, PUBLIC, query=SHOWN, refuses=(404,))
def see_dossier(asked: dict[str, Any], code: str) -> Response:
    """Where a citizen's dossier stands: step x of y, the clock, what to do next. By code and secret; no names, no values."""
    with reading() as queries:
        dossier = shown_to(queries, code, asked["secret"])
        found = reckon(queries, service().catalog, dossier, service().clock.now())
        to_pay = due(queries, dossier) if dossier.status == status.OBLIGATION else None
    vi, en = _NEXT.get(dossier.status or status.REGISTERED, _WAIT)
    return answers.json(
        {
            "code": dossier.code,
            "status": _status(dossier),
            "step": status.step(dossier.status),
            "steps": len(status.MILESTONES),
            "dueAt": dossier.due_at,
            "clock": None if found is None else told(found),
            "next": {"vi": vi, "en": en},
            "toPay": to_pay,
            "rated": bool(dossier.rated),
        }
    )


RATE = body(
    "RateDossier",
    secret=Text(required=True),
    rating=Choice(*RATINGS, required=True),
    comment=Text(2000, load_default=None, allow_none=True),
)
THANKS = answer("DossierRating", rating=said(metadata={"enum": list(RATINGS)}))


@public.posts("/dossiers/<code>/rating", Policy.OPEN, {200: THANKS}, body=RATE, refuses=(404, 409))
def rate_dossier(sent: dict[str, Any], code: str) -> Response:
    """Say how satisfied one is with the result, once for each result, and why; by code and secret.

    The same again is answered the same, and has no second effect.

    A process that waits for it is told: a petition whose answer does not satisfy is opened again once.
    """
    with reading() as queries:
        dossier = shown_to(queries, code, sent["secret"])
    done = service().writer.do(RateDossier(dossier.id, sent["rating"], sent["comment"]), CITIZEN)
    return answers.json({"rating": done.rating})
