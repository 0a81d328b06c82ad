"""Why an instance stands where it does: GET /v1/process-instances/{id}/why."""

from __future__ import annotations

from typing import Any

from flask import Response

from api import answers
from api.caller import reach
from api.policy import Policy
from api.serving import reading, recorded, service, shown
from api.v1.fields import answer, maybe, maybe_when, one, said, some, texts, when
from api.v1.resource import Resource
from api.v1.shown import BOTH_LANGUAGES
from engine.domain.wait import Wait, Who
from engine.service import standing
from engine.service.why import Asking

waits = Resource("waits", "/v1/process-instances", "What instances wait for, and who can end it.")
KINDS = ["userTask", "timer", "message", "signal", "job", "own", "incident", "suspension"]
WHO = answer(
    "Who",
    roles=texts(),
    person=maybe(),
    candidateGroups=texts(),
    unit=maybe(),
    barred=texts(),
    topic=maybe(),
)
WAIT = answer(
    "Wait",
    kind=said(metadata={"enum": KINDS}),
    id=maybe(),
    elementId=maybe(),
    elementName=maybe(),
    since=when(),
    until=maybe_when(),
    who=one(WHO),
    sentence=one(BOTH_LANGUAGES),
)
WHY = answer("Why", processInstanceId=said(), state=said(), waits=some(WAIT))


@waits.gets("/<id>/why", Policy.INSTANCES, WHY, refuses=(404,))
def why(id: str) -> Response:
    """Why an instance does not move: each wait, since when, until when, who can end it, and a sentence that says so.

    The longest wait comes first; an instance that has ended waits for nothing.
    """
    with reading() as queries:
        stands = shown(standing.stored(queries, id, reach()))
        found = Asking(queries, service().catalog, service().clock, stands).waits()
    recorded(id)
    return answers.json({"processInstanceId": id, "state": stands.head.state, "waits": [_wait(wait) for wait in found]})


def _wait(wait: Wait) -> dict[str, Any]:
    return {
        "kind": wait.kind,
        "id": wait.id,
        "elementId": wait.element_id,
        "elementName": wait.element_name,
        "since": wait.since,
        "until": wait.until,
        "who": _who(wait.who),
        "sentence": {"vi": wait.vi, "en": wait.en},
    }


def _who(who: Who) -> dict[str, Any]:
    return {
        "roles": [role.value for role in who.roles],
        "person": who.person,
        "candidateGroups": who.groups,
        "unit": who.unit,
        "barred": who.but,
        "topic": who.topic,
    }
