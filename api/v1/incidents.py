"""Incidents: steps that need a person."""

from __future__ import annotations

from typing import Any

from flask import Response

from api import answers
from api.commands import perform
from api.policy import Policy
from api.serving import reading, recorded, shown
from api.v1.fields import NOTHING, PAGE, Choice, Text, body, page_of
from api.v1.process_instances import answered
from api.v1.resource import Resource
from api.v1.shown import INCIDENT, INSTANCE, incident
from engine.ports import Page
from engine.service import reaching
from engine.service.incidents import RetryIncident

incidents = Resource("incidents", "/v1/incidents", "Steps that could not be done and need a person.")

INCIDENTS = page_of(INCIDENT, "Incidents")
ASKED = body(
    "IncidentsAsked",
    processInstanceId=Text(load_default=None),
    state=Choice("open", "resolved", "all", load_default="open"),
    **PAGE,
)


@incidents.gets("", Policy.INCIDENTS, INCIDENTS, query=ASKED)
def list_incidents(asked: dict[str, Any]) -> Response:
    """List incidents, the last raised first; without more, the open ones."""
    state = None if asked["state"] == "all" else asked["state"]
    with reading() as queries:
        page = queries.list_incidents(asked["processInstanceId"], state, Page(asked["limit"], asked["after"]))
    recorded(asked["processInstanceId"])
    return answers.listed(page, lambda row: incident(shown(row)))


@incidents.gets("/<id>", Policy.INCIDENTS, INCIDENT, refuses=(404,))
def get_incident(id: str) -> Response:
    """One incident."""
    with reading() as queries:
        found = reaching.incident(queries, id)
    recorded(id)
    return answers.json(incident(shown(found)))


@incidents.posts("/<id>/retry", Policy.OPERATE, {200: INSTANCE}, body=NOTHING, repeatable=True, refuses=(404, 409))
def retry_incident(nothing: dict[str, Any], id: str) -> Response:
    """Try the failed step again, after what made it fail was mended; the answer is the instance as it then stands."""
    return perform(RetryIncident(id), answered)
