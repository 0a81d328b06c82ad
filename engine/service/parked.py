"""Parked notices: an operator has them looked at again, or says what he did about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.domain.errors import NotFound, PacketNotParked
from engine.domain.inbound import PARKED, RESOLVED, InboundPacket
from engine.domain.system import Expected, HandedIn, Notice
from engine.domain.values import written
from engine.service.command import Command, Sender
from engine.service.inbound import TakeNotice, decide, doubt_of
from engine.service.work import Work


@dataclass(frozen=True, slots=True)
class RetryPacket(Command):
    """Look at a parked notice again, after what kept it from being taken was mended."""

    id: str


def retry(work: Work, command: RetryPacket, by: Sender) -> InboundPacket:
    """Take it, if nothing speaks against it any more.

    Raises:
        NotFound, PacketNotParked
    """
    packet = _parked(work, command.id)
    again = TakeNotice(packet.connector, packet.service, _notice(packet.notice))
    earlier = work.unit.inbound_packets_of(packet.connector, packet.service, packet.reference)
    decide(work, again, packet, by, doubt_of(again.notice, packet.id, earlier))
    return _latest(work, packet)


@dataclass(frozen=True, slots=True)
class ResolvePacket(Command):
    """A person has dealt with a parked notice: refunded it, told the other side, or written it off."""

    id: str
    reason: str


def resolve(work: Work, command: ResolvePacket, by: Sender) -> InboundPacket:
    """Close it. Nothing follows from it for the dossier; what was done stands in the reason.

    Raises:
        NotFound, PacketNotParked
    """
    packet, cause = _parked(work, command.id), work.cause(by)
    work.current.update(
        InboundPacket, packet.id, state=RESOLVED, resolved_at=written(cause.at), resolved_by=by.person,
        resolution=command.reason,
    )  # fmt: skip
    said = {"packet": packet.id, "connector": packet.connector, "service": packet.service, "reason": command.reason}
    work.administer("PacketResolved", said, cause)
    return _latest(work, packet)


def _parked(work: Work, id: str) -> InboundPacket:
    work.flush()
    packet = work.unit.inbound_packet(id)
    if packet is None:
        raise NotFound(what="parked packet", id=id)
    if packet.state != PARKED:
        raise PacketNotParked(id=id, state=packet.state)
    return packet


def _latest(work: Work, packet: InboundPacket) -> InboundPacket:
    found: InboundPacket = work.current.latest(InboundPacket, packet.id, packet)
    return found


def _notice(kept: Mapping[str, Any]) -> Notice:
    def expected(said: Any) -> Expected | None:
        return None if said is None else Expected(**said)

    made = Notice(**kept)
    opens = kept.get("opens")
    return replace(
        made, settles=expected(made.settles), expects=tuple(Expected(**one) for one in kept["expects"]),
        opens=None if opens is None else HandedIn(**opens),
    )  # fmt: skip
