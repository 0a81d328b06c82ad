"""Packets of the national portal, byte for byte; and the traps of systems in use, each by its name: none is in ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.portal import packet
from adapters.portal.packet import P2020, P2023, to_send
from engine.domain.packet import PacketRefused, as_json
from tests.adapters.golden import is_golden
from tests.adapters.portal.dossiers import CODE, D2020, D2023, FILE, RESULT, lines, opened

GOLDEN = Path(__file__).with_name("golden")
BOTH = [(P2020, D2020), (P2023, D2023)]


def refusal(profile, dossier, progress=()):
    """Why nothing is sent."""
    with pytest.raises(PacketRefused) as refused:
        to_send(profile, dossier, progress)
    return str(refused.value)


@pytest.mark.parametrize(("profile", "dossier"), BOTH)
def test_a_dossier_is_sent_as_it_always_was(profile, dossier):
    """The fields of the profile in its order, all texts; times are local, of 24 hours."""
    sending = to_send(profile, dossier, lines(2))
    envelope = packet.envelope("phien-1", "000.00.00.H62", "DongBoHoSoMC", [sending.dossier], updating=False)
    is_golden(GOLDEN / f"dossier_{profile}.json", as_json(envelope))
    is_golden(GOLDEN / "progress.json", as_json(sending.progress[0]))
    assert sending.dossier["NgayKetThucXuLy"] == "20210120150509"


@pytest.mark.parametrize(("profile", "dossier"), BOTH)
@pytest.mark.parametrize("status", ["1", "2", "4", "5", "6"])
def test_trap_nine_for_dossiers_that_stand_elsewhere(profile, dossier, status):
    """A system in use reports 9 for dossiers at 5, 6, 8; here the last step of the dossier has to say the same."""
    assert refusal(profile, dossier, lines(3, last=status)) == "TrangThaiHoSo (statusFalse)"
    assert refusal(profile, {**dossier, "trang_thai_ho_so": status}) == "NgayKetThucXuLy (statusFalse)"
    assert to_send(profile, opened(dossier, status), lines(3, last=status)).dossier["TrangThaiHoSo"] == status


@pytest.mark.parametrize(("profile", "dossier"), BOTH)
def test_trap_no_due_date_does_not_become_nine(profile, dossier):
    """Without a due date nothing is sent: a false status would be worse than none."""
    assert refusal(profile, opened({**dossier, "ngay_hen_tra": None})) == "NgayHenTra (dataMissing)"


@pytest.mark.parametrize(("profile", "dossier"), BOTH)
def test_trap_an_input_file_as_result(profile, dossier):
    """Where there is no result there is none; the citizen's own paper is not it."""
    by_id = [{**dossier["danh_sach_giay_to_ket_qua"][0], "giay_to_id": FILE["tep_dinh_kem_id"]}]
    by_url = [{**dossier["danh_sach_giay_to_ket_qua"][0], "duong_dan_tep_tin_ket_qua": FILE["duong_dan_tai_tep_tin"]}]
    for results in (by_id, by_url):
        assert (
            refusal(profile, {**dossier, "danh_sach_giay_to_ket_qua": results})
            == "DanhSachGiayToKetQua/0 (inputAsResult)"
        )


@pytest.mark.parametrize("dummy", ["000000001", "000000000000", "111111111111", "123456789", "0"])
def test_trap_an_owner_that_nobody_named(dummy):
    """A dummy number counts somebody who is not there; unknown is left out where the profile lets it."""
    assert refusal(P2020, {**D2020, "ma_doi_tuong": dummy}) == "MaDoiTuong (ownerInvented)"
    assert refusal(P2023, {**D2023, "so_giay_to_chu_ho_so": dummy}) == "SoGiayToChuHoSo (ownerInvented)"
    owners = [{"loai_dinh_danh": "2", "so_dinh_danh": dummy}]
    assert refusal(P2023, {**D2023, "dinh_danh_chs": owners}) == "DinhDanhCHS/0/SoDinhDanh (ownerInvented)"
    assert "MaDoiTuong" not in to_send(P2020, {**D2020, "ma_doi_tuong": None}).dossier


@pytest.mark.parametrize("owners", [None, []])
def test_trap_an_empty_list_of_owners(owners):
    """The portal wants one: without one nothing is sent, and nobody is made up."""
    assert refusal(P2023, {**D2023, "dinh_danh_chs": owners}) == "DinhDanhCHS (dataMissing)"


