"""What happened to a process instance: records, activities, its state at any record, export, verification."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response, stream_with_context
from marshmallow import fields

from api import answers
from api.caller import reach
from api.policy import Policy
from api.serving import reading, recorded, service
from api.v1.fields import (
    NOTHING,
    Whole,
    answer,
    body,
    maybe,
    maybe_number,
    maybe_when,
    number,
    one,
    page_of,
    said,
    some,
    values,
    when,
)
from api.v1.resource import Resource
from api.v1.shown import INCIDENT, RECORD, USER_TASK, incident, record, user_task
from api.verification import shown
from engine.domain.state import Activity, InstanceState
from engine.domain.user_task import UserTask
from engine.domain.waiting import TIMER, Incident, Job
from engine.service import export, history, reaching
from engine.service.activities import Placed, activities

histories = Resource("histories", "/v1/process-instances", "What happened to an instance, and its proof.")

LARGEST_SEQ = 2**53
NUMBERED = body("NumberedPage", limit=Whole(1, 200, load_default=50), after=Whole(0, LARGEST_SEQ, load_default=0))
HISTORY = page_of(RECORD, "Records")


@histories.gets("/<id>/history", Policy.AUDIT, HISTORY, query=NUMBERED, refuses=(404,))
def get_history(asked: dict[str, Any], id: str) -> Response:
    """The records of an instance, in order; ``after`` is the number of the last one seen."""
    with reading() as queries:
        found = history.records(queries, id, asked["after"], asked["limit"] + 1)
        if not found and id not in queries.process_instances([id]):
            raise reaching.missing(queries, id)
    recorded(id)
    return answers.numbered(map(record, found), asked["limit"], "seq")


ACTIVITY = answer(
    "Activity",
    id=said(),
    elementId=said(),
    name=maybe(),
    type=said(),
    state=said(metadata={"enum": ["active", "completed", "cancelled"]}),
    startedAt=when(),
    endedAt=maybe_when(),
    startedSeq=number(),
    endedSeq=maybe_number(),
    actor=maybe(),
    processDefinitionId=said(),
    scopeId=said(),
    lane=maybe(),
    statusCode=maybe(),
    legalBasis=maybe(),
    loop=maybe(),
)
ACTIVITIES = page_of(ACTIVITY, "Activities")


@histories.gets("/<id>/activities", Policy.DOSSIERS, ACTIVITIES, query=NUMBERED, refuses=(404,))
def get_activities(asked: dict[str, Any], id: str) -> Response:
    """Every flow-node instance, in the order in which they began; ``after`` is the startedSeq of the last one seen."""
    with reading() as queries:
        reaching.instance(queries, id, reach())
        found = activities(queries, service().catalog, id)
    recorded(id)
    later = (_placed(placed) for placed in found if placed.activity.started_seq > asked["after"])
    return answers.numbered(later, asked["limit"], "startedSeq")


def _placed(placed: Placed) -> dict[str, Any]:
    return {**_activity(placed.activity), "processDefinitionId": placed.definition_id}


def _activity(row: Activity) -> dict[str, Any]:
    return {
        "id": row.id,
        "elementId": row.element_id,
        "name": row.name,
        "type": row.type,
        "state": row.state,
        "startedAt": row.started_at,
        "endedAt": row.ended_at,
        "startedSeq": row.started_seq,
        "endedSeq": row.ended_seq,
        "actor": row.actor,
        "scopeId": row.scope_id,
        "lane": row.lane,
        "statusCode": row.status_code,
        "legalBasis": row.legal_basis,
        "loop": row.loop,
    }


AT = body("AtSeq", atSeq=Whole(1, LARGEST_SEQ, load_default=None))
ACTIVE = answer("ActiveAtRecord", elementId=said(), name=maybe(), activityId=said(), type=said(), since=when())
TIMER_SET = answer(
    "Timer", id=said(), activityId=said(), elementId=said(), elementName=maybe(), dueAt=when(), armedAt=when()
)
STATE = answer(
    "StateAtRecord",
    processInstanceId=said(),
    atSeq=number(),
    recordedAt=when(),
    state=said(metadata={"enum": ["running", "suspended", "completed", "terminated", "failed"]}),
    activeElements=some(ACTIVE),
    variables=values(),
    scopes=fields.Dict(keys=fields.String(), values=fields.Dict(keys=fields.String()), required=True),
    userTasks=some(USER_TASK),
    timers=some(TIMER_SET),
    incidents=some(INCIDENT),
)


@histories.gets("/<id>/state", Policy.AUDIT, STATE, query=AT, refuses=(404,))
def get_state(asked: dict[str, Any], id: str) -> Response:
    """The instance as it was after a record, or after the last; read from the records, nothing is executed."""
    with reading() as queries:
        state = history.state_at(queries, id, asked["atSeq"])
    recorded(id)
    return answers.json(_state(state))


def _state(state: InstanceState) -> dict[str, Any]:
    return {
        "processInstanceId": state.instance_id,
        "atSeq": state.at_seq,
        "recordedAt": state.recorded_at,
        "state": state.state,
        "activeElements": [_active(activity) for activity in state.active],
        "variables": state.variables.get("", {}),
        "scopes": {scope: held for scope, held in state.variables.items() if scope},
        "userTasks": [user_task(task) for task in state.open(UserTask)],
        "timers": [_timer(job) for job in state.open(Job) if job.kind == TIMER],
        "incidents": [incident(row) for row in state.open(Incident)],
    }


def _active(row: Activity) -> dict[str, Any]:
    return {
        "elementId": row.element_id,
        "name": row.name,
        "activityId": row.id,
        "type": row.type,
        "since": row.started_at,
    }


def _timer(row: Job) -> dict[str, Any]:
    return {
        "id": row.id,
        "activityId": row.activity,
        "elementId": row.element_id,
        "elementName": row.element_name,
        "dueAt": row.due_at,
        "armedAt": row.asked_at,
    }


LINES = {"type": "string", "description": "JSON lines: what the history was executed with, then one log row a line."}


@histories.gets("/<id>/export", Policy.AUDIT, LINES, content_type="application/x-ndjson", refuses=(404,))
def export_history(id: str) -> Response:
    """The history as JSON lines that can be verified anywhere (``motcua verify --file``)."""
    with reading() as queries:
        if id not in queries.process_instances([id]):
            raise reaching.missing(queries, id)
    recorded(id)
    headers = {"Content-Disposition": 'attachment; filename="history.ndjson"', "Cache-Control": "no-store"}
    return Response(stream_with_context(_lines(id)), 200, headers, content_type="application/x-ndjson")


def _lines(id: str) -> Iterator[bytes]:
    with reading() as queries:
        yield from export.lines(queries, id)


DIFFERENCE = answer(
    "Difference", seq=number(), kind=maybe(), reason=said(), recorded=fields.Raw(required=True), computed=fields.Raw(required=True)
)  # fmt: skip
VERIFICATION = answer(
    "Verification",
    identical=fields.Boolean(required=True),
    records=number(),
    recomputed=number(),
    takenFromRecord=number(),
    firstDifference=one(DIFFERENCE, allow_none=True),
)


@histories.posts("/<id>/verification", Policy.AUDIT, {200: VERIFICATION}, body=NOTHING, refuses=(404,))
def verify_history(nothing: dict[str, Any], id: str) -> Response:
    """Check the chain, and execute the recorded inputs again: the same records must come out."""
    with reading() as queries:
        found = history.verify(queries, service().catalog, id)
    recorded(id)
    return answers.json(shown(found))
