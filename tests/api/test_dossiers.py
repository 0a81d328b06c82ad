"""Dossiers: what a citizen handed in, its code, its status and its legal clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from api.app import make_app
from api.bootstrap import Service, wire
from api.settings import Settings
from engine.service.calendars import PublishCalendar
from engine.service.clock import SetVirtualTime
from engine.service.command import SERVICE
from engine.service.rebuild import rebuild
from tests.api.models import chain, process
from tests.api.office import KEY, Office, refused
from tests.api.people import TREE, Person
from tests.engine.service.told import REGISTRATION, TOML

WAIT = '<messageEventDefinition messageRef="m"/>'
BESIDE = '<message id="m" name="bo_sung_ho_so"/>'
STEPS = (
    'startEvent|s|motcua:statusCode="1"',
    'userTask|accept|name="Tiếp nhận"',
    'userTask|appraise|name="Thẩm định" motcua:statusCode="2"',
    'intermediateThrowEvent|on|motcua:statusCode="4"',
    'intermediateCatchEvent|wait|name="Chờ bổ sung" motcua:statusCode="5" motcua:clock="pause"|' + WAIT,
    'userTask|decide|name="Quyết định" motcua:statusCode="4"',
    'userTask|hand|name="Trả kết quả" motcua:statusCode="9"',
    'endEvent|e|motcua:statusCode="10"',
)
LIMIT = b'code = "1.1"\n[limit]\nvalue = 10\nunit = "working-day"\n'
MONDAY = "2027-03-01T01:00:00Z"
"""Eight o'clock in Vietnam."""


@pytest.fixture
def counter(office: Office) -> Office:
    """An office with a procedure of ten working days, at eight o'clock on a Monday."""
    office.upload({"p.bpmn": process("p", chain(*STEPS), BESIDE), "procedure.toml": LIMIT})
    office.service.writer.do(SetVirtualTime(datetime.fromisoformat(MONDAY)), SERVICE)
    return office


def hand_in(office: Office, **more: Any) -> Any:
    """A dossier of the procedure, handed in online."""
    answer = office.post("/v1/dossiers", {"processDefinitionKey": "p", "channel": "online", **more})
    assert 201 == answer.status_code, answer.text
    return answer.json


def do(office: Office, id: str, element: str) -> None:
    """Complete the open task of an element."""
    [task] = [task for task in office.tasks(id) if task["elementId"] == element and task["state"] == "open"]
    assert 200 == office.complete(task["id"]).status_code


def test_a_dossier_from_the_portal_to_the_result(counter: Office) -> None:
    """The way that nearly every dossier goes: registered, accepted with a code and a date, worked on, returned."""
    made = hand_in(counter)
    assert (None, "1", None) == (made["code"], made["status"]["code"], made["dueAt"])

    do(counter, made["id"], "accept")
    accepted = counter.get(f"/v1/dossiers/{made['id']}")
    assert "2" == accepted["status"]["code"]
    assert "Được tiếp nhận" == accepted["status"]["name"]["vi"]
    assert accepted["code"].endswith("-0001")
    assert accepted["dueAt"] == accepted["firstDueAt"] is not None
    known = counter.get(f"/v1/process-instances/{made['id']}/variables")
    assert [accepted["code"], accepted["dueAt"]] == [known["ma_ho_so"], known["ngay_hen_tra"]]

    do(counter, made["id"], "appraise")
    assert 200 == counter.post(f"/v1/dossiers/{accepted['code']}/supplement").status_code
    do(counter, made["id"], "decide")
    done = counter.get(f"/v1/dossiers/{accepted['code']}")
    assert ("9", None) == (done["status"]["code"], done["returnedAt"])
    do(counter, made["id"], "hand")
    returned = counter.get(f"/v1/dossiers/{accepted['code']}")
    assert "10" == returned["status"]["code"]
    assert done["endedAt"] == returned["endedAt"]


