"""Payments of a dossier, the whole way: asked for, confirmed by the platform or asked about, and everything that goes wrong in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from adapters.payment import packet
from adapters.payment.client import PaymentPlatform
from adapters.payment.simulator import PaymentSimulator
from adapters.sandbox.server import Sandbox, Trouble, sandbox
from engine.domain.errors import PacketNotParked
from engine.domain.inbound import NOTED, PARKED, RESOLVED, TAKEN, InboundPacket
from engine.domain.packet import as_json, from_json
from engine.domain.values import written
from engine.ports import Page
from engine.service.command import Sender
from engine.service.connectors import registered
from engine.service.inbound import incoming, is_reserved, take_in
from engine.service.parked import ResolvePacket, RetryPacket
from engine.service.process_instances import CancelProcessInstance
from tests.adapters.payment.bills import ASKED, BILL, REFERENCE, SECRET
from tests.engine.runtime.models import diagram, node, path, start, user
from tests.engine.service.office import Office

OPERATOR = Sender("operator", "Vận hành")
PAID_AT = "20260302081500"
MESSAGE = '<message id="m" name="thanh_toan.callback"/>'


def model() -> bytes:
    """Ask for the payment, wait for it, then somebody has something to do."""
    ask = node("serviceTask", "ask", motcua_connector="thanh_toan.init", motcua_dataIn=", ".join(ASKED))
    wait = node("receiveTask", "wait", messageRef="m", motcua_correlationKey="ma_tham_chieu")
    return diagram(start() + ask + wait + user("after") + path("s", "ask", "wait", "after"), more=MESSAGE)


def registration(url: str, seconds: float = 1) -> str:
    """The operator's file."""
    return f"""
[thanh_toan]
system = "payment"
url = "{url}/ppdvcqg"
plain = true
networks = ["127.0.0.0/8"]
seconds = {seconds}
settings = {{ partner = "VPHUC", ip = "10.0.0.5" }}
secrets = {{ checksum = "THANH_TOAN" }}
"""


class Counter:
    """A one-stop counter with a payment platform beside it."""

    def __init__(self, office: Office, platform: PaymentSimulator, place: Sandbox) -> None:
        self.office, self.platform, self.place = office, platform, place

    def begun(self, **more: Any) -> str:
        """A dossier that has asked for its payment."""
        instance = self.office.start("p", {**ASKED, **more})
        self.office.settle()
        return instance

    def confirm(self, body: bytes) -> str:
        """The platform tells; MaLoi of our answer."""
        told = take_in(
            self.office.connectors, incoming("callback", body, {}, written(self.office.clock.now())), "thanh_toan",
            lambda command: self.office.do(command, Sender("connector:thanh_toan")),
        )  # fmt: skip
        self.office.settle()
        reply: str = from_json(told.body)["MaLoi"]
        return reply

    def packets(self, state: str | None = None) -> list[InboundPacket]:
        """What was kept of what came in."""
        with self.office.store.read() as queries:
            return list(queries.list_inbound_packets(state, Page(200)).rows)

    def reasons(self) -> list[str | None]:
        """Why packets are parked."""
        return [packet.reason for packet in self.packets(PARKED)]

    def deliveries(self, instance: str) -> int:
        """How often the dossier was told of a payment."""
        return self.office.kinds(instance).count("MessageDelivered")

    def is_waiting(self, instance: str) -> bool:
        """Whether the dossier still waits for its money."""
        return not self.office.tasks(instance)


@contextmanager
def counter(*troubles: Trouble | None, **simulated: Any) -> Iterator[Counter]:
    """A counter, and what befalls its first requests."""
    platform = PaymentSimulator(SECRET, **simulated)
    with sandbox(platform) as place:
        place.troubles.extend(troubles)
        found = registered(registration(place.url).encode(), {"THANH_TOAN": SECRET}.get, {"payment": PaymentPlatform()})
        office = Office(connectors=found)
        office.deploy(("p.bpmn", model()))
        try:
            yield Counter(office, platform, place)
        finally:
            office.close()


def the_same_again(office: Office, instance: str) -> None:
    """A history with payments is executed again without any platform."""
    assert office.verify(instance).identical
    before = office.derived()
    office.rebuild()
    assert office.derived() == before


@pytest.mark.parametrize("enveloped", [False, True])
def test_a_payment_is_asked_for_and_confirmed(enveloped):
    """The whole way, with either envelope of the answer that is in use."""
    with counter(enveloped=enveloped) as desk:
        instance = desk.begun()
        assert desk.office.variables(instance)["url_thanh_toan"].startswith("https://")
        assert desk.is_waiting(instance)
        assert desk.confirm(desk.platform.pay(REFERENCE, "GD1", PAID_AT)) == "00"
        assert not desk.is_waiting(instance)
        assert desk.office.variables(instance)["ma_giao_dich"] == "GD1"
        the_same_again(desk.office, instance)


