"""The organisation: which units there are, and which stand below which."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response

from api import answers
from api.commands import perform
from api.policy import Policy
from api.serving import reading, service
from api.v1.fields import Rows, answer, body, said
from api.v1.resource import Resource
from engine.domain.errors import NotFound
from engine.service.command import Rendered
from engine.service.organisations import PublishOrganisation

organisation = Resource("organisation", "/v1/organisation", "The tree of units.")

TREE = {"type": "object", "description": "The tree as it was published: {units: [...]}.", "additionalProperties": True}
PUBLISH = body("PublishOrganisation", units=Rows(required=True))


@organisation.gets("", Policy.ORGANISATION, TREE, refuses=(404,))
def get_organisation() -> Response:
    """The tree in force."""
    with reading() as queries:
        hash = queries.organisation_hash()
        content = None if hash is None else queries.contents([hash])[hash]
    if content is None:
        raise NotFound(what="organisation", id="")
    return answers.json(orjson.loads(content))


@organisation.puts(
    "", Policy.ADMINISTER, {200: answer("PublishedOrganisation", hash=said())}, body=PUBLISH, repeatable=True
)
def publish_organisation(sent: dict[str, Any]) -> Response:
    """Bring a tree into force: units {code, name, level, parent, validFrom, validTo, successor}."""
    try:
        return perform(PublishOrganisation(sent), _published, sent)
    finally:
        service().identities.forget()


def _published(hash: str) -> Rendered:
    return answers.rendered({"hash": hash})
