"""API keys: what programs come with."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import Any

import orjson
from flask import Response

from api import answers
from api.commands import perform
from api.policy import Policy
from api.serving import reading, service
from api.v1.fields import (
    NOTHING,
    PAGE,
    Choices,
    Moment,
    Text,
    Texts,
    answer,
    body,
    maybe,
    maybe_when,
    page_of,
    said,
    texts,
    when,
)
from api.v1.resource import Resource
from engine.domain.access import ApiKey, Role
from engine.ports import Page
from engine.service.command import Rendered
from engine.service.keys import PREFIX, CreateApiKey, RevokeApiKey, hashed

api_keys = Resource("api-keys", "/v1/api-keys", "Keys that open this API.")

ROLES = tuple(role.value for role in Role)
MOST = 100
"""Groups or topics of a key."""
MEMBERS: dict[str, Any] = {
    "id": said(),
    "name": said(),
    "prefix": said(),
    "roles": texts(),
    "unit": maybe(),
    "groups": texts(),
    "topics": texts(),
    "createdAt": when(),
    "expiresAt": maybe_when(),
    "revokedAt": maybe_when(),
}
KEY = answer("ApiKey", **MEMBERS)
NEW_KEY = answer("NewApiKey", **MEMBERS, secret=maybe())
CREATE = body(
    "CreateApiKey",
    name=Text(required=True),
    roles=Choices(*ROLES, required=True),
    unit=Text(load_default=None, allow_none=True),
    groups=Texts(MOST, load_default=list),
    topics=Texts(MOST, load_default=list),
    expiresAt=Moment(load_default=None, allow_none=True),
)


@api_keys.posts("", Policy.ADMINISTER, {201: NEW_KEY}, body=CREATE, repeatable=True, refuses=(409,))
def create_api_key(sent: dict[str, Any]) -> Response:
    """Make a key. Its secret is in this answer and kept nowhere: a repeat under the same Idempotency-Key has null there."""
    secret = urlsafe_b64encode(service().ids.secret()).decode().rstrip("=")
    command = CreateApiKey(
        sent["name"], hashed(secret), secret[:PREFIX], tuple(dict.fromkeys(sent["roles"])), sent["unit"],
        tuple(sent["groups"]), tuple(sent["topics"]), sent["expiresAt"],
    )  # fmt: skip
    response = perform(command, _created, sent)
    if response.status_code == 201 and "Idempotency-Replayed" not in response.headers:
        response.data = orjson.dumps({**orjson.loads(response.data), "secret": secret})
    return response


def _created(key: ApiKey) -> Rendered:
    """What is kept for a repeat, so without the secret."""
    return answers.rendered({**_key(key), "secret": None}, 201)


@api_keys.gets("", Policy.ACCESS, page_of(KEY, "ApiKeys"), query=body("ApiKeysAsked", **PAGE))
def list_api_keys(asked: dict[str, Any]) -> Response:
    """List keys, the newest first, those included that open nothing any more."""
    with reading() as queries:
        page = queries.list_api_keys(Page(asked["limit"], asked["after"]))
    return answers.listed(page, _key)


@api_keys.posts("/<id>/revoke", Policy.ADMINISTER, {200: KEY}, body=NOTHING, repeatable=True, refuses=(404,))
def revoke_api_key(nothing: dict[str, Any], id: str) -> Response:
    """Let nobody in with a key any more: here at once, in other processes within half a minute."""
    try:
        return perform(RevokeApiKey(id), _revoked)
    finally:
        service().identities.forget()


def _revoked(key: ApiKey) -> Rendered:
    return answers.rendered(_key(key))


def _key(row: ApiKey) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "prefix": row.prefix,
        "roles": row.roles,
        "unit": row.unit,
        "groups": row.groups,
        "topics": row.topics,
        "createdAt": row.created_at,
        "expiresAt": row.expires_at,
        "revokedAt": row.revoked_at,
    }
