"""Messages and signals over HTTP."""

from __future__ import annotations

import pytest

from tests.api.models import FEE, ONLY_BY_MESSAGE, SIGNAL, WAITS_FOR_FEE, WAITS_FOR_SIGNAL, chain
from tests.api.office import Office, refused


def test_a_message_reaches_the_one_it_is_for(office: Office) -> None:
    """A payment is booked on one dossier, not on all that wait for payments."""
    office.deploy("p", WAITS_FOR_FEE, FEE)
    first, second = office.start("p", businessKey="k1")["id"], office.start("p", businessKey="k2")["id"]

    sent = {"name": "fee-paid", "businessKey": "k1", "variables": {"amount": 75000}}
    body = office.post("/v1/messages", sent).json

    assert ("correlated", [first]) == (body["outcome"], body["processInstanceIds"])
    assert ("completed", "running") == (office.instance(first)["state"], office.instance(second)["state"])
    assert {"amount": 75000} == office.get(f"/v1/process-instances/{first}/variables")


def test_an_early_message_waits_for_its_receiver(office: Office) -> None:
    """The bank is often faster than the office."""
    office.deploy("p", WAITS_FOR_FEE, FEE)
    sent = {"name": "fee-paid", "correlationKey": "k", "messageId": "bank-1"}

    assert "buffered" == office.post("/v1/messages", sent).json["outcome"]
    assert "buffered" == office.post("/v1/messages", sent).json["outcome"]
    assert "completed" == office.start("p", businessKey="k")["state"]
    assert "running" == office.start("p", businessKey="k")["state"]


def test_a_message_that_may_not_wait(office: Office) -> None:
    """The sender who asks for now or never is told that it was never."""
    sent = {"name": "fee-paid", "businessKey": "k", "timeToLive": 0}

    refused(office.post("/v1/messages", sent), 409, "noReceiver")


def test_a_message_for_two_is_for_none(office: Office) -> None:
    """Guessing would book a payment on the wrong dossier."""
    office.deploy("p", WAITS_FOR_FEE, FEE)
    ids = [office.start("p", businessKey=key)["id"] for key in ("k1", "k2")]

    assert 2 == refused(office.post("/v1/messages", {"name": "fee-paid"}), 409, "ambiguousCorrelation")["count"]
    assert {"running"} == {office.instance(id)["state"] for id in ids}


def test_a_message_starts_what_begins_with_it(office: Office) -> None:
    """A dossier that comes in by message has the key that the message names."""
    office.deploy("p", ONLY_BY_MESSAGE, FEE)

    body = office.post("/v1/messages", {"name": "fee-paid", "businessKey": "k"}).json

    assert "started" == body["outcome"]
    assert "k" == office.instance(body["processInstanceIds"][0])["businessKey"]


def test_a_signal_reaches_all_who_wait(office: Office) -> None:
    """A signal is for everybody and is kept for nobody."""
    office.deploy("p", WAITS_FOR_SIGNAL, SIGNAL)
    assert 0 == office.post("/v1/signals", {"name": "ngừng"}).json["receivers"]
    ids = [office.start("p")["id"] for _ in range(3)]

    assert 3 == office.post("/v1/signals", {"name": "ngừng", "variables": {"why": "bão"}}).json["receivers"]
    assert {"completed"} == {office.instance(id)["state"] for id in ids}


def test_a_suspended_instance_is_no_receiver(office: Office) -> None:
    """The message waits until somebody lets the instance go on."""
    office.deploy("p", WAITS_FOR_FEE, FEE)
    id = office.start("p", businessKey="k")["id"]
    office.post(f"/v1/process-instances/{id}/suspend", {"reason": "x"})

    assert "buffered" == office.post("/v1/messages", {"name": "fee-paid", "businessKey": "k"}).json["outcome"]
    assert "completed" == office.post(f"/v1/process-instances/{id}/resume").json["state"]


def test_values_of_messages_are_looked_at(office: Office) -> None:
    """What goes into a history must be storable exactly, wherever it comes from."""
    sent = {"name": "n", "variables": {"amount": 2**60}}

    refused(office.post("/v1/messages", sent), 422, "invalidValues")
    refused(office.post("/v1/signals", sent), 422, "invalidValues")


@pytest.mark.parametrize("name", ["da_nop_phi", "danh_gia_phan_anh"])
def test_nobody_says_in_a_message_what_a_dossiers_own_record_says(office: Office, name: str) -> None:
    """A portal that could would settle a dossier without a payment, or open a petition again: also one that is yet to come."""
    wait = '<messageEventDefinition messageRef="m"/>'
    office.deploy(
        "waits",
        chain("startEvent|s", f"intermediateCatchEvent|w||{wait}", "endEvent|e"),
        f'<message id="m" name="{name}"/>',
    )
    sent = {"processDefinitionKey": "waits", "channel": "online"}
    id = office.post("/v1/dossiers", sent).json["id"]
    for key in ({"businessKey": id}, {"correlationKey": "H62-1"}, {}):
        problem = refused(office.post("/v1/messages", {"name": name, **key}), 409, "messageReserved")
        assert "/v1/dossiers/{code}/payments" in problem["detail"]
        assert "/v1/public/dossiers/{code}/rating" in problem["detail"]
    assert "running" == office.instance(id)["state"]
    later = office.call("PUT", "/v1/dossiers/H62-1", sent).json["id"]
    assert "running" == office.instance(later)["state"]
