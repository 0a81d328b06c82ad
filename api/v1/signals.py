"""Signals from outside: to everybody who waits at that moment."""

from __future__ import annotations

from typing import Any

from flask import Response

from api import answers
from api.commands import perform
from api.policy import Policy
from api.v1.fields import Text, Values, answer, body, number, said
from api.v1.resource import Resource
from engine.service.command import Rendered
from engine.service.signals import Broadcast, BroadcastSignal

signals = Resource("signals", "/v1/signals", "Signals to everybody who waits for them.")

SEND = body("BroadcastSignal", name=Text(required=True), variables=Values(load_default=dict))
SENT = answer("Broadcast", id=said(), receivers=number())


@signals.posts("", Policy.SIGNAL, {200: SENT}, body=SEND, repeatable=True)
def broadcast_signal(sent: dict[str, Any]) -> Response:
    """Give a signal to every instance that waits for it, and start what it starts. It is never kept."""
    return perform(BroadcastSignal(sent["name"], sent["variables"]), _sent, sent)


def _sent(done: Broadcast) -> Rendered:
    return answers.rendered({"id": done.id, "receivers": done.receivers})
