"""The catalogue: a version counts when somebody else has approved it, from the day that he has laid down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from api.app import make_app
from api.bootstrap import Service, wire
from api.settings import Settings
from engine.domain.calendar import local_day
from engine.service.rebuild import rebuild
from tests.api.models import process
from tests.api.office import KEY, Office
from tests.api.people import Person

DAY = 86_400
TOML = """
code = "1.001193"
name = "Đăng ký khai sinh"
field = "Hộ tịch"
level = "xa"
online_level = 3
[limit]
value = 1
unit = "same-day"
cutoff = "15:00"
[[fee]]
kind = "lệ phí"
amount = 8000
[[legal_basis]]
text = "Điều 16 Luật Hộ tịch 2014"
[[legal_basis]]
text = "Nghị định cũ"
valid_until = 2026-03-03
confirmed = true
"""
INSIDE = '<startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="u"/><userTask id="u" name="{}"/>'


@pytest.fixture
def strict() -> Iterator[Office]:
    """A service that requires approval, on Monday, 2 March 2026."""
    settings = Settings(database_url="sqlite:///:memory:", clock="virtual", admin_key=KEY, approval="required")
    service = wire(settings)
    service.start()
    yield Office(service, make_app(service).test_client())
    service.stop()


def deploy(office: Office, name: str = "Ký", toml: str = TOML) -> str:
    """Publish a version; its id."""
    files = {"p.bpmn": process("p", INSIDE.format(name)), "procedure.toml": toml.encode()}
    answer = office.upload(files)
    assert 201 == answer.status_code, answer.text
    return str(answer.json["processDefinitions"][0]["id"])


def today(office: Office, days: int = 0) -> str:
    """The local date so many days from now."""
    return local_day(office.service.clock.now() + timedelta(days=days))


def approve(person: Person, id: str, first: str, last: str | None = None) -> int:
    """Approve a version; the status."""
    body = {"reason": "Đã rà soát", "legalDocument": "QĐ 1/QĐ-UBND", "validFrom": first, "validUntil": last}
    return int(person.post(f"/v1/process-definitions/{id}/approve", body).status_code)


def begun(office: Office) -> tuple[int, str]:
    """Start an instance; the status, and the definition or the reason."""
    answer = office.post("/v1/process-instances", {"processDefinitionKey": "p"})
    return answer.status_code, answer.json.get("processDefinitionId") or answer.json["code"]


def states(office: Office, on: str = "") -> list[str]:
    """How far the versions have come, the newest first."""
    found = office.get(f"/v1/procedures/1.001193{on and '?on=' + on}")
    return [version["state"] for version in found["versions"]]


def test_only_what_is_approved_begins(strict: Office) -> None:
    """From the day on that was laid down, by name, with reason and document."""
    id, minh = deploy(strict), Person(strict, "minh", "approver")

    assert (409, "noVersionInForce") == begun(strict)
    assert 200 == approve(minh, id, today(strict, 1))
    assert (409, "noVersionInForce") == begun(strict)
    assert ["approved"] == states(strict)
    strict.advance(DAY)
    assert (201, id) == begun(strict)
    (version,) = strict.get("/v1/procedures/1.001193")["versions"]
    assert ("published", "minh", "QĐ 1/QĐ-UBND") == (
        version["state"], version["approval"]["approvedBy"], version["approval"]["legalDocument"],
    )  # fmt: skip


def test_the_day_of_submission_chooses_the_version(strict: Office) -> None:
    """A new version that nobody approved changes nothing; one approved from tomorrow counts tomorrow."""
    minh = Person(strict, "minh", "approver")
    old = deploy(strict)
    approve(minh, old, "2020-01-01")
    new = deploy(strict, "Ký số")

    assert (201, old) == begun(strict)
    approve(minh, new, today(strict, 1))
    assert (201, old) == begun(strict)
    assert ["approved", "published"] == states(strict)
    strict.advance(DAY)
    assert (201, new) == begun(strict)
    assert ["published", "superseded"] == states(strict)
    approve(minh, new, "2020-01-02", today(strict))
    strict.advance(DAY)
    assert (201, old) == begun(strict)
    assert ["ended", "published"] == states(strict)


def test_who_deployed_does_not_approve(strict: Office) -> None:
    """Four eyes: the administrator deployed it, so even he may not."""
    id = deploy(strict)
    body = {"reason": "r", "legalDocument": "d", "validFrom": "2026-01-01"}
    answer = strict.post(f"/v1/process-definitions/{id}/approve", body)

    assert (409, "approverIsDeployer") == (answer.status_code, answer.json["code"])
    assert (409, "noVersionInForce") == begun(strict)


def test_nobody_goes_past_the_approval(strict: Office) -> None:
    """By naming the version itself, or by deploying one that says nothing of its procedure."""
    minh, id = Person(strict, "minh", "approver"), deploy(strict)
    named = strict.post("/v1/process-instances", {"processDefinitionId": id})
    approve(minh, id, "2020-01-01")
    strict.deploy("p", INSIDE.format("khác"))

    assert (409, "noVersionInForce") == (named.status_code, named.json["code"])
    assert (201, id) == begun(strict)


def test_what_is_in_no_catalogue_begins_as_ever(strict: Office) -> None:
    """Small processes of the service's own need no decision of the province."""
    id = strict.deploy("p", INSIDE.format("x"))
    answer = Person(strict, "minh", "approver").post(
        f"/v1/process-definitions/{id}/approve", {"reason": "r", "legalDocument": "d", "validFrom": "2026-01-01"}
    )

    assert (201, id) == begun(strict)
    assert (409, "notInCatalogue") == (answer.status_code, answer.json["code"])


