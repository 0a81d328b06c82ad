"""Payments of dossiers: what was paid online, at the counter or at a bank, and what was given back."""

from __future__ import annotations

from typing import Any

from flask import Response

from api import answers
from api.caller import reach
from api.commands import perform
from api.policy import Policy
from api.serving import reading, recorded
from api.v1.dossiers import PATH, on
from api.v1.fields import PAGE, Choice, Text, Whole, answer, body, maybe, maybe_when, number, page_of, said, when
from api.v1.resource import Resource
from engine.domain.payment import CHANNELS, METHODS, STATES, Payment
from engine.domain.values import LARGEST_EXACT
from engine.ports import Page
from engine.service.command import Rendered
from engine.service.dossiers import stored
from engine.service.payments import RecordPayment, RefundPayment

payments = Resource("payments of dossiers", "/v1/dossiers", "What was paid for dossiers.")

PAYMENT = answer(
    "Payment",
    id=said(),
    amount=number(),
    reference=said(),
    channel=said(metadata={"enum": list(CHANNELS)}),
    method=maybe(),
    connector=maybe(),
    transaction=maybe(),
    state=said(metadata={"enum": list(STATES)}),
    paidAt=when(),
    receivedBy=said(),
    refundedAt=maybe_when(),
    refundedBy=maybe(),
    refundReason=maybe(),
)
PAYMENTS = page_of(PAYMENT, "Payments")
RECORD = body(
    "RecordPayment",
    amount=Whole(1, LARGEST_EXACT, required=True),
    method=Choice(*METHODS, required=True),
    receipt=Text(100, required=True),
)
REFUND = body("RefundPayment", reason=Text(2000, required=True))
REFUSES = (404, 409)


def _shown(row: Payment) -> dict[str, Any]:
    return {
        "id": row.id,
        "amount": row.amount,
        "reference": row.reference,
        "channel": row.channel,
        "method": row.method,
        "connector": row.connector,
        "transaction": row.transaction_id,
        "state": row.state,
        "paidAt": row.paid_at,
        "receivedBy": row.received_by,
        "refundedAt": row.refunded_at,
        "refundedBy": row.refunded_by,
        "refundReason": row.reason,
    }


@payments.posts("/<code>/payments", Policy.WORK, {201: PAYMENT}, body=RECORD, repeatable=True, refuses=REFUSES)
def record_payment(sent: dict[str, Any], code: str) -> Response:
    """Record what a citizen paid at the counter, in đồng, with the number of the receipt; the diagram is told if it waits.

    Only what is due is taken. What is paid here cannot be paid online as well: such a confirmation is parked for a refund.
    """
    command = on(code, RecordPayment, amount=sent["amount"], method=sent["method"], receipt=sent["receipt"])
    return perform(command, _made, sent)


def _made(row: Payment) -> Rendered:
    return answers.rendered(_shown(row), 201, {"Location": f"{PATH}{row.instance_id}/payments"})


@payments.gets("/<code>/payments", Policy.DOSSIERS, PAYMENTS, query=body("Page", **PAGE), refuses=(404,))
def list_payments(asked: dict[str, Any], code: str) -> Response:
    """Payments of a dossier, the last first."""
    with reading() as queries:
        dossier = stored(queries, code, reach())
        found = queries.list_payments(dossier.id, Page(asked["limit"], asked["after"]))
    recorded(dossier.id)
    return answers.listed(found, _shown)


@payments.posts(
    "/<code>/payments/<payment_id>/refund", Policy.WORK, {200: PAYMENT}, body=REFUND, repeatable=True, refuses=REFUSES
)
def refund_payment(sent: dict[str, Any], code: str, payment_id: str) -> Response:
    """Record that a payment was given back (đã hoàn phí), and why; the reason names no person, for it stays in the history."""
    return perform(
        on(code, RefundPayment, payment=payment_id, reason=sent["reason"]),
        lambda row: answers.rendered(_shown(row)),
        sent,
    )
