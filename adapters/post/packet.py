"""Packets of the public post: an order to fetch or to bring papers."""

from __future__ import annotations

from engine.domain.packet import WHOLE, Fields, blank, fixed, may, must

ORDER: Fields = (
    must("CustomerCode"), may("ItemCode"), must("OrderNumber"), must("CODAmount", WHOLE), must("SenderProvince"),
    must("SenderDistrict"), must("SenderAddress"), must("SenderName"), blank("SenderEmail"), must("SenderTel"),
    blank("SenderDesc"), blank("Description"), must("ReceiverName"), must("ReceiverAddress"), must("ReceiverTel"),
    must("ReceiverProvince"), must("ReceiverDistrict"), blank("ReceiverEmail"), fixed("FlagConfig", "2"),
)  # fmt: skip
TOKEN: Fields = (must("customerKey"), must("secretKey"))
ASKED: Fields = (must("CustomerCode"), must("OrderNumber"))
"""Tracking and cancelling."""
OK = "100"