def test_what_comes_by_itself_begins_approved_versions_only(strict: Office) -> None:
    """A message is refused, so that its sender knows; a signal and a timer leave the others alone, and the timer goes on."""
    inside = (
        '<startEvent id="s"/><startEvent id="m"><messageEventDefinition messageRef="mm"/></startEvent>'
        '<startEvent id="g"><signalEventDefinition signalRef="gg"/></startEvent>'
        '<startEvent id="t"><timerEventDefinition><timeCycle>R/PT1H</timeCycle></timerEventDefinition></startEvent>'
        + "".join(f'<sequenceFlow id="f{id}" sourceRef="{id}" targetRef="u"/>' for id in "smgt")
        + '<userTask id="u"/>'
    )
    beside = '<message id="mm" name="mm"/><signal id="gg" name="gg"/>'
    files = {"p.bpmn": process("p", inside, beside), "procedure.toml": TOML.encode()}
    minh, answer = Person(strict, "minh", "approver"), strict.upload(files)
    assert 201 == answer.status_code, answer.text
    id = answer.json["processDefinitions"][0]["id"]

    def counted() -> int:
        return len(strict.get("/v1/process-instances?limit=200")["items"])

    assert "noVersionInForce" == strict.post("/v1/messages", {"name": "mm", "businessKey": "K"}).json["code"]
    assert 0 == strict.post("/v1/signals", {"name": "gg"}).json["receivers"]
    strict.advance(3_600)
    assert 0 == counted()
    assert [None] == [r["payload"]["instance"] for r in strict.get("/v1/records?kind=StartTimerFired")["items"]]

    assert 200 == approve(minh, id, "2020-01-01")
    assert "started" == strict.post("/v1/messages", {"name": "mm", "businessKey": "K"}).json["outcome"]
    assert 1 == strict.post("/v1/signals", {"name": "gg"}).json["receivers"]
    strict.advance(3_600)
    assert 3 == counted()


def test_without_the_setting_the_newest_counts(office: Office) -> None:
    """Who uses the service as before notices nothing."""
    deploy(office)
    new = deploy(office, "Ký số")

    assert (201, new) == begun(office)
    assert ["published", "superseded"] == states(office)


