"""Packets of the national portal, in the profiles 2020 and 2023. All values are text; times are local, ``yyyyMMddHHmmss``.

What is sent is true or it is not sent: no status that the dossier does not have, no owner, result or date that nobody gave.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.domain.packet import (
    AMOUNT,
    FLAG,
    LONG,
    MOMENT,
    TRUTH,
    WHOLE,
    Field,
    Fields,
    PacketRefused,
    blank,
    inner,
    made,
    may,
    must,
    one_of,
    rows,
    text,
)

P2020, P2023 = "2020", "2023"
PROFILES = (P2020, P2023)
SYNC, STATUS_BACK = "DongBoHoSoMC", "DongBoTrangThaiHoSo"
MOST_LINES = 10
"""Progress lines in one packet."""
STATUSES = tuple(str(number) for number in range(1, 11))
DONE, RETURNED, REFUSED = "9", "10", "3"
UNDER_WAY = frozenset({"1", "2", "4", "5", "6"})
"""What has no end yet."""
REFUSED_PROMOTION = "11"
"""On the channel of promotion notices a refusal has a code of its own."""

_FEES = (
    must("TenPhiLePhi"), must("MaPhiLePhi"), must("HinhThucThu"), must("Gia", AMOUNT), must("LoaiPhiLePhi"),
)  # fmt: skip
_SUPPLEMENTS = (
    must("HoSoBoSungId"), must("NguoiYeuCauBoSung"), must("NoiDungBoSung"), must("NgayBoSung", MOMENT),
    may("NguoiTiepNhanBoSung"), may("ThongTinTiepNhan"), may("NgayTiepNhanBoSung", MOMENT),
    must("TrangThaiBoSung", FLAG), rows("DanhSachGiayToBoSung", must("TenGiayTo")), rows("DanhSachLePhiBoSung", *_FEES),
    must("NgayHenTraTruoc", MOMENT), may("NgayHenTraMoi", MOMENT),
)  # fmt: skip
_FILES_2020 = (
    must("TepDinhKemId"), must("TenTepDinhKem"), must("IsDeleted", TRUTH), must("MaThanhPhanHoSo"),
    must("DuongDanTaiTepTin"),
)  # fmt: skip
_FILES_2023 = (
    *_FILES_2020, must("DuocSoHoa", TRUTH), must("DuocTaiSuDung", TRUTH), must("DuocLayTuKhoDMQG", TRUTH),
    may("MaKetQuaThayThe"),
)  # fmt: skip
_RESULTS_2020 = (
    must("TenGiayTo", text(2_000)), must("MaThanhPhanHoSo"), must("GiayToId"), must("DuongDanTepTinKetQua"),
)  # fmt: skip
_RESULTS_2023 = (*_RESULTS_2020, must("MaGiayToKetQua"))


def _dossier(files: Fields, results: Fields) -> Fields:
    return (
        must("MaHoSo"), must("MaTTHC"), must("TenTTHC"), must("MaLinhVuc"), must("TenLinhVuc"), may("SoBienNhan"),
        must("ChuHoSo"), must("LoaiDoiTuong", one_of("1", "2", "3", "4")), may("MaDoiTuong"), may("ThongTinKhac"),
        blank("Email"), may("Fax"), blank("SoDienThoai"), must("TrichYeuHoSo", text(1_000)), must("NgayTiepNhan", MOMENT),
        must("NgayHenTra", MOMENT), must("TrangThaiHoSo", one_of(*STATUSES)), may("NgayTra", MOMENT),
        may("ThongTinTra"), must("HinhThuc", one_of("0", "1")), may("NgayKetThucXuLy", MOMENT), must("DonViXuLy"),
        may("GhiChu"), rows("TaiLieuNop", *files), rows("DanhSachLePhi", *_FEES),
        rows("DanhSachTepDinhKemKhac", must("TenGiayTo", text(2_000)), must("SoLuong", WHOLE), must("LoaiGiayTo", WHOLE)),
        rows("DanhSachHoSoBoSung", *_SUPPLEMENTS), rows("DanhSachGiayToKetQua", *results),
    )  # fmt: skip


_ADDED_2023: Fields = (
    must("KenhThucHien", one_of("1", "2", "3")), must("SoGiayToChuHoSo"), must("NoiNopHoSo", one_of("1", "2")),
    must("HoSoCoThanhPhanSoHoa", one_of("0", "1")), must("TaiKhoanDuocXacThucVoiVNeID", one_of("0", "1")),
    must("DuocThanhToanTrucTuyen", one_of("0", "1", "2", "3")), may("NgayTuChoi", MOMENT),
    rows("DinhDanhCHS", must("LoaiDinhDanh", one_of("1", "2")), must("SoDinhDanh"), needed=True),
    must("NgayNopHoSo", MOMENT), rows("DSKetNoiCSDL", must("MaCSDL")),
)  # fmt: skip
DOSSIER: Mapping[str, Fields] = {
    P2020: _dossier(_FILES_2020, _RESULTS_2020),
    P2023: (*_dossier(_FILES_2023, _RESULTS_2023), *_ADDED_2023),
}
PROGRESS: Fields = (
    must("MaHoSo"), must("NguoiXuLy"), may("ChucDanh"), must("ThoiDiemXuLy", MOMENT), may("PhongBanXuLy"),
    must("NoiDungXuLy"), must("TrangThai", one_of(*STATUSES)), may("NgayBatDau", MOMENT),
    may("NgayKetThucTheoQuyDinh", MOMENT),
)  # fmt: skip

PROMOTION: Fields = (
    must("MaHoSo"), must("MaTTHC"), may("SoVanBan"), must("NgayNopHoSo", MOMENT), must("TenThuongNhan"),
    inner("DiaChiDoanhNghiep", must("MaTinh"), may("MaHuyen"), must("MaXa"), must("DiaChiChiTiet")),
    may("DienThoai"), may("Fax"), may("Email"), must("MaSoThue"), may("NguoiLienHe"), may("SoDienThoaiNguoiLienHe"),
    must("TenChuongTrinhKhuyenMai"), must("HinhThucKhuyenMai"), must("ThoiGianKhuyenMaiTu", MOMENT),
    must("ThoiGianKhuyenMaiDen", MOMENT), may("HangHoaDichVuKhuyenMai"), may("SoLuongHangHoaDichVu"), may("KhachHang"),
    may("CoCauGiaiThuong"), may("TongGiaTriHangHoa"), may("NoiDungChiTiet"), may("TenCacThuongNhanCungThucHien"),
    may("TenTepDonDangKy"), may("TepDonDangKy", LONG), rows("TaiLieuNop", must("TenTepDinhKem"), must("Base64", LONG)),
)  # fmt: skip
PROMOTION_STATUS: Fields = (
    must("MaHoSo"), must("MaHoSoDonVi"), must("TrangThai", one_of(*STATUSES, REFUSED_PROMOTION)), may("MaDoiTuong"),
    must("NoiDung"), must("NgayXuLy", MOMENT), rows("TaiLieuXuLy", *_FILES_2020),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sending:
    """What is to be sent of a dossier: first the dossier, then its progress in packets of at most ten lines."""

    dossier: dict[str, Any]
    progress: tuple[tuple[dict[str, Any], ...], ...]


def to_send(profile: str, dossier: Mapping[str, Any], progress: Sequence[Mapping[str, Any]] = ()) -> Sending:
    """What is to be sent of a dossier as it stands.

    Raises:
        PacketRefused: data is missing, or what would be sent is not true.
    """
    packet = made(DOSSIER[profile], dossier)
    _check_owner(packet)
    _check_status(profile, packet)
    _check_results(packet)
    lines = tuple(made(PROGRESS, line, f"TienDo/{number}/") for number, line in enumerate(progress))
    _check_progress(packet, lines)
    return Sending(packet, tuple(lines[at : at + MOST_LINES] for at in range(0, len(lines), MOST_LINES)))


_DUMMY = re.compile(r"0*1?|(\d)\1+|0123456789\d*|1234567890?\d*")
"""Numbers that stand where nobody knew one: a system in use sends 000000001."""
_PERSONAL = re.compile(r"\d{12}")


def _check_owner(packet: Mapping[str, Any]) -> None:
    for name in ("MaDoiTuong", "SoGiayToChuHoSo"):
        if name in packet and _DUMMY.fullmatch(packet[name]):
            raise PacketRefused("ownerInvented", name)
    for number, owner in enumerate(packet.get("DinhDanhCHS", ())):
        place, id = f"DinhDanhCHS/{number}/SoDinhDanh", owner["SoDinhDanh"]
        if _DUMMY.fullmatch(id):
            raise PacketRefused("ownerInvented", place)
        if owner["LoaiDinhDanh"] == "1" and not _PERSONAL.fullmatch(id):
            raise PacketRefused("valueWrong", place)


def _check_status(profile: str, packet: Mapping[str, Any]) -> None:
    """An end needs its date, and what goes on has none."""
    status, end = packet["TrangThaiHoSo"], packet.get("NgayKetThucXuLy")
    needed = {DONE: ["NgayKetThucXuLy"], RETURNED: ["NgayKetThucXuLy", "NgayTra"]}.get(status, [])
    if profile == P2023 and status == REFUSED:
        needed = ["NgayTuChoi"]
    for name in needed:
        if name not in packet:
            raise PacketRefused("dataMissing", name)
    if status in UNDER_WAY and (end is not None or "NgayTra" in packet):
        raise PacketRefused("statusFalse", "NgayKetThucXuLy")
    if end is not None and end < packet["NgayTiepNhan"]:
        raise PacketRefused("dateWrong", "NgayKetThucXuLy")


def _check_results(packet: Mapping[str, Any]) -> None:
    """A result is a paper of its own, of a dossier that has one."""
    given = {file[name] for file in packet["TaiLieuNop"] for name in ("TepDinhKemId", "DuongDanTaiTepTin")}
    for number, result in enumerate(packet["DanhSachGiayToKetQua"]):
        if {result["GiayToId"], result["DuongDanTepTinKetQua"]} & given:
            raise PacketRefused("inputAsResult", f"DanhSachGiayToKetQua/{number}")
    if packet["DanhSachGiayToKetQua"] and packet["TrangThaiHoSo"] in UNDER_WAY:
        raise PacketRefused("statusFalse", "DanhSachGiayToKetQua")


def _check_progress(packet: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> None:
    """The lines are the dossier's own, in the order of time, and end where the dossier stands."""
    for number, line in enumerate(lines):
        if line["MaHoSo"] != packet["MaHoSo"]:
            raise PacketRefused("valueWrong", f"TienDo/{number}/MaHoSo")
    times = [line["ThoiDiemXuLy"] for line in lines]
    if times != sorted(times):
        raise PacketRefused("dateWrong", "TienDo")
    if lines and lines[-1]["TrangThai"] != packet["TrangThaiHoSo"]:
        raise PacketRefused("statusFalse", "TrangThaiHoSo")


def envelope(session: str, agency: str, service: str, data: Any, updating: bool | None = None) -> dict[str, Any]:
    """What every call is put into."""
    wrapped = {"session": session, "madonvi": agency, "service": service, "data": data}
    return wrapped if updating is None else {**wrapped, "isUpdating": str(updating)}


def lookup(session: str, agency: str, service: str, **asked: str) -> dict[str, Any]:
    """A question: what is asked stands beside the service."""
    return {"session": session, "madonvi": agency, "service": service, **asked}


def promotion_status(values: Mapping[str, Any]) -> dict[str, Any]:
    """What becomes of a promotion notice, with the channel's own code for a refusal."""
    code = REFUSED_PROMOTION if values.get("trang_thai") == REFUSED else values.get("trang_thai")
    return made(PROMOTION_STATUS, {**values, "trang_thai": code})


__all__ = ["DOSSIER", "PROFILES", "PROGRESS", "PROMOTION", "Field", "Sending", "to_send"]