def test_what_the_citizen_is_waited_for_does_not_count(counter: Office) -> None:
    """Two working days of waiting move the date by two; the officer sees why."""
    id = hand_in(counter)["id"]
    do(counter, id, "accept")
    first = counter.get(f"/v1/dossiers/{id}")["dueAt"]
    counter.advance(24 * 3600)
    do(counter, id, "appraise")
    counter.advance(48 * 3600)
    assert not counter.get(f"/v1/dossiers/{id}/clock")["running"]

    counter.post(f"/v1/dossiers/{id}/supplement")

    clock = counter.get(f"/v1/dossiers/{id}/clock")
    assert (1.0, 2.0, True) == (clock["usedDays"], clock["pausedDays"], clock["running"])
    assert "Đã dùng 1/10 ngày làm việc, tạm dừng 2 ngày vì Chờ bổ sung." == clock["told"]["vi"]
    assert "1 of 10 working days used, paused 2 days because of Chờ bổ sung." == clock["told"]["en"]
    assert clock["provisional"]
    assert first == clock["firstDueAt"] < clock["dueAt"]
    assert 1 == counter.get(f"/v1/dossiers/{id}")["supplements"]


def test_the_same_code_is_the_same_dossier(counter: Office) -> None:
    """A portal that did not hear the answer sends it again; another procedure's dossier may not take its place."""
    sent = {"processDefinitionKey": "p", "channel": "online"}
    first = counter.call("PUT", "/v1/dossiers/H62.12.34-270301-0007", sent)
    again = counter.call("PUT", "/v1/dossiers/H62.12.34-270301-0007", sent)

    assert (201, 200) == (first.status_code, again.status_code)
    assert first.json["id"] == again.json["id"]
    assert first.json["secret"] == again.json["secret"]
    do(counter, first.json["id"], "accept")
    assert "H62.12.34-270301-0007" == counter.get(f"/v1/dossiers/{first.json['id']}")["code"]
    counter.deploy("q", chain("startEvent|s", "userTask|t", "endEvent|e"))
    other = counter.call("PUT", "/v1/dossiers/H62.12.34-270301-0007", sent | {"processDefinitionKey": "q"})
    refused(other, 409, "dossierDiffers")


def test_codes_are_of_the_unit_and_the_day(counter: Office) -> None:
    """Nobody else's dossiers leave a gap."""
    counter.call("PUT", "/v1/organisation", TREE)
    codes = []
    for unit in ("X1", "X2", "X1"):
        id = hand_in(counter, unit=unit)["id"]
        do(counter, id, "accept")
        codes.append(counter.get(f"/v1/dossiers/{id}")["code"])

    assert ["X1", "X2", "X1"] == [code.partition("-")[0] for code in codes]
    assert ["0001", "0001", "0002"] == [code.rpartition("-")[2] for code in codes]


def test_a_status_that_may_not_follow_is_refused(office: Office) -> None:
    """Where the check of the diagram could not see it: the national portal would refuse the line; nothing of the command stays behind, nor the number it took."""
    inside = chain("startEvent|i", 'userTask|x|motcua:statusCode="9"', "endEvent|j").replace('"f', '"g')
    wrong = chain('startEvent|s|motcua:statusCode="1"', "userTask|t", f"subProcess|sub||{inside}", "endEvent|e")
    office.deploy("w", wrong)
    id = hand_in(office, processDefinitionKey="w")["id"]
    [task] = office.tasks(id)

    problem = refused(office.complete(task["id"]), 409, "illegalStatusMove")

    assert ("1", "9", "x") == (problem["before"], problem["after"], problem["element"])
    assert ["t"] == [task["elementId"] for task in office.tasks(id) if task["state"] == "open"]
    assert "1" == office.get(f"/v1/dossiers/{id}")["status"]["code"]


def test_acceptance_and_a_wait_in_one_step(office: Office) -> None:
    """Whatever the diagram goes through before somebody is waited for: the code is given, and the wait does not count."""
    steps = (*STEPS[:2], 'intermediateThrowEvent|in|motcua:statusCode="2"', *STEPS[3:])
    office.upload({"p.bpmn": process("p", chain(*steps), BESIDE), "procedure.toml": LIMIT})
    id = hand_in(office)["id"]

    do(office, id, "accept")

    dossier = office.get(f"/v1/dossiers/{id}")
    assert "5" == dossier["status"]["code"]
    assert dossier["code"] is not None
    assert not office.get(f"/v1/dossiers/{id}/clock")["running"]


