"""What outside systems send: proved by their own packets, and what of it is parked for a person."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from marshmallow import fields

from api import answers
from api.commands import perform
from api.policy import Policy
from api.serving import reading, recorded, service
from api.v1.fields import NOTHING, PAGE, Choice, Text, answer, body, maybe, maybe_when, page_of, said, texts, when
from api.v1.resource import Resource
from engine.domain.errors import NotFound
from engine.domain.inbound import PARKED, REASONS, RESOLVED, TAKEN, InboundPacket
from engine.domain.values import written
from engine.ports import Page
from engine.service.command import Command, Rendered, Sender
from engine.service.inbound import incoming, take_in
from engine.service.parked import ResolvePacket, RetryPacket

inbound = Resource("inbound", "/v1/inbound", "What outside systems send, in packets of their own.")
parked_packets = Resource("parked-packets", "/v1/parked-packets", "Packets that could not be taken and need a person.")

SAID = answer("SystemAnswer")
PACKET = answer(
    "ParkedPacket",
    id=said(),
    connector=said(),
    service=said(),
    reference=said(),
    state=said(metadata={"enum": [PARKED, RESOLVED, TAKEN]}),
    reason=maybe(),
    explanation=fields.Dict(required=True, allow_none=True, keys=fields.String(), values=fields.String()),
    key=maybe(),
    processInstanceIds=texts(),
    receivedAt=when(),
    resolvedAt=maybe_when(),
    resolvedBy=maybe(),
    resolution=maybe(),
)
ASKED = body("ParkedPacketsAsked", state=Choice(PARKED, RESOLVED, load_default=PARKED), **PAGE)
RESOLVE = body("ResolveParkedPacket", reason=Text(required=True))
MISSING = (404, 409)


@inbound.posts("/<connector>/<kind>", Policy.OPEN, {200: SAID}, refuses=(404,))
def take_packet(connector: str, kind: str) -> Response:
    """Take what a system sends. It needs no key of ours: its packet proves whom it is from, and is answered in its own words.

    The same again is answered the same, and has no second effect.
    """
    found, sender = service(), Sender(f"connector:{connector}")
    headers = {name.lower(): value for name, value in request.headers.items()}
    came = incoming(kind, request.get_data(cache=False), headers, written(found.clock.now()))
    told = take_in(found.catalog.connectors, came, connector, lambda command: found.writer.do(command, sender))
    return Response(told.body, told.status, {"Content-Type": told.content_type})


@parked_packets.gets("", Policy.INCIDENTS, page_of(PACKET, "ParkedPackets"), query=ASKED)
def list_parked_packets(asked: dict[str, Any]) -> Response:
    """List what systems sent and could not be taken, the last first; without more, what nobody has dealt with."""
    with reading() as queries:
        page = queries.list_inbound_packets(asked["state"], Page(asked["limit"], asked["after"]))
    recorded()
    return answers.listed(page, _shown)


@parked_packets.gets("/<id>", Policy.INCIDENTS, PACKET, refuses=(404,))
def get_parked_packet(id: str) -> Response:
    """One of them."""
    with reading() as queries:
        found = queries.inbound_packet(id)
    if found is None or found.state not in (PARKED, RESOLVED):
        raise NotFound(what="parked packet", id=id)
    recorded(id)
    return answers.json(_shown(found))


@parked_packets.posts("/<id>/retry", Policy.OPERATE, {200: PACKET}, body=NOTHING, repeatable=True, refuses=MISSING)
def retry_parked_packet(nothing: dict[str, Any], id: str) -> Response:
    """Look at it again, after what kept it from being taken was mended."""
    return _performed(RetryPacket(id), nothing)


@parked_packets.posts("/<id>/resolve", Policy.OPERATE, {200: PACKET}, body=RESOLVE, repeatable=True, refuses=MISSING)
def resolve_parked_packet(sent: dict[str, Any], id: str) -> Response:
    """Say what was done about it: refunded, told to the other side, written off. Nothing follows from it for the dossier."""
    return _performed(ResolvePacket(id, sent["reason"]), sent)


def _performed(command: Command, sent: Any) -> Response:
    return perform(command, _rendered, sent)


def _rendered(packet: InboundPacket) -> Rendered:
    return answers.rendered(_shown(packet))


def _shown(packet: InboundPacket) -> dict[str, Any]:
    """Without its values: whoever mends need not read them."""
    vi, en = REASONS.get(packet.reason or "", (packet.reason, packet.reason))
    return {
        "id": packet.id,
        "connector": packet.connector,
        "service": packet.service,
        "reference": packet.reference,
        "state": packet.state,
        "reason": packet.reason,
        "explanation": None if packet.reason is None else {"vi": vi, "en": en},
        "key": packet.key,
        "processInstanceIds": list(packet.instance_ids),
        "receivedAt": packet.received_at,
        "resolvedAt": packet.resolved_at,
        "resolvedBy": packet.resolved_by,
        "resolution": packet.resolution,
    }
