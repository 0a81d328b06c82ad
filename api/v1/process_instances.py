"""Process instances: start, look at, mend, modify, suspend, resume, cancel; their history and its proof."""

from __future__ import annotations

from typing import Any

from flask import Response

from api import answers
from api.caller import principal, reach
from api.commands import idempotency_key, perform, required_seq
from api.policy import Policy
from api.serving import reading, recorded, service, shown
from api.v1.fields import NOTHING, PAGE, Choice, Text, Values, body, page_of
from api.v1.resource import Resource
from api.v1.shown import INSTANCE, instance
from engine.domain.errors import Fault, InvalidValues
from engine.ports import Page
from engine.service import standing
from engine.service.command import Rendered
from engine.service.process_instances import (
    CancelProcessInstance,
    MendVariables,
    ResumeProcessInstance,
    StartProcessInstance,
    SuspendProcessInstance,
    id_for,
    variables,
)
from engine.service.standing import Standing

process_instances = Resource("process-instances", "/v1/process-instances", "Running and ended process instances.")
PATH = "/v1/process-instances/"


def answered(stands: Standing) -> Rendered:
    """An instance as an answer, with its state as ETag."""
    return answers.rendered(instance(stands), headers=answers.etag(stands.head.seq))


def _started(stands: Standing) -> Rendered:
    headers = {**answers.etag(stands.head.seq), "Location": PATH + stands.head.id}
    return answers.rendered(instance(stands), 201, headers)


START = body(
    "StartProcessInstance",
    processDefinitionKey=Text(load_default=None),
    processDefinitionId=Text(load_default=None),
    businessKey=Text(load_default=None, allow_none=True),
    variables=Values(load_default=dict),
    unit=Text(load_default=None, allow_none=True),
)
_WHICH = Fault(
    "",
    "whichDefinition",
    "Cần đúng một trong hai: processDefinitionKey hoặc processDefinitionId.",
    "Exactly one of processDefinitionKey and processDefinitionId is needed.",
)


@process_instances.posts("", Policy.START, {201: INSTANCE}, body=START, repeatable=True, refuses=(404, 409), etag=True)
def start_process_instance(sent: dict[str, Any]) -> Response:
    """Start an instance of the newest version of a key, or of one definition.

    With an Idempotency-Key its id follows from the key, whatever happens in between.
    """
    key, definition_id = sent["processDefinitionKey"], sent["processDefinitionId"]
    if (key is None) == (definition_id is None):
        raise InvalidValues([_WHICH])
    idempotency = idempotency_key()
    id = None if idempotency is None else id_for(service().tenant, principal(), idempotency)
    command = StartProcessInstance(key, definition_id, sent["businessKey"], sent["variables"], id, sent["unit"])
    return perform(command, _started, sent)


ASKED = body(
    "ProcessInstancesAsked",
    processDefinitionKey=Text(load_default=None),
    state=Choice("running", "suspended", "completed", "terminated", "failed", load_default=None),
    businessKey=Text(load_default=None),
    **PAGE,
)
INSTANCES = page_of(INSTANCE, "ProcessInstances")


@process_instances.gets("", Policy.INSTANCES, INSTANCES, query=ASKED)
def list_process_instances(asked: dict[str, Any]) -> Response:
    """List instances, the newest first."""
    with reading() as queries:
        page = queries.list_process_instances(
            asked["processDefinitionKey"],
            asked["state"],
            asked["businessKey"],
            Page(asked["limit"], asked["after"]),
            reach(),
        )
        items = [instance(shown(stands)) for stands in standing.all_of(queries, page.rows)]
    recorded()
    return answers.json({"items": items, "next": page.next})


@process_instances.gets("/<id>", Policy.INSTANCES, INSTANCE, refuses=(404,), etag=True)
def get_process_instance(id: str) -> Response:
    """One instance: where it stands, for what and for whom it waits. The ETag is its state."""
    with reading() as queries:
        stands = standing.stored(queries, id, reach())
    recorded(id)
    return answers.response(answered(shown(stands)))


MEND = body("MendVariables", variables=Values(required=True), reason=Text(2000, required=True), activityId=Text(2000))
VARIABLES = {"type": "object", "description": "The variables of the process, by name.", "additionalProperties": True}


@process_instances.gets("/<id>/variables", Policy.DOSSIERS, VARIABLES, refuses=(404,))
def get_variables(id: str) -> Response:
    """The variables of the process: {name: value}."""
    with reading() as queries:
        found = variables(queries, id, reach())
    recorded(id)
    return answers.json(found)


@process_instances.patches(
    "/<id>/variables",
    Policy.OPERATE,
    {200: INSTANCE},
    body=MEND,
    repeatable=True,
    refuses=(404, 409, 412, 428),
    if_match="required",
    etag=True,
)
def mend_variables(sent: dict[str, Any], id: str) -> Response:
    """Set variables by hand, on the state that was seen, with the reason in the log.

    ``activityId``: the activity whose own variables are meant (a called process, a repetition, data of its own).
    """
    scope = sent.get("activityId") or ""
    return perform(MendVariables(id, sent["variables"], sent["reason"], required_seq(), scope), answered, sent)


REASON = body("Reason", reason=Text(2000, required=True))
REFUSES = (404, 409)


@process_instances.posts(
    "/<id>/suspend", Policy.OPERATE, {200: INSTANCE}, body=REASON, repeatable=True, refuses=REFUSES, etag=True
)
def suspend_process_instance(sent: dict[str, Any], id: str) -> Response:
    """Stop an instance for a while: it takes no completion, no message, and no timer fires."""
    return perform(SuspendProcessInstance(id, sent["reason"]), answered, sent)


@process_instances.posts(
    "/<id>/resume", Policy.OPERATE, {200: INSTANCE}, body=NOTHING, repeatable=True, refuses=REFUSES, etag=True
)
def resume_process_instance(nothing: dict[str, Any], id: str) -> Response:
    """Let a suspended instance go on; what fell due meanwhile fires now."""
    return perform(ResumeProcessInstance(id), answered)


@process_instances.posts(
    "/<id>/cancel", Policy.OPERATE, {200: INSTANCE}, body=REASON, repeatable=True, refuses=REFUSES, etag=True
)
def cancel_process_instance(sent: dict[str, Any], id: str) -> Response:
    """End an instance from outside."""
    return perform(CancelProcessInstance(id, sent["reason"]), answered, sent)