def test_what_is_finished_is_not_withdrawn(office: Office) -> None:
    """The national statuses know no way from 9 to 7: it is said before the work is interrupted, not at its end."""
    heard = 'intermediateCatchEvent|w|motcua:statusCode="9"|<messageEventDefinition messageRef="m"/>'
    steps = (
        'startEvent|s|motcua:statusCode="1"',
        "userTask|accept",
        'intermediateThrowEvent|in|motcua:statusCode="2"',
        heard,
        "endEvent|e",
    )
    office.upload({"p.bpmn": process("p", chain(*steps), '<message id="m" name="rut_ho_so"/>')})
    id = hand_in(office)["id"]
    refused(office.post(f"/v1/dossiers/{id}/withdrawal"), 409, "dossierNotUnderWay")
    do(office, id, "accept")

    refused(office.post(f"/v1/dossiers/{id}/withdrawal"), 409, "dossierNotUnderWay")

    assert "running" == office.instance(id)["state"]


def test_what_is_paid_in_advance_is_handed_in_when_it_is_paid(office: Office) -> None:
    """The citizen pressed the button on Monday and paid on Tuesday: nobody was to look at it before."""
    paid = 'intermediateCatchEvent|pay|motcua:clock="submit"|' + WAIT
    beside = '<message id="m" name="thanh_toan"/>'
    office.upload(
        {"p.bpmn": process("p", chain(STEPS[0], paid, *STEPS[1:4], "endEvent|x"), beside), "procedure.toml": LIMIT}
    )
    office.service.writer.do(SetVirtualTime(datetime.fromisoformat(MONDAY)), SERVICE)
    sent = hand_in(office)
    office.advance(24 * 3600)

    assert 200 == office.post("/v1/messages", {"name": "thanh_toan", "businessKey": sent["id"]}).status_code
    do(office, sent["id"], "accept")

    now = office.get(f"/v1/dossiers/{sent['id']}")
    assert (MONDAY[:10], "2027-03-02") == (sent["submittedAt"][:10], now["submittedAt"][:10])
    assert now["submittedAt"] <= now["acceptedAt"]


def test_the_citizen_sees_where_it_stands_with_the_secret_only(counter: Office) -> None:
    """Without names or values; a wrong secret is answered like an unknown code."""
    made = hand_in(counter)
    do(counter, made["id"], "accept")
    code = counter.get(f"/v1/dossiers/{made['id']}")["code"]

    seen: Any = counter.client.get(f"/v1/public/dossiers/{code}?secret={made['secret']}").json

    assert (2, 5, code) == (seen["step"], seen["steps"], seen["code"])
    assert seen["clock"]["vi"].startswith("Đã dùng 0/10 ngày")
    for wrong in ("x", "AAAAAAAAAA"):
        refused(counter.client.get(f"/v1/public/dossiers/{code}?secret={wrong}"), 404, "notFound")
    refused(counter.client.get(f"/v1/public/dossiers/none?secret={made['secret']}"), 404, "notFound")


def test_dossiers_come_out_of_the_log_again(counter: Office, service: Service) -> None:
    """The log is the truth: what is known of dossiers can be made again from it."""
    id = hand_in(counter)["id"]
    do(counter, id, "accept")
    do(counter, id, "appraise")
    counter.advance(48 * 3600)
    counter.post(f"/v1/dossiers/{id}/supplement")
    counter.post(f"/v1/dossiers/{id}/notes", {"text": "Công dân gọi điện hỏi"})
    hand_in(counter)
    before = counter.get("/v1/dossiers"), counter.get(f"/v1/dossiers/{id}/clock")

    rebuild(service.store, service.catalog)

    assert before == (counter.get("/v1/dossiers"), counter.get(f"/v1/dossiers/{id}/clock"))
    assert counter.post(f"/v1/process-instances/{id}/verification").json["identical"]


