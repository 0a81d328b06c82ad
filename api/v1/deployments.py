"""Deployments: files that become process definitions, as a whole or not at all."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from flask import Response, request
from marshmallow import fields

from api import answers
from api.caller import language_header
from api.commands import perform
from api.language import preferred
from api.policy import Policy
from api.problems import finding
from api.refusals import WrongContentType
from api.serving import reading, service
from api.v1.fields import Flag, answer, body, maybe, maybe_number, number, said, some
from api.v1.resource import Resource
from engine.domain.calendar import local_day
from engine.domain.definition import Resource as File
from engine.domain.errors import Fault, InvalidValues
from engine.service.command import Rendered
from engine.service.deployments import Deploy, Deployed, preview

deployments = Resource("deployments", "/v1/deployments", "Uploads of diagrams with their forms and procedure.toml.")

LARGEST_UPLOAD = 20 * 1024 * 1024

FINDING = answer(
    "Finding",
    file=said(),
    elementId=maybe(),
    elementName=maybe(),
    line=maybe_number(),
    code=said(),
    detail=said(),
    facts=fields.Dict(keys=fields.String(), required=True),
)
DEPLOYMENT = answer(
    "Deployment",
    id=maybe(),
    processDefinitions=some(
        answer("DeployedDefinition", id=maybe(), key=said(), version=number(), hash=said(), name=said())
    ),
    warnings=some(FINDING),
)
ASKED = body("DeploymentAsked", dryRun=Flag(load_default=False))
UPLOAD = {
    "type": "object",
    "required": ["files"],
    "properties": {
        "files": {
            "type": "array",
            "items": {"type": "string", "format": "binary"},
            "minItems": 1,
            "description": "Any number of .bpmn, .json (forms) and .toml files, or one .zip of them.",
        }
    },
    "additionalProperties": False,
}


@deployments.posts(
    "", Policy.DESIGN, {201: DEPLOYMENT, 200: DEPLOYMENT}, query=ASKED, upload=UPLOAD, repeatable=True, refuses=(413,)
)
def deploy(asked: dict[str, Any]) -> Response:
    """Publish diagrams. 200 when all of it was the newest already, or with ``dryRun=true``, which stores nothing.

    What is refused is refused as a whole, with every problem found: file, element, reason.
    """
    files = _files()
    language = preferred(language_header())
    if asked["dryRun"]:
        with reading() as queries:
            return answers.json(
                _deployed(preview(files, queries, service().catalog, local_day(service().clock.now())), language)
            )
    content = sorted([file.name, sha256(file.content).hexdigest()] for file in files)
    return perform(Deploy(tuple(files)), lambda done: _answered(done, language), content)


def _files() -> list[File]:
    request.max_content_length = LARGEST_UPLOAD  # counts from the moment at which the body is first read
    if request.mimetype != "multipart/form-data":
        raise WrongContentType(expected="multipart/form-data")
    unknown = {*request.files, *request.form} - {"files"}
    if unknown or "files" in request.form:
        raise InvalidValues([_not_a_file(name) for name in sorted(unknown or {"files"})])
    return [File(_name(upload.filename), upload.stream.read()) for upload in request.files.getlist("files")]


def _name(sent: str | None) -> str:
    """Names are keys of the file inside its deployment; they lead to no file system."""
    return "".join(sign for sign in (sent or "").replace("\\", "/") if sign.isprintable())[-255:]


def _not_a_file(name: str) -> Fault:
    return Fault(
        f"/{name}",
        "notAFile",
        "Chỉ nhận các tệp trong trường “files”.",
        "Only files in the field 'files' are taken.",
    )


def _answered(done: Deployed, language: str) -> Rendered:
    return answers.rendered(_deployed(done, language), 201 if done.created else 200)


def _deployed(done: Deployed, language: str) -> dict[str, Any]:
    return {
        "id": done.id or None,
        "processDefinitions": [
            {"id": row.id or None, "key": row.key, "version": row.version, "hash": row.hash, "name": row.name}
            for row in done.definitions
        ],
        "warnings": [finding(warning, language) for warning in done.warnings],
    }
