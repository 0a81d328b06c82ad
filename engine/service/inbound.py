"""What outside systems send: each notice is taken once, or parked with its reason where an operator sees it; never both, never lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, TypeAlias

import structlog

from engine import xml
from engine.domain import inbound, status
from engine.domain.dossier import ONLINE
from engine.domain.errors import EngineError, NotFound
from engine.domain.inbound import (
    NOT_PAID,
    NOTED,
    OPEN,
    PARKED,
    RESOLVED,
    SETTLED,
    TAKEN,
    Expectation,
    InboundPacket,
    expectation_id,
    packet_id,
)
from engine.domain.packet import PacketRefused
from engine.domain.record import Payload
from engine.domain.system import Expected, Incoming, Notice, Said, Site, Verdict
from engine.domain.values import written
from engine.domain.waiting import Message
from engine.ports import System
from engine.runtime.connectors import Connectors
from engine.service import messages, payments, ratings
from engine.service.command import Command, Sender
from engine.service.dues import PAID
from engine.service.live import Live
from engine.service.work import Work

WAITS = timedelta(days=1)
"""How long a notice may wait for a step of its dossier before a person is told."""
Doing: TypeAlias = Callable[["TakeNotice"], Verdict]
MARK = "inbound:"
"""Begins the ids of messages that were made of notices."""

log = structlog.get_logger()


# ---- from the door


def take_in(connectors: Connectors, incoming: Incoming, connector: str, do: Doing) -> Said:
    """Have what a system sent decoded and proved by its adapter, then taken notice by notice, and say what it is answered.

    Raises:
        NotFound: there is no such system, or it sends no such thing.
    """
    system, site = _of(connectors, connector, incoming.service)
    try:
        notices = system.receive(site, incoming)
    except PacketRefused as refused:
        log.warning(
            "packet refused", connector=connector, service=incoming.service, code=refused.code, where=refused.where
        )
        return system.reply(site, incoming, Verdict(taken=False, code=str(refused)))
    verdicts = [do(TakeNotice(connector, incoming.service, notice)) for notice in notices]
    return system.reply(site, incoming, _worst(verdicts))


def _of(connectors: Connectors, connector: str, service: str) -> tuple[System, Site]:
    found = connectors.systems.get(connector)
    if found is None or service not in found[0].services:
        raise NotFound(what="resource", id=f"{connector}/{service}")
    return found


def _worst(verdicts: Sequence[Verdict]) -> Verdict:
    """Several notices have one answer: it was taken where all of them were."""
    return next((verdict for verdict in verdicts if not verdict.taken), Verdict(taken=True))


def incoming(service: str, body: bytes, headers: Mapping[str, str], at: str) -> Incoming:
    """What came in, with the one parser that may open XML."""
    return Incoming(service, body, headers, at, xml.packet)


# ---- taking


@dataclass(frozen=True, slots=True)
class TakeNotice(Command):
    """One notice of a system that was proved to be its own."""

    connector: str
    service: str
    notice: Notice


def take(work: Work, command: TakeNotice, by: Sender) -> Verdict:
    """Take a notice, once: the same again is answered the same, and has no second effect."""
    work.flush()
    earlier = work.unit.inbound_packets_of(command.connector, command.service, command.notice.reference)
    id = packet_id(command.connector, command.service, command.notice)
    same = next((packet for packet in earlier if packet.id == id), None)
    if same is not None and same.state != PARKED:
        return Verdict(same.state in (TAKEN, NOTED), same.reason if same.state == RESOLVED else None)
    return decide(work, command, same, by, doubt_of(command.notice, id, earlier))


def doubt_of(notice: Notice, id: str, earlier: Iterable[InboundPacket]) -> str | None:
    """What speaks against a notice before anything is looked up: another was taken under its reference, or its adapter doubts it."""
    contradicts = any(packet.state == TAKEN and packet.id != id for packet in earlier)
    return "contradictsEarlier" if contradicts else notice.doubt


def decide(work: Work, command: TakeNotice, known: InboundPacket | None, by: Sender, doubt: str | None) -> Verdict:
    """Take a notice, or park it with its reason; ``known`` is its packet, where it is there already."""
    if doubt == NOT_PAID:
        _keep(work, command, known, by, NOTED, doubt)
        return Verdict(taken=True)
    reason = doubt or _objection(work, command)
    ids: tuple[str, ...] = ()
    if reason is None:
        reason, ids = _deliver(work, command, by)
    _keep(work, command, known, by, TAKEN if reason is None else PARKED, reason, ids)
    return Verdict(reason is None, reason)


def _objection(work: Work, command: TakeNotice) -> str | None:
    """Why nothing may follow from a notice, as far as it can be seen without a receiver."""
    settles, key, opens = command.notice.settles, command.notice.key, command.notice.opens
    if opens is not None and work.unit.dossier_by_code(opens.code) is not None:
        return "dossierKnown"
    if settles is None:
        return None if key is None or _has_place(work, command, key) else "unknownDossier"
    expected = work.unit.locked_expectation(expectation_id(command.connector, settles.reference))
    if expected is None:
        return "unknownReference"
    if expected.state != OPEN:
        return "paidTwice"
    if settles.amount is not None and expected.amount != settles.amount:
        return "amountWrong"
    if _is_paid(work, expected):
        return "paidTwice"
    return None if expected.instance_id is None or _takes_money(work, expected.instance_id) else "instanceEnded"


def _is_paid(work: Work, expected: Expectation) -> bool:
    """Whether a bill asks for more than its dossier's fee still lacks: what it is for was paid another way, or by another bill."""
    dossier = None if expected.instance_id is None else work.dossier(expected.instance_id)
    return dossier is not None and dossier.fee is not None and (expected.amount or 0) > dossier.due