def test_another_calendar_moves_what_is_open(counter: Office, service: Service) -> None:
    """The government decides a day off: every open dossier is due a day later, and its history says so."""
    id = hand_in(counter)["id"]
    do(counter, id, "accept")
    before = counter.get(f"/v1/dossiers/{id}")
    with service.store.read() as queries:
        hash = queries.calendar_hash()
        assert hash is not None
        content = orjson.loads(queries.contents([hash])[hash])
    day = before["acceptedAt"][:8] + f"{int(before['acceptedAt'][8:10]) + 1:02}"
    content["special"][day] = []
    service.writer.do(PublishCalendar(orjson.dumps(content)), SERVICE)

    counter.advance(5)

    after = counter.get(f"/v1/dossiers/{id}")
    assert before["firstDueAt"] == after["firstDueAt"] < after["dueAt"]
    kinds = [record["kind"] for record in counter.get(f"/v1/process-instances/{id}/history?limit=200")["items"]]
    assert "DueTimeRecomputed" in kinds


def test_a_portal_sees_its_own_dossiers_only(counter: Office) -> None:
    """Whoever else asks is told that there is no such dossier."""
    one, other = Person(counter, "cong-mot", "portal"), Person(counter, "cong-hai", "portal")
    made = one.post("/v1/dossiers", {"processDefinitionKey": "p", "channel": "online"}).json

    assert [made["id"]] == [row["id"] for row in one.get("/v1/dossiers").json["items"]]
    assert [] == other.get("/v1/dossiers").json["items"]
    refused(other.get(f"/v1/dossiers/{made['id']}"), 404, "notFound")
    refused(other.post(f"/v1/dossiers/{made['id']}/withdrawal"), 404, "notFound")


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Office]:
    """The same office, with a national portal that is told of dossiers."""
    (tmp_path / "ket_noi.toml").write_text(
        REGISTRATION.format(url="http://127.0.0.1:9", profile="2023", dossiers="true", seconds=1)
    )
    service = wire(
        Settings(
            "sqlite:///:memory:",
            clock="virtual",
            admin_key=KEY,
            connectors=str(tmp_path / "ket_noi.toml"),
            secrets={"K": "k"},
        )
    )
    service.start()
    office = Office(service, make_app(service).test_client())
    steps = ('startEvent|s|motcua:statusCode="1" motcua:formKey="nop"', *STEPS[1:])
    form = b'{"type": "object", "properties": {"ten": {"type": "string"}, "so": {"type": "string"}}}'
    office.upload(
        {
            "p.bpmn": process("p", chain(*steps), BESIDE),
            "forms/nop.json": form,
            "procedure.toml": TOML.replace('phone = "dien_thoai"', "").encode(),
        }
    )
    yield office
    service.stop()


def test_the_outbox_says_what_the_portal_was_told(portal: Office) -> None:
    """When a citizen calls, the counter sees what the national portal knows, and why it does not know more."""
    made = hand_in(portal, variables={"ten": "Nguyễn Văn A"})
    assert portal.get(f"/v1/dossiers/{made['id']}/outbox") == {"items": [], "next": None}
    do(portal, made["id"], "accept")
    [entry] = portal.get(f"/v1/dossiers/{made['id']}/outbox")["items"]
    assert ("cong_quoc_gia", "pending", 0, []) == tuple(
        entry[name] for name in ("connector", "state", "toldRecord", "told")
    )
    portal.advance(1)
    [entry] = portal.get(f"/v1/dossiers/{made['id']}/outbox")["items"]
    assert ("refused", "SoGiayToChuHoSo (dataMissing)") == (entry["state"], entry["lastError"])
    incident = portal.get(f"/v1/incidents/{entry['incidentId']}")
    assert ("dossierUntold", made["id"]) == (incident["code"], incident["processInstanceId"])
    assert 200 == portal.post(f"/v1/incidents/{incident['id']}/retry").status_code
    portal.advance(1)
    [entry] = portal.get(f"/v1/dossiers/{made['id']}/outbox")["items"]
    assert ("refused", 1) == (entry["state"], entry["tries"])
    metrics = portal.call("GET", "/metrics").text
    assert 'motcua_dossiers_untellable{connector="cong_quoc_gia"} 1.0' in metrics
