"""Bills of the tests, and what the platform's own examples say about them."""

from __future__ import annotations

from typing import Any

SECRET = "bi-mat-thu"
REFERENCE = "dvc0000001H622101040001"
PERSON_OF_BILL = "Nguyễn Văn An"
AT = "2021-01-04T01:30:00.000000Z"
BILL: dict[str, Any] = {
    "ma_dich_vu": "2", "ma_dvc": "2.000815.01", "ten_dvc": "Chứng thực bản sao từ bản chính", "ma_tthc": "2.000815",
    "ten_tthc": "Chứng thực bản sao từ bản chính", "ma_don_vi": "000.00.01.H62", "ten_don_vi": "Văn phòng UBND tỉnh",
    "ma_ho_so": "000.00.01.H62-210104-0001", "tk_thu_huong": "3511.0.1234567", "ma_nh_thu_huong": "KBNN",
    "ten_tk_thu_huong": "Kho bạc Nhà nước tỉnh", "noi_dung_thanh_toan": "Phí thẩm định", "ho_ten_nguoi_nop": "Nguyễn Văn An",
    "phi_le_phi": [{"loai_phi_le_phi": "1", "ma_phi_le_phi": "P01", "ten_phi_le_phi": "Phí thẩm định", "so_tien": 150000}],
    "ds_khoan_nop": [{"noi_dung": "Phí thẩm định", "so_tien": 150000}],
}  # fmt: skip
ASKED: dict[str, Any] = {
    "ma_tham_chieu": REFERENCE,
    "so_tien": 150000,
    "thong_tin_giao_dich": "THANH TOAN HO SO 000.00.01.H62-210104-0001",
    "thong_tin_bien_lai": BILL,
}
INIT: dict[str, Any] = {**ASKED, "ma_doi_tac": "VPHUC", "thoi_gian_gd": AT, "ip": "10.0.0.5"}
