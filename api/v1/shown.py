"""What several resources show: user tasks, incidents, where an instance stands; each with its schema."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from marshmallow import fields

from api.v1.fields import answer, maybe, maybe_number, maybe_when, number, one, said, some, texts, values, when
from engine.domain.instance import ProcessInstance
from engine.domain.record import Record
from engine.domain.state import element_of
from engine.domain.user_task import UserTask
from engine.domain.waiting import TIMER, Incident, Job, Subscription
from engine.service.standing import Standing

BOTH_LANGUAGES = answer("BothLanguages", vi=said(), en=said())

INCIDENT = answer(
    "Incident",
    id=said(),
    processInstanceId=said(),
    activityId=said(),
    elementId=said(),
    elementName=maybe(),
    code=said(),
    detail=one(BOTH_LANGUAGES),
    expression=maybe(),
    values=values(),
    state=said(metadata={"enum": ["open", "resolved"]}),
    raisedAt=when(),
    resolvedAt=maybe_when(),
)


def incident(row: Incident) -> dict[str, Any]:
    """A step that could not be done: where, what was tried on which values, and why it failed."""
    return {
        "id": row.id,
        "processInstanceId": row.instance_id,
        "activityId": row.activity,
        "elementId": row.element_id,
        "elementName": row.element_name,
        "code": row.code,
        "detail": row.detail,
        "expression": row.expression,
        "values": row.values,
        "state": row.state,
        "raisedAt": row.raised_at,
        "resolvedAt": row.resolved_at,
    }


USER_TASK = answer(
    "UserTask",
    id=said(),
    processInstanceId=said(),
    processDefinitionId=said(),
    businessKey=maybe(),
    activityId=said(),
    elementId=said(),
    name=maybe(),
    lane=maybe(),
    state=said(metadata={"enum": ["open", "completed", "cancelled"]}),
    candidateGroups=texts(),
    assignee=maybe(),
    formKey=maybe(),
    createdAt=when(),
    dueAt=maybe_when(),
    endedAt=maybe_when(),
    completedBy=maybe(),
    unit=maybe(),
    escalation=maybe_number(),
)


def user_task(row: UserTask) -> dict[str, Any]:
    """A piece of work for one person."""
    return {
        "id": row.id,
        "processInstanceId": row.instance_id,
        "processDefinitionId": row.definition_id,
        "businessKey": row.business_key,
        "activityId": row.activity,
        "elementId": row.element_id,
        "name": row.name,
        "lane": row.lane,
        "state": row.state,
        "candidateGroups": row.candidate_groups,
        "assignee": row.assignee,
        "formKey": row.form_key,
        "createdAt": row.created_at,
        "dueAt": row.due_at,
        "endedAt": row.ended_at,
        "completedBy": row.completed_by,
        "unit": row.unit,
        "escalation": row.escalation,
    }


JOB = answer(
    "Job",
    id=said(),
    topic=said(),
    processInstanceId=said(),
    elementId=said(),
    elementName=maybe(),
    activityId=said(),
    variables=values(),
    worker=maybe(),
    attempt=number(),
    lockedUntil=when(),
    requestedAt=when(),
)


def job(row: Job) -> dict[str, Any]:
    """Work for another system, with the variables that it was given."""
    return {
        "id": row.id,
        "topic": row.topic,
        "processInstanceId": row.instance_id,
        "elementId": row.element_id,
        "elementName": row.element_name,
        "activityId": row.activity,
        "variables": row.payload["values"],
        "worker": row.worker,
        "attempt": row.attempt,
        "lockedUntil": row.run_at,
        "requestedAt": row.asked_at,
    }


WAITING_FOR = answer(
    "WaitingFor",
    kind=said(metadata={"enum": ["userTask", "timer", "message", "signal", "job", "incident"]}),
    elementId=said(),
    elementName=maybe(),
    taskId=fields.String(),
    candidateGroups=fields.List(fields.String()),
    assignee=fields.String(allow_none=True),
    dueAt=fields.String(allow_none=True, metadata={"format": "date-time"}),
    name=fields.String(),
    key=fields.String(allow_none=True),
    jobId=fields.String(),
    topic=fields.String(),
    incidentId=fields.String(),
    code=fields.String(),
)
ACTIVE_ELEMENT = answer(
    "ActiveElement",
    elementId=said(),
    name=maybe(),
    activityId=said(),
    since=when(),
    waitingFor=some(WAITING_FOR),
)
INSTANCE = answer(
    "ProcessInstance",
    id=said(),
    processDefinitionId=said(),
    processDefinitionKey=said(),
    version=number(),
    name=said(),
    businessKey=maybe(),
    state=said(metadata={"enum": ["running", "suspended", "completed", "terminated", "failed"]}),
    startedAt=when(),
    startedBy=said(),
    unit=maybe(),
    endedAt=maybe_when(),
    errorCode=maybe(),
    seq=number(),
    activeElements=some(ACTIVE_ELEMENT),
    incidents=some(INCIDENT),
)


def instance(standing: Standing) -> dict[str, Any]:
    """An instance: where it stands, since when, for what and for whom it waits."""
    return {
        **_head(standing.head),
        "activeElements": active_elements(standing),
        "incidents": [incident(row) for row in standing.incidents],
    }


def _head(head: ProcessInstance) -> dict[str, Any]:
    return {
        "id": head.id,
        "processDefinitionId": head.definition_id,
        "processDefinitionKey": head.key,
        "version": head.version,
        "name": head.name,
        "businessKey": head.business_key,
        "state": head.state,
        "startedAt": head.started_at,
        "startedBy": head.started_by,
        "unit": head.unit,
        "endedAt": head.ended_at,
        "errorCode": head.error_code,
        "seq": head.seq,
    }


def active_elements(standing: Standing) -> list[dict[str, Any]]:
    """One for each activity that waits, the longest waiting first."""
    found: dict[str, dict[str, Any]] = {}
    for activity, since, waits in sorted(_waits(standing), key=lambda wait: wait[1]):
        element_id = element_of(activity)
        active = found.setdefault(
            activity, {"elementId": element_id, "name": None, "activityId": activity, "since": since, "waitingFor": []}
        )
        active["waitingFor"].append(waits)
        if waits["elementId"] == element_id:
            active["name"] = waits["elementName"]
    return list(found.values())


def _waits(standing: Standing) -> Iterator[tuple[str, str, dict[str, Any]]]:
    waits = (standing.user_tasks, standing.jobs, standing.subscriptions, standing.incidents)
    for row in chain[Any](*waits):
        since, name, wait = _WAITS[type(row)](row)
        yield row.activity, since, {"elementId": row.element_id, "elementName": name, **wait}


def _for_person(row: UserTask) -> tuple[str, str | None, dict[str, Any]]:
    who = {"taskId": row.id, "candidateGroups": row.candidate_groups, "assignee": row.assignee, "dueAt": row.due_at}
    return row.created_at, row.name, {"kind": "userTask", **who}


def _for_event(row: Subscription) -> tuple[str, str | None, dict[str, Any]]:
    return row.opened_at, row.element_name, {"kind": row.kind, "name": row.name, "key": row.key}


def _for_machine(row: Job) -> tuple[str | None, str | None, dict[str, Any]]:
    if row.kind == TIMER:
        return row.asked_at, row.element_name, {"kind": "timer", "dueAt": row.due_at}
    return row.asked_at, row.element_name, {"kind": "job", "jobId": row.id, "topic": row.topic}


def _for_help(row: Incident) -> tuple[str, str | None, dict[str, Any]]:
    return row.raised_at, row.element_name, {"kind": "incident", "incidentId": row.id, "code": row.code}


_WAITS: dict[type, Any] = {
    UserTask: _for_person,
    Subscription: _for_event,
    Job: _for_machine,
    Incident: _for_help,
}

RECORD = answer(
    "Record",
    stream=said(),
    seq=number(),
    kind=said(),
    recordedAt=when(),
    actor=said(),
    onBehalfOf=maybe(),
    cause=said(),
    payload=fields.Dict(keys=fields.String(), required=True),
)


def record(row: Record) -> dict[str, Any]:
    """One fact of a stream."""
    return {
        "stream": row.stream,
        "seq": row.seq,
        "kind": row.kind,
        "recordedAt": row.recorded_at,
        "actor": row.actor,
        "onBehalfOf": row.on_behalf_of,
        "cause": row.cause,
        "payload": row.payload,
    }
