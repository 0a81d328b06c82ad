"""Payments (khoản đã nộp) of a dossier: what was paid for it, how, and whether it was given back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256

ONLINE, COUNTER, BANK = "online", "counter", "bank"
CHANNELS = (ONLINE, COUNTER, BANK)
"""Through the payment platform, at the one-stop counter, at a bank that the tax office hears of."""
CASH, TRANSFER, POS = "cash", "transfer", "pos"
METHODS = (CASH, TRANSFER, POS)
"""How it is paid at the counter."""
SETTLED, REFUNDED = "settled", "refunded"
STATES = (SETTLED, REFUNDED)


def receipt_id(unit: str | None, receipt: str) -> str:
    """The id of what a receipt stands for: a unit numbers its receipts, so one of its numbers is one payment."""
    return sha256(json.dumps([COUNTER, unit, receipt]).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment, in whole đồng. ``reference`` names the bill, or the receipt of the counter.

    ``transaction_id`` is what the other system calls it.
    """

    id: str
    instance_id: str
    reference: str
    amount: int
    channel: str
    method: str | None
    connector: str | None
    transaction_id: str | None
    state: str
    paid_at: str
    received_by: str
    refunded_at: str | None = None
    refunded_by: str | None = None
    reason: str | None = None
    """Why it was given back."""
