"""From a dossier to the values of its packets. Pure: the same dossier is the same packet, whatever its diagram looks like.

What nobody said is left out; where the packet cannot do without, it is not sent.
"""

from __future__ import annotations

import re
from typing import Any

from engine.domain import status
from engine.domain.attachment import Attachment
from engine.domain.dossier import COUNTER, ONLINE, POST, Dossier
from engine.domain.news import Move, News, Result
from engine.domain.owner import ACCOUNT, EMAIL, ID, NAME, PHONE, REASON, SUBJECT

CHANNELS = {COUNTER: "1", ONLINE: "2", POST: "3"}
"""KenhThucHien."""
PORTAL, HERE = "1", "2"
"""NoiNopHoSo: at the national portal, or at the province's own."""
PERSONAL, OTHER = "1", "2"
"""LoaiDinhDanh."""
NOT_ONLINE, PAID_ONLINE = "0", "1"
"""DuocThanhToanTrucTuyen; from memory, like the two below. 2 counts as paid online, too: nothing else is told as that."""
COLLECTED = {False: "1", True: "2"}
"""HinhThucThu: at the counter, online."""
FEE, CHARGE = "1", "2"
"""LoaiPhiLePhi."""
LONGEST_SUBJECT = 1_000
BY_ITSELF = "Hệ thống một cửa"
"""Who did what nobody did: a time was over."""
_PERSONAL = re.compile(r"\d{12}")


def dossier(news: News, profile: str, files: str) -> dict[str, Any]:
    """The values of ``DongBoHoSoMC`` in a profile; ``files`` is what the addresses of files begin with."""
    values = {**_procedure(news), **_owner(news), **_course(news.dossier), **_papers(news, profile, files)}
    return values if profile == "2020" else {**values, **_added(news)}


def _procedure(news: News) -> dict[str, Any]:
    procedure = news.procedure
    return {
        "ma_ho_so": news.dossier.code,
        "ma_tthc": procedure.code,
        "ten_tthc": procedure.name,
        "ma_linh_vuc": procedure.field_code,
        "ten_linh_vuc": procedure.field,
        "don_vi_xu_ly": news.office,
        "trich_yeu_ho_so": (news.owner.get(SUBJECT) or procedure.name)[:LONGEST_SUBJECT],
    }


def _owner(news: News) -> dict[str, Any]:
    owner = news.owner
    return {
        "chu_ho_so": owner.get(NAME),
        "loai_doi_tuong": news.procedure.owner.kind,
        "ma_doi_tuong": owner.get(ACCOUNT),
        "email": owner.get(EMAIL),
        "so_dien_thoai": owner.get(PHONE),
    }


def _course(dossier: Dossier) -> dict[str, Any]:
    return {
        "ngay_tiep_nhan": dossier.accepted_at,
        "ngay_hen_tra": dossier.due_at,
        "trang_thai_ho_so": dossier.status,
        "ngay_ket_thuc_xu_ly": dossier.ended_at if dossier.status in (status.FINISHED, status.RETURNED) else None,
        "ngay_tra": dossier.returned_at if dossier.status == status.RETURNED else None,
    }


def _papers(news: News, profile: str, files: str) -> dict[str, Any]:
    ready = news.dossier.status in (status.FINISHED, status.RETURNED)
    return {
        "hinh_thuc": "1" if news.by_post else "0",
        "tai_lieu_nop": [_file(each, news, profile, files) for each in news.documents if each.component is not None],
        "danh_sach_le_phi": _fees(news),
        "danh_sach_giay_to_ket_qua": [_result(each, profile, files) for each in news.results] if ready else [],
    }