def test_personal_ids_have_twelve_digits():
    """Kind 1 is the personal number and nothing else."""
    assert "valueWrong" in refusal(P2023, {**D2023, "dinh_danh_chs": [{"loai_dinh_danh": "1", "so_dinh_danh": "123"}]})


@pytest.mark.parametrize(
    "name", ["chu_ho_so", "ma_tthc", "don_vi_xu_ly", "ngay_tiep_nhan", "trang_thai_ho_so", "trich_yeu_ho_so"]
)
def test_missing_data_is_named(name):
    """Whoever has to mend it is told which field."""
    assert "dataMissing" in refusal(P2020, {**D2020, name: None})


@pytest.mark.parametrize(
    "wrong", ["2021-01-04 01:30", "20210104083000", "2021-01-04T08:30:00", "2021-13-04T01:30:00Z", 20210104, "hôm nay"]
)
def test_dates_without_a_zone_or_form_are_not_guessed(wrong):
    """An hour without its zone is seven hours of doubt."""
    assert refusal(P2020, {**D2020, "ngay_tiep_nhan": wrong}) == "NgayTiepNhan (dateWrong)"


def test_an_end_before_the_beginning_is_refused():
    """A date that cannot be is not sent on."""
    assert refusal(P2020, {**D2020, "ngay_ket_thuc_xu_ly": "2021-01-01T00:00:00Z"}) == "NgayKetThucXuLy (dateWrong)"


@pytest.mark.parametrize("status", ["0", "11", "12", 9, "", "chin"])
def test_statuses_outside_the_table_are_refused(status):
    """11 is the promotion channel's alone; 0 is what a client sends who did not know."""
    assert "TrangThaiHoSo" in refusal(P2020, {**D2020, "trang_thai_ho_so": status})


def test_ended_dossiers_need_their_dates():
    """9 without an end, 10 without a return, 3 without a refusal: nobody makes the date up."""
    assert refusal(P2020, {**opened(D2020), "trang_thai_ho_so": "9"}) == "NgayKetThucXuLy (dataMissing)"
    assert refusal(P2020, {**D2020, "trang_thai_ho_so": "10"}) == "NgayTra (dataMissing)"
    assert refusal(P2023, {**opened(D2023), "trang_thai_ho_so": "3"}) == "NgayTuChoi (dataMissing)"


def test_results_of_a_dossier_under_way_are_refused():
    """There is no result before the decision."""
    assert (
        refusal(P2020, {**opened(D2020), "danh_sach_giay_to_ket_qua": [RESULT]}) == "DanhSachGiayToKetQua (statusFalse)"
    )


@pytest.mark.parametrize(("count", "sizes"), [(0, []), (1, [1]), (10, [10]), (11, [10, 1]), (25, [10, 10, 5])])
def test_progress_goes_in_packets_of_ten(count, sizes):
    """More than ten lines at once are refused over there."""
    assert [len(part) for part in to_send(P2020, D2020, lines(count)).progress] == sizes


def test_progress_is_of_its_own_dossier_and_in_order():
    """Lines of another dossier, or that run backwards in time, say nothing true."""
    strange = [{**line, "ma_ho_so": f"{CODE}9"} for line in lines(1)]
    assert refusal(P2020, D2020, strange) == "TienDo/0/MaHoSo (valueWrong)"
    assert "dateWrong" in refusal(P2020, D2020, [*lines(2)[::-1], *lines(1)])


def test_trap_promotion_refusals_are_eleven():
    """The channel's own code; everywhere else 11 is unknown."""
    said = {
        "ma_ho_so": "G09",
        "ma_ho_so_don_vi": CODE,
        "trang_thai": "3",
        "noi_dung": "Từ chối",
        "ngay_xu_ly": "2021-01-05T01:00:00Z",
    }
    is_golden(GOLDEN / "promotion_status.json", as_json(packet.promotion_status(said)))
    assert packet.promotion_status(said)["TrangThai"] == "11"


def test_misspelt_fields_are_refused():
    """What nobody reads over there would be lost in silence."""
    assert refusal(P2020, {**D2020, "ghi_chus": "x"}) == "ghi_chus (fieldUnknown)"
    assert refusal(P2020, D2023).endswith("(fieldUnknown)")
