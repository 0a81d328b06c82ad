"""The land office and the tax office, played: they take each receipt once, and send notices, vouchers and moves."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from adapters.land_tax import packet
from engine.domain.packet import PacketRefused, as_json, from_json, read
from engine.ports import Reply, Sent

_FIELDS = dict(packet.OUT.values())


@dataclass(slots=True)
class LandTaxSimulator:
    """One office of each."""

    key: str
    taken: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    """By what it was told and the dossier's number."""
    refused: list[str] = field(default_factory=list)

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Take it, once."""
        said, what = from_json(body), path.rsplit("/", 1)[-1]
        if said.get("SecurityCode") != self.key:
            return self._says(0, "Sai mã bảo mật")
        try:
            read(_FIELDS[what], said)
        except (PacketRefused, KeyError) as no:
            self.refused.append(str(no))
            return self._says(0, f"Dữ liệu không hợp lệ: {no}")
        place = what, said.get("SoBienNhan") or said["MaHoSo"]
        if place in self.taken:
            return self._says(0, "Hồ sơ đã tồn tại")
        self.taken[place] = said
        return self._says(1, "Thành công")

    def _says(self, result: int, message: str) -> Reply:
        return Reply(200, as_json({"Result": result, "Message": message}))

    # what they send
    def tax_notice(self, rows: Sequence[tuple[str, Sequence[Mapping[str, str]]]]) -> bytes:
        """A file of tax notices: for each dossier its rows, as the tax office writes them."""
        lists = "".join(
            f"<ROW_LIST><MA_HSO>{code}</MA_HSO>{''.join(map(_list, each))}</ROW_LIST>" for code, each in rows
        )
        xml = f'<?xml version="1.0" encoding="UTF-8"?><DATA><BODY>{lists}</BODY></DATA>'
        return self.tax_file(xml.encode())

    def tax_file(self, xml: bytes) -> bytes:
        """Any file, as if it were one of tax notices."""
        data = {"FileThongBaoThue": base64.b64encode(xml).decode()}
        return as_json(
            {"SecurityKey": self.key, "Service": "ThongBaoThue", "Ngay": "", "IsUpdating": "False", "Data": data}
        )

    def tax_voucher(self, code: str, notice: str, amount: str, at: str, status: str = "1") -> bytes:
        """A voucher of a payment at a bank."""
        paid = {"ThoiGianThanhToan": at, "MaThongBaoThue": notice, "TrangThaiThanhToan": status, "SoTien": amount}
        data = {
            "MaHoSo": code,
            "MaSoThue": "2500123456",
            "HoTenNguoiNopTien": "Nguyễn Văn An",
            "ThongTinThanhToan": paid,
        }
        return as_json({"SecurityKey": self.key, "Service": "ChungTuThue", "IsUpdating": "False", "Data": data})

    def tells(self, **said: Any) -> bytes:
        """What the land system tells of a receipt."""
        return as_json({"SecurityCode": self.key, **said})

    def happen(self, service: str, values: Mapping[str, Any]) -> Sent | None:
        """A tax notice, a voucher of a bank, or a move of the land system."""
        if service == "tax_notice":
            return Sent(self.tax_notice([(values["code"], values["rows"])]))
        if service == "tax_voucher":
            return Sent(
                self.tax_voucher(
                    values["code"], values["notice"], values["amount"], values["at"], values.get("status", "1")
                )
            )
        if service not in packet.MOVES:
            raise KeyError(service)
        return Sent(self.tells(**values))


def _list(row: Mapping[str, str]) -> str:
    return f"<LIST>{''.join(f'<{name}>{value}</{name}>' for name, value in row.items())}</LIST>"
