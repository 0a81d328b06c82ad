"""What a dossier holds, over HTTP: documents, payments, the rating; whose they are and what is refused."""

from __future__ import annotations

import io
from hashlib import sha256
from typing import Any
from urllib.parse import unquote

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from api.app import make_app
from api.bootstrap import wire
from api.settings import Settings
from engine.service.rebuild import rebuild
from tests.api.models import chain, process
from tests.api.office import KEY, Office, Reply, refused
from tests.api.people import TREE, Person
from tests.engine.service.test_documents import WORD, zipped

PDF = b"%PDF-1.7\n%%EOF\n"
STEPS = (
    'startEvent|s|motcua:statusCode="2"',
    'userTask|price|motcua:statusCode="4" motcua:fee="75000"',
    'receiveTask|wait|motcua:statusCode="6" messageRef="m"',
    'userTask|decide|motcua:statusCode="4"',
    'userTask|hand|motcua:statusCode="9"',
    'endEvent|e|motcua:statusCode="10"',
)
PROCEDURE = 'code = "1.1"\ndocuments = ["Đơn đề nghị", "Bản vẽ thiết kế"]\n'.encode()


@pytest.fixture
def counter(office: Office) -> Office:
    """An office with two communes and a procedure that costs something."""
    office.call("PUT", "/v1/organisation", TREE)
    beside = '<message id="m" name="da_nop_phi"/>'
    answer = office.upload({"p.bpmn": process("p", chain(*STEPS), beside), "procedure.toml": PROCEDURE})
    assert 201 == answer.status_code, answer.text
    return office


def hand_in(who: Office | Person, **more: Any) -> Any:
    """A dossier of the first commune."""
    sent = {"processDefinitionKey": "p", "channel": "online", "unit": "X1", **more}
    answer = who.post("/v1/dossiers", sent)
    assert 201 == answer.status_code, answer.text
    return answer.json


def do(office: Office, id: str) -> None:
    """Complete the task that is open."""
    [task] = [task for task in office.tasks(id) if task["state"] == "open"]
    assert 200 == office.complete(task["id"]).status_code


def attach(
    who: Office | Person,
    code: str,
    content: bytes = PDF,
    name: str = "don.pdf",
    kind: str = "application/pdf",
    **more: str,
) -> Reply:
    """Hand in a document; headers are named with underscores."""
    headers = {name: more.pop(name) for name in ("idempotency_key",) if name in more}
    boundary, body = encode_multipart({"file": FileStorage(io.BytesIO(content), name, content_type=kind), **more})
    sent = f'multipart/form-data; boundary="{boundary}"'
    return who.call("POST", f"/v1/dossiers/{code}/documents", body, Content_Type=sent, **headers)


def test_a_document_is_handed_in_listed_and_fetched(counter: Office) -> None:
    """With which paper of the procedure it is and where it comes from; it comes back byte for byte, as a file to be saved."""
    id = hand_in(counter)["id"]
    answer = attach(counter, id, name="../nhà/Đơn đề nghị.pdf", component="bản vẽ thiết kế", reused="true", fromNationalRepository="true")  # fmt: skip

    made = answer.json
    assert (201, "Đơn đề nghị.pdf", 2, "Bản vẽ thiết kế") == (
        answer.status_code,
        made["name"],
        made["component"],
        made["componentName"],
    )
    assert (False, True, True) == (made["digitised"], made["reused"], made["fromNationalRepository"])
    assert [made] == counter.get(f"/v1/dossiers/{id}/documents")["items"]
    assert 1 == counter.get(f"/v1/dossiers/{id}")["documents"]
    file = counter.call("GET", answer.headers["Location"])
    assert (PDF, "application/pdf", "nosniff") == (file.data, file.mimetype, file.headers["X-Content-Type-Options"])
    assert f'"{sha256(PDF).hexdigest()}"' == file.headers["ETag"]
    said = file.headers["Content-Disposition"]
    assert said.startswith("attachment; ")
    assert "Đơn đề nghị.pdf" == unquote(said.partition("filename*=UTF-8''")[2])
    assert "sandbox" in file.headers["Content-Security-Policy"]


