"""The catalogue of procedures: what the law, the fees and the papers of each are, and which version counts when."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import fields

from api import answers
from api.policy import Policy
from api.serving import reading, service
from api.v1.fields import (
    PAGE,
    Choice,
    Day,
    Text,
    answer,
    body,
    maybe,
    maybe_number,
    number,
    one,
    said,
    some,
    texts,
    when,
)
from api.v1.resource import Resource
from engine.domain.approval import Approval
from engine.domain.calendar import local_day
from engine.domain.level import OF_PROCEDURES
from engine.domain.procedure import Fee, LegalBasis, Limit, Procedure, Said
from engine.service.procedures import Entry, UnderEndedLaw, Version, entries, entry, under_ended_law

procedures = Resource("procedures", "/v1/procedures", "The catalogue of procedures.")

SOURCED = {
    "source": said(),
    "confirmed": fields.Boolean(required=True),
    "validFrom": maybe(),
    "validUntil": maybe(),
}
LIMIT = answer("ProcedureLimit", name=said(), value=number(), unit=said(), cutoff=maybe(), **SOURCED)
FEE = answer(
    "ProcedureFee", kind=said(), amount=maybe_number(), formula=maybe(), table=maybe(), currency=said(), **SOURCED
)
LEGAL_BASIS = answer("LegalBasis", text=said(), **SOURCED)
APPROVAL = answer(
    "Approval",
    processDefinitionId=said(),
    key=said(),
    version=number(),
    validFrom=said(),
    validUntil=maybe(),
    reason=said(),
    legalDocument=said(),
    approvedBy=said(),
    approvedAt=when(),
)
VERSION = answer(
    "ProcedureVersion",
    processDefinitionId=said(),
    key=said(),
    version=number(),
    state=said(),
    deployedAt=when(),
    approval=one(APPROVAL, allow_none=True),
    legalBasisEnded=some(LEGAL_BASIS),
)
_OF_PROCEDURE = {
    "code": said(),
    "name": said(),
    "field": said(),
    "levels": texts(),
    "agency": said(),
    "onlineLevel": maybe_number(),
    "documents": texts(),
    "papers": texts(),
    "results": texts(),
    "limits": some(LIMIT),
    "fees": some(FEE),
    "legalBases": some(LEGAL_BASIS),
    "version": one(VERSION),
}
PROCEDURE = answer("Procedure", **_OF_PROCEDURE)
WITH_VERSIONS = answer("ProcedureWithVersions", **_OF_PROCEDURE, versions=some(VERSION))
ASKED = body(
    "ProceduresAsked",
    field=Text(load_default=None),
    level=Choice(*OF_PROCEDURES, load_default=None),
    on=Day(load_default=None),
    **PAGE,
)
ON = body("ProcedureAsked", on=Day(load_default=None))
UNDER = answer(
    "UnderEndedLaw",
    code=said(),
    name=said(),
    version=one(VERSION),
    processInstanceIds=texts(),
    more=fields.Boolean(required=True),
)


@procedures.gets("", Policy.DEFINITIONS, answer("Procedures", items=some(PROCEDURE), next=maybe()), query=ASKED)
def list_procedures(asked: dict[str, Any]) -> Response:
    """List the catalogue by code, each procedure as it is on a day (today), in the version that dossiers of that day begin with."""
    with reading() as queries:
        found = entries(queries, service().catalog, asked["on"] or _today(), field=asked["field"], level=asked["level"])
    left = [each for each in found if asked["after"] is None or each.code > asked["after"]]
    page, more = left[: asked["limit"]], len(left) > asked["limit"]
    return answers.json({"items": [_entry(each) for each in page], "next": page[-1].code if more else None})


@procedures.gets(
    "/legal-basis-ended",
    Policy.DEFINITIONS,
    answer("UnderEndedLaws", items=some(UNDER), next=maybe()),
    query=ON,
)
def list_under_ended_law(asked: dict[str, Any]) -> Response:
    """Versions whose legal basis has ended and by which instances still run; at most 200 instances of each are named."""
    with reading() as queries:
        found = under_ended_law(queries, service().catalog, asked["on"] or _today())
    return answers.json({"items": [_under(each) for each in found], "next": None})


@procedures.gets("/<code>", Policy.DEFINITIONS, WITH_VERSIONS, query=ON, refuses=(404,))
def get_procedure(asked: dict[str, Any], code: str) -> Response:
    """One procedure with all its versions, the newest first."""
    with reading() as queries:
        found = entry(queries, service().catalog, code, asked["on"] or _today())
    return answers.json({**_entry(found), "versions": [_version(each) for each in found.versions]})


def _today() -> str:
    return local_day(service().clock.now())


def _entry(row: Entry) -> dict[str, Any]:
    return {**_procedure(row.shown.procedure), "name": _name(row.shown), "version": _version(row.shown)}


def _name(row: Version) -> str:
    """Without a name of its own a procedure is called as its diagram is."""
    return row.procedure.name or row.definition.name


def _procedure(row: Procedure) -> dict[str, Any]:
    return {
        "code": row.code,
        "field": row.field,
        "levels": list(row.levels),
        "agency": row.agency,
        "onlineLevel": row.online_level,
        "documents": list(row.documents),
        "papers": list(row.papers),
        "results": list(row.results),
        "limits": [_limit(each) for each in row.limits],
        "fees": [_fee(each) for each in row.fees],
        "legalBases": [_basis(each) for each in row.legal_bases],
    }


def _limit(row: Limit) -> dict[str, Any]:
    return {"name": row.name, "value": row.value, "unit": row.unit, "cutoff": row.cutoff, **_sourced(row.said)}


def _fee(row: Fee) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "amount": row.amount,
        "formula": row.formula,
        "table": row.table,
        "currency": row.currency,
        **_sourced(row.said),
    }


def _basis(row: LegalBasis) -> dict[str, Any]:
    return {"text": row.text, **_sourced(row.said)}


def _sourced(row: Said) -> dict[str, Any]:
    return {
        "source": row.source,
        "confirmed": row.confirmed,
        "validFrom": row.valid_from,
        "validUntil": row.valid_until,
    }


def _version(row: Version) -> dict[str, Any]:
    return {
        "processDefinitionId": row.definition.id,
        "key": row.definition.key,
        "version": row.definition.version,
        "state": row.standing.value,
        "deployedAt": row.definition.created_at,
        "approval": None if row.approval is None else shown(row.approval),
        "legalBasisEnded": [_basis(each) for each in row.ended],
    }


def shown(row: Approval) -> dict[str, Any]:
    """An approval as callers see it."""
    return {
        "processDefinitionId": row.id,
        "key": row.key,
        "version": row.version,
        "validFrom": row.valid_from,
        "validUntil": row.valid_until,
        "reason": row.reason,
        "legalDocument": row.legal_document,
        "approvedBy": row.approved_by,
        "approvedAt": row.approved_at,
    }


def _under(row: UnderEndedLaw) -> dict[str, Any]:
    return {
        "code": row.version.procedure.code,
        "name": _name(row.version),
        "version": _version(row.version),
        "processInstanceIds": list(row.instance_ids),
        "more": row.more,
    }