def _takes_money(work: Work, instance_id: str) -> bool:
    """Whether something may still be paid for an instance: it has not ended, and its dossier was not withdrawn or returned."""
    head = work.unit.process_instances([instance_id]).get(instance_id)
    dossier = work.dossier(instance_id)
    return head is not None and not head.ended and (dossier is None or dossier.status not in status.CLOSED)


def _has_place(work: Work, command: TakeNotice, key: str) -> bool:
    name = message_name(command.connector, command.service)
    return (
        work.holder_of(work.key_of(key)) is not None
        or bool(work.unit.receivers("message", name, key))
        or bool(work.unit.start_events("message", name))
    )


def message_name(connector: str, service: str) -> str:
    """The message that a notice becomes: what a diagram waits for."""
    return f"{connector}.{service}"


RESERVED = (PAID, ratings.RATED)
"""What a dossier's own record says: that money was paid, and how the citizen rates the result."""


def is_reserved(connectors: Connectors, name: str) -> bool:
    """Whether a message only comes of what was proved: by a dossier's own record, or by a system that is registered.

    Whoever it is for, and whether there is such a dossier yet: what is sent today may wait for the dossier of tomorrow.
    """
    connector, _, service = name.partition(".")
    found = connectors.systems.get(connector)
    return name in RESERVED or (found is not None and service in found[0].services)


def _deliver(work: Work, command: TakeNotice, by: Sender) -> tuple[str | None, tuple[str, ...]]:
    payer = _payer(work, command)
    try:
        ids = _tell(work, command, by) if payer is None else _tell_payer(work, command, payer, by)
    except EngineError as refused:
        work.reject()  # Nothing was decided before: all that stands there is the half of what was refused.
        return refused.code, ()
    _settle(work, command, ids[0] if ids else None, by)
    return None, ids


def _opened(command: TakeNotice) -> dict[str, Any] | None:
    """A dossier that was handed in at the other system is handed in online, under the code that it has there."""
    opens = command.notice.opens
    if opens is None:
        return None
    origin = message_name(command.connector, command.service)
    return {"channel": ONLINE, "submittedAt": opens.at, "code": opens.code, "origin": origin}


def _payer(work: Work, command: TakeNotice) -> Live | None:
    """The instance that hears of payments, and not of this system: it is told in the one way that there is for all of them."""
    settles = command.notice.settles
    if settles is None or command.notice.channel is None:
        return None
    expected = work.unit.locked_expectation(expectation_id(command.connector, settles.reference))
    if expected is None or expected.instance_id is None:
        return None
    live = work.live(expected.instance_id)
    own = message_name(command.connector, command.service)
    return live if payments.hears(work, live, PAID) and not payments.hears(work, live, own) else None


def _tell_payer(work: Work, command: TakeNotice, live: Live, by: Sender) -> tuple[str, ...]:
    said = _paid(command)
    assert said is not None
    payments.tell(work, live, said, by)
    return (live.head.id,)


def _tell(work: Work, command: TakeNotice, by: Sender) -> tuple[str, ...]:
    notice, name = command.notice, message_name(command.connector, command.service)
    mark = MARK + packet_id(command.connector, command.service, notice)
    told = messages.correlate(
        work,
        messages.CorrelateMessage(
            name, notice.key, _values(work, command), mark, WAITS, remembered=WAITS, dossier=_opened(command)
        ),
        by,
    )
    return told.instance_ids


def _paid(command: TakeNotice) -> Payload | None:
    """What a notice says was paid, for the dossier's record; None where it tells of no money."""
    notice = command.notice
    if notice.settles is None or notice.settles.amount is None or notice.channel is None:
        return None
    return {
        "reference": notice.settles.reference, "amount": notice.settles.amount, "channel": notice.channel,
        "method": None, "connector": command.connector, "transaction": notice.reference,
    }  # fmt: skip