def test_the_same_bytes_are_kept_once_and_the_same_request_counts_once(counter: Office) -> None:
    """Two dossiers may have one scan; a portal that did not hear the answer sends again under its key."""
    one, other = hand_in(counter)["id"], hand_in(counter)["id"]
    first = attach(counter, one, idempotency_key="k")
    assert first.json == attach(counter, one, idempotency_key="k").json
    refused(attach(counter, one, PDF + b"\n", idempotency_key="k"), 422, "idempotencyKeyReused")
    assert 201 == attach(counter, other).status_code
    assert [1, 1] == [counter.get(f"/v1/dossiers/{id}")["documents"] for id in (one, other)]
    with counter.service.store._reader.connect() as connection:
        assert 1 == connection.exec_driver_sql("SELECT count(*) FROM documents").scalar()
    before = counter.get(f"/v1/dossiers/{one}/documents")
    rebuild(counter.service.store, counter.service.catalog)
    assert before == counter.get(f"/v1/dossiers/{one}/documents")


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (b"", "don.pdf", "application/pdf"),
        (b"<html><script>alert(1)</script></html>", "don.pdf", "application/pdf"),
        (b"MZ\x90\x00", "don.exe", "application/octet-stream"),
        (PDF, "anh.png", "application/pdf"),
        (PDF, "don.pdf", "image/png"),
        (PDF + zipped("a.exe"), "don.pdf", "application/pdf"),
        (zipped("[Content_Types].xml", WORD, "word/vbaProject.bin"), "don.docx", "application/zip"),
        (zipped("a.exe"), "don.docx", "application/zip"),
        (b"%PDF-" + b"x" * (20 * 1024 * 1024), "don.pdf", "application/pdf"),
    ],
    ids=["empty", "page", "program", "name lies", "type lies", "two in one", "macros", "zip", "too large"],
)
def test_what_is_not_taken_leaves_nothing(counter: Office, content: bytes, name: str, kind: str) -> None:
    """Whoever opens it later must not be deceived; the answer says what to do about it."""
    id = hand_in(counter)["id"]
    problem = refused(attach(counter, id, content, name, kind), 422, "documentRefused")
    assert problem["detail"].startswith("The file is not taken: ")
    assert [] == counter.get(f"/v1/dossiers/{id}/documents")["items"]


def test_what_is_over_takes_no_documents(counter: Office) -> None:
    """Nobody would look at them: whoever hands them in has to hear it."""
    id = hand_in(counter)["id"]
    terminated = counter.post(f"/v1/process-instances/{id}/cancel", {"reason": "rút hồ sơ"})
    assert 200 == terminated.status_code, terminated.text

    refused(attach(counter, id), 409, "instanceEnded")
    assert [] == counter.get(f"/v1/dossiers/{id}/documents")["items"]


def test_what_is_beside_the_file_is_checked(counter: Office) -> None:
    """A paper that the procedure does not have, a flag that is none, an unknown field, a body that is no form."""
    id = hand_in(counter)["id"]
    wrong = [("component", "3"), ("component", "0"), ("component", "Đơn"), ("digitised", "yes"), ("more", "x")]
    for field, said in wrong:
        assert 422 == attach(counter, id, PDF, "don.pdf", "application/pdf", **{field: said}).status_code, field
    assert 415 == counter.post(f"/v1/dossiers/{id}/documents", {"file": "x"}).status_code
    assert [] == counter.get(f"/v1/dossiers/{id}/documents")["items"]


def test_a_dossier_has_room_for_so_much() -> None:
    """The operator says how much a file and a dossier may have; nobody fills the database through one dossier."""
    service = wire(Settings(database_url="sqlite:///:memory:", clock="virtual", admin_key=KEY, largest_document=1, largest_dossier=2))  # fmt: skip
    service.start()
    office = Office(service, make_app(service).test_client())
    office.deploy("p", chain("startEvent|s", "userTask|t", "endEvent|e"))
    id = hand_in(office, unit=None)["id"]
    megabyte = PDF + b"x" * (1024 * 1024 - 100)
    sent = [attach(office, id, megabyte + bytes([n])).status_code for n in range(3)]
    larger = attach(office, id, megabyte + b"x" * 200).status_code
    service.stop()

    assert ([201, 201, 422], 422) == (sent, larger)


def test_documents_and_payments_are_there_for_whom_the_dossier_is(counter: Office) -> None:
    """A portal its own, officers of the unit; for others there is nothing, nor can one be had through another dossier."""
    portal, stranger = Person(counter, "portal", "portal"), Person(counter, "other", "portal")
    officer = Person(counter, "officer", "officer", unit="X1", groups=["g"])
    outsider = Person(counter, "outsider", "officer", unit="X2", groups=["g"])
    id = hand_in(portal)["id"]
    document = attach(portal, id).json["id"]
    do(counter, id)
    paid = officer.post(f"/v1/dossiers/{id}/payments", {"amount": 75_000, "method": "cash", "receipt": "BL-1"})
    assert 201 == paid.status_code, paid.text
    asked = (f"documents/{document}", "documents", "payments")
    for path in asked:
        assert [200, 200] == [who.get(f"/v1/dossiers/{id}/{path}").status_code for who in (portal, officer)]
        assert [404, 404] == [who.get(f"/v1/dossiers/{id}/{path}").status_code for who in (stranger, outsider)]
    assert 404 == attach(stranger, id).status_code
    refused(
        outsider.post(f"/v1/dossiers/{id}/payments", {"amount": 1, "method": "cash", "receipt": "x"}), 404, "notFound"
    )
    refused(outsider.post(f"/v1/dossiers/{id}/payments/{paid.json['id']}/refund", {"reason": "r"}), 404, "notFound")
    own = hand_in(stranger)["id"]
    refused(stranger.get(f"/v1/dossiers/{own}/documents/{document}"), 404, "notFound")
    refused(counter.post(f"/v1/dossiers/{own}/payments/{paid.json['id']}/refund", {"reason": "r"}), 404, "notFound")


