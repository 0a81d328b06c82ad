"""Escalations: at 50, 80 and 100 percent of a step's limit and of the dossier's, once each and never early."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from api.bootstrap import Service
from engine.domain.values import moment
from engine.domain.waiting import ESCALATION
from engine.service.clock import SetVirtualTime
from engine.service.command import SERVICE
from engine.service.rebuild import rebuild
from tests.api.models import chain, process
from tests.api.office import Office

WAIT = '<messageEventDefinition messageRef="m"/>'
STEPS = (
    'startEvent|s|motcua:statusCode="1"',
    "userTask|accept",
    'userTask|work|motcua:statusCode="2" motcua:limit="5 working-days" motcua:candidateGroups="chuyen_vien"',
    'intermediateThrowEvent|on|motcua:statusCode="4"',
    'intermediateCatchEvent|wait|name="Chờ bổ sung" motcua:statusCode="5" motcua:clock="pause"|' + WAIT,
    'userTask|decide|motcua:statusCode="4"',
    'endEvent|e|motcua:statusCode="9"',
)
BESIDE = '<message id="m" name="bo_sung_ho_so"/>'
LIMIT = 'code = "1.1"\n[limit]\nvalue = 10\nunit = "working-day"\n'
DAY = 24 * 3600


@pytest.fixture
def office(office: Office) -> Office:
    """A procedure of ten working days with a step of five, on a Monday at seven o'clock."""
    return drawn(office, LIMIT)


def drawn(office: Office, said: str, steps: tuple[str, ...] = STEPS) -> Office:
    """A procedure as its file says."""
    answer = office.upload({"p.bpmn": process("p", chain(*steps), BESIDE), "procedure.toml": said.encode()})
    assert 201 == answer.status_code, answer.text
    office.service.writer.do(SetVirtualTime(datetime.fromisoformat("2027-03-01T00:00:00Z")), SERVICE)
    return office


def accepted(office: Office) -> str:
    """A dossier that is worked on."""
    id: str = office.post("/v1/dossiers", {"processDefinitionKey": "p", "channel": "counter"}).json["id"]
    done(office, id, "accept")
    return id


def done(office: Office, id: str, element: str) -> None:
    """Complete the task of an element."""
    [task] = [task for task in office.tasks(id) if task["elementId"] == element and task["state"] == "open"]
    assert 200 == office.complete(task["id"]).status_code


def reached(office: Office, id: str) -> list[tuple[str, int, str]]:
    """What was told: of what, how much, on which day and at which hour, here."""
    history = office.get(f"/v1/process-instances/{id}/history?limit=200")["items"]
    told = [record for record in history if record["kind"] == "EscalationReached"]
    return [(r["payload"]["of"], r["payload"]["percent"], _here(r["recordedAt"])) for r in told]


def _here(at: str) -> str:
    return (moment(at) + timedelta(hours=7)).strftime("%d %H:%M")


def waiting(service: Service, id: str) -> Counter[str]:
    """How many jobs wait to tell something of an instance."""
    with service.store.read() as queries:
        return Counter(job.payload["of"] for job in queries.jobs_of(id) if job.kind == ESCALATION)


def test_each_percent_is_told_once_and_on_time(office: Office, service: Service) -> None:
    """A head of department hears of it while something can still be done; one job waits for each clock, whatever comes after."""
    id = accepted(office)
    for _ in range(5):
        assert set(waiting(service, id).values()) <= {1}
        office.advance(3 * DAY)

    assert [
        ("step", 50, "03 11:00"), ("step", 80, "04 17:00"), ("dossier", 50, "05 17:00"), ("step", 100, "05 17:00"),
        ("dossier", 80, "10 17:00"), ("dossier", 100, "12 17:00"),
    ] == sorted(reached(office, id), key=lambda each: (each[2], each[0]))  # fmt: skip
    [task] = [task for task in office.tasks(id) if task["state"] == "open"]
    assert (100, 100) == (task["escalation"], task["dossier"]["escalation"])
    assert task["dueAt"] < task["dossier"]["dueAt"] == office.get(f"/v1/dossiers/{id}")["dueAt"]
    assert not waiting(service, id)
    assert 'motcua_escalations_total{of="dossier",percent="80"} 1.0' in office.call("GET", "/metrics").text
    assert office.post(f"/v1/process-instances/{id}/verification").json["identical"]


