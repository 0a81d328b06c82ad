"""Messages from outside: to the one instance that waits, to a message start, or kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response

from api import answers
from api.commands import perform
from api.policy import Policy
from api.serving import service
from api.v1.fields import Text, Values, Whole, answer, body, said, texts, when
from api.v1.resource import Resource
from engine.domain.errors import MessageReserved
from engine.domain.waiting import Message
from engine.service.command import Rendered
from engine.service.inbound import is_reserved
from engine.service.messages import KEPT, CorrelateMessage

messages = Resource("messages", "/v1/messages", "Messages to running instances.")

LONGEST = 366 * 24 * 3600
SEND = body(
    "SendMessage",
    name=Text(required=True),
    businessKey=Text(load_default=None, allow_none=True),
    correlationKey=Text(load_default=None, allow_none=True),
    variables=Values(load_default=dict),
    messageId=Text(load_default=None, allow_none=True),
    timeToLive=Whole(0, LONGEST, load_default=int(KEPT.total_seconds())),
)
SENT = answer(
    "SentMessage",
    outcome=said(metadata={"enum": ["correlated", "started", "buffered"]}),
    processInstanceIds=texts(),
    expiresAt=when(),
)


@messages.posts("", Policy.MESSAGE, {200: SENT}, body=SEND, repeatable=True, refuses=(409,))
def send_message(sent: dict[str, Any]) -> Response:
    """Deliver a message, start an instance with it, or keep it for ``timeToLive`` seconds (30 days; 0: not at all).

    What says that money was paid or how a citizen rates, or what an outside system says, is not taken here: it comes in where it is proved.
    With a key it is for the instance that waits under this key, without one for the only one that waits for the name.
    """
    name, key = sent["name"], sent["correlationKey"] or sent["businessKey"]
    if is_reserved(service().catalog.connectors, name):
        raise MessageReserved(name=name)
    command = CorrelateMessage(
        name,
        key,
        sent["variables"],
        sent["messageId"],
        timedelta(seconds=sent["timeToLive"]),
        sent["businessKey"],
    )
    return perform(command, _sent, sent)


def _sent(message: Message) -> Rendered:
    return answers.rendered(
        {
            "outcome": message.outcome,
            "processInstanceIds": message.instance_ids,
            "expiresAt": message.expires_at,
        }
    )
