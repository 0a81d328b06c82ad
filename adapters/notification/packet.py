"""Packets of the SMS gateway and of the e-mail gateway."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from engine.domain.packet import Fields, PacketRefused, blank, fixed, made, matching, must, rows, text

SMS: Fields = (
    fixed("name", "send_sms_list"), must("REQID"), must("LABELID"), must("CONTRACTTYPEID"), must("CONTRACTID"),
    must("TEMPLATEID"), rows("PARAMS", must("NUM"), must("CONTENT", text(480)), needed=True), blank("SCHEDULETIME"),
    must("MOBILELIST", matching(r"84[35789]\d{8}")), fixed("ISTELCOSUB", "0"), must("AGENTID"), must("APIUSER"),
    must("APIPASS"), must("USERNAME"), fixed("DATACODING", "8"),
)  # fmt: skip
"""``DATACODING`` 8: Vietnamese with all its marks."""
MAIL: Fields = (
    must("id"), must("from"), must("to", matching(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+")), must("subject", text(200)),
    must("text", text(20_000)),
)  # fmt: skip
"""The e-mail gateway is the province's own; this is the packet we propose for it."""
OK = "0"
_PHONE = re.compile(r"(?:\+?84|0)([35789]\d{8})")


def mobile(said: Any) -> str:
    """A mobile number as the gateway writes it.

    Raises:
        PacketRefused: it is none; nobody is written to by guess.
    """
    found = _PHONE.fullmatch(re.sub(r"[\s.-]", "", said)) if isinstance(said, str) else None
    if found is None:
        raise PacketRefused("valueWrong", "dien_thoai")
    return "84" + found[1]


def sms(values: Mapping[str, Any], settings: Mapping[str, str], password: str, id: str) -> dict[str, Any]:
    """A message to one number, made of a template that the gateway has approved."""
    said = {
        **{
            name: settings[name]
            for name in ("labelid", "contracttypeid", "contractid", "agentid", "apiuser", "username")
        },
        "templateid": values.get("ma_mau"),
        "reqid": id,
        "apipass": password,
        "params": _numbered(values.get("tham_so")),
        "mobilelist": mobile(values.get("dien_thoai")),
    }
    return {"RQST": made(SMS, said)}


def _numbered(texts: Any) -> Sequence[Mapping[str, str]]:
    if not isinstance(texts, list):
        raise PacketRefused("dataMissing", "tham_so")
    return [{"num": str(number), "content": each} for number, each in enumerate(texts, 1)]
