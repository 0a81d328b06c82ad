"""The door for outside systems: it needs no key, takes nothing that is not proved, and shows an operator what waits for him."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.payment.simulator import PaymentSimulator
from api.app import make_app
from api.bootstrap import wire
from api.settings import Settings
from engine.domain.packet import as_json
from tests.adapters.payment.bills import PERSON_OF_BILL, SECRET
from tests.api.office import KEY, Office
from tests.api.people import Person

CONNECTORS = """
[thanh_toan]
system = "payment"
url = "https://thanhtoan.example/ppdvcqg"
settings = { partner = "VPHUC", ip = "10.0.0.5" }
secrets = { checksum = "THANH_TOAN" }
"""
PLATFORM = PaymentSimulator(SECRET)
CALLBACK = "/v1/inbound/thanh_toan/callback"


@pytest.fixture
def counter(tmp_path) -> Iterator[Office]:
    """A service that a payment platform may send to."""
    file = tmp_path / "ket_noi.toml"
    file.write_text(CONNECTORS)
    service = wire(
        Settings(
            database_url="sqlite:///:memory:", clock="virtual", admin_key=KEY, connectors=str(file), secrets={"THANH_TOAN": SECRET}
        )
    )  # fmt: skip
    service.start()
    yield Office(service, make_app(service).test_client())
    service.stop()


def told(counter: Office, body: bytes, path: str = CALLBACK):
    """What the platform is answered; it has no key of ours."""
    return counter.client.post(path, data=body, headers={"Content-Type": "application/json"})


def unknown(number: int = 1) -> bytes:
    """A true confirmation of a payment that nobody here asked for."""
    return as_json(PLATFORM.confirmation(f"khongbiet{number}", "150000", f"GD{number}", "20210104083112"))


def test_a_true_packet_needs_no_key_and_is_answered_in_its_own_words(counter):
    """The answer is signed as the platform expects it, and says 99 to what is not taken."""
    answer = told(counter, unknown())
    assert (answer.status_code, answer.json["MaLoi"], answer.json["MaThamChieu"]) == (200, "99", "khongbiet1")
    assert len(answer.json["MaXacThuc"]) == 64


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff\xfe", b"<xml/>", unknown().replace(b"150000", b"150001")])
def test_what_is_not_proved_leaves_no_trace(counter, body):
    """Else anybody could fill the database."""
    assert told(counter, body).json["MaLoi"] == "99"
    assert counter.get("/v1/parked-packets")["items"] == []


@pytest.mark.parametrize("path", ["/v1/inbound/thanh_toan/khac", "/v1/inbound/khac/callback"])
def test_other_doors_are_not_there(counter, path):
    """A system that is not registered, and a packet that it does not send."""
    assert told(counter, unknown(), path).status_code == 404


def test_an_operator_sees_what_is_parked_and_deals_with_it(counter):
    """With its reason, in words, and without what is in the packet; what he did is on record."""
    told(counter, unknown(1))
    told(counter, unknown(2))
    operator = Person(counter, "van_hanh", "operator")
    second, first = operator.get("/v1/parked-packets").json["items"]
    assert (first["reference"], first["reason"], first["state"]) == ("khongbiet1/GD1", "unknownReference", "parked")
    assert first["explanation"]["vi"] == "không có khoản nào đang chờ với mã tham chiếu này"
    assert PERSON_OF_BILL not in str(first)
    assert "150000" not in str(first)
    again = operator.post(f"/v1/parked-packets/{first['id']}/retry")
    assert (again.status_code, again.json["state"]) == (200, "parked")
    done = operator.post(f"/v1/parked-packets/{first['id']}/resolve", {"reason": "Giao dịch của tỉnh khác; đã báo lại"})
    assert (done.json["state"], done.json["resolvedBy"]) == ("resolved", "van_hanh")
    refused = operator.post(f"/v1/parked-packets/{first['id']}/resolve", {"reason": "x"})
    assert (refused.status_code, refused.json["code"]) == (409, "packetNotParked")
    assert operator.get(f"/v1/parked-packets/{first['id']}").json["resolution"] == "Giao dịch của tỉnh khác; đã báo lại"
    assert [item["id"] for item in operator.get("/v1/parked-packets").json["items"]] == [second["id"]]
    assert [item["id"] for item in operator.get("/v1/parked-packets?state=resolved").json["items"]] == [first["id"]]
    kinds = [record["kind"] for record in counter.get("/v1/records?limit=200")["items"]]
    assert (kinds.count("PacketParked"), kinds.count("PacketResolved")) == (2, 1)


def test_who_may_not_operate_may_not_resolve(counter):
    """A portal's key opens nothing here."""
    told(counter, unknown())
    portal = Person(counter, "cong", "portal")
    assert portal.get("/v1/parked-packets").status_code == 403
    assert portal.post("/v1/parked-packets/x/resolve", {"reason": "x"}).status_code == 403
    assert Person(counter, "van_hanh", "operator").get("/v1/parked-packets/x").status_code == 404
