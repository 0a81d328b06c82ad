"""Packets of the land office and the tax office: what goes to the one, what comes from both."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

from engine.domain.packet import (
    AMOUNT,
    MOMENT,
    WHOLE,
    Field,
    Fields,
    Kind,
    PacketRefused,
    blank,
    day_as,
    inner,
    may,
    must,
    one_of,
    read,
    rows,
)
from engine.domain.system import ReadXml, Tag

_DAY = day_as("%d-%m-%Y")
_PAPERS = (
    must("TenGiayTo"), must("SoBanChinh", WHOLE), must("SoBanSao", WHOLE),
    Field("TapTin", inner("TapTin").kind, "left out", within=(must("name"), must("data"))),
)  # fmt: skip

ACCEPT: Fields = (
    must("LaQuyTrinhCapTinh", one_of("0", "1")), must("TinhId"), must("HuyenId"), must("XaId"), must("SoBienNhan"),
    must("MaHoSoMotCua"), must("NguoiTiepNhan"), must("NgayTiepNhan", MOMENT), must("NgayHenTra", MOMENT),
    must("DiaChiTaiSan"),
    inner("ThongTinNguoiNopDon", must("HoTen"), must("SoChungMinh"), must("DiaChiChiTiet"), blank("SoDienThoai"), blank("Email")),
    inner("ThongTinQuyTrinh", must("MaQuyTrinh"), must("TenQuyTrinh")),
    rows("ThongTinThuaDat", must("SoThuTuThua"), must("SoHieuBanDo"), must("DienTich"), must("DiaChiChiTiet"), needed=True),
    rows("DanhSachGiayToDinhKem", *_PAPERS),
)  # fmt: skip
SUPPLEMENT: Fields = (
    must("SoBienNhan"), must("NgayHenTraMoi", MOMENT), blank("GhiChu"), rows("DanhSachGiayToBoSung", *_PAPERS),
)  # fmt: skip
RETURNED: Fields = (must("SoBienNhan"), must("NgayTra", MOMENT))
WRONG_RESULT: Fields = (must("SoBienNhan"), must("GhiChu"))
SLIP: Fields = (
    must("MaHoSo"), must("NgayHoSoDayDu", MOMENT), must("LoaiThuTuc"),
    inner("NguoiNopThue", must("HoTen"), must("DiaChi"), must("MaSoThueHoacDinhDanh"), must("NgaySinh", _DAY)),
    inner(
        "ThuaDat", must("SoThua"), must("ToBanDo"), must("DiaChi"), must("DienTichRieng"), blank("DienTichChung"),
        must("NguonGoc"), must("MucDich"), must("ThoiHan"), must("ViTri"), blank("SoGiayChungNhan"), blank("NgayGiayChungNhan", _DAY),
    ),
    rows("GiayToKem", must("TenGiayTo"), needed=True),
)  # fmt: skip
"""The slip to the tax office. Which facts it holds is known; their names over the wire are ours until the tax office says its own."""

OUT: Mapping[str, tuple[str, Fields]] = {
    "gui_ho_so": ("tiepnhan", ACCEPT),
    "bo_sung": ("capnhattrangthaibosunghoso", SUPPLEMENT),
    "bao_tra_ket_qua": ("capnhattrangthaitraketquahoso", RETURNED),
    "phan_hoi_sai_ket_qua": ("phanhoihososaiketqua", WRONG_RESULT),
    "phieu_chuyen": ("phieuchuyenthongtin", SLIP),
}
"""Operations: where each goes, and what it holds."""

# ---- from the tax office

_DUE = Kind(AMOUNT.write, lambda said: 0 if said in (0, "0") else AMOUNT.read(said))
"""An amount; nothing at all where somebody is exempt."""
NOTICE: Fields = (
    must("MA_SO_THUE"), must("SO_QUYET_DINH"), must("NGAY_QUYET_DINH", _DAY), must("TEN_TIEUMUC"), must("SO_TIEN", _DUE),
)  # fmt: skip
VOUCHER: Fields = (
    must("MaHoSo"), must("MaSoThue"), may("SoCMTNguoiNopTien"), must("HoTenNguoiNopTien"), may("DiaChiNguoiNopTien"),
    may("TinhNguoiNopTien"), may("HuyenNguoiNopTien"), may("XaNguoiNopTien"), may("UrlFileChungTu"),
    inner(
        "ThongTinThanhToan", may("NoiDungThanhToan"), must("ThoiGianThanhToan", MOMENT), must("MaThongBaoThue"),
        must("TrangThaiThanhToan"), must("SoTien", AMOUNT),
    ),
)  # fmt: skip
PAID = "1"

# ---- from the land system

_FILES = (must("TenGiayTo"), may("KieuFile"), must("LinkFile"), may("SoBanSao"), may("SoBanChinh"))
MOVES: Mapping[str, Fields] = {
    "move": (
        must("MaCanBoChuyen"), must("MaCanBoNhan"), must("MaTrangThai"), may("LaTrangThaiChuyenLai"), may("NoiDungXuLy"),
        must("NgayChuyen", MOMENT), may("HanXuLy", MOMENT), rows("DanhSachTapTin", *_FILES),
    ),
    "waiting_supplement": (
        must("NgayChoBoSung", MOMENT), must("MaCanBoXuLy"), must("LaTamDung", one_of("0", "1", "true", "false")), may("GhiChu"),
    ),
    "supplement_received": (must("NgayNhanBoSung", MOMENT), must("NgayHenTraMoi", MOMENT), may("GhiChu")),
    "tax_result": (
        must("NguoiXuLy"), must("NgayCoKetQuaThue", MOMENT), may("GhiChu"),
        rows("DanhSachThongBaoThue", must("HoTenChu"), must("LoaiThue"), must("SoThongBaoThue"), must("DuongDanThongBaoThue")),
    ),
    "tax_sends_back": (must("GhiChu"),),
    "finished": (
        must("NgayKetThuc", MOMENT), must("MaCanBoXuLy"), must("TrangThaiKetThuc"), may("GhiChu"),
        rows("DanhSachGiayToKetQua", *_FILES),
    ),
    "wrong_procedure": (must("MaCanBoXuLy"), must("GhiChu")),
}  # fmt: skip
"""What the land system tells, beside ``SecurityCode`` and ``SoBienNhan``."""
RECEIPT: Fields = (must("SoBienNhan"),)


def notices(file: Any, read_xml: ReadXml) -> dict[str, list[dict[str, Any]]]:
    """The tax notices in a file, by dossier.

    Raises:
        PacketRefused: it is not base64, not XML, or a notice has not all that it must have.
    """
    try:
        content = base64.b64decode(file if isinstance(file, str) else "", validate=True)
    except (binascii.Error, ValueError):
        raise PacketRefused("notReadable", "FileThongBaoThue") from None
    root = read_xml(content)
    found: dict[str, list[dict[str, Any]]] = {}
    for row in _rows(root):
        code = row.value("MA_HSO")
        if not code:
            raise PacketRefused("dataMissing", "MA_HSO")
        found.setdefault(code, []).extend(_lists(row))
    if not found:
        raise PacketRefused("dataMissing", "ROW_LIST")
    return found


def _rows(root: Tag) -> Sequence[Tag]:
    if root.name != "DATA":
        raise PacketRefused("notReadable", root.name)
    return [row for body in root.all("BODY") for row in body.all("ROW_LIST")]


def _lists(row: Tag) -> list[dict[str, Any]]:
    lists = [read(NOTICE, {field.name: one.value(field.name) for field in NOTICE}) for one in row.all("LIST")]
    if not lists:
        raise PacketRefused("dataMissing", "LIST")
    return lists
