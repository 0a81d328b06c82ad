"""A dossier of the tests, as it stands when its result is ready."""

from __future__ import annotations

from typing import Any

CODE = "000.00.01.H62-210104-0001"
FILE: dict[str, Any] = {
    "tep_dinh_kem_id": "t1", "ten_tep_dinh_kem": "Bản chính.pdf", "is_deleted": False, "ma_thanh_phan_ho_so": "TP01",
    "duong_dan_tai_tep_tin": "https://kho.example/t1",
}  # fmt: skip
RESULT: dict[str, Any] = {
    "ten_giay_to": "Giấy phép xây dựng", "ma_thanh_phan_ho_so": "KQ01", "giay_to_id": "k1",
    "duong_dan_tep_tin_ket_qua": "https://kho.example/k1",
}  # fmt: skip
D2020: dict[str, Any] = {
    "ma_ho_so": CODE, "ma_tthc": "1.009994", "ten_tthc": "Cấp giấy phép xây dựng", "ma_linh_vuc": "G17-XD01",
    "ten_linh_vuc": "Hoạt động xây dựng", "chu_ho_so": "Nguyễn Văn An", "loai_doi_tuong": "1", "ma_doi_tuong": "026090001234",
    "email": "an@example.vn", "so_dien_thoai": "0912345678", "trich_yeu_ho_so": "Nhà ở riêng lẻ, phường Tích Sơn",
    "ngay_tiep_nhan": "2021-01-04T01:30:00Z", "ngay_hen_tra": "2021-01-25T10:00:00Z", "trang_thai_ho_so": "9",
    "hinh_thuc": "0", "ngay_ket_thuc_xu_ly": "2021-01-20T08:05:09Z", "don_vi_xu_ly": "Sở Xây dựng", "tai_lieu_nop": [FILE],
    "danh_sach_le_phi": [{"ten_phi_le_phi": "Lệ phí cấp phép", "ma_phi_le_phi": "L01", "hinh_thuc_thu": "2", "gia": 75000, "loai_phi_le_phi": "2"}],
    "danh_sach_giay_to_ket_qua": [RESULT],
}  # fmt: skip
D2023: dict[str, Any] = {
    **D2020,
    "tai_lieu_nop": [{**FILE, "duoc_so_hoa": True, "duoc_tai_su_dung": False, "duoc_lay_tu_kho_dmqg": False}],
    "danh_sach_giay_to_ket_qua": [{**RESULT, "ma_giay_to_ket_qua": "KQ.G17.000001"}],
    "kenh_thuc_hien": "2", "so_giay_to_chu_ho_so": "026090001234", "noi_nop_ho_so": "2", "ho_so_co_thanh_phan_so_hoa": "1",
    "tai_khoan_duoc_xac_thuc_voi_v_ne_id": "1", "duoc_thanh_toan_truc_tuyen": "2",
    "dinh_danh_chs": [{"loai_dinh_danh": "1", "so_dinh_danh": "026090001234"}], "ngay_nop_ho_so": "2021-01-03T13:00:00Z",
}  # fmt: skip


def lines(count: int, last: str = "9") -> list[dict[str, Any]]:
    """So many lines of progress, the last of which says where the dossier stands."""
    return [
        {
            "ma_ho_so": CODE, "nguoi_xu_ly": "Trần Thị Bình", "chuc_danh": "Chuyên viên",
            "thoi_diem_xu_ly": f"2021-01-{5 + number // 4:02}T0{2 + number % 4}:00:00Z", "noi_dung_xu_ly": f"Bước {number + 1}",
            "trang_thai": last if number == count - 1 else "4",
        }
        for number in range(count)
    ]  # fmt: skip


def opened(dossier: dict[str, Any], status: str = "4") -> dict[str, Any]:
    """The dossier while it is under way."""
    left = {
        name: value
        for name, value in dossier.items()
        if name not in ("ngay_ket_thuc_xu_ly", "danh_sach_giay_to_ket_qua")
    }
    return {**left, "trang_thai_ho_so": status}


PROMOTION: dict[str, Any] = {
    "MaHoSo": "G09.99-210104-0001", "MaTTHC": "2.000033", "NgayNopHoSo": "20210104083000", "TenThuongNhan": "Công ty TNHH Sao Mai",
    "DiaChiDoanhNghiep": {"MaTinh": "26", "MaXa": "08707", "DiaChiChiTiet": "Số 1 Mê Linh"}, "MaSoThue": "2500123456",
    "TenChuongTrinhKhuyenMai": "Tết sum vầy", "HinhThucKhuyenMai": "Giảm giá", "ThoiGianKhuyenMaiTu": "20210120000000",
    "ThoiGianKhuyenMaiDen": "20210210235959",
}  # fmt: skip
