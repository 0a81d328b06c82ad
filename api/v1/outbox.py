"""What outside systems were told of a dossier by itself."""

from __future__ import annotations

from typing import Any

from flask import Response

from api import answers
from api.caller import reach
from api.policy import Policy
from api.serving import reading, recorded
from api.v1.fields import answer, maybe, maybe_when, number, said, some, when
from api.v1.resource import Resource
from engine.domain.outbox import STATES, OutboxEntry
from engine.service.dossiers import stored

outbox = Resource("outbox of dossiers", "/v1/dossiers", "What outside systems are told of dossiers.")

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


@outbox.gets("/<code>/outbox", Policy.INSTANCES, answer("Outbox", items=some(ENTRY), next=maybe()), refuses=(404,))
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
