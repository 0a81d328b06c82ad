"""One good asking of every operation that tells a system something, and what the system has of it afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from adapters.bundle.client import BirthDeathBundle
from adapters.bundle.simulator import BundleSimulator
from adapters.bus.client import ProvincialBus
from adapters.bus.simulator import BusSimulator
from adapters.land_tax.client import LandAndTax
from adapters.land_tax.simulator import LandTaxSimulator
from adapters.notification.client import Notification
from adapters.notification.simulator import NotificationSimulator
from adapters.payment.client import PaymentPlatform
from adapters.payment.simulator import PaymentSimulator
from adapters.police.client import PoliceRecord
from adapters.police.simulator import PoliceSimulator
from adapters.portal.client import NationalPortal
from adapters.portal.simulator import PortalSimulator
from adapters.post.client import PublicPost
from adapters.post.simulator import PostSimulator
from engine.ports import System
from tests.adapters.payment.bills import ASKED
from tests.adapters.portal.dossiers import CODE, D2023, lines

SECRET = "khoa-bi-mat"
PERSON = "Nguyễn Văn An"


@dataclass(frozen=True, slots=True)
class Sample:
    """An asking, of whom, and what is there once it was done."""

    name: str
    system: Callable[[], System]
    played: Callable[[], Any]
    operation: str
    values: dict[str, Any]
    settings: dict[str, str]
    secrets: dict[str, str]
    there: Callable[[Any], int]
    """How many of it the system has: 1 where it was done, whatever went wrong; more is a doubling."""
    requests: int = 1


BIRTH = {
    "ma_tthc": "2.002621", "so_ho_so_lt": "LT-1", "co_quan_xu_ly": 1, "ma_ho_so": CODE, "trang_thai": 3,
    "thoi_gian_thuc_hien": "2021-01-04T01:30:00Z", "nguoi_xu_ly": "Trần Thị Bình", "noi_dung_xu_ly": "Đã tiếp nhận",
    "ngay_bat_dau": "2021-01-04T01:30:00Z", "ngay_ket_thuc_theo_quy_dinh": "2021-01-04T10:00:00Z",
}  # fmt: skip
LAND = {
    "la_quy_trinh_cap_tinh": "0", "tinh_id": "26", "huyen_id": "243", "xa_id": "08707", "so_bien_nhan": "BN-0001",
    "ma_ho_so_mot_cua": CODE, "nguoi_tiep_nhan": "Trần Thị Bình", "ngay_tiep_nhan": "2021-01-04T01:30:00Z",
    "ngay_hen_tra": "2021-01-18T10:00:00Z", "dia_chi_tai_san": "Phường Tích Sơn, Vĩnh Yên",
    "thong_tin_nguoi_nop_don": {"ho_ten": PERSON, "so_chung_minh": "026090001234", "dia_chi_chi_tiet": "Số 5 Mê Linh"},
    "thong_tin_quy_trinh": {"ma_quy_trinh": "CN01", "ten_quy_trinh": "Chuyển nhượng quyền sử dụng đất"},
    "thong_tin_thua_dat": [{"so_thu_tu_thua": "12", "so_hieu_ban_do": "34", "dien_tich": "120.5", "dia_chi_chi_tiet": "Tích Sơn"}],
    "danh_sach_giay_to_dinh_kem": [{"ten_giay_to": "Hợp đồng chuyển nhượng", "so_ban_chinh": 1, "so_ban_sao": 0}],
}  # fmt: skip
SLIP = {
    "ma_ho_so": CODE, "ngay_ho_so_day_du": "2021-01-04T01:30:00Z", "loai_thu_tuc": "Chuyển nhượng",
    "nguoi_nop_thue": {"ho_ten": PERSON, "dia_chi": "Số 5 Mê Linh", "ma_so_thue_hoac_dinh_danh": "026090001234", "ngay_sinh": "1990-02-03"},
    "thua_dat": {"so_thua": "12", "to_ban_do": "34", "dia_chi": "Tích Sơn", "dien_tich_rieng": "120.5", "nguon_goc": "Nhận chuyển nhượng",
                 "muc_dich": "Đất ở", "thoi_han": "Lâu dài", "vi_tri": "Vị trí 1"},
    "giay_to_kem": [{"ten_giay_to": "Tờ khai 03/BĐS-TNCN"}, {"ten_giay_to": "Tờ khai lệ phí trước bạ"}],
}  # fmt: skip
DOCUMENT = {
    "doc_type_code": "1.009994", "doc_type_name": "Cấp giấy phép xây dựng", "doc_code": CODE, "citizen_name": PERSON,
    "applicants_type": 1, "compendium": "Nhà ở riêng lẻ", "date_received": "2021-01-04T01:30:00Z", "date_appointed": "2021-01-25T10:00:00Z",
    "is_success": False, "is_returned": False, "status": 1, "processing_organ_name": "Sở Xây dựng", "has_supplementary": False,
    "organ_incharge_id_level1": "000.00.06.H62", "organ_incharge_name": "Sở Xây dựng",
    "doc_fees": [{"fee_name": "Lệ phí cấp phép", "fee_type": "2", "price": 75000}],
}  # fmt: skip
TRACE = {
    "doc_code": CODE, "user_name": "Trần Thị Bình", "date_created": "2021-01-04T07:30:00Z", "comment": "Đã chuyển thẩm định", "status": "4",
    "organization_incharge_id_level1": "000.00.06.H62", "organization_incharge_name": "Sở Xây dựng",
}  # fmt: skip
ORDER = {
    "order_number": CODE, "cod_amount": 0, "sender_province": "26", "sender_district": "243", "sender_address": "Số 1 Nguyễn Trãi",
    "sender_name": "Trung tâm Phục vụ hành chính công", "sender_tel": "02113456789", "receiver_name": PERSON,
    "receiver_address": "Số 5 Mê Linh", "receiver_tel": "0912345678", "receiver_province": "26", "receiver_district": "243",
}  # fmt: skip
RECORD = {
    "id_received_dec": CODE, "date_received_dec": "2021-01-04T07:30:00Z", "date_promissory_dec": "2021-01-18T10:00:00Z",
    "declaration_form": {"full_name": PERSON, "birth_date_str": "1990-02-03", "gender_id": 1, "identify_no": "026090001234",
                         "declare_type_id": 1, "purpose": "Xin việc", "request_qty": 1, "delivery": 0},
    "residence_form": [{"from_date_str": "2004", "to_date_str": "nay", "residence_place": "Vĩnh Yên"}],
}  # fmt: skip
PORTAL = {
    "profile": "2023", "agency": "000.00.00.H62", "username": "vinhphuc", "dstcode": "VN:GOV:G22", "auth": "/auth",
    "integration": "/integration", "share": "/share",
}  # fmt: skip
SMS = dict.fromkeys(("labelid", "contracttypeid", "contractid", "agentid", "apiuser", "username", "from"), "1")

SAMPLES = [
    Sample("payment", PaymentPlatform, lambda: PaymentSimulator(SECRET), "init", ASKED, {"partner": "VPHUC", "ip": "10.0.0.5"},
           {"checksum": SECRET}, lambda played: len(played.payments)),
    Sample("portal", NationalPortal, lambda: PortalSimulator("2023", SECRET), "dong_bo", {"ho_so": D2023, "tien_do": lines(10)}, PORTAL,
           {"password": SECRET, "inbound": SECRET}, lambda played: len(played.dossiers) if len(played.progress) == 10 else 0, 4),
    Sample("land", LandAndTax, lambda: LandTaxSimulator(SECRET), "gui_ho_so", LAND, {}, {"security_key": SECRET},
           lambda played: len(played.taken)),
    Sample("tax", LandAndTax, lambda: LandTaxSimulator(SECRET), "phieu_chuyen", SLIP, {}, {"security_key": SECRET},
           lambda played: len(played.taken)),
    Sample("bus", ProvincialBus, lambda: BusSimulator(SECRET), "dong_bo", {"van_ban": DOCUMENT}, {"client_id": "h62"},
           {"client_secret": SECRET}, lambda played: len(played.documents), 2),
    Sample("bus traces", ProvincialBus, lambda: BusSimulator(SECRET), "tien_do", {"vet": [TRACE]}, {"client_id": "h62"},
           {"client_secret": SECRET}, lambda played: len(played.traces), 2),
    Sample("post", PublicPost, lambda: PostSimulator(SECRET), "dat_lenh", ORDER, {"customer_code": "H62", "customer_key": "h62"},
           {"secret_key": SECRET}, lambda played: len(played.orders), 2),
    Sample("sms", Notification, lambda: NotificationSimulator(SECRET), "sms",
           {"dien_thoai": "0912.345.678", "ma_mau": "M1", "tham_so": [CODE, "Đã có kết quả"]}, SMS, {"apipass": SECRET},
           lambda played: len(played.sent)),
    Sample("mail", Notification, lambda: NotificationSimulator(SECRET), "thu_dien_tu",
           {"dia_chi": "an@example.vn", "tieu_de": "Hồ sơ đã có kết quả", "noi_dung": "Mời đến nhận."}, SMS, {"apipass": SECRET},
           lambda played: len(played.sent)),
    Sample("bundle", BirthDeathBundle, lambda: BundleSimulator(SECRET), "trang_thai", BIRTH, {"username": "h62"},
           {"password": SECRET, "inbound": SECRET}, lambda played: len(played.statuses), 2),
    Sample("justice", BirthDeathBundle, lambda: BundleSimulator(SECRET), "day_tu_phap",
           {"ma_ho_so_lt": "LT-1", "ma_ho_so_mcdt": CODE, "module": "LTKS", "ma_tinh": "26", "du_lieu": "{}"}, {"username": "h62"},
           {"password": SECRET, "inbound": SECRET}, lambda played: len(played.registered), 2),
    Sample("police", PoliceRecord, lambda: PoliceSimulator(SECRET), "gui_to_khai", RECORD, {}, {"token": SECRET},
           lambda played: len(played.declarations)),
]  # fmt: skip