def _values(work: Work, command: TakeNotice) -> dict[str, Any]:
    """What the process is told; of a payment also how many of the dossier's are still due after it."""
    notice, values = command.notice, dict(command.notice.values)
    if notice.settles is not None and notice.settles.dossier is not None:
        expected = work.unit.expectations_of(command.connector, notice.settles.dossier)
        values["con_phai_nop"] = sum(
            one.state == OPEN and one.reference != notice.settles.reference for one in expected
        )
    return values


def _settle(work: Work, command: TakeNotice, instance_id: str | None, by: Sender) -> None:
    notice = command.notice
    if notice.settles is not None:
        settled = work.unit.locked_expectation(expectation_id(command.connector, notice.settles.reference))
        assert settled is not None
        _settle_one(work, command, settled, settled.instance_id or instance_id, by)
    if notice.expects:
        holder = None if notice.key is None else work.holder_of(work.key_of(notice.key))
        for expected in notice.expects:
            expect(work, command.connector, expected, instance_id or (holder.id if holder else None))


def _settle_one(work: Work, command: TakeNotice, expected: Expectation, instance_id: str | None, by: Sender) -> None:
    """What was expected has come; where it is money, the dossier's record says so."""
    work.current.update(Expectation, expected.id, state=SETTLED, settled_by=command.notice.reference)
    said = _paid(command)
    if said is not None and instance_id is not None:
        payments.take(work, instance_id, said, by)


def expect(work: Work, connector: str, expected: Expected, instance_id: str | None) -> None:
    """Write down what a system will send, unless it stands there already: a call that is made again expects nothing new."""
    work.flush()
    id = expectation_id(connector, expected.reference)
    staged = any(one.id == id for one in work.current.inserted(Expectation))
    if not staged and work.unit.locked_expectation(id) is None:
        work.current.insert(
            Expectation(
                id, connector, expected.reference, expected.dossier, expected.amount, instance_id, OPEN, None,
                written(work.clock.now()),
            )
        )  # fmt: skip


def note(work: Work, connector: str, notice: Notice, instance_id: str, by: Sender) -> None:
    """What a system told when it was asked is settled like what it sends by itself: if it is sent later, it is a repeat."""
    assert notice.settles is not None
    work.flush()
    expected = work.unit.locked_expectation(expectation_id(connector, notice.settles.reference))
    command = TakeNotice(connector, "callback", notice)
    if expected is None or expected.state != OPEN:
        return
    known = work.unit.inbound_packet(packet_id(connector, command.service, notice))
    doubt = None if expected.amount in (None, notice.settles.amount) else "amountWrong"
    doubt = doubt or ("paidTwice" if _is_paid(work, expected) else None)
    if doubt is None:
        _settle_one(work, command, expected, instance_id, by)
        _write(work, command, known, TAKEN, None, (instance_id,))
    elif known is None:
        _keep(work, command, None, by, PARKED, doubt)


# ---- keeping


def _keep(
    work: Work, command: TakeNotice, known: InboundPacket | None, by: Sender, state: str, reason: str | None,
    ids: tuple[str, ...] = (),
) -> None:  # fmt: skip
    packet = _write(work, command, known, state, reason, ids)
    if state == PARKED and (known is None or known.reason != reason):
        said = {"packet": packet.id, "connector": packet.connector, "service": packet.service, "reason": reason}
        work.administer("PacketParked", said, work.cause(by))


def _write(
    work: Work, command: TakeNotice, known: InboundPacket | None, state: str, reason: str | None, ids: tuple[str, ...]
) -> InboundPacket:
    notice = command.notice
    kept = asdict(notice) if state == PARKED else {}
    packet = InboundPacket(
        packet_id(command.connector, command.service, notice), command.connector, command.service, notice.reference,
        inbound.fingerprint(notice), state, reason, notice.key, kept, ids,
        written(work.clock.now()) if known is None else known.received_at, None, None, None,
    )  # fmt: skip
    if known is None:
        work.current.insert(packet)
    else:
        work.current.update(InboundPacket, packet.id, state=state, reason=reason, notice=kept, instance_ids=ids)
    return packet


def park_expired(work: Work, message: Message, by: Sender) -> None:
    """A notice that nobody came to wait for is not forgotten with its message: a person is told."""
    if message.message_id is None or not message.message_id.startswith(MARK) or message.outcome != "buffered":
        return
    packet = work.unit.inbound_packet(message.message_id.removeprefix(MARK))
    if packet is not None and packet.state == TAKEN:
        notice = asdict(Notice(packet.reference, packet.key, message.values))
        work.current.update(InboundPacket, packet.id, state=PARKED, reason="nobodyWaited", notice=notice)
        said = {"packet": packet.id, "connector": packet.connector, "service": packet.service, "reason": "nobodyWaited"}
        work.administer("PacketParked", said, work.cause(by))
