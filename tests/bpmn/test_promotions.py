"""A promotion notice that the national portal sends opens a dossier, and is told back by the portal's own channel, where a refusal is 11."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine.domain.inbound import PARKED
from engine.domain.packet import as_json
from engine.domain.values import written
from engine.ports import Page
from engine.service.command import Sender
from engine.service.dossiers import OpenDossier
from engine.service.inbound import incoming, take_in
from engine.service.parked import RetryPacket
from tests.adapters.portal.dossiers import PROMOTION
from tests.bpmn.province import BPMN, CALENDAR, SHARED, deployed
from tests.engine.service.told import OWNER, PASSWORD, PORTAL, WAY, Counter, counter, stages
from tests.signatures import signer

FOLDER = BPMN / "thong_bao_khuyen_mai"
CODE = "G09.99-260301-0001"
NOTICE = {**PROMOTION, "MaHoSo": CODE, "NgayNopHoSo": "20260301200000"}
DOOR = Sender(f"connector:{PORTAL}")


class Desk(Counter):
    """The desk of promotions, and the portal that sends to it."""

    def publish_promotions(self) -> None:
        """The procedure of the province."""
        for folder in (*SHARED, FOLDER):
            self.office.deploy(*deployed(folder))

    def send(self, packet: dict[str, Any] = NOTICE, key: str = PASSWORD) -> str:
        """What the portal is answered to a notice."""
        came = incoming(
            "khuyen_mai", as_json(packet), {"authorization": f"Bearer {key}"}, written(self.office.clock.now())
        )
        said = take_in(self.office.connectors, came, PORTAL, lambda command: self.office.do(command, DOOR))
        self.office.settle()
        return said.body.decode()

    def ids(self) -> list[str]:
        with self.office.store.read() as queries:
            return [dossier.id for dossier in queries.list_dossiers(None, None, Page(50)).rows]

    def parked(self) -> list[Any]:
        with self.office.store.read() as queries:
            return list(queries.list_inbound_packets(PARKED, Page(50)).rows)

    def told_back(self) -> list[tuple[str, str]]:
        """Status and sentence of what the portal was told, in order."""
        return [(row["TrangThai"], row["NoiDung"]) for [row] in self.said("DongBoTrangThaiHoSo")]

    def check(self, **values: Any) -> None:
        """The officer looks at the notice."""
        [id] = self.ids()
        self.next(id, **values)


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A desk with the procedure."""
    with counter(calendar=CALENDAR, signer=signer()) as c:
        found = Desk(c.office, c.portal, c.place)
        found.publish_promotions()
        yield found


def test_a_notice_opens_a_dossier_under_the_portal_s_code(desk: Desk) -> None:
    """The trader asks at the portal, by the code that he has from there; he handed in when he did so, not when we heard of it."""
    assert '"error_code":"0"' in desk.send()
    [id] = desk.ids()
    dossier = desk.dossier(id)
    assert (dossier.code, dossier.status, dossier.channel) == (CODE, "1", "online")
    assert dossier.submitted_at == "2026-03-01T13:00:00.000000Z"
    assert desk.told_back() == [("1", "Mới đăng ký")]
    assert desk.said("DongBoHoSoMC") == []
    assert desk.office.verify(id).identical
    before = desk.office.derived()
    desk.office.rebuild()
    assert desk.office.derived() == before


def test_a_refusal_is_eleven_in_the_packet_and_three_in_the_dossier(desk: Desk) -> None:
    """The code of the channel is of the packet only; the reason goes back, too."""
    desk.send()
    desk.check(ket_qua_kiem_tra="sai", ly_do="Quá thời gian khuyến mại tối đa")
    [id] = desk.ids()
    assert desk.dossier(id).status == "3"
    assert desk.told_back()[-1] == ("11", "Quá thời gian khuyến mại tối đa")
    assert desk.entry(id).state == "told"


def test_an_accepted_notice_is_told_as_done(desk: Desk) -> None:
    """Accepted, signed and returned: the portal is told where it stands."""
    desk.send()
    desk.check(ket_qua_kiem_tra="dung")
    [id] = desk.ids()
    assert (desk.dossier(id).status, desk.told_back()[-1]) == ("10", ("10", "Đã trả kết quả"))
    assert desk.portal.promotions[CODE]["MaHoSoDonVi"] == CODE


def test_a_notice_that_comes_twice_is_one_dossier(desk: Desk) -> None:
    """The portal did not hear the answer; it hears the same, also when the dossier is done."""
    assert desk.send() == desk.send()
    desk.check(ket_qua_kiem_tra="dung")
    assert '"error_code":"0"' in desk.send()
    assert (len(desk.ids()), desk.parked()) == (1, [])


def test_a_notice_that_says_something_else_under_its_code_is_parked(desk: Desk) -> None:
    """A person decides which of the two counts."""
    desk.send()
    assert '"error_code":"-1"' in desk.send({**NOTICE, "TenThuongNhan": "Công ty khác (mẫu)"})
    [parked] = desk.parked()
    assert (len(desk.ids()), parked.state) == (1, PARKED)
    assert parked.reason == "contradictsEarlier"


@pytest.mark.parametrize(
    ("packet", "key"),
    [
        (NOTICE, "khong-biet"),
        (NOTICE, ""),
        ({**NOTICE, "NgayNopHoSo": "01/03/2026"}, PASSWORD),
        ({**NOTICE, "NgayNopHoSo": "2026030120000"}, PASSWORD),
        ({**NOTICE, "MaHoSo": ""}, PASSWORD),
    ],
)
def test_what_is_forged_or_cannot_be_read_opens_nothing(desk: Desk, packet: dict[str, Any], key: str) -> None:
    """Refused in the portal's own words, and nothing is kept of it."""
    assert '"error_code":"-1"' in desk.send(packet, key)
    assert (desk.ids(), desk.parked()) == ([], [])


@pytest.mark.parametrize(
    "wrong",
    [{"NgayNopHoSo": "20270301080000"}, {"ThoiGianKhuyenMaiDen": "20200101000000"}],
    ids=["to come", "ends first"],
)
def test_a_date_that_cannot_be_is_parked(desk: Desk, wrong: dict[str, str]) -> None:
    """It was sent by the portal: it is not lost, and nothing follows from it."""
    desk.send({**NOTICE, **wrong})
    assert ([packet.reason for packet in desk.parked()], desk.ids()) == (["dateWrong"], [])


@pytest.mark.parametrize("ended", [False, True])
def test_a_code_that_a_dossier_has_already_is_parked(desk: Desk, ended: bool) -> None:
    """Two dossiers with one code would be one at the portal; also one that has long been returned keeps its code."""
    desk.publish(stages(*WAY))
    other = desk.office.do(OpenDossier("p", "online", values=OWNER, code=CODE)).dossier.id
    while ended and not desk.office.head(other).ended:
        desk.next(other)
    desk.send()
    [parked] = desk.parked()
    assert (parked.reason, desk.ids()) == ("dossierKnown", [other])
    desk.office.do(RetryPacket(parked.id))
    assert [packet.reason for packet in desk.parked()] == ["dossierKnown"]
