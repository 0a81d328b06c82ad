"""What outside systems sent, and what they are expected to send: taken once, or parked with its reason; never lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from engine.domain.system import Notice

TAKEN, NOTED, PARKED, RESOLVED = "taken", "noted", "parked", "resolved"
STATES = (TAKEN, NOTED, PARKED, RESOLVED)
"""``noted``: nothing is to follow from it, and nobody has to look; ``resolved``: a person has dealt with it."""
OPEN, SETTLED = "open", "settled"

NOT_PAID = "notPaid"
"""A payment that did not come about: the payer may try again."""

REASONS: Mapping[str, tuple[str, str]] = {
    "unknownReference": (
        "không có khoản nào đang chờ với mã tham chiếu này",
        "nothing is expected under this reference",
    ),
    "unknownDossier": ("không có hồ sơ nào đang xử lý với mã này", "no dossier with this code is being processed"),
    "amountWrong": ("số tiền khác số phải nộp", "the amount is not the one that is due"),
    "paidTwice": (
        "khoản này đã được nộp bằng giao dịch khác; cần hoàn phí",
        "it was paid by another transaction: refund",
    ),
    "instanceEnded": (
        "hồ sơ đã kết thúc hoặc đã rút; nếu là tiền thì cần hoàn phí",
        "the dossier has ended or was withdrawn; money has to be refunded",
    ),
    "contradictsEarlier": (
        "nội dung khác lần gửi trước cùng mã",
        "it says something else than what was sent under this reference before",
    ),
    "dossierKnown": ("đã có hồ sơ mang mã này", "there is a dossier with this code already"),
    "nobodyWaited": ("không bước nào của hồ sơ chờ thông tin này", "no step of the dossier waited for it"),
    "ambiguousCorrelation": ("nhiều nơi cùng chờ thông tin này", "more than one place waits for it"),
    "businessKeyInUse": ("mã hồ sơ đang được một hồ sơ khác dùng", "the dossier's code is in use"),
    "invalidValues": ("nội dung không hợp với biểu mẫu", "its values do not fit the form"),
    "statusUnknown": ("mã trạng thái không có trong bảng", "its status is not in the table"),
    "dateWrong": ("ngày giờ không hợp lệ", "its date cannot be"),
    NOT_PAID: ("giao dịch không thành công", "the payment did not come about"),
}
"""Why something that came in is not taken."""


@dataclass(frozen=True, slots=True)
class InboundPacket:
    """One notice of a system, and what became of it. What was taken stands in the dossier's history: here it has no values."""

    id: str
    connector: str
    service: str
    reference: str
    print: str
    state: str
    reason: str | None
    key: str | None
    notice: dict[str, Any]
    instance_ids: tuple[str, ...]
    received_at: str
    resolved_at: str | None
    resolved_by: str | None
    resolution: str | None


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a system is expected to send: the amount it has to name, and for whom. ``settled_by`` is the reference that settled it."""

    id: str
    connector: str
    reference: str
    dossier: str | None
    amount: int | None
    instance_id: str | None
    state: str
    settled_by: str | None
    created_at: str


def expectation_id(connector: str, reference: str) -> str:
    """What is expected once, is there once."""
    return f"{connector}/{reference}"


def fingerprint(notice: Notice) -> str:
    """By which the same notice is told from another under its reference."""
    said = [notice.key, dict(notice.values), notice.doubt]
    return sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def packet_id(connector: str, service: str, notice: Notice) -> str:
    """One row for each notice, however often it is sent."""
    place = "\n".join((connector, service, notice.reference, fingerprint(notice)))
    return sha256(place.encode()).hexdigest()
