"""What the land and tax offices, the justice system and the national portal send, the whole way into a dossier."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from adapters.bundle.client import BirthDeathBundle
from adapters.bundle.simulator import BundleSimulator
from adapters.land_tax.client import LandAndTax
from adapters.land_tax.simulator import LandTaxSimulator
from adapters.portal.client import NationalPortal
from engine.domain.inbound import NOTED, PARKED, TAKEN, InboundPacket
from engine.domain.packet import as_json, from_json
from engine.domain.system import Said
from engine.domain.values import written
from engine.ports import Page, System
from engine.service.command import Sender
from engine.service.connectors import registered
from engine.service.dossiers import OpenDossier
from engine.service.inbound import incoming, take_in
from engine.service.messages import ForgetExpired
from tests.adapters.portal.dossiers import PROMOTION
from tests.engine.runtime.models import diagram, node, path, start, user
from tests.engine.service.office import Office

KEY = "khoa-bi-mat"
CODE = "000.00.05.H62-260302-0001"
CONNECTORS = """
[dat_thue]
system = "land_tax"
url = "https://dat.example"
secrets = { security_key = "K" }
[lien_thong]
system = "bundle"
url = "https://lt.example"
settings = { username = "h62" }
secrets = { password = "K", inbound = "K" }
[cong_quoc_gia]
system = "portal"
url = "https://dvc.example"
settings = { profile = "2023", agency = "H62", username = "h62", dstcode = "x", auth = "/a", integration = "/i", share = "/s" }
secrets = { password = "K", inbound = "K" }
"""
LAND, BUNDLE = LandTaxSimulator(KEY), BundleSimulator(KEY)
TAX = {"MA_SO_THUE": "2500123456", "NGAY_QUYET_DINH": "01-03-2026"}
REGISTRATION = {**TAX, "SO_QUYET_DINH": "TB-01", "TEN_TIEUMUC": "Lệ phí trước bạ", "SO_TIEN": "600000"}
INCOME = {**TAX, "SO_QUYET_DINH": "TB-02", "TEN_TIEUMUC": "Thuế TNCN", "SO_TIEN": "2400000"}
VALUES = "".join(f'<message id="m{number}" name="{name}"/>' for number, name in enumerate(
    ("dat_thue.tax_notice", "dat_thue.tax_voucher", "lien_thong.justice", "cong_quoc_gia.khuyen_mai")))  # fmt: skip


def waiting(*messages: str, key: str = "p") -> bytes:
    """A dossier that waits for one message after the other, then for a person."""
    waits = [node("receiveTask", f"w{number}", messageRef=message) for number, message in enumerate(messages)]
    ids = [f"w{number}" for number in range(len(messages))]
    return diagram(start() + "".join(waits) + user("after") + path("s", *ids, "after"), key=key, more=VALUES)


class Desk:
    """A counter to which these systems send."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def told(self, connector: str, service: str, body: bytes, **headers: str) -> Said:
        """A packet at the door."""
        came = incoming(service, body, headers, written(self.office.clock.now()))
        sender = Sender(f"connector:{connector}")
        said = take_in(self.office.connectors, came, connector, lambda command: self.office.do(command, sender))
        self.office.settle()
        return said

    def packets(self, state: str) -> list[InboundPacket]:
        with self.office.store.read() as queries:
            return list(queries.list_inbound_packets(state, Page(200)).rows)

    def reasons(self) -> list[str | None]:
        return [packet.reason for packet in self.packets(PARKED)]

    def dossier(self, code: str = CODE) -> str:
        return self.office.start("p", {}, business_key=code)

    def is_done(self, instance: str) -> bool:
        return bool(self.office.tasks(instance))


@contextmanager
def desk(*models: bytes) -> Iterator[Desk]:
    """A desk with these diagrams."""
    systems: dict[str, System] = {"land_tax": LandAndTax(), "bundle": BirthDeathBundle(), "portal": NationalPortal()}
    office = Office(connectors=registered(CONNECTORS.encode(), {"K": KEY}.get, systems))
    for model in models:
        office.deploy(("p.bpmn", model))
    try:
        yield Desk(office)
    finally:
        office.close()