def test_a_wait_moves_what_is_told_of_the_dossier(office: Office, service: Service) -> None:
    """Nobody is told of a clock that stands still."""
    id = accepted(office)
    office.advance(1 * DAY)
    done(office, id, "work")
    assert not waiting(service, id)

    office.advance(2 * DAY)
    assert 200 == office.post(f"/v1/dossiers/{id}/supplement").status_code
    assert {"dossier": 1} == waiting(service, id)
    office.advance(6 * DAY)

    assert [("dossier", 50, "09 17:00")] == reached(office, id)
    done(office, id, "decide")
    assert not waiting(service, id)


def test_percents_and_people_are_the_procedures(office: Office) -> None:
    """A province that wants to know at 90 percent says so beside the diagram, which stays as it is."""
    drawn(office, LIMIT + '[escalation]\npercent = [90]\nto = ["lanh_dao"]\n')
    id = accepted(office)
    office.advance(15 * DAY)

    assert [("step", 90), ("dossier", 90)] == [(of, percent) for of, percent, _ in reached(office, id)]
    events = office.get("/v1/events?types=EscalationReached&limit=10")["items"]
    assert [["chuyen_vien", "lanh_dao"], ["lanh_dao"]] == [event["data"]["payload"]["to"] for event in events]
    assert (
        201
        == office.upload(
            {"q.bpmn": process("q", chain(*STEPS), BESIDE), "procedure.toml": b"[escalation]\npercent = []\n"}
        ).status_code
    )
    for wrong in ("[80, 50]", "[0]", "[50, 50]", "50", "[101]"):
        said = f"[escalation]\npercent = {wrong}\n".encode()
        answer = office.upload({"r.bpmn": process("r", chain(*STEPS), BESIDE), "procedure.toml": said})
        assert "procedureRefused" in [error["code"] for error in answer.json["errors"]], wrong


def test_a_day_off_moves_what_is_told(office: Office) -> None:
    """Another calendar moves the dossier's clock, and what hangs on it."""
    id = accepted(office)
    text = 'year = 2027\nsource = "s"\nclosed = [2027-03-04]\n'
    assert 200 == office.call("PUT", "/v1/calendars/2027", {"decision": text}).status_code
    office.advance(10 * DAY)

    assert ("dossier", 50, "08 17:00") in reached(office, id)


def test_after_downtime_each_is_told_once(office: Office, service: Service) -> None:
    """What fell due while nobody was there is told when somebody is, in its order."""
    id = accepted(office)
    service.writer.do(SetVirtualTime(datetime.fromisoformat("2027-04-01T00:00:00Z")), SERVICE)
    office.advance(1)

    assert {
        ("dossier", 50): 1,
        ("dossier", 80): 1,
        ("dossier", 100): 1,
        ("step", 50): 1,
        ("step", 80): 1,
        ("step", 100): 1,
    } == Counter((of, percent) for of, percent, _ in reached(office, id))


def test_escalations_come_out_of_the_log_again(office: Office, service: Service) -> None:
    """What waits to be told can be made again, and an instance that was cancelled has nothing left to tell."""
    id, other = accepted(office), accepted(office)
    office.advance(3 * DAY)
    office.post(f"/v1/process-instances/{other}/cancel", {"reason": "r"})
    assert not waiting(service, other)

    def stands() -> Any:
        with service.store.read() as queries:
            return [job for job in queries.jobs_of(id) if job.kind == ESCALATION], office.tasks(id)

    before = stands()
    rebuild(service.store, service.catalog)

    assert before == stands()
    office.advance(20 * DAY)
    assert 6 == len(reached(office, id))
    assert [] == [each for each in reached(office, other) if each[0] == "dossier"]


def test_a_limit_that_begins_again_is_told_of_again(office: Office, service: Service) -> None:
    """What was missing came late: the officers have all of their time again, and so have those who watch it."""
    wait = STEPS[4].replace('clock="pause"', 'clock="restart"')
    drawn(office, LIMIT, (*STEPS[:4], wait, *STEPS[5:]))
    id = accepted(office)
    office.advance(9 * DAY)
    done(office, id, "work")
    office.advance(1 * DAY)
    office.post(f"/v1/dossiers/{id}/supplement")
    office.advance(20 * DAY)

    assert [50, 50, 80, 100] == [percent for of, percent, _ in reached(office, id) if of == "dossier"]
