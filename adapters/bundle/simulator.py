"""The bundle's portal and the justice system, played."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.bundle import packet
from engine.domain.packet import PacketRefused, as_json, from_json, made, read
from engine.ports import Reply, Sent


@dataclass(slots=True)
class BundleSimulator:
    """Both of them."""

    password: str
    received: set[str] = field(default_factory=set)
    statuses: list[dict[str, Any]] = field(default_factory=list)
    registered: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: list[dict[str, Any]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Do what is asked."""
        said, what = from_json(body), path.rsplit("/", 1)[-1]
        if what == "token":
            return Reply(200, as_json({"token": "the-lien-thong"} if said.get("password") == self.password else {}))
        if headers.get("authorization") != "Bearer the-lien-thong":
            return self._says("0", "Chưa đăng nhập")
        try:
            return {"received": self._receive, "status": self._follow, "register": self._register, "poll": self._poll}[
                what
            ](said)
        except PacketRefused as no:
            self.refused.append(str(no))
            return self._says("0", f"Dữ liệu không hợp lệ: {no}")

    def _says(self, status: str, text: str = "Thành công", value: Any = None) -> Reply:
        return Reply(200, as_json({"status": status, "statusDescription": text, "value": value or []}))

    def _receive(self, said: Mapping[str, Any]) -> Reply:
        self.received.add(read(packet.RECEIVED, said)["id"])
        return self._says("1")

    def _follow(self, said: dict[str, Any]) -> Reply:
        read(packet.STATUS, said)
        if said in self.statuses:
            return self._says("0", "Trạng thái đã tồn tại")
        self.statuses.append(said)
        return self._says("1")

    def _register(self, said: dict[str, Any]) -> Reply:
        id = read(packet.REGISTRATION, said)["ma_ho_so_lt"]
        if id in self.registered:
            return self._says("0", "Hồ sơ đã được tiếp nhận")
        self.registered[id] = said
        return self._says("1")

    def _poll(self, said: Mapping[str, Any]) -> Reply:
        asked = said["maDinhDanhHoSo"]
        return self._says("1", value=[row for row in self.answers if row["maHoSoLT"] in asked])

    # what it sends
    def push(self, *rows: Mapping[str, Any]) -> bytes:
        """Answers of the justice system, pushed."""
        return as_json(made(packet.PUSH, {"value": [dict(row) for row in rows]}))

    def happen(self, service: str, values: Mapping[str, Any]) -> Sent | None:
        """``justice``: the justice system answers."""
        if service != "justice":
            raise KeyError(service)
        return Sent(self.push(values), {"Authorization": f"Bearer {self.password}"})
