"""Process definitions: what was published, as it was uploaded, and how its elements fare."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import fields

from api import answers
from api.caller import language_header
from api.commands import perform
from api.language import preferred
from api.policy import Policy
from api.problems import finding
from api.serving import reading, service
from api.v1.deployments import FINDING
from api.v1.fields import PAGE, Day, Text, answer, body, maybe, number, one, page_of, said, some, when
from api.v1.procedures import APPROVAL, shown
from api.v1.resource import Resource
from engine.analysis.four_steps import four_steps
from engine.domain.definition import ProcessDefinition
from engine.domain.errors import Fault, InvalidValues, NotFound
from engine.ports import Page, Queries
from engine.service.approvals import Approved, ApproveDefinition
from engine.service.command import Rendered
from engine.service.statistics import ElementStatistics, statistics

process_definitions = Resource(
    "process-definitions", "/v1/process-definitions", "Published processes, each key in its versions."
)

_FIELDS: dict[str, Any] = {
    "id": said(),
    "key": said(),
    "version": number(),
    "hash": said(),
    "name": said(),
    "deploymentId": said(),
    "file": said(),
    "files": fields.Dict(keys=fields.String(), values=fields.String(), required=True),
    "createdAt": when(),
    "procedure": fields.Dict(keys=fields.String(), required=True),
}
DEFINITION = answer("ProcessDefinition", **_FIELDS)
ANALYSED = answer("AnalysedProcessDefinition", **_FIELDS, fourAtOnePlace=fields.Boolean(required=True))
DEFINITIONS = page_of(DEFINITION, "ProcessDefinitions")
ASKED = body("ProcessDefinitionsAsked", key=Text(load_default=None), **PAGE)


@process_definitions.gets("", Policy.DEFINITIONS, DEFINITIONS, query=ASKED)
def list_process_definitions(asked: dict[str, Any]) -> Response:
    """List definitions, the newest first."""
    with reading() as queries:
        page = queries.process_definitions(asked["key"], Page(asked["limit"], asked["after"]))
    return answers.listed(page, _definition)


@process_definitions.gets("/<id>", Policy.DEFINITIONS, ANALYSED, refuses=(404,))
def get_process_definition(id: str) -> Response:
    """One definition, and whether intake, appraisal, approval and return are all at the one-stop centre."""
    with reading() as queries:
        found = _found(queries, id)
        content = _diagram(queries, found)
    return answers.json(
        {**_definition(found), "fourAtOnePlace": four_steps(found.file, content)[found.key].at_one_place}
    )


def _found(queries: Queries, id: str) -> ProcessDefinition:
    definition = queries.process_definition(id)
    if definition is None:
        raise NotFound(what="process definition", id=id)
    return definition


def _diagram(queries: Queries, definition: ProcessDefinition) -> bytes:
    hash = definition.files[definition.file]
    return queries.contents([hash])[hash]


def _definition(row: ProcessDefinition) -> dict[str, Any]:
    return {
        "id": row.id,
        "key": row.key,
        "version": row.version,
        "hash": row.hash,
        "name": row.name,
        "deploymentId": row.deployment_id,
        "file": row.file,
        "files": row.files,
        "createdAt": row.created_at,
        "procedure": row.procedure,
    }


APPROVED = answer("Approved", approval=one(APPROVAL), warnings=some(FINDING))
APPROVE = body(
    "Approve",
    reason=Text(1_000, required=True),
    legalDocument=Text(required=True),
    validFrom=Day(required=True),
    validUntil=Day(load_default=None, allow_none=True),
)


@process_definitions.posts(
    "/<id>/approve", Policy.APPROVE, {200: APPROVED}, body=APPROVE, repeatable=True, refuses=(404, 409)
)
def approve(sent: dict[str, Any], id: str) -> Response:
    """Let a version of a procedure count from a day on. Not for who deployed it. Approving again changes the days."""
    if sent["validUntil"] is not None and sent["validUntil"] < sent["validFrom"]:
        raise InvalidValues([_ENDS_TOO_EARLY])
    command = ApproveDefinition(id, sent["reason"], sent["legalDocument"], sent["validFrom"], sent["validUntil"])
    language = preferred(language_header())
    return perform(command, lambda done: _approved(done, language), sent)


_ENDS_TOO_EARLY = Fault(
    "/validUntil", "endsTooEarly", "validUntil phải từ validFrom trở đi.", "validUntil must not come before validFrom."
)


def _approved(done: Approved, language: str) -> Rendered:
    body = {"approval": shown(done.approval), "warnings": [finding(warning, language) for warning in done.warnings]}
    return answers.rendered(body)


DIAGRAM = {"type": "string", "description": "The diagram as it was uploaded, byte for byte."}


@process_definitions.gets("/<id>/bpmn", Policy.DEFINITIONS, DIAGRAM, content_type="application/xml", refuses=(404,))
def get_bpmn(id: str) -> Response:
    """The diagram as it was uploaded, byte for byte."""
    with reading() as queries:
        content = _diagram(queries, _found(queries, id))
    # What a stranger uploaded is looked at, never run by a browser.
    return Response(
        content, 200, {"Content-Security-Policy": "default-src 'none'; sandbox"}, content_type="application/xml"
    )


STATISTICS = answer(
    "Statistics",
    items=some(
        answer(
            "ElementStatistics",
            elementId=said(),
            name=maybe(),
            type=said(),
            passed=number(),
            active=number(),
            p50Seconds=fields.Float(required=True, allow_none=True),
            p90Seconds=fields.Float(required=True, allow_none=True),
            incidents=number(),
        )
    ),
    next=maybe(),
)


@process_definitions.gets("/<id>/statistics", Policy.STATISTICS, STATISTICS, refuses=(404,))
def get_statistics(id: str) -> Response:
    """Each element that a token has reached: passed, active now, half and nine tenths of the durations, incidents."""
    with reading() as queries:
        found = statistics(queries, service().catalog, id)
    return answers.json({"items": [_element(element) for element in found], "next": None})


def _element(row: ElementStatistics) -> dict[str, Any]:
    return {
        "elementId": row.element_id,
        "name": row.name,
        "type": row.type,
        "passed": row.passed,
        "active": row.active,
        "p50Seconds": row.percentile(0.5),
        "p90Seconds": row.percentile(0.9),
        "incidents": row.incidents,
    }