def test_a_tax_paid_at_the_bank_is_a_payment_of_the_dossier_and_not_an_online_one():
    """The voucher proves it; counted as paid online it would bend the province's figures."""
    with desk(waiting("m0", "m1")) as counter:
        id = counter.office.do(OpenDossier("p", "online", CODE)).dossier.id
        counter.told("dat_thue", "tax_notice", LAND.tax_notice([(CODE, [REGISTRATION])]))
        counter.told("dat_thue", "tax_voucher", LAND.tax_voucher(CODE, "TB-01", "600000", "20260302080000"))
        with counter.office.store.read() as queries:
            [paid], dossier = queries.payments_of(id), queries.dossiers([id])[id]
        assert (paid.channel, paid.amount, paid.reference) == ("bank", 600_000, f"{CODE}/TB-01")
        assert (dossier.paid, dossier.paid_online) == (600_000, 0)
        assert counter.office.verify(id).identical


def test_taxes_are_told_and_paid():
    """Two notices of one dossier, a voucher for each; the second says that nothing is left to pay."""
    with desk(waiting("m0", "m1", "m1")) as counter:
        instance = counter.dossier()
        notice = LAND.tax_notice([(CODE, [REGISTRATION, INCOME])])
        assert [counter.told("dat_thue", "tax_notice", notice).body for _ in range(3)] == [
            b'{"error_code":"0","message":"Th\xc3\xa0nh c\xc3\xb4ng"}'
        ] * 3
        assert counter.office.variables(instance)["tong_so_tien"] == 3000000
        first = LAND.tax_voucher(CODE, "TB-01", "600000", "20260302080000")
        for _ in range(2):
            assert from_json(counter.told("dat_thue", "tax_voucher", first).body)["error_code"] == "0"
        assert counter.office.variables(instance)["con_phai_nop"] == 1
        assert not counter.is_done(instance)
        counter.told("dat_thue", "tax_voucher", LAND.tax_voucher(CODE, "TB-02", "2400000", "20260302080001"))
        assert counter.office.variables(instance)["con_phai_nop"] == 0
        assert counter.is_done(instance)
        assert counter.office.verify(instance).identical
        assert counter.office.kinds(instance).count("MessageDelivered") == 3


@pytest.mark.parametrize(
    ("voucher", "reason"),
    [
        ((CODE, "TB-01", "599999", "20260302080000"), "amountWrong"),
        ((CODE, "TB-99", "600000", "20260302080000"), "unknownReference"),
        (("KHAC", "TB-01", "600000", "20260302080000"), "unknownReference"),
        ((CODE, "TB-01", "600000", "20360302080000"), "dateWrong"),
    ],
)
def test_wrong_vouchers_are_parked(voucher, reason):
    """Another sum, another notice, another dossier, a day to come: a person looks, and the dossier goes on waiting."""
    with desk(waiting("m0", "m1")) as counter:
        instance = counter.dossier()
        counter.told("dat_thue", "tax_notice", LAND.tax_notice([(CODE, [REGISTRATION])]))
        assert from_json(counter.told("dat_thue", "tax_voucher", LAND.tax_voucher(*voucher)).body)["error_code"] == "-1"
        assert (counter.reasons(), counter.is_done(instance)) == ([reason], False)


def test_an_unpaid_voucher_settles_nothing():
    """Only state 1 is paid."""
    with desk(waiting("m0", "m1")) as counter:
        instance = counter.dossier()
        counter.told("dat_thue", "tax_notice", LAND.tax_notice([(CODE, [REGISTRATION])]))
        counter.told("dat_thue", "tax_voucher", LAND.tax_voucher(CODE, "TB-01", "600000", "20260302080000", status="0"))
        assert (len(counter.packets(NOTED)), counter.is_done(instance)) == (1, False)


