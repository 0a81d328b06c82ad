"""What citizens see and say without a key: by a dossier's code and the secret that they were given with it."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import fields

from api import answers
from api.policy import Policy
from api.serving import reading, service
from api.v1.dossiers import STATUS, shown_status
from api.v1.fields import Choice, Text, answer, body, maybe, maybe_number, maybe_when, number, one, said
from api.v1.resource import Resource
from api.v1.shown import BOTH_LANGUAGES
from api.v1.told import told
from engine.domain import status
from engine.domain.dossier import RATINGS
from engine.service.command import Sender
from engine.service.dossiers import shown_to
from engine.service.dues import due
from engine.service.ratings import RateDossier
from engine.service.reckoned import reckon

public = Resource("public", "/v1/public", "What citizens see without a key.")
CITIZEN = Sender("citizen")
"""Who shows the secret of a dossier, and nothing else."""

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
            "status": shown_status(dossier),
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
