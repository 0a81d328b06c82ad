"""A new date: given once, by a letter of apology that is signed and numbered, and not before that is out."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.signature.certificate import CertificateSigner
from engine.domain.errors import SigningFailed
from engine.service.clock import SetVirtualTime
from engine.service.command import SERVICE
from engine.service.rebuild import rebuild
from tests.api.models import chain, process
from tests.api.office import Office, refused
from tests.signatures import OFFICE, VALID, said_by_pdfsig

STEPS = (
    'startEvent|s|motcua:statusCode="1"',
    "userTask|accept",
    'userTask|work|motcua:statusCode="2"',
    'endEvent|e|motcua:statusCode="9"',
)
LIMIT = b'code = "1.1"\n[limit]\nvalue = 10\nunit = "working-day"\n'
ASKED = {"due": "2027-03-22T10:00:00Z", "reason": "Chờ kết quả đo đạc"}
DAY = 24 * 3600


def prepared(office: Office) -> str:
    """A dossier that is worked on since Monday, and due a fortnight later."""
    office.upload({"p.bpmn": process("p", chain(*STEPS)), "procedure.toml": LIMIT})
    office.service.writer.do(SetVirtualTime(datetime.fromisoformat("2027-03-01T00:00:00Z")), SERVICE)
    sent = {"processDefinitionKey": "p", "channel": "counter", "variables": {"chu_ho_so": "Nguyễn Thị Ửng"}}
    id: str = office.post("/v1/dossiers", sent).json["id"]
    done(office, id)
    return id


def done(office: Office, id: str) -> None:
    """Complete what is open."""
    [task] = [task for task in office.tasks(id) if task["state"] == "open"]
    assert 200 == office.complete(task["id"]).status_code


def kinds(office: Office, id: str) -> list[str]:
    """What stands in a dossier's history."""
    return [record["kind"] for record in office.get(f"/v1/process-instances/{id}/history?limit=200")["items"]]


def test_the_new_date_comes_with_the_letter(printing: Office, tmp_path: Path) -> None:
    """What the citizen holds and what the dossier says is one record: number, signature, hash and date."""
    id = prepared(printing)
    first = printing.get(f"/v1/dossiers/{id}")

    answer = printing.post(f"/v1/dossiers/{id}/extension", ASKED)
    assert (202, first["dueAt"]) == (answer.status_code, answer.json["dueAt"])
    assert f"/v1/papers/{answer.json['paper']}" == answer.headers["Location"]
    printing.advance(1)

    now, paper = printing.get(f"/v1/dossiers/{id}"), printing.get(answer.headers["Location"])
    assert ("2027-03-22T10:00:00.000000Z", first["firstDueAt"]) == (now["dueAt"], now["firstDueAt"])
    assert ("published", "mau_04", "01/HCC", OFFICE) == tuple(paper[n] for n in ("state", "form", "label", "signer"))
    [given] = printing.get(f"/v1/process-instances/{id}/history?limit=200")["items"][-1:]
    assert ("DueTimeExtended", paper["hash"], False) == (
        given["kind"], given["payload"]["hash"], "late" in given["payload"],
    )  # fmt: skip
    assert VALID == said_by_pdfsig(printing.call("GET", f"/v1/papers/{paper['id']}/pdf").data, tmp_path)
    told = printing.get(f"/v1/dossiers/{id}/clock")
    assert "ngày 01/03/2027 đã xin lỗi và hẹn lại đến 22/03/2027" in told["told"]["vi"]
    assert not told["apologyLate"]
    refused(
        printing.post(f"/v1/dossiers/{id}/extension", ASKED | {"due": "2027-03-25T10:00:00Z"}), 409, "extendedBefore"
    )
    before = printing.get("/v1/papers"), printing.get(f"/v1/dossiers/{id}")
    rebuild(printing.service.store, printing.service.catalog)
    assert before == (printing.get("/v1/papers"), printing.get(f"/v1/dossiers/{id}"))
    assert printing.post(f"/v1/process-instances/{id}/verification").json["identical"]


def test_without_a_signer_nothing_is_promised(office: Office) -> None:
    """An unsigned letter would be no apology, and a date without one would be no date."""
    id = prepared(office)
    before = office.get(f"/v1/dossiers/{id}")

    refused(office.post(f"/v1/dossiers/{id}/extension", ASKED), 409, "signerMissing")

    assert before == office.get(f"/v1/dossiers/{id}")
    assert "ExtensionDrafted" not in kinds(office, id)
    assert [] == office.get("/v1/papers")["items"]


def test_what_cannot_be_given_is_refused(printing: Office) -> None:
    """A date that is no later, a dossier that is over, a letter that is being made."""
    id = prepared(printing)
    early = printing.post(f"/v1/dossiers/{id}/extension", ASKED | {"due": "2027-03-02T10:00:00Z"})
    assert ["/due"] == [error["pointer"] for error in refused(early, 422, "invalidValues")["errors"]]
    with printing.service.runner._one_round:  # nobody makes it meanwhile
        assert 202 == printing.post(f"/v1/dossiers/{id}/extension", ASKED).status_code
        refused(printing.post(f"/v1/dossiers/{id}/extension", ASKED), 409, "extensionUnderWay")
        done(printing, id)
    printing.advance(1)

    refused(printing.post(f"/v1/dossiers/{id}/extension", ASKED), 409, "dossierNotUnderWay")
    assert ["withdrawn"] == [paper["state"] for paper in printing.get("/v1/papers")["items"]]
    assert "ExtensionDropped" in kinds(printing, id)
    assert printing.post(f"/v1/process-instances/{id}/verification").json["identical"]


def test_an_apology_after_the_due_time_makes_nothing_good(printing: Office) -> None:
    """It has to come before; when it comes after, the citizen has a date again, and the dossier stays late."""
    id = prepared(printing)
    printing.advance(15 * DAY)

    assert 202 == printing.post(f"/v1/dossiers/{id}/extension", ASKED).status_code
    printing.advance(1)
    done(printing, id)

    clock = printing.get(f"/v1/dossiers/{id}/clock")
    assert ("late", False, True) == (clock["timeliness"], clock["inTimeNationally"], clock["apologyLate"])
    assert "xin lỗi sau khi đã quá hạn" in clock["told"]["vi"]
    given: Any = printing.get(f"/v1/process-instances/{id}/history?limit=200")["items"]
    assert [True] == [record["payload"]["late"] for record in given if record["kind"] == "DueTimeExtended"]


def test_a_letter_that_cannot_be_signed_changes_nothing(printing: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The dossier is due when it was, no number is missing, and somebody may ask again."""
    id = prepared(printing)
    sign = CertificateSigner.sign

    def broken(self: CertificateSigner, content: bytes) -> bytes:
        raise SigningFailed("no card", again=False)

    monkeypatch.setattr(CertificateSigner, "sign", broken)
    printing.post(f"/v1/dossiers/{id}/extension", ASKED)
    printing.advance(1)
    assert "2027-03-12" == printing.get(f"/v1/dossiers/{id}")["dueAt"][:10]
    assert ["ExtensionDrafted", "ExtensionDropped"] == kinds(printing, id)[-2:]

    monkeypatch.setattr(CertificateSigner, "sign", sign)
    assert 202 == printing.post(f"/v1/dossiers/{id}/extension", ASKED).status_code
    printing.advance(1)

    states = sorted((paper["state"], paper["label"]) for paper in printing.get("/v1/papers")["items"])
    assert [("published", "01/HCC"), ("withdrawn", None)] == states
