"""Users: what people who come with a token are let in as."""

from __future__ import annotations

from typing import Any

from flask import Response

from api import answers
from api.commands import perform
from api.policy import Policy
from api.serving import reading, service
from api.v1.api_keys import MOST, ROLES
from api.v1.fields import PAGE, Choices, Text, Texts, answer, body, maybe, page_of, said, texts, when
from api.v1.resource import Resource
from engine.domain.access import User
from engine.domain.errors import Fault, InvalidValues
from engine.ports import Page
from engine.service.command import Rendered
from engine.service.users import PublishUser

users = Resource("users", "/v1/users", "People, and what they are let in as.")

USER = answer("User", name=said(), roles=texts(), unit=maybe(), groups=texts(), publishedAt=when())
PUBLISH = body(
    "PublishUser",
    roles=Choices(*ROLES, required=True),
    unit=Text(load_default=None, allow_none=True),
    groups=Texts(MOST, load_default=list),
)
LONGEST_NAME = 255


@users.puts("/<id>", Policy.ADMINISTER, {200: USER}, body=PUBLISH, repeatable=True, refuses=(409,))
def publish_user(sent: dict[str, Any], id: str) -> Response:
    """Say what a user is let in as, whatever the token says of roles, unit and groups; no roles: as nobody."""
    if len(id) > LONGEST_NAME or not id.isprintable() or not id.strip():
        raise InvalidValues([_BAD_NAME])
    command = PublishUser(id, tuple(dict.fromkeys(sent["roles"])), sent["unit"], tuple(sent["groups"]))
    try:
        return perform(command, _published, sent)
    finally:
        service().identities.forget()


_BAD_NAME = Fault(
    "/name", "badName", "Tên phải có 1 đến 255 ký tự in được.", "The name must have 1 to 255 printable characters."
)


def _published(row: User) -> Rendered:
    return answers.rendered(_user(row))


@users.gets("", Policy.ACCESS, page_of(USER, "Users"), query=body("UsersAsked", **PAGE))
def list_users(asked: dict[str, Any]) -> Response:
    """List users by name."""
    with reading() as queries:
        page = queries.list_users(Page(asked["limit"], asked["after"]))
    return answers.listed(page, _user)


def _user(row: User) -> dict[str, Any]:
    return {
        "name": row.id,
        "roles": row.roles,
        "unit": row.unit,
        "groups": row.groups,
        "publishedAt": row.published_at,
    }