def test_a_payment_at_the_counter_and_its_refund(counter: Office) -> None:
    """The citizen sees what is to be paid; the cashier records it once; what was given back is due again."""
    made = hand_in(counter)
    id = made["id"]
    do(counter, id)
    seen: Any = counter.client.get(f"/v1/public/dossiers/{id}?secret={made['secret']}").json
    assert ("6", 75_000) == (seen["status"]["code"], seen["toPay"])
    said = {"amount": 75_000, "method": "pos", "receipt": "BL-0001"}
    problem = refused(counter.post(f"/v1/dossiers/{id}/payments", said | {"amount": 7_500}), 409, "amountNotDue")
    assert (7_500, 75_000) == (problem["amount"], problem["due"])
    for wrong in ({"amount": -1}, {"amount": 1.5}, {"method": "gold"}, {"receipt": ""}):
        assert 422 == counter.post(f"/v1/dossiers/{id}/payments", said | wrong).status_code, wrong

    first = counter.post(f"/v1/dossiers/{id}/payments", said, idempotency_key="k")
    assert first.json == counter.post(f"/v1/dossiers/{id}/payments", said, idempotency_key="k").json
    refused(counter.post(f"/v1/dossiers/{id}/payments", said), 409, "paidBefore")
    stands = counter.get(f"/v1/dossiers/{id}")
    assert ("4", 75_000, 75_000, 0, 0) == (
        stands["status"]["code"], stands["fee"], stands["paid"], stands["paidOnline"], stands["due"],
    )  # fmt: skip
    seen = counter.client.get(f"/v1/public/dossiers/{id}?secret={made['secret']}").json
    assert seen["toPay"] is None

    back = counter.post(f"/v1/dossiers/{id}/payments/{first.json['id']}/refund", {"reason": "Thu nhầm"})
    assert (200, "refunded", "Thu nhầm") == (back.status_code, back.json["state"], back.json["refundReason"])
    refused(
        counter.post(f"/v1/dossiers/{id}/payments/{first.json['id']}/refund", {"reason": "r"}), 409, "refundedBefore"
    )
    assert [back.json] == counter.get(f"/v1/dossiers/{id}/payments")["items"]
    assert 75_000 == counter.get(f"/v1/dossiers/{id}")["due"]


def test_the_citizen_rates_the_result_once(counter: Office) -> None:
    """By the secret alone, when there is a result; after that the door is closed, and a wrong secret opens nothing."""
    made = hand_in(counter)
    id, path = made["id"], f"/v1/public/dossiers/{made['id']}/rating"

    def rate(**said: str) -> Reply:
        return counter.client.post(path, json={"secret": made["secret"], "rating": "dissatisfied", **said})

    refused(rate(), 409, "notToBeRated")
    do(counter, id)
    assert (
        201
        == counter.post(f"/v1/dossiers/{id}/payments", {"amount": 75_000, "method": "cash", "receipt": "B"}).status_code
    )
    do(counter, id)
    refused(rate(secret="AAAAAAAAAA"), 404, "notFound")
    assert 422 == rate(rating="great").status_code
    answer = rate(comment="Chờ lâu")
    assert (200, {"rating": "dissatisfied"}) == (answer.status_code, answer.json)
    assert {"rating": "dissatisfied"} == rate(comment="Chờ lâu").json
    refused(rate(rating="satisfied"), 409, "notToBeRated")
    assert 1 == len(counter.get("/v1/events?types=DossierRated")["items"])
    assert "dissatisfied" == counter.get(f"/v1/dossiers/{id}")["rating"]
    seen: Any = counter.client.get(f"/v1/public/dossiers/{id}?secret={made['secret']}").json
    assert seen["rated"]
    event = counter.get("/v1/events?types=DossierRated")["items"][-1]
    assert {"rating": "dissatisfied"} == event["data"]["payload"]
    assert "Chờ lâu" not in str(event)


def test_citizens_without_a_key_are_slowed_down_too(counter: Office) -> None:
    """Nobody guesses secrets by asking faster; machines that send us packets are not held up by it."""
    answers = [counter.client.get("/v1/public/dossiers/x?secret=y").status_code for _ in range(1_500)]
    assert {404, 429} == set(answers)
    assert 429 != counter.client.post("/v1/inbound/x/y").status_code
