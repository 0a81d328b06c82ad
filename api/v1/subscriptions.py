"""Subscriptions: other systems that are sent events, signed, one after the other."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response
from marshmallow import fields

from api import answers
from api.commands import perform
from api.policy import Policy
from api.serving import reading, service
from api.v1.events import LAST
from api.v1.fields import (
    NOTHING,
    PAGE,
    Choice,
    Kinds,
    Text,
    Whole,
    answer,
    body,
    maybe,
    maybe_when,
    number,
    page_of,
    said,
    some,
    texts,
    when,
)
from api.v1.resource import Resource
from engine.domain.errors import Fault, InvalidValues, NotFound
from engine.domain.webhook import STATES, EventSubscription, receiver_of, secret, shown
from engine.ports import Page
from engine.service.command import Command, Rendered
from engine.service.subscriptions import (
    AddSecret,
    CreateSubscription,
    DeleteSubscription,
    PauseSubscription,
    RemoveSecret,
    ReplaySubscription,
    ResumeSubscription,
)

subscriptions = Resource("subscriptions", "/v1/subscriptions", "Systems that are sent events (Standard Webhooks).")

SECRET = answer("SubscriptionSecret", id=said(), endsAt=maybe_when())
MEMBERS: dict[str, Any] = {
    "id": said(),
    "url": said(),
    "types": texts(),
    "processDefinitionKey": maybe(),
    "description": said(),
    "state": said(),
    "position": number(),
    "failures": number(),
    "failingSince": maybe_when(),
    "lastError": maybe(),
    "lastDeliveredAt": maybe_when(),
    "secrets": some(SECRET),
    "createdAt": when(),
    "createdBy": said(),
}
SUBSCRIPTION = answer("EventSubscription", **MEMBERS)
NEW = answer("NewEventSubscription", **MEMBERS, secret=maybe())


class From(fields.Field[Any]):
    """A position, or ``now``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(metadata={"anyOf": [{"type": "integer", "minimum": 0}, {"enum": ["now"]}]}, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int | None:
        if value == "now":
            return None
        position: int = Whole(0, LAST).deserialize(value)
        return position


CREATE = body(
    "CreateSubscription",
    **{
        "url": Text(2_000, required=True),
        "types": Kinds(load_default=()),
        "processDefinitionKey": Text(load_default=None, allow_none=True),
        "description": Text(shortest=0, load_default=""),
        "from": From(load_default=None),
    },
)
ASKED = body("SubscriptionsAsked", state=Choice(*STATES, load_default=None), **PAGE)
REPLAY = body("ReplaySubscription", after=Whole(0, LAST, required=True))
MISSING = (404,)


@subscriptions.posts("", Policy.SUBSCRIPTIONS, {201: NEW}, body=CREATE, repeatable=True)
def create_subscription(sent: dict[str, Any]) -> Response:
    """Have events sent to a URL from a position on (`from`; without it from now on), each in a request of its own, in order.

    Its secret is in this answer only: a repeat under the same Idempotency-Key has null there.
    """
    if receiver_of(sent["url"], service().settings.webhook_hosts) is None:
        raise InvalidValues([_NOT_ALLOWED])
    command = CreateSubscription(
        sent["url"], sent["types"], sent["processDefinitionKey"], sent["description"], sent["from"]
    )
    return _with_secret(command, sent)


_NOT_ALLOWED = Fault(
    "/url",
    "receiverNotAllowed",
    "Không được gửi sự kiện đến địa chỉ này; người vận hành phải thêm máy chủ vào MOTCUA_WEBHOOK_HOSTS.",
    "Events may not be sent there; the operator has to add the host to MOTCUA_WEBHOOK_HOSTS.",
)


def _with_secret(command: Command, sent: Any) -> Response:
    """The answer has the newest secret; what is kept of it for a repeat has not."""
    response = perform(command, _created, sent)
    master = service().settings.webhook_key
    if response.status_code == 201 and "Idempotency-Replayed" not in response.headers and master is not None:
        made = orjson.loads(response.data)
        made["secret"] = shown(secret(master, made["id"], made["secrets"][-1]["id"]))
        response.data = orjson.dumps(made)
    return response


def _created(row: EventSubscription) -> Rendered:
    return answers.rendered({**_subscription(row), "secret": None}, 201)


@subscriptions.gets("", Policy.SUBSCRIPTIONS, page_of(SUBSCRIPTION, "Subscriptions"), query=ASKED)
def list_subscriptions(asked: dict[str, Any]) -> Response:
    """List subscriptions, the newest first; with what the last attempt failed of, where it did."""
    with reading() as queries:
        page = queries.list_event_subscriptions(asked["state"], Page(asked["limit"], asked["after"]))
    return answers.listed(page, _subscription)


@subscriptions.gets("/<id>", Policy.SUBSCRIPTIONS, SUBSCRIPTION, refuses=MISSING)
def get_subscription(id: str) -> Response:
    """One subscription."""
    with reading() as queries:
        found = queries.event_subscription(id)
    if found is None:
        raise NotFound(what="subscription", id=id)
    return answers.json(_subscription(found))


@subscriptions.deletes("/<id>", Policy.SUBSCRIPTIONS, SUBSCRIPTION, repeatable=True, refuses=MISSING)
def delete_subscription(id: str) -> Response:
    """Send nothing more, and forget the receiver; the answer is what it was."""
    return perform(DeleteSubscription(id), _changed)


@subscriptions.posts(
    "/<id>/pause", Policy.SUBSCRIPTIONS, {200: SUBSCRIPTION}, body=NOTHING, repeatable=True, refuses=MISSING
)
def pause_subscription(nothing: dict[str, Any], id: str) -> Response:
    """Send nothing until it is resumed; nothing is lost."""
    return perform(PauseSubscription(id), _changed)


@subscriptions.posts(
    "/<id>/resume", Policy.SUBSCRIPTIONS, {200: SUBSCRIPTION}, body=NOTHING, repeatable=True, refuses=MISSING
)
def resume_subscription(nothing: dict[str, Any], id: str) -> Response:
    """Send again, where it stopped: after a pause, after it was given up, or at once instead of after the next pause."""
    return perform(ResumeSubscription(id), _changed)


@subscriptions.posts(
    "/<id>/replay", Policy.SUBSCRIPTIONS, {200: SUBSCRIPTION}, body=REPLAY, repeatable=True, refuses=MISSING
)
def replay_subscription(sent: dict[str, Any], id: str) -> Response:
    """Send everything behind a position again; each event has the id that it had."""
    return perform(ReplaySubscription(id, sent["after"]), _changed, sent)


@subscriptions.posts("/<id>/secrets", Policy.SUBSCRIPTIONS, {201: NEW}, body=NOTHING, repeatable=True, refuses=MISSING)
def add_subscription_secret(nothing: dict[str, Any], id: str) -> Response:
    """Make a new secret, which is in this answer only; the one before signs beside it for 24 hours."""
    return _with_secret(AddSecret(id), nothing)


@subscriptions.deletes(
    "/<id>/secrets/<secret_id>", Policy.SUBSCRIPTIONS, SUBSCRIPTION, repeatable=True, refuses=(404, 422)
)
def remove_subscription_secret(id: str, secret_id: str) -> Response:
    """Let a secret that was replaced sign no more, before its 24 hours are over."""
    return perform(RemoveSecret(id, secret_id), _changed)


def _changed(row: EventSubscription) -> Rendered:
    return answers.rendered(_subscription(row))


def _subscription(row: EventSubscription) -> dict[str, Any]:
    return {
        "id": row.id,
        "url": row.url,
        "types": row.types,
        "processDefinitionKey": row.key,
        "description": row.description,
        "state": row.state,
        "position": row.position,
        "failures": row.failures,
        "failingSince": row.failing_since,
        "lastError": row.last_error,
        "lastDeliveredAt": row.delivered_at,
        "secrets": row.secrets,
        "createdAt": row.created_at,
        "createdBy": row.created_by,
    }