def test_trap_replayed_callback():
    """The same confirmation again has the same answer, and no second effect; however often."""
    with counter() as desk:
        instance = desk.begun()
        said = desk.platform.pay(REFERENCE, "GD1", PAID_AT)
        assert [desk.confirm(said) for _ in range(5)] == ["00"] * 5
        assert desk.deliveries(instance) == 1
        assert [packet.state for packet in desk.packets()] == [TAKEN]


def test_trap_amount_different_from_the_bill():
    """A payment of a part, or of too much, settles nothing and waits for a person."""
    with counter() as desk:
        instance = desk.begun()
        assert desk.confirm(desk.platform.pay(REFERENCE, "GD1", PAID_AT, amount="1")) == "99"
        assert desk.is_waiting(instance)
        assert desk.reasons() == ["amountWrong"]


def test_trap_a_code_other_than_00_settles_nothing():
    """The confirmation is true, and says that nothing was paid; the payer may try again."""
    with counter() as desk:
        instance = desk.begun()
        failed = desk.platform.confirmation(REFERENCE, "150000", "GD0", PAID_AT, code="24")
        assert desk.confirm(as_json(failed)) == "00"
        assert desk.is_waiting(instance)
        assert desk.confirm(desk.platform.pay(REFERENCE, "GD1", PAID_AT)) == "00"
        assert [packet.state for packet in desk.packets()] == [TAKEN, NOTED] or len(desk.packets()) == 2
        assert not desk.is_waiting(instance)


def test_trap_callback_before_the_answer_of_init():
    """The payer is faster than the answer that was lost: the payment waits for the dossier, not the other way round."""
    with counter(Trouble.SILENT) as desk:
        instance = desk.office.start("p", dict(ASKED))
        desk.office.settle()
        assert desk.confirm(desk.platform.pay(REFERENCE, "GD1", PAID_AT)) == "00"
        desk.office.advance(minutes=30)
        assert not desk.is_waiting(instance)
        assert desk.deliveries(instance) == 1
        the_same_again(desk.office, instance)


def test_trap_payment_after_withdrawal():
    """Money for a dossier that is over is never settled and never lost: a person refunds it, and says so."""
    with counter() as desk:
        instance = desk.begun()
        desk.office.do(CancelProcessInstance(instance, "Người dân rút hồ sơ"), OPERATOR)
        assert desk.confirm(desk.platform.pay(REFERENCE, "GD1", PAID_AT)) == "99"
        [packet] = desk.packets(PARKED)
        assert packet.reason == "instanceEnded"
        desk.office.do(ResolvePacket(packet.id, "Đã hoàn phí ngày 03/03/2026"), OPERATOR)
        [packet] = desk.packets(RESOLVED)
        assert (packet.resolved_by, packet.resolution) == ("Vận hành", "Đã hoàn phí ngày 03/03/2026")
        with pytest.raises(PacketNotParked):
            desk.office.do(RetryPacket(packet.id), OPERATOR)


def test_trap_paid_twice():
    """Two transactions for one bill: the second is parked for a refund, and the dossier is told once."""
    with counter() as desk:
        instance = desk.begun()
        assert desk.confirm(desk.platform.pay(REFERENCE, "GD1", PAID_AT)) == "00"
        assert desk.confirm(desk.platform.pay(REFERENCE, "GD2", PAID_AT)) == "99"
        assert (desk.reasons(), desk.deliveries(instance)) == (["paidTwice"], 1)


def test_a_callback_for_an_unknown_payment_is_parked():
    """It may be ours of yesterday's database: nobody guesses, and nobody loses it."""
    with counter() as desk:
        said = desk.platform.confirmation("khongbiet1", "150000", "GD1", PAID_AT)
        assert desk.confirm(as_json(said)) == "99"
        assert desk.reasons() == ["unknownReference"]


def test_what_is_mended_can_be_looked_at_again():
    """An unknown reference becomes known when its dossier asks late; the operator tries again and it is settled once."""
    with counter() as desk:
        said = as_json(desk.platform.confirmation(REFERENCE, "150000", "GD1", PAID_AT))
        assert desk.confirm(said) == "99"
        instance = desk.begun()
        [packet] = desk.packets(PARKED)
        desk.office.do(RetryPacket(packet.id), OPERATOR)
        desk.office.settle()
        assert not desk.is_waiting(instance)
        assert desk.confirm(said) == "00"
        assert desk.deliveries(instance) == 1


def test_a_contradiction_is_parked():
    """One transaction cannot have been made at two times."""
    with counter() as desk:
        instance = desk.begun()
        assert desk.confirm(desk.platform.pay(REFERENCE, "GD1", PAID_AT)) == "00"
        assert desk.confirm(desk.platform.pay(REFERENCE, "GD1", "20260302081600")) == "99"
        assert (desk.reasons(), desk.deliveries(instance)) == (["contradictsEarlier"], 1)


