"""Payments: what is due for a dossier, what was paid for it however it was paid, what was given back."""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain import instance, payment, status
from engine.domain.dossier import Dossier
from engine.domain.errors import (
    AmbiguousCorrelation,
    AmountNotDue,
    DossierClosed,
    FeeNotDetermined,
    NotFound,
    PaidBefore,
    RefundedBefore,
)
from engine.domain.inbound import SETTLED, Expectation
from engine.domain.payment import COUNTER, Payment
from engine.domain.record import Payload
from engine.service import messages
from engine.service.command import Sender
from engine.service.dossiers import OnDossier, as_it_stands
from engine.service.dues import PAID, due, heard, left, spot
from engine.service.live import Live
from engine.service.work import Work


@dataclass(frozen=True, slots=True)
class RecordPayment(OnDossier):
    """A cashier of the counter took money; ``receipt`` is the number on the receipt that he gave."""

    amount: int = 0
    method: str = payment.CASH
    receipt: str = ""


def record(work: Work, command: RecordPayment, by: Sender) -> Payment:
    """Record what was paid at the counter, and tell the diagram if it waits.

    Raises:
        NotFound: there is no such dossier.
        DossierClosed: it is over; the money is given back at once.
        PaidBefore: the unit has recorded this receipt, for this dossier or another.
        FeeNotDetermined: nobody can say yet what is due.
        AmountNotDue: it is not what is due.
    """
    dossier, live = as_it_stands(work, command.id), work.live(command.id)
    if live.head.ended or dossier.status in status.CLOSED:
        raise DossierClosed(dossier=dossier.called)
    work.flush()
    id = payment.receipt_id(dossier.unit, command.receipt)
    _is_unknown(work, dossier, id, command.receipt)
    paid_for = _paid_for(work, dossier, command.amount)
    said = {
        "reference": command.receipt, "amount": command.amount, "channel": COUNTER, "method": command.method,
        "connector": None, "transaction": None,
    }  # fmt: skip
    tell(work, live, said, by)
    made = _settle(work, live, id, said, by)
    for expected in _closed_by(work, command.id, paid_for):
        # What is paid here is not to be paid online as well: a confirmation that comes now is parked.
        work.current.update(Expectation, expected.id, state=SETTLED, settled_by=f"{COUNTER}/{made.id}")
    return made


def _is_unknown(work: Work, dossier: Dossier, id: str, receipt: str) -> None:
    """Nothing was recorded under a receipt: neither by its unit, nor for the dossier when receipts had no id of their own.

    Raises:
        PaidBefore
    """
    if (known := work.unit.payment(id)) is not None:
        other = work.dossier(known.instance_id)
        raise PaidBefore(receipt=receipt, dossier=known.instance_id if other is None else other.called)
    if any(one.reference == receipt and one.channel == COUNTER for one in work.unit.payments_of(dossier.id)):
        raise PaidBefore(receipt=receipt, dossier=dossier.called)


def _paid_for(work: Work, dossier: Dossier, amount: int) -> list[Expectation]:
    """The bills that an amount is for: one of that amount, or all; none where it is the fee alone.

    Raises:
        FeeNotDetermined: there is neither a fee nor a bill.
        AmountNotDue: it is for nothing that is due.
    """
    bills = [bill for bill in work.unit.open_expectations_of(dossier.id) if bill.amount is not None]
    if bill := next((bill for bill in bills if bill.amount == amount), None):
        return [bill]
    if bills and amount == sum(bill.amount or 0 for bill in bills):
        return bills
    if dossier.fee is None and not bills:
        raise FeeNotDetermined(dossier=dossier.called)
    if dossier.due != amount:
        raise AmountNotDue(dossier=dossier.called, amount=amount, due=due(work.unit, dossier))
    return []


def _closed_by(work: Work, instance_id: str, paid_for: list[Expectation]) -> list[Expectation]:
    """The bills that nobody is to pay any more: those that were paid, and all where nothing of the fee is left."""
    dossier = work.dossier(instance_id)
    assert dossier is not None
    if dossier.fee is None or dossier.due > 0:
        return paid_for
    return [bill for bill in work.unit.open_expectations_of(instance_id) if bill.amount is not None]


def take(work: Work, instance_id: str, said: Payload, by: Sender) -> Payment | None:
    """Record what an outside system says was paid, where the instance is a dossier's."""
    if work.dossier(instance_id) is None:
        return None
    return _settle(work, work.live(instance_id), work.ids.new(), said, by)


def _settle(work: Work, live: Live, id: str, said: Payload, by: Sender) -> Payment:
    work.record(live, "PaymentSettled", {"payment": id, **said}, work.cause(by))
    made: Payment = work.current.latest(Payment, id, None)
    return made


def tell(work: Work, live: Live, said: Payload, by: Sender) -> None:
    """Tell the diagram what is about to be recorded, if it waits; else it is told by its dossier, when it comes to wait.

    Raises:
        AmbiguousCorrelation: more than one place waits for it.
    """
    dossier = work.dossier(live.head.id)
    still = 0 if dossier is None else max(left(work, dossier) - said["amount"], 0)
    values = heard(said["amount"], said["method"] or said["channel"], said["reference"], still)
    if dossier is not None:
        _tell_place(work, live, values, by)
    elif hears(work, live, PAID):
        messages.correlate(work, messages.CorrelateMessage(PAID, live.head.business_key, values), by)


def _tell_place(work: Work, live: Live, values: Payload, by: Sender) -> None:
    places = [place for place in work.open_subscriptions(live.head.id) if place.name == PAID]
    if len(places) > 1:
        raise AmbiguousCorrelation(name=PAID, key=live.head.business_key, count=len(places))
    if places and live.head.state == instance.RUNNING:
        work.told.add(spot(places[0]))
        messages.give(work, places[0], PAID, values, work.ids.new(), by)


def hears(work: Work, live: Live, message: str) -> bool:
    """Whether a diagram, or one that it calls, speaks of a message at all."""
    definitions = (live.head.definition_id, *live.head.pins.values())
    return any(message in work.catalog.load(work.unit, id).compiled.messages for id in definitions)


@dataclass(frozen=True, slots=True)
class RefundPayment(OnDossier):
    """A payment was given back, for a reason."""

    payment: str = ""
    reason: str = ""


def refund(work: Work, command: RefundPayment, by: Sender) -> Payment:
    """Record it: the dossier counts as not paid by it any more.

    Raises:
        NotFound: the dossier has no such payment.
        RefundedBefore: it was given back.
    """
    work.flush()
    known = work.unit.payment(command.payment)
    if known is None or known.instance_id != command.id:
        raise NotFound(what="payment", id=command.payment)
    if known.state == payment.REFUNDED:
        raise RefundedBefore(payment=known.id)
    said = {"payment": known.id, "amount": known.amount, "channel": known.channel, "reason": command.reason}
    work.record(work.live(command.id), "PaymentRefunded", said, work.cause(by))
    refunded: Payment = work.current.latest(Payment, known.id, known)
    return refunded
