"""Events: what happens, in one order, for other systems to follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response
from marshmallow import fields

from api import answers
from api.caller import reach
from api.policy import Policy
from api.serving import reading, service
from api.v1.fields import Kinds, Text, Whole, answer, body, number, one, said, some, when
from api.v1.resource import Resource
from engine.domain.feed import Wanted, cloud_event
from engine.ports import Queries
from engine.service import feed
from engine.service.feed import Found

events = Resource("events", "/v1/events", "What happens, in one order, for other systems to follow.")

LONGEST_WAIT = 60
"""Seconds: shorter than what proxies between us and a reader usually take for silence."""
LAST = 2**63 - 1
ABOUT = answer(
    "EventData",
    seq=number(),
    command=said(),
    processDefinitionKey=fields.String(required=True, allow_none=True),
    variables=fields.List(fields.String()),
    payload=fields.Dict(keys=fields.String(), required=True),
)
EVENT = answer(
    "Event",
    specversion=said(),
    id=said(),
    source=said(),
    type=said(),
    subject=said(),
    time=when(),
    datacontenttype=said(),
    position=number(),
    data=one(ABOUT),
)
EVENTS = answer("Events", items=some(EVENT), next=number(), end=number())
ASKED = body(
    "EventsAsked",
    after=Whole(0, LAST, load_default=0),
    limit=Whole(1, 200, load_default=50),
    wait=Whole(0, LONGEST_WAIT, load_default=0),
    types=Kinds(load_default=()),
    processDefinitionKey=Text(load_default=None),
    processInstanceId=Text(load_default=None),
)


@events.gets("", Policy.EVENTS, EVENTS, query=ASKED)
def follow_events(asked: dict[str, Any]) -> Response:
    """Read what happened after a position, oldest first: records as CloudEvents, without the values of variables.

    Ask on with `after` = `next`, until that is `end`; it grows also when nothing that is asked for happened. With `wait`, an empty
    answer comes only after so many seconds. Only so many callers can wait at the same time: the others are answered at once,
    with Retry-After.
    """
    of = reach()
    starter = None if of is None else of.starter
    wanted = Wanted(asked["types"], asked["processDefinitionKey"], asked["processInstanceId"], starter)
    reader = _Reader(wanted, asked["limit"], asked["after"])
    waited = reader.look() or asked["wait"] == 0 or reader.wait(asked["wait"])
    response = answers.json(_shown(reader.found))
    if not waited:
        response.headers["Retry-After"] = str(service().followers.come_back())
    return response


NOTHING_YET = Found((), 0, 0)


@dataclass(slots=True)
class _Reader:
    """Somebody who reads on, and need not look again through what he saw."""

    wanted: Wanted
    limit: int
    after: int
    found: Found = NOTHING_YET

    def look(self) -> bool:
        """Whether there is something to tell."""
        with reading() as queries:
            return self._look(queries)

    def wait(self, seconds: float) -> bool:
        """Wait for something to tell; whether there was a place."""
        return service().followers.wait_until(self.look, seconds, self.wanted.may_be_in)

    def _look(self, queries: Queries) -> bool:
        self.found = feed.read(queries, self.after, self.limit, self.wanted)
        self.after = self.found.next
        return self.found.is_there


def _shown(found: Found) -> dict[str, Any]:
    tenant = service().tenant
    return {"items": [cloud_event(event, tenant) for event in found.events], "next": found.next, "end": found.end}
