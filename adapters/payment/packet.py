"""Packets of the payment platform 1.0.6. A checksum is SHA-256 over its fields in a fixed order, joined by ``|``, the secret last."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from engine.domain.packet import (
    AMOUNT,
    MOMENT,
    Fields,
    PacketRefused,
    blank,
    fixed,
    from_json,
    inner,
    made,
    matching,
    must,
    read,
    rows,
)

VERSION = "1.0.6"
OK, NOT_OK = "00", "99"
REFERENCE = matching(r"[A-Za-z0-9]{1,50}")

RECEIPT: Fields = (
    *(must(name) for name in ("MaDichVu", "MaDVC", "TenDVC", "MaTTHC", "TenTTHC", "MaDonVi", "TenDonVi", "MaHoSo")),
    *(must(name) for name in ("TKThuHuong", "MaNHThuHuong", "TenTKThuHuong")),
    *(
        blank(name)
        for name in (
            "MaLoaiHinhThuPhat", "TenLoaiHinhThuPhat", "MaCoQuanQD", "TenCoQuanQD", "KhoBac", "NgayQD", "SoQD",
            "ThoiGianViPham", "DiaDiemViPham", "TenNguoiViPham", "TaiKhoanThuNSNN",
        )
    ),
    must("NoiDungThanhToan"),
    must("HoTenNguoiNop"),
    *(blank(name) for name in ("SoCMNDNguoiNop", "DiaChiNguoiNop", "HuyenNguoiNop", "TinhNguoiNop")),
    rows("PhiLePhi", must("LoaiPhiLePhi"), must("MaPhiLePhi"), must("TenPhiLePhi"), must("SoTien", AMOUNT)),
    rows("DSKhoanNop", must("NoiDung"), must("SoTien", AMOUNT)),
)  # fmt: skip

INIT: Fields = (
    fixed("LoaiBanTin", "INIT"),
    fixed("PhienBan", VERSION),
    must("MaDoiTac"),
    must("MaThamChieu", REFERENCE),
    must("SoTien", AMOUNT),
    fixed("LoaiHinhThanhToan", "PAY"),
    fixed("MaKenhThanhToan", "1"),
    fixed("MaThietBi", "1"),
    fixed("NgonNgu", "vi-VN"),
    fixed("MaTienTe", "VND"),
    fixed("MaNganHang", "PAYMENT"),
    must("ThongTinGiaoDich"),
    must("ThoiGianGD", MOMENT),
    must("Ip"),
)
"""What the checksum is over; it comes next, then what the receipt is made of."""
_RECEIPT = (inner("ThongTinBienLai", *RECEIPT),)

CALLBACK: Fields = (
    fixed("LoaiBanTin", "CONFIRM"),
    must("MaLoi"),
    must("MaDoiTac"),
    must("MaThamChieu", REFERENCE),
    must("SoTien", AMOUNT),
    fixed("MaTienTe", "VND"),
    must("MaGiaoDich"),
    blank("MaNganHang"),
    must("ThoiGianGD", MOMENT),
    blank("ThongTinGiaoDich"),
)
_CHECKED = tuple(field.name for field in CALLBACK)

REPLY: Fields = (
    must("MaLoi"),
    must("MoTaLoi"),
    must("MaDoiTac"),
    must("MaThamChieu"),
    must("ThoiGianGD", MOMENT),
)


def _asking(kind: str) -> Fields:
    return (
        fixed("LoaiBanTin", kind),
        fixed("PhienBan", VERSION),
        must("MaDoiTac"),
        must("MaThamChieu", REFERENCE),
        must("ThoiGianGD", MOMENT),
    )


QUERY, GET_BILL = _asking("QUERY"), _asking("GET_BILL")


def checksum(values: Sequence[str], secret: str) -> str:
    """``MaXacThuc``: plain SHA-256 in lower-case hex, not an HMAC."""
    return sha256("|".join((*values, secret)).encode()).hexdigest()


def signed(fields: Fields, values: Mapping[str, Any], secret: str) -> dict[str, Any]:
    """A packet and the checksum over all of it."""
    packet = made(fields, values)
    return {**packet, "MaXacThuc": checksum(list(packet.values()), secret)}


def init(values: Mapping[str, Any], secret: str) -> dict[str, Any]:
    """Ask for a payment.

    Raises:
        PacketRefused: a value is missing or wrong, or the parts do not add up to the amount.
    """
    head = {name: value for name, value in values.items() if name != "thong_tin_bien_lai"}
    packet = signed(INIT, head, secret)
    tail = made(_RECEIPT, {"thong_tin_bien_lai": values.get("thong_tin_bien_lai")})
    _check_sum(tail["ThongTinBienLai"], packet["SoTien"])
    return {**packet, **tail}


def _check_sum(receipt: Mapping[str, Any], amount: str) -> None:
    """What is asked for is the sum of what it is asked for; a receipt of another sum would be a false one."""
    for name in ("PhiLePhi", "DSKhoanNop"):
        parts = receipt[name]
        if parts and sum(int(part["SoTien"]) for part in parts) != int(amount):
            raise PacketRefused("amountWrong", f"ThongTinBienLai/{name}")


def confirmed(body: bytes, secret: str, partner: str) -> dict[str, Any]:
    """What a confirmation says, once it is proved.

    Raises:
        PacketRefused: it is forged, for another partner, or cannot be read.
    """
    packet = from_json(body)
    check(packet, secret)
    values = read(CALLBACK, packet)
    if values["ma_doi_tac"] != partner:
        raise PacketRefused("forged", "MaDoiTac")
    return values


def check(packet: Any, secret: str) -> None:
    """The checksum over what was sent, as it was sent, before anything else is read of it.

    Raises:
        PacketRefused: it does not fit.
    """
    if not isinstance(packet, dict):
        raise PacketRefused("notReadable")
    said, fields = packet.get("MaXacThuc"), [packet.get(name) for name in _CHECKED]
    texts = [value for value in fields if isinstance(value, str)]
    if not isinstance(said, str) or len(texts) != len(fields):
        raise PacketRefused("forged", "MaXacThuc")
    if not hmac.compare_digest(said.encode(), checksum(texts, secret).encode()):
        raise PacketRefused("forged", "MaXacThuc")