def test_one_file_for_many_dossiers():
    """Those that are known are told; the file is not said to be taken while one of them is not, and comes again."""
    with desk(waiting("m0")) as counter:
        instances = [counter.dossier(f"HS-{number}") for number in range(3)]
        file = LAND.tax_notice([(f"HS-{number}", [REGISTRATION]) for number in range(4)])
        assert from_json(counter.told("dat_thue", "tax_notice", file).body)["error_code"] == "-1"
        assert counter.reasons() == ["unknownDossier"]
        late = counter.dossier("HS-3")
        assert from_json(counter.told("dat_thue", "tax_notice", file).body)["error_code"] == "0"
        assert all(counter.is_done(instance) for instance in [*instances, late])
        assert [counter.office.kinds(instance).count("MessageDelivered") for instance in [*instances, late]] == [
            1,
            1,
            1,
            1,
        ]
        assert counter.reasons() == []


ATTACKS = [
    b'<!DOCTYPE DATA [<!ENTITY x SYSTEM "file:///etc/passwd">]><DATA><BODY><ROW_LIST><MA_HSO>&x;</MA_HSO></ROW_LIST></BODY></DATA>',
    b'<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]><DATA>&b;</DATA>',
    b'<DATA xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/passwd"/></DATA>',
    b"<DATA>" + b"<BODY>" * 500,
    b"<OTHER/>", b"<DATA/>", b"", b"\xff\xfe\x00", b"<DATA><BODY><ROW_LIST><MA_HSO>x</MA_HSO></ROW_LIST></BODY></DATA>",
]  # fmt: skip


@pytest.mark.parametrize("xml", ATTACKS)
def test_hostile_files_are_refused(xml):
    """Only the one closed parser opens them; a file that is none leaves nothing behind."""
    with desk(waiting("m0")) as counter:
        assert from_json(counter.told("dat_thue", "tax_notice", LAND.tax_file(xml)).body)["error_code"] == "-1"
        assert (counter.packets(PARKED), counter.packets(TAKEN)) == ([], [])


@pytest.mark.parametrize(
    "wrong",
    [{"SO_TIEN": "-5"}, {"SO_TIEN": "1.5"}, {"SO_TIEN": "600.000"}, {"NGAY_QUYET_DINH": "2026-03-01"},
     {"NGAY_QUYET_DINH": "1-3-2026"}, {"NGAY_QUYET_DINH": "31-02-2026"}, {"MA_SO_THUE": ""}, {"SO_QUYET_DINH": ""}],
)  # fmt: skip
def test_notices_with_wrong_values_are_refused(wrong):
    """Neither a sum nor a day is guessed."""
    with desk(waiting("m0")) as counter:
        instance = counter.dossier()
        said = counter.told("dat_thue", "tax_notice", LAND.tax_notice([(CODE, [{**REGISTRATION, **wrong}])]))
        assert from_json(said.body)["error_code"] == "-1"
        assert not counter.is_done(instance)


def test_a_notice_over_nothing_is_taken_and_expects_no_money():
    """Who is exempt gets a notice, too: the dossier hears it, and nobody waits for a voucher."""
    with desk(waiting("m0")) as counter:
        instance = counter.dossier()
        said = counter.told("dat_thue", "tax_notice", LAND.tax_notice([(CODE, [{**REGISTRATION, "SO_TIEN": "0"}])]))
        assert from_json(said.body)["error_code"] == "0"
        assert counter.is_done(instance)
        with counter.office.store.read() as queries:
            assert list(queries.expectations_of("dat_thue", CODE)) == []


def test_forged_packets_are_refused_by_every_door():
    """Without the agreed key, with another one, with an empty one."""
    birth = BUNDLE.push(JUSTICE)
    with desk(waiting("m0")) as counter:
        counter.dossier()
        for wrong in ("", "x", KEY + "x", KEY[:-1], KEY.upper()):
            forged = LandTaxSimulator(wrong)
            assert counter.told("dat_thue", "tax_notice", forged.tax_notice([(CODE, [REGISTRATION])])).status == 401
            assert (
                counter.told("dat_thue", "tax_voucher", forged.tax_voucher(CODE, "TB-01", "1", "20260302080000")).status
                == 401
            )
            assert from_json(counter.told("dat_thue", "move", forged.tells(SoBienNhan=CODE)).body)["Result"] == 0
            for headers in (
                {},
                {"authorization": wrong},
                {"authorization": f"Bearer {wrong}"},
                {"authorization": f"Basic {KEY}"},
            ):
                assert from_json(counter.told("lien_thong", "justice", birth, **headers).body)["status"] == "0"
                assert (
                    from_json(counter.told("cong_quoc_gia", "khuyen_mai", as_json(PROMOTION), **headers).body)[
                        "error_code"
                    ]
                    == "-1"
                )
        assert (counter.packets(PARKED), counter.packets(TAKEN)) == ([], [])


