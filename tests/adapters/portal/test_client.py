"""The exchange with the national portal against its simulator, over real connections, on good days and bad."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from adapters.portal.client import NationalPortal
from adapters.portal.simulator import PortalSimulator
from adapters.sandbox.server import Trouble, sandbox
from engine.domain.call import Done, Failed
from engine.domain.packet import PacketRefused, as_json
from tests.adapters.portal.dossiers import CODE, D2020, D2023, PROMOTION, lines, opened
from tests.adapters.systems import asked, asked_until_done, incoming, site_of

PASSWORD = "mat-khau"
SETTINGS = {
    "profile": "2023", "agency": "000.00.00.H62", "username": "vinhphuc", "dstcode": "VN:GOV:G22", "auth": "/auth",
    "integration": "/integration", "share": "/share",
}  # fmt: skip


@contextmanager
def portal(*troubles, profile="2023", password=PASSWORD, **simulated):
    """A portal, and the way there."""
    played = PortalSimulator(profile, **simulated)
    with sandbox(played) as place:
        place.troubles.extend(troubles)
        yield (
            played,
            place,
            NationalPortal(),
            site_of(place.url, {**SETTINGS, "profile": profile}, password=password, inbound="khoa"),
        )


@pytest.mark.parametrize(("profile", "dossier"), [("2020", D2020), ("2023", D2023)])
@pytest.mark.parametrize("in_words", [False, True])
def test_a_dossier_and_its_progress_arrive(profile, dossier, in_words):
    """Added, followed, then changed: the portal has one dossier and each line once."""
    with portal(profile=profile, in_words=in_words) as (played, _, system, site):
        result = asked(system, site, "dong_bo", {"ho_so": opened(dossier), "tien_do": lines(12, last="4")})
        assert result == Done({"da_dong_bo": True, "so_dong_tien_do": 12})
        assert isinstance(asked(system, site, "dong_bo", {"ho_so": dossier, "tien_do": lines(13)}), Done)
        assert (list(played.dossiers), played.dossiers[CODE]["TrangThaiHoSo"]) == ([CODE], "9")
        assert len(played.progress) == 13
        assert asked(system, site, "tra_cuu", {"ma_ho_so": CODE}) == Done({"ton_tai": True})
        assert asked(system, site, "tra_cuu", {"ma_ho_so": "khac"}) == Done({"ton_tai": False})


def test_trap_exists_already_becomes_an_update():
    """The look-up did not show it, the adding says “đã tồn tại”: it is changed, not given up."""
    with portal() as (played, _, system, site):
        assert isinstance(asked(system, site, "dong_bo", {"ho_so": opened(D2023)}), Done)
        played.forgetful = True
        assert isinstance(asked(system, site, "dong_bo", {"ho_so": D2023}), Done)
        assert played.dossiers[CODE]["TrangThaiHoSo"] == "9"


def test_trap_expired_session():
    """A session ends in the middle: there is a new one, and nothing is sent twice."""
    with portal(calls_of_a_session=2) as (played, _, system, site):
        assert isinstance(asked(system, site, "dong_bo", {"ho_so": D2023, "tien_do": lines(15)}), Done)
        assert (len(played.dossiers), len(played.progress), played.logins) == (1, 15, 2)


def test_a_session_is_kept():
    """Logging in for every call would double the calls."""
    with portal() as (played, _, system, site):
        for _ in range(3):
            asked(system, site, "tra_cuu", {"ma_ho_so": CODE})
        assert played.logins == 1


def test_two_accounts_at_one_portal_have_a_session_each():
    """What is sent in another agency's session would be that agency's dossier; and neither ends the other's."""
    with portal() as (played, place, system, site):
        other = site_of(
            place.url, {**SETTINGS, "agency": "000.00.01.H62", "username": "phutho"}, password=PASSWORD, inbound="khoa"
        )
        for one in (site, other, site, other):
            asked(system, one, "tra_cuu", {"ma_ho_so": CODE})
        assert played.logins == 2


