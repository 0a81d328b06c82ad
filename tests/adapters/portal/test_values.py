"""From a dossier to the values of its packets: what is said of it, of its owner, papers, fees; and what is not said because nobody knows it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from adapters.portal import values
from adapters.portal.packet import to_send
from engine.domain.attachment import Attachment
from engine.domain.dossier import Dossier
from engine.domain.news import Move, News, Result
from engine.domain.packet import PacketRefused
from engine.domain.procedure import read_procedure

FILES = "https://kho.example/v1"
AT = "2026-03-02T01:00:00.000000Z"
PROCEDURE, _ = read_procedure(
    {
        "code": "1.000001", "name": "Cấp giấy (mẫu)", "field": "Lĩnh vực (mẫu)", "field_code": "G00-MM01", "agency": "Phòng (mẫu)",
        "fee": [
            {"kind": "lệ phí cấp giấy", "amount": 75_000, "code": "L01", "element": "thu"},
            {"kind": "phí thẩm định", "amount": 1, "code": "P01", "element": "khac"},
            {"kind": "phí khác", "amount": 1},
        ],
        "owner": {"kind": "2", "name": "ten", "id": "so", "returned": "nhan", "by_post": "buu_chinh"},
    }
)  # fmt: skip
OWNER = {"name": "Công ty (mẫu)", "id": "2500123456"}
DOSSIER = Dossier(
    "i-1", "H62-1", "p", None, None, "post", "4", AT, AT, AT, due_at="2026-03-16T01:00:00.000000Z",
    first_due_at="2026-03-16T01:00:00.000000Z", fees={"thu": 75_000, "khac": 0}, fee=75_000, paid=75_000, paid_online=75_000,
    documents=2, digitised=1,
)  # fmt: skip
PAPER = Attachment("t-1", "i-1", "f" * 64, "application/pdf", 9, 2, "Bản vẽ", None, 1, 0, 1, AT, "lan")
NEWS = News(
    DOSSIER, PROCEDURE, "Phòng (mẫu)", OWNER, (Move("2", AT, "lan"), Move("4", AT, None)),
    results=(Result("k-1", "Giấy phép", "KQ01", "KQ.G00.000001"),),
    documents=(PAPER, replace(PAPER, id="t-2", component=None, component_name=None)),
)  # fmt: skip


def packet(news: News = NEWS, profile: str = "2023", **dossier: Any) -> dict[str, Any]:
    """The packet of a dossier that differs so."""
    told = replace(news, dossier=replace(news.dossier, **dossier))
    return to_send(profile, values.dossier(told, profile, FILES), values.progress(told) if not dossier else ()).dossier


def test_documents_are_told_with_what_was_done_to_them() -> None:
    """The indicators count papers that were digitised, used again, or taken from the repository; only those of the procedure's list have a place."""
    [file] = packet()["TaiLieuNop"]
    assert file == {
        "TepDinhKemId": "t-1", "TenTepDinhKem": "Bản vẽ", "IsDeleted": "False", "MaThanhPhanHoSo": "2",
        "DuongDanTaiTepTin": "https://kho.example/v1/dossiers/i-1/documents/t-1", "DuocSoHoa": "True",
        "DuocTaiSuDung": "False", "DuocLayTuKhoDMQG": "True",
    }  # fmt: skip
    assert packet()["HoSoCoThanhPhanSoHoa"] == "1"
    assert list(packet(profile="2020")["TaiLieuNop"][0]) == list(file)[:5]


def test_fees_are_those_that_were_determined_under_numbers_that_somebody_knows() -> None:
    """What nobody determined, or the portal has no number for, is not told."""
    assert packet()["DanhSachLePhi"] == [
        {"TenPhiLePhi": "lệ phí cấp giấy", "MaPhiLePhi": "L01", "HinhThucThu": "2", "Gia": "75000", "LoaiPhiLePhi": "2"}
    ]
    assert packet(fees=None, fee=None)["DanhSachLePhi"] == []


def test_how_a_fee_was_collected_is_told_once_it_was() -> None:
    """A fee that nobody paid yet was collected neither at the counter nor online, and the portal takes it in no third way."""
    assert packet(paid=0, paid_online=0)["DanhSachLePhi"] == []
    assert packet(paid_online=0)["DanhSachLePhi"][0]["HinhThucThu"] == "1"


@pytest.mark.parametrize(
    ("paid", "told"),
    [
        ({"fee": None, "paid": 0, "paid_online": 0}, "0"),
        ({"fee": 0, "paid": 0, "paid_online": 0}, "0"),
        ({"paid": 0, "paid_online": 0}, "0"),
        ({"paid_online": 0}, "0"),
        ({}, "1"),
    ],
)
def test_a_payment_counts_as_online_only_where_it_was(paid: dict[str, Any], told: str) -> None:
    """The province's figures count 1 and 2 as paid online: money at the counter, or that nobody paid, is neither."""
    assert packet(**paid)["DuocThanhToanTrucTuyen"] == told


def test_results_are_told_when_there_is_a_result() -> None:
    """A paper that is signed before the dossier is finished is no result yet."""
    assert packet()["DanhSachGiayToKetQua"] == []
    assert packet(status="9", ended_at=AT)["DanhSachGiayToKetQua"] == [
        {
            "TenGiayTo": "Giấy phép", "MaThanhPhanHoSo": "KQ01", "GiayToId": "k-1",
            "DuongDanTepTinKetQua": "https://kho.example/v1/papers/k-1/pdf", "MaGiayToKetQua": "KQ.G00.000001",
        }
    ]  # fmt: skip


def test_channel_owner_and_the_way_back() -> None:
    """By post, an enterprise, the result by post; where it was handed in at the portal it says so."""
    told = packet(replace(NEWS, by_post=True, origin="khuyen_mai"))
    assert [told[name] for name in ("KenhThucHien", "LoaiDoiTuong", "HinhThuc", "NoiNopHoSo")] == ["3", "2", "1", "1"]
    assert told["DinhDanhCHS"] == [{"LoaiDinhDanh": "2", "SoDinhDanh": "2500123456"}]
    assert packet()["NoiNopHoSo"] == "2"
    assert (told["Email"], told["SoDienThoai"]) == ("", "")


def test_a_line_says_who_and_what_in_the_words_of_the_national_table() -> None:
    """Names of steps are of the diagram, and change with it; the packet does not."""
    assert [(line["nguoi_xu_ly"], line["noi_dung_xu_ly"]) for line in values.progress(NEWS)] == [
        ("lan", "Được tiếp nhận"),
        ("Hệ thống một cửa", "Đang xử lý"),
    ]


@pytest.mark.parametrize("missing", ["name", "id"])
def test_trap_what_is_not_known_of_the_owner_is_not_made_up(missing: str) -> None:
    """Refused, with the field that is missing."""
    with pytest.raises(PacketRefused, match="dataMissing"):
        packet(replace(NEWS, owner={name: value for name, value in OWNER.items() if name != missing}))