JUSTICE: dict[str, Any] = {
    "ma_ho_so_lt": "LT-1", "ma_ho_so_mcdt": CODE, "trang_thai": "4", "thoi_gian_thuc_hien": "2026-03-02T00:30:00Z",
    "ket_qua_xu_ly": "{}",
}  # fmt: skip
BEARER = {"authorization": f"Bearer {KEY}"}


@pytest.mark.parametrize(("code", "local"), [("2", "5"), ("4", "9"), ("6", "3")])
def test_the_justice_system_pushes(code, local):
    """The bundle's codes are its own; the dossier is told what they mean here. Twice is once."""
    with desk(waiting("m2")) as counter:
        instance = counter.dossier()
        for _ in range(2):
            said = counter.told("lien_thong", "justice", BUNDLE.push({**JUSTICE, "trang_thai": code}), **BEARER)
            assert from_json(said.body)["status"] == "1"
        assert counter.is_done(instance)
        assert counter.office.variables(instance)["trang_thai_ho_so"] == local


@pytest.mark.parametrize("code", ["0", "1", "9", "99", "bốn"])
def test_trap_status_codes_that_are_not_of_the_bundle(code):
    """A 9 of the national table means nothing in the bundle: parked, not mapped by guess."""
    with desk(waiting("m2")) as counter:
        instance = counter.dossier()
        counter.told("lien_thong", "justice", BUNDLE.push({**JUSTICE, "trang_thai": code}), **BEARER)
        assert (counter.reasons(), counter.is_done(instance)) == (["statusUnknown"], False)


def test_a_promotion_notice_starts_a_dossier_once():
    """The portal's code becomes the dossier's; sent again it is answered the same."""
    begins = start("s", '<messageEventDefinition messageRef="m3"/>')
    with desk(diagram(begins + user("after") + path("s", "after"), more=VALUES)) as counter:
        for _ in range(3):
            said = counter.told("cong_quoc_gia", "khuyen_mai", as_json(PROMOTION), **BEARER)
            assert from_json(said.body)["error_code"] == "0"
        [packet] = counter.packets(TAKEN)
        [instance] = packet.instance_ids
        assert counter.office.head(instance).business_key == PROMOTION["MaHoSo"]
        assert counter.office.variables(instance)["ten_chuong_trinh_khuyen_mai"] == "Tết sum vầy"


def test_a_promotion_that_ends_before_it_begins_is_parked():
    """Its dates cannot be true; the trader is asked by a person."""
    with desk(waiting("m0")) as counter:
        wrong = {**PROMOTION, "ThoiGianKhuyenMaiDen": "20210101000000"}
        counter.told("cong_quoc_gia", "khuyen_mai", as_json(wrong), **BEARER)
        assert counter.reasons() == ["dateWrong"]


def test_what_nobody_comes_to_wait_for_is_not_forgotten():
    """The dossier runs, but no step of it waits: after a day the notice is parked, in place of being deleted with its message."""
    with desk(waiting("m2")) as counter:
        counter.dossier()
        counter.told("dat_thue", "tax_notice", LAND.tax_notice([(CODE, [REGISTRATION])]))
        assert len(counter.packets(TAKEN)) == 1
        counter.office.advance(days=1, seconds=1)
        now = written(counter.office.clock.now())
        counter.office.do(ForgetExpired(now, now), Sender("service"))
        assert counter.reasons() == ["nobodyWaited"]
        assert counter.packets(TAKEN) == []
