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
from api.v1.told import told
from engine.domain import status
from engine.domain.dossier import CHANNELS, Dossier
from engine.domain.errors import NotUnderWay
from engine.domain.legal_clock import Pause
from engine.ports import Page
from engine.service.command import Rendered
from engine.service.dossiers import (
    SUPPLEMENT,
    WITHDRAWAL,
    AddNote,
    ExtendDueTime,
    OnDossier,
    OpenDossier,
    Opened,
    TellDossier,
    stored,
)
from engine.service.letters import Asked
from engine.service.process_instances import id_for
from engine.service.reckoned import Reckoned, reckon

dossiers = Resource("dossiers", "/v1/dossiers", "What citizens hand in.")
PATH = "/v1/dossiers/"

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
    escalation=maybe_number(),
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
        "status": shown_status(dossier),
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
        "escalation": dossier.escalation,
    }


def shown_status(dossier: Dossier) -> dict[str, Any]:
    """The status that it has, and what people call it."""
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
    restartedAt=maybe_when(),
    stoppedAt=maybe_when(),
    extendedAt=maybe_when(),
    extendedTo=maybe_when(),
    apologyLate=fields.Boolean(required=True),
    used=fields.Float(required=True),
    usedDays=fields.Float(required=True),
    pausedDays=fields.Float(required=True),
    running=fields.Boolean(required=True),
    timeliness=said(metadata={"enum": ["early", "onTime", "late", "inTime"]}),
    inTimeNationally=fields.Boolean(required=True),
    escalation=maybe_number(),
    calendar=said(),
    provisional=fields.Boolean(required=True),
    pauses=some(PAUSE),
    told=one(BOTH_LANGUAGES),
)


@dossiers.gets("/<code>/clock", Policy.INSTANCES, CLOCK, refuses=REFUSES)
def get_clock(code: str) -> Response:
    """How much of the limit is used, what did not count and why, when it is due.

    `used` is in the unit of the limit. `timeliness` compares days, or half-days where the province has decided so,
    `inTimeNationally` moments, as the national portal does. `provisional`: it is due in a year not decided yet.
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
        "restartedAt": found.clock.restarted_at,
        "stoppedAt": found.clock.stopped_at,
        "extendedAt": found.clock.extended_at,
        "extendedTo": found.clock.extended_to,
        "apologyLate": found.clock.extended_late,
        "used": found.used,
        "usedDays": found.used_days,
        "pausedDays": found.paused_days,
        "running": found.running,
        "timeliness": found.timeliness,
        "inTimeNationally": found.in_time,
        "escalation": dossier.escalation,
        "calendar": found.calendar,
        "provisional": found.provisional,
        "pauses": [_pause(pause) for pause in found.clock.pauses],
        "told": told(found),
    }


def _pause(pause: Pause) -> dict[str, Any]:
    return {"elementId": pause.element, "elementName": pause.name, "begin": pause.begin, "end": pause.end}


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


ASKED_EXTENSION = extended(DOSSIER, "ExtensionAsked", paper=said())


@dossiers.posts(
    "/<code>/extension", Policy.WORK, {202: ASKED_EXTENSION}, body=EXTENSION, repeatable=True, refuses=REFUSES
)
def extend_due_time(sent: dict[str, Any], code: str) -> Response:
    """Give a dossier a new date, once, with the reason that stands on the letter of apology (Mẫu 04).

    The new date counts when the letter is out, numbered and signed: `Location` is that `paper`. What was due before
    that moment stays late.
    """
    return perform(on(code, ExtendDueTime, due=sent["due"], reason=sent["reason"]), _extending, sent)


def _extending(asked: Asked) -> Rendered:
    content = _shown(asked.dossier) | {"paper": asked.paper}
    return answers.rendered(content, 202, {"Location": f"/v1/papers/{asked.paper}"})


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
