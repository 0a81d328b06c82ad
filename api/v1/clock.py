"""The virtual clock."""

from __future__ import annotations

from datetime import datetime
from threading import Lock
from typing import Any

from flask import Response

from api import answers
from api.caller import sender
from api.commands import idempotency_of, kept
from api.policy import Policy
from api.serving import service
from api.v1.fields import Whole, answer, body, when
from api.v1.resource import Resource
from engine.domain.errors import ClockNotVirtual
from engine.domain.values import written
from engine.service.command import Rendered

clock = Resource("clock", "/v1/clock", "Time, where the service was started with a virtual clock.")

LONGEST = 3660 * 24 * 3600
ADVANCE = body("AdvanceClock", seconds=Whole(0, LONGEST, required=True))
_ONE_AT_A_TIME = Lock()
"""Two who move time at once would each see the other's half of it."""


@clock.posts(
    "/advance", Policy.ADMINISTER, {200: answer("Now", now=when())}, body=ADVANCE, repeatable=True, refuses=(409,)
)
def advance_clock(sent: dict[str, Any]) -> Response:
    """Move virtual time forward; the answer comes when all that fell due on the way has run, at its own moment."""
    if not service().settings.virtual:
        raise ClockNotVirtual
    idempotency = idempotency_of(_now, sent)
    with _ONE_AT_A_TIME:
        if (before := kept(idempotency)) is not None:
            return before
        result = service().runner.advance(sent["seconds"], sender(), idempotency)
    return answers.response(_now(result) if idempotency is None else result)


def _now(now: datetime) -> Rendered:
    return answers.rendered({"now": written(now)})
