"""The public post, played: one order under each number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.post import packet
from engine.domain.packet import PacketRefused, as_json, from_json, read
from engine.ports import Reply, Sent


@dataclass(slots=True)
class PostSimulator:
    """One post."""

    secret: str
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    cancelled: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Do what is asked."""
        said, what = from_json(body), path.rsplit("/", 1)[-1]
        if what == "token":
            return Reply(200, as_json({"access_token": "the-buu-dien"} if said.get("secretKey") == self.secret else {}))
        if headers.get("access_token") != "the-buu-dien":
            return self._says("401", "Chưa đăng nhập")
        try:
            return self._order(said) if what == "order" else self._of_order(what, said)
        except PacketRefused as no:
            self.refused.append(str(no))
            return self._says("400", f"Dữ liệu không hợp lệ: {no}")

    def _order(self, said: dict[str, Any]) -> Reply:
        read(packet.ORDER, said)
        if said["OrderNumber"] in self.orders:
            return self._says("101", "Đơn hàng đã tồn tại")
        self.orders[said["OrderNumber"]] = said
        return self._says(packet.OK, "Thành công")

    def _of_order(self, what: str, said: dict[str, Any]) -> Reply:
        number = read(packet.ASKED, said)["order_number"]
        if number not in self.orders:
            return self._says("404", "Không có đơn hàng")
        if what == "cancel":
            self.cancelled.add(number)
        return self._says(packet.OK, "Đã hủy" if number in self.cancelled else "Đã nhận hàng")

    def _says(self, status: str, message: str) -> Reply:
        return Reply(200, as_json({"Status": status, "Message": message}))

    def happen(self, service: str, values: Mapping[str, Any]) -> Sent | None:
        """It sends nothing."""
        raise KeyError(service)