def test_the_catalogue_is_filtered(office: Office) -> None:
    """By field and level, as it was on a day."""
    deploy(office)
    before = today(office, -1)

    (row,) = office.get("/v1/procedures")["items"]
    assert ("1.001193", "Đăng ký khai sinh", ["xa"], 3) == (row["code"], row["name"], row["levels"], row["onlineLevel"])
    assert [(8000, "VND", False)] == [(fee["amount"], fee["currency"], fee["confirmed"]) for fee in row["fees"]]
    assert 1 == len(office.get("/v1/procedures?field=Hộ tịch&level=xa")["items"])
    assert [] == office.get("/v1/procedures?level=tinh")["items"]
    assert [] == office.get("/v1/procedures?field=Đất đai")["items"]
    assert [] == office.get(f"/v1/procedures?on={before}")["items"]
    assert 422 == office.call("GET", "/v1/procedures?on=24/11/2026").status_code
    assert 404 == office.call("GET", "/v1/procedures/1.0").status_code


def test_law_that_has_ended_is_warned_of(strict: Office) -> None:
    """At deploy, at approval, in the catalogue, and with the dossiers that still run under it."""
    toml = TOML.replace("2026-03-03", today(strict))
    minh = Person(strict, "minh", "approver")
    id = deploy(strict, toml=toml)
    approve(minh, id, "2020-01-01")
    _, _ = begun(strict)
    assert [] == strict.get("/v1/procedures/legal-basis-ended")["items"]
    strict.advance(DAY)

    again = strict.upload(
        {"p.bpmn": process("p", INSIDE.format("Ký")), "procedure.toml": toml.encode()}, "?dryRun=true"
    )
    assert ["legalBasisEnded"] == [warning["code"] for warning in again.json["warnings"]]
    body = {"reason": "r", "legalDocument": "d", "validFrom": "2020-01-01"}
    approved = minh.post(f"/v1/process-definitions/{id}/approve", body).json
    assert ["legalBasisEnded"] == [warning["code"] for warning in approved["warnings"]]
    (under,) = strict.get("/v1/procedures/legal-basis-ended")["items"]
    assert (1, ["Nghị định cũ"]) == (
        len(under["processInstanceIds"]), [basis["text"] for basis in under["version"]["legalBasisEnded"]],
    )  # fmt: skip
    strict.post(f"/v1/process-instances/{under['processInstanceIds'][0]}/cancel", {"reason": "r"})
    assert [] == strict.get("/v1/procedures/legal-basis-ended")["items"]


def test_approvals_come_from_the_log(strict: Office) -> None:
    """Who let what count is provable, and made again by rebuild."""
    minh, id = Person(strict, "minh", "approver"), deploy(strict)
    approve(minh, id, "2020-01-01")
    approve(minh, id, "2020-01-02", "2030-01-01")
    before = strict.get("/v1/procedures/1.001193")
    service: Service = strict.service
    rebuild(service.store, service.catalog)

    assert before == strict.get("/v1/procedures/1.001193")
    records = strict.get("/v1/records?kind=DefinitionApproved")["items"]
    assert [("minh", "Đã rà soát")] * 2 == [(record["actor"], record["payload"]["reason"]) for record in records]


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ('ten = "x"', "/ten"),
        ('level = "xã"', "/level"),
        ("online_level = 5", "/online_level"),
        ("documents = 'x'", "/documents"),
        ("[limit]\nvalue = 1", "/limit/unit"),
        ("[limit]\nvalue = 1\nunit = 'day'", "/limit/unit"),
        ("[[fee]]\nkind = 'x'", "/fee/0"),
        ("[[fee]]\nkind = 'x'\ntable = 'le_phi'", "/fee"),
        ("[[legal_basis]]\ntext = 'x'\nvalid_until = '31/12/2024'", "/legal_basis/0/valid_until"),
        ("[[legal_basis]]\nvalid_until = 2024-12-31", "/legal_basis/0/text"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(office: Office, line: str, place: str) -> None:
    """Whoever wrote it finds the key, and is told what to write."""
    files = {"p.bpmn": process("p", INSIDE.format("x")), "procedure.toml": f'code = "1"\n{line}'.encode()}
    answer = office.upload(files)

    assert [("procedureRefused", place in answer.text)] == [(e["code"], True) for e in answer.json["errors"]]
