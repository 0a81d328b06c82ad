"""What is due for a dossier, and what a diagram that waits for money hears of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.domain.dossier import Dossier
from engine.domain.inbound import OPEN, Expectation
from engine.domain.payment import SETTLED, Payment
from engine.domain.waiting import Message, Subscription
from engine.ports import Queries
from engine.service.work import Work

PAID = "da_nop_phi"
"""Message by which a diagram hears that something was paid, whichever way it came. It is never kept: the payment is."""


def due(queries: Queries, dossier: Dossier) -> int:
    """What is still to be paid for a dossier, in đồng: what it was asked for, else what is left of its fee.

    Never more than that: one bill may be over what two tax notices ask for as well.
    """
    bills = [bill.amount for bill in queries.open_expectations_of(dossier.id) if bill.amount is not None]
    if not bills:
        return dossier.due
    return sum(bills) if dossier.fee is None else min(sum(bills), dossier.due)


def left(work: Work, dossier: Dossier) -> int:
    """What it still lacks as the current command leaves it, in đồng: of its fee, or of its bills where there is no fee."""
    if dossier.fee is not None:
        return dossier.due
    stored = [work.current.latest(Expectation, one.id, one) for one in work.unit.open_expectations_of(dossier.id)]
    new = [one for one in work.current.inserted(Expectation) if one.instance_id == dossier.id]
    return sum(one.amount or 0 for one in (*stored, *new) if one.state == OPEN)


def heard(amount: int, how: str, reference: str, still: int) -> dict[str, Any]:
    """What a diagram is told of money."""
    return {"so_tien": amount, "hinh_thuc": how, "so_bien_lai": reference, "con_thieu": still}


def untold(work: Work, dossier: Dossier, open_: Sequence[Subscription]) -> tuple[Subscription, Message] | None:
    """The one place that came to wait for money when all of it was there, and what it hears; once in a command."""
    places = [place for place in open_ if place.name == PAID]
    if len(places) != 1 or spot(places[0]) in work.told or not _is_new(work, places[0]):
        return None
    if dossier.paid <= 0 or left(work, dossier) > 0:
        return None
    work.told.add(spot(places[0]))
    last = _payments(work, dossier.id)[-1]
    values = heard(dossier.paid, last.method or last.channel, last.reference, 0)
    now = last.paid_at
    return places[0], Message(work.ids.new(), PAID, places[0].key, None, values, "correlated", (dossier.id,), now, now)


def spot(place: Subscription) -> tuple[str, str]:
    """Where in a diagram an instance waits, however often it comes there."""
    return place.instance_id, place.element_id


def _is_new(work: Work, place: Subscription) -> bool:
    """Whether it was opened in this command, or none was, as when an instance is resumed."""
    opened = [one.id for one in work.current.inserted(Subscription) if one.instance_id == place.instance_id]
    return not opened or place.id in opened


def _payments(work: Work, instance_id: str) -> list[Payment]:
    """What was paid and not given back, those of this command included."""
    stored = [] if work.is_new(instance_id) else work.unit.payments_of(instance_id)
    mine = [one for one in work.current.inserted(Payment) if one.instance_id == instance_id]
    known = [work.current.latest(Payment, one.id, one) for one in (*stored, *mine)]
    return [one for one in known if one is not None and one.state == SETTLED]