def test_a_session_that_never_lives_is_given_up():
    """Not asked for ever."""
    with portal(calls_of_a_session=0) as (_, _, system, site):
        assert asked(system, site, "tra_cuu", {"ma_ho_so": CODE}) == Failed("sessionExpired", again=True)


def test_a_wrong_password_is_said():
    """Nothing is tried again: the account would be locked."""
    with portal(password="sai") as (_, _, system, site):
        assert asked(system, site, "dong_bo", {"ho_so": D2023}) == Failed("loginRefused")


@pytest.mark.parametrize("in_words", [False, True])
def test_trap_unsuccessful_is_not_success(in_words):
    """“Không thành công” holds the words of success; a client that looks for these only takes it for one."""
    with portal(procedures=frozenset(), in_words=in_words) as (played, _, system, site):
        assert isinstance(asked(system, site, "dong_bo", {"ho_so": D2023, "tien_do": lines(1)}), Failed)
        assert (played.dossiers, played.progress) == ({}, [])


def test_progress_waits_for_its_dossier():
    """The portal has no place for lines of a dossier that it did not take."""
    with portal(procedures=frozenset()) as (_, place, system, site):
        asked(system, site, "dong_bo", {"ho_so": D2023, "tien_do": lines(1)})
        assert not any(b"CapNhatTienDoHoSoMC" in request.body for request in place.arrived)


def test_untrue_packets_do_not_leave():
    """Refused before anybody is called."""
    with portal() as (_, place, system, site):
        with pytest.raises(PacketRefused):
            asked(system, site, "dong_bo", {"ho_so": D2023, "tien_do": lines(1, last="5")})
        assert place.arrived == []


@pytest.mark.parametrize("trouble", list(Trouble))
@pytest.mark.parametrize("at", range(5))
def test_whatever_befalls_a_request_the_portal_has_all_once(trouble, at):
    """Each request of the exchange (login, look-up, dossier, two packets of progress) meets each trouble."""
    with portal(*[None] * at, trouble) as (played, place, system, site):
        place.slowness = 1
        result = asked_until_done(system, site, "dong_bo", {"ho_so": D2023, "tien_do": lines(15)})
        assert isinstance(result, Done), result
        assert (list(played.dossiers), played.dossiers[CODE]["TrangThaiHoSo"]) == ([CODE], "9")
        assert len(played.progress) == len({as_json(line) for line in played.progress}) == 15
        assert place.troubles == type(place.troubles)()


def test_a_promotion_notice_is_taken_from_the_portal_only():
    """Its values as they stand in the packet; without the agreed key it is from anybody."""
    with portal() as (_, _, system, site):
        [notice] = system.receive(site, incoming("khuyen_mai", as_json(PROMOTION), authorization="Bearer khoa"))
        assert (notice.reference, notice.doubt, notice.values["ten_thuong_nhan"]) == (
            PROMOTION["MaHoSo"],
            None,
            "Công ty TNHH Sao Mai",
        )
        for headers in ({}, {"authorization": "khoa"}, {"authorization": "Bearer "}, {"authorization": "Bearer sai"}):
            with pytest.raises(PacketRefused, match="forged"):
                system.receive(site, incoming("khuyen_mai", as_json(PROMOTION), **headers))
        for wrong in ({"NgayNopHoSo": "04/01/2021"}, {"MaSoThue": ""}, {"TenThuongNhan": 5}):
            with pytest.raises(PacketRefused):
                system.receive(
                    site, incoming("khuyen_mai", as_json({**PROMOTION, **wrong}), authorization="Bearer khoa")
                )


def test_what_becomes_of_a_promotion_notice_is_told_back():
    """Refused is 11 there."""
    said = {
        "ma_ho_so": "G09",
        "ma_ho_so_don_vi": CODE,
        "trang_thai": "3",
        "noi_dung": "Từ chối",
        "ngay_xu_ly": "2021-01-05T01:00:00Z",
    }
    with portal() as (played, _, system, site):
        assert asked(system, site, "trang_thai_khuyen_mai", said) == Done({"da_gui": True})
        assert played.promotions["G09"]["TrangThai"] == "11"