def test_a_payment_from_the_future_is_parked():
    """A wrong date in a confirmation is not carried into the dossier."""
    with counter() as desk:
        instance = desk.begun()
        assert desk.confirm(desk.platform.pay(REFERENCE, "GD1", "20360302081500")) == "99"
        assert desk.is_waiting(instance)
        assert desk.reasons() == ["dateWrong"]


@pytest.mark.parametrize(
    "at", ["2026-03-02 08:15:00", "02/03/2026 08:15", "20260302", "20260230081500", "20260302251500", ""]
)
def test_a_date_in_another_format_is_refused(at):
    """It is proved and cannot be read: it is refused, not guessed at, and what the platform sends rightly then is taken."""
    with counter() as desk:
        instance = desk.begun()
        said = {**desk.platform.confirmation(REFERENCE, "150000", "GD1", PAID_AT), "ThoiGianGD": at}
        said["MaXacThuc"] = packet.checksum([value for name, value in said.items() if name != "MaXacThuc"], SECRET)
        assert desk.confirm(as_json(said)) == "99"
        assert desk.is_waiting(instance)
        assert desk.packets(TAKEN) == []
        assert desk.confirm(desk.platform.pay(REFERENCE, "GD1", PAID_AT)) == "00"


def forgeries() -> list[tuple[str, bytes]]:
    """True confirmations of which something was changed, or that were made without the secret."""
    platform = PaymentSimulator(SECRET)
    true = platform.confirmation(REFERENCE, "150000", "GD1", PAID_AT)
    found = []
    for name, value in true.items():
        changes = {"", "x", value + "0", value[:-1], value.swapcase(), "00", None} - {value}
        found += [(f"{name}={change!r}", as_json({**true, name: change})) for change in changes]
        found.append((f"without {name}", as_json({key: other for key, other in true.items() if key != name})))
    guessed = PaymentSimulator("").confirmation(REFERENCE, "150000", "GD1", PAID_AT)
    found += [
        ("no secret", as_json(guessed)),
        ("other partner", as_json(platform.confirmation(REFERENCE, "150000", "GD1", PAID_AT, partner="KHAC"))),
        ("upper-case checksum", as_json({**true, "MaXacThuc": true["MaXacThuc"].upper()})),
        ("twice the amount", as_json(true).replace(b'"SoTien"', b'"SoTien":"1","SoTien"', 1)),
        ("amount as number", as_json({**true, "SoTien": 150000})),
        ("shifted bar", as_json({**true, "MaLoi": "00|VPHUC", "MaDoiTac": REFERENCE})),
        ("a list", as_json([true])),
        ("nothing", b""),
        ("no json", b"LoaiBanTin=CONFIRM"),
    ]
    return found


def test_no_forged_callback_is_accepted():
    """A system in use computes the checksum and then ignores it: every callback settles the bill there. Here none does."""
    tried = forgeries()
    assert len(tried) >= 60
    with counter() as desk:
        instance = desk.begun()
        answers = {name: desk.confirm(body) for name, body in tried}
        assert {name for name, code in answers.items() if code != "99"} == set()
        assert desk.is_waiting(instance)
        assert desk.packets(TAKEN) == []
        assert desk.confirm(desk.platform.pay(REFERENCE, "GD1", PAID_AT)) == "00"


@pytest.mark.parametrize("trouble", list(Trouble))
def test_whatever_befalls_the_call_there_is_one_payment(trouble):
    """Lost, late, doubled: in the end the platform has the payment once, and the dossier waits for it once."""
    with counter(trouble) as desk:
        instance = desk.begun()
        desk.office.advance(minutes=30)
        assert list(desk.platform.payments) == [REFERENCE]
        assert desk.confirm(desk.platform.pay(REFERENCE, "GD1", PAID_AT)) == "00"
        assert (desk.deliveries(instance), desk.office.incidents(instance)) == (1, [])
        the_same_again(desk.office, instance)


def test_bills_without_a_payer_are_not_sent():
    """An incident says which field is missing; the platform was not even asked."""
    with counter() as desk:
        instance = desk.begun(thong_tin_bien_lai={**BILL, "ho_ten_nguoi_nop": ""})
        [incident] = desk.office.incidents(instance)
        assert incident.code == "callRefused"
        assert "HoTenNguoiNop" in incident.detail["vi"]
        assert desk.place.arrived == []


def test_what_a_registered_system_sends_nobody_else_sends():
    """Its message would let a dossier go on as if it had been paid; a name that is nobody's is free."""
    with counter() as desk:
        names = ("thanh_toan.callback", "thanh_toan.other", "khac.callback", "thanh_toan")
        found = [is_reserved(desk.office.connectors, name) for name in names]
        assert found == [True, False, False, False]