def _file(document: Attachment, news: News, profile: str, files: str) -> dict[str, Any]:
    """A paper of the procedure's list. What is none of them has no place that the portal could name."""
    said: dict[str, Any] = {
        "tep_dinh_kem_id": document.id,
        "ten_tep_dinh_kem": document.name or document.component_name,
        "is_deleted": False,
        "ma_thanh_phan_ho_so": str(document.component),
        "duong_dan_tai_tep_tin": f"{files}/dossiers/{news.dossier.id}/documents/{document.id}",
    }
    if profile == "2020":
        return said
    return {
        **said,
        "duoc_so_hoa": bool(document.digitised),
        "duoc_tai_su_dung": bool(document.reused),
        "duoc_lay_tu_kho_dmqg": bool(document.shared),
    }


def _fees(news: News) -> list[dict[str, Any]]:
    """What elements of the diagram determined, where procedure.toml says by which number the portal knows it.

    A fee cannot be told without how it was collected, so none is before something was paid.
    """
    due = news.dossier.fees or {}
    return [
        {
            "ten_phi_le_phi": fee.kind,
            "ma_phi_le_phi": fee.code,
            "hinh_thuc_thu": COLLECTED[news.dossier.paid_online > 0],
            "gia": due[fee.element],
            "loai_phi_le_phi": CHARGE if fee.kind.casefold().startswith("lệ phí") else FEE,
        }
        for fee in news.procedure.fees
        if fee.code and due.get(fee.element) and news.dossier.paid
    ]


def _result(result: Result, profile: str, files: str) -> dict[str, Any]:
    said = {
        "ten_giay_to": result.name,
        "ma_thanh_phan_ho_so": result.component,
        "giay_to_id": result.id,
        "duong_dan_tep_tin_ket_qua": f"{files}/papers/{result.id}/pdf",
    }
    return said if profile == "2020" else {**said, "ma_giay_to_ket_qua": result.code}


def _added(news: News) -> dict[str, Any]:
    """What the profile 2023 has beside the one before."""
    dossier, id = news.dossier, news.owner.get(ID)
    return {
        "kenh_thuc_hien": CHANNELS.get(dossier.channel),
        "so_giay_to_chu_ho_so": id,
        "noi_nop_ho_so": HERE if news.origin is None else PORTAL,
        "ho_so_co_thanh_phan_so_hoa": "1" if dossier.digitised else "0",
        "tai_khoan_duoc_xac_thuc_voi_v_ne_id": "0",
        "duoc_thanh_toan_truc_tuyen": PAID_ONLINE if dossier.paid_online else NOT_ONLINE,
        "ngay_tu_choi": dossier.ended_at if dossier.status == status.REFUSED else None,
        "dinh_danh_chs": [] if id is None else [{"loai_dinh_danh": _kind_of(id), "so_dinh_danh": id}],
        "ngay_nop_ho_so": dossier.submitted_at,
    }


def _kind_of(id: str) -> str:
    return PERSONAL if _PERSONAL.fullmatch(id) else OTHER


def progress(news: News) -> list[dict[str, Any]]:
    """A line for each status that the dossier came to, in the words of the national table: no redesign changes them."""
    return [_line(news, move) for move in news.moves]


def _line(news: News, move: Move) -> dict[str, Any]:
    return {
        "ma_ho_so": news.dossier.code,
        "nguoi_xu_ly": move.by or BY_ITSELF,
        "thoi_diem_xu_ly": move.at,
        "phong_ban_xu_ly": news.office,
        "noi_dung_xu_ly": status.NAMES[move.status][0],
        "trang_thai": move.status,
    }


def promotion(news: News) -> dict[str, Any]:
    """The values of ``DongBoTrangThaiHoSo``: what has become of a promotion notice, which has one code for both sides."""
    dossier = news.dossier
    name = status.NAMES[dossier.status or status.REGISTERED][0]
    negative = dossier.status in (status.REFUSED, status.STOPPED, status.SUPPLEMENT)
    return {
        "ma_ho_so": dossier.code,
        "ma_ho_so_don_vi": dossier.code,
        "trang_thai": dossier.status,
        "ma_doi_tuong": news.owner.get(ACCOUNT),
        "noi_dung": news.owner.get(REASON, name) if negative else name,
        "ngay_xu_ly": dossier.status_at,
    }
