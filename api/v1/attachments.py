"""Documents of dossiers: what citizens and offices hand in, checked by what it is, and given back as files only."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from flask import Response, request
from marshmallow import fields
from werkzeug.datastructures import FileStorage

from api import answers
from api.caller import reach
from api.commands import perform
from api.policy import Policy
from api.refusals import WrongContentType
from api.serving import reading, recorded, service
from api.v1.dossiers import PATH, on
from api.v1.fields import PAGE, Flag, Text, answer, body, maybe, maybe_number, number, page_of, said, when
from api.v1.resource import Resource, loaded
from engine.domain.attachment import Attachment
from engine.domain.document import ENDINGS, MEGABYTE, check_said
from engine.domain.errors import Fault, InvalidValues
from engine.ports import Page
from engine.service.attachments import AddDocument, Origin, file, one
from engine.service.command import Rendered
from engine.service.documents import looked_at
from engine.service.dossiers import stored

attachments = Resource("documents of dossiers", "/v1/dossiers", "Documents that belong to dossiers.")

ENVELOPE = MEGABYTE
"""Bytes that a form has beside the file in it."""
DOCUMENT = answer(
    "DossierDocument",
    id=said(),
    mediaType=said(metadata={"enum": list(ENDINGS)}),
    size=number(),
    hash=said(),
    name=maybe(),
    component=maybe_number(),
    componentName=maybe(),
    digitised=fields.Boolean(required=True),
    reused=fields.Boolean(required=True),
    fromNationalRepository=fields.Boolean(required=True),
    addedAt=when(),
    addedBy=said(),
)
DOCUMENTS = page_of(DOCUMENT, "DossierDocuments")
FORM = body(
    "AddDocument",
    component=Text(load_default=None),
    digitised=Flag(load_default=False),
    reused=Flag(load_default=False),
    fromNationalRepository=Flag(load_default=False),
)
UPLOAD = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {"type": "string", "format": "binary", "description": "PDF, PNG, JPEG, TIFF, DOCX, XLSX or XML."},
        "component": {
            "type": "string",
            "description": "Which of the procedure's papers it is: its number in the list, from 1, or its name.",
        },
        "digitised": {"type": "boolean"},
        "reused": {"type": "boolean"},
        "fromNationalRepository": {"type": "boolean"},
    },
    "additionalProperties": False,
}
FILE = {"type": "string", "format": "binary", "description": "The file, to be saved; its SHA-256 is the ETag."}


def _shown(row: Attachment) -> dict[str, Any]:
    return {
        "id": row.id,
        "mediaType": row.media_type,
        "size": row.size,
        "hash": row.hash,
        "name": row.name,
        "component": row.component,
        "componentName": row.component_name,
        "digitised": bool(row.digitised),
        "reused": bool(row.reused),
        "fromNationalRepository": bool(row.shared),
        "addedAt": row.added_at,
        "addedBy": row.added_by,
    }


@attachments.posts(
    "/<code>/documents", Policy.START, {201: DOCUMENT}, upload=UPLOAD, repeatable=True, refuses=(404, 409, 413)
)
def add_document(code: str) -> Response:
    """Hand in a document, with which paper of the procedure it is.

    What it is called and what it is sent as must be what its bytes are; a file that is two things at once, is encrypted or has
    macros is refused.
    """
    settings = service().settings
    handed_in = on(code, AddDocument, room=settings.largest_dossier * MEGABYTE)
    upload, said = _sent(settings.largest_document * MEGABYTE)
    name = _name(upload.filename)
    document = looked_at(upload.stream.read(), settings.largest_document * MEGABYTE)
    check_said(document.media_type, name, upload.mimetype)
    origin = Origin(said["digitised"], said["reused"], said["fromNationalRepository"])
    command = replace(handed_in, document=document, name=name, component=said["component"], origin=origin)
    return perform(command, _added, {**said, "name": name, "hash": document.hash})


def _sent(largest: int) -> tuple[FileStorage, dict[str, Any]]:
    request.max_content_length = largest + ENVELOPE  # counts from the moment at which the body is first read
    if request.mimetype != "multipart/form-data":
        raise WrongContentType(expected="multipart/form-data")
    uploads = request.files.getlist("file")
    if len(uploads) != 1 or set(request.files) != {"file"}:
        vi, en = "Cần đúng một tệp trong trường “file”.", "Exactly one file is needed, in the field 'file'."
        raise InvalidValues([Fault("/file", "oneFile", vi, en)])
    return uploads[0], loaded(FORM(), request.form.to_dict())


def _name(sent: str | None) -> str | None:
    """What the sender calls it, without folders and signs that nobody sees; it leads to no file system."""
    last = (sent or "").replace("\\", "/").rpartition("/")[2]
    return "".join(sign for sign in last if sign.isprintable())[-255:].strip() or None


def _added(row: Attachment) -> Rendered:
    return answers.rendered(_shown(row), 201, {"Location": f"{PATH}{row.instance_id}/documents/{row.id}"})


@attachments.gets("/<code>/documents", Policy.DOSSIERS, DOCUMENTS, query=body("Page", **PAGE), refuses=(404,))
def list_documents(asked: dict[str, Any], code: str) -> Response:
    """Documents of a dossier, the last added first."""
    with reading() as queries:
        dossier = stored(queries, code, reach())
        found = queries.list_attachments(dossier.id, Page(asked["limit"], asked["after"]))
    recorded(dossier.id)
    return answers.listed(found, _shown)


@attachments.gets(
    "/<code>/documents/<document_id>", Policy.DOSSIERS, FILE, content_type="application/octet-stream", refuses=(404,)
)
def get_document(code: str, document_id: str) -> Response:
    """The file. No browser shows it in the page of the service: it is saved, under what it was called."""
    with reading() as queries:
        dossier = stored(queries, code, reach())
        found = one(queries, dossier.id, document_id)
        content = file(queries, found)
    recorded(dossier.id)
    response = Response(content, 200, content_type=found.media_type)
    response.headers["Content-Disposition"] = disposition(found)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["ETag"] = f'"{found.hash}"'
    return response


def disposition(found: Attachment) -> str:
    """Save it, under its name (RFC 6266): for old programs a plain one, for others the sender's in UTF-8."""
    plain = f"{found.id}.{ENDINGS[found.media_type][0]}"
    said = quote(found.name or plain, safe="")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{said}"
