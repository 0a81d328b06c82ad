"""Packets of the birth and death bundle: its own status codes, times of its own form, results as JSON inside a text."""

from __future__ import annotations

from collections.abc import Mapping

from engine.domain.packet import MOMENT, WHOLE, Fields, PacketRefused, may, must, one_of, rows

TOKEN: Fields = (must("userName"), must("password"))
STATUS: Fields = (
    must("maTTHC"), must("soHoSoLT"), must("coQuanXuLy", WHOLE), must("maHoSo"), must("trangThai", WHOLE),
    must("thoiGianThucHien", MOMENT), may("ghiChu"), may("ketQuaXuLy"), must("nguoiXuLy"), may("chucDanh"),
    may("phongBanXuLy"), must("noiDungXuLy"), may("ngayBatDau", MOMENT), may("ngayKetThucTheoQuyDinh", MOMENT),
    may("ngayHenTraTruoc", MOMENT), may("ngayHenTraMoi", MOMENT), may("hanBoSungHoSo", MOMENT),
)  # fmt: skip
CODES = range(1, 8)
"""1 received, 2 supplement, 3 accepted, 4 registered, 5 returned, 6 refused, 7 forwarded to the justice system."""
ASKS_FOR = {2: "hanBoSungHoSo", 3: "ngayKetThucTheoQuyDinh", 4: "ketQuaXuLy"}
"""What a status is not true without."""
LOCAL: Mapping[str, str] = {"2": "5", "4": "9", "6": "3", "7": "4"}
"""The national status that a code of the bundle means here."""
RECEIVED: Fields = (must("id"), must("maHoSo"))
REGISTRATION: Fields = (
    must("maHoSoLT"), must("maHoSoMCDT"), must("module", one_of("LTKS", "LTKT")), must("maTinh"), must("duLieu"),
)  # fmt: skip
POLL: Fields = (must("maTinh"), must("module", one_of("LTKS", "LTKT")))
PUSHED: Fields = (
    must("maHoSoLT"), must("maHoSoMCDT"), must("trangThai"), must("thoiGianThucHien", MOMENT), may("ghiChu"),
    may("ketQuaXuLy"), may("hanBoSungHoSo", MOMENT),
)  # fmt: skip
JUSTICE = ("2", "4", "6")
"""What the justice system says."""
PUSH: Fields = (rows("value", *PUSHED, needed=True),)


def check(packet: Mapping[str, object]) -> None:
    """A status is one of the bundle, and holds what makes it true.

    Raises:
        PacketRefused: it is not, or does not.
    """
    code = packet["trangThai"]
    if code not in CODES:
        raise PacketRefused("statusUnknown", "trangThai")
    asked = ASKS_FOR.get(int(str(code)))
    if asked is not None and asked not in packet:
        raise PacketRefused("dataMissing", asked)
    if code != 4 and "ketQuaXuLy" in packet:
        raise PacketRefused("statusFalse", "ketQuaXuLy")
