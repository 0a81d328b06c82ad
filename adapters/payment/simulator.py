"""The payment platform, played: it keeps payments by their reference, and confirms them truly, twice, late, wrongly or forged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.payment import packet
from engine.domain.packet import PacketRefused, as_json, from_json, read
from engine.ports import Reply, Sent


@dataclass(slots=True)
class PaymentSimulator:
    """One platform, for one partner."""

    secret: str
    payments: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By reference, as they were asked for."""
    paid: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By reference: the confirmation."""
    refused: list[str] = field(default_factory=list)
    enveloped: bool = False

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Do what is asked, if its checksum is right."""
        what = path.rsplit("/", 1)[-1]
        try:
            said = from_json(body)
            return {"inittransaction": self._init, "querytransaction": self._query, "paymentreceipt": self._bill}[what](
                said
            )
        except (PacketRefused, KeyError) as no:
            self.refused.append(str(no))
            return Reply(200, as_json({"MaLoi": "99", "MoTaLoi": str(no)}))

    def _init(self, said: dict[str, Any]) -> Reply:
        read(packet.INIT, said)
        read(packet.RECEIPT, said["ThongTinBienLai"])
        self._check(packet.INIT, said)
        known = self.payments.setdefault(said["MaThamChieu"], said)
        if known != said:
            return Reply(200, as_json({"MaLoi": "02", "MoTaLoi": "Mã tham chiếu đã tồn tại"}))
        answer = {
            "MaLoi": "00",
            "MoTaLoi": "Thành công",
            "UrlThanhToan": f"https://thanhtoan.example/{said['MaThamChieu']}",
        }
        if self.enveloped:
            return Reply(200, as_json({"error_code": "0", "message": as_json(answer).decode()}))
        return Reply(200, as_json(answer))

    def _query(self, said: dict[str, Any]) -> Reply:
        self._check(packet.QUERY, said)
        reference = said["MaThamChieu"]
        found = self.paid.get(reference)
        if found is None:
            asked = self.payments[reference]
            found = self.confirmation(reference, asked["SoTien"], "-", asked["ThoiGianGD"], code="01")
        return Reply(200, as_json({**found, "TrangThaiGD": found["MaLoi"]}))

    def _bill(self, said: dict[str, Any]) -> Reply:
        self._check(packet.GET_BILL, said)
        return Reply(200, b"%PDF-1.7\n% " + self.paid[said["MaThamChieu"]]["MaGiaoDich"].encode(), "application/pdf")

    def _check(self, fields: Any, said: Mapping[str, Any]) -> None:
        if said["MaXacThuc"] != packet.checksum([said[one.name] for one in fields], self.secret):
            raise PacketRefused("forged", "MaXacThuc")

    # what it sends
    def pay(self, reference: str, transaction: str, at: str, amount: str | None = None) -> bytes:
        """Somebody pays; the confirmation of it."""
        said = self.payments[reference]
        found = self.confirmation(reference, amount or said["SoTien"], transaction, at)
        self.paid[reference] = found
        return as_json(found)

    def confirmation(
        self, reference: str, amount: str, transaction: str, at: str, *, code: str = "00", partner: str = "VPHUC"
    ) -> dict[str, Any]:
        """A confirmation with a right checksum, of whatever it says."""
        said = {
            "LoaiBanTin": "CONFIRM", "MaLoi": code, "MaDoiTac": partner, "MaThamChieu": reference, "SoTien": amount,
            "MaTienTe": "VND", "MaGiaoDich": transaction, "MaNganHang": "VCB", "ThoiGianGD": at, "ThongTinGiaoDich": "-",
        }  # fmt: skip
        return {**said, "MaXacThuc": packet.checksum(list(said.values()), self.secret)}

    def happen(self, service: str, values: Mapping[str, Any]) -> Sent | None:
        """``callback``: somebody pays what was asked for, or another amount, or does not manage to (``code``)."""
        if service != "callback":
            raise KeyError(service)
        reference, at, code = values["reference"], values["at"], values.get("code", packet.OK)
        amount = values.get("amount") or self.payments[reference]["SoTien"]
        if code == packet.OK:
            return Sent(self.pay(reference, values["transaction"], at, amount))
        return Sent(as_json(self.confirmation(reference, amount, values["transaction"], at, code=code)))
