"""The feed over HTTP: what other systems are told of, in which order, and what they are never told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
import pytest

from api.app import make_app
from api.bootstrap import FOLLOWING, Service
from engine.domain.feed import SHOWN
from engine.domain.record import KINDS
from tests.api.models import chain
from tests.api.office import Office, refused
from tests.api.people import Person

CANARY = "Nguyễn-Canary-0123456789"
WORK = chain("startEvent|s", 'userTask|t|name="Tiếp nhận" motcua:candidateGroups="g"', "endEvent|e")
FOREVER = 60.0


def all_events(office: Office, **asked: object) -> list[Any]:
    """Everything there is, read a few at a time."""
    found, after = [], 0
    while True:
        query = "&".join(f"{name}={value}" for name, value in {"limit": 7, **asked, "after": after}.items())
        page = office.get(f"/v1/events?{query}")
        found += page["items"]
        after = page["next"]
        if after == page["end"]:
            return found


def test_every_record_is_told_once_and_in_order(office: Office) -> None:
    """A system that reads on from where it was misses nothing, and is told nothing twice."""
    office.deploy("p", WORK)
    ids = [office.start("p")["id"] for _ in range(3)]
    for id in ids:
        office.complete(office.tasks(id)[0]["id"])

    events = all_events(office)

    assert list(range(1, len(events) + 1)) == [event["position"] for event in events]
    for stream in (*ids, "administration"):
        mine = [event["data"]["seq"] for event in events if event["subject"] == stream]
        assert list(range(1, len(mine) + 1)) == mine
    assert len(events) == len({event["id"] for event in events})
    history = office.get(f"/v1/process-instances/{ids[0]}/history?limit=200")["items"]
    assert [f"vn.motcua.{record['kind']}" for record in history] == [
        event["type"] for event in events if event["subject"] == ids[0]
    ]


def test_an_event_is_a_cloud_event(office: Office) -> None:
    """Whoever knows CloudEvents 1.0 needs to learn only what is in ``data``."""
    definition = office.deploy("p", WORK)
    id = office.start("p", businessKey="HS-1")["id"]

    [event] = all_events(office, types="vn.motcua.ProcessInstanceStarted")

    assert {
        "specversion": "1.0",
        "id": f"{id}:1",
        "source": "urn:motcua:default",
        "type": "vn.motcua.ProcessInstanceStarted",
        "subject": id,
        "datacontenttype": "application/json",
    } == {name: event[name] for name in event if name not in {"time", "position", "data"}}
    assert (1, "p") == (event["data"]["seq"], event["data"]["processDefinitionKey"])
    assert {"definition": definition, "businessKey": "HS-1"}.items() <= event["data"]["payload"].items()


def test_what_is_not_asked_for_is_passed_over(office: Office) -> None:
    """A system follows what concerns it; where it stands grows all the same."""
    office.deploy("p", WORK)
    office.deploy("q", WORK)
    mine, other = office.start("p")["id"], office.start("q")["id"]

    created = all_events(office, types="UserTaskCreated,UserTaskCompleted")
    assert {(mine, "p"), (other, "q")} == {(e["subject"], e["data"]["processDefinitionKey"]) for e in created}
    assert {mine} == {event["subject"] for event in all_events(office, processDefinitionKey="p")}
    assert {other} == {event["subject"] for event in all_events(office, processInstanceId=other)}
    nothing = office.get("/v1/events?types=JobRequested&wait=0")
    assert ([], nothing["end"]) == (nothing["items"], nothing["next"])


def test_no_value_of_a_dossier_leaves_with_an_event(office: Office) -> None:
    """Personal data is asked for with the rights of who asks; it is not sent around."""
    office.deploy("p", chain(
        "startEvent|s", "userTask|t", 'serviceTask|j|motcua:topic="x" motcua:dataIn="ten"',
        "endEvent|e",
    ))  # fmt: skip
    id = office.start("p", {"ten": CANARY})["id"]
    office.post(f"/v1/tasks/{office.tasks(id)[0]['id']}/claim", on_behalf_of="can-bo-canary")
    office.complete(office.tasks(id)[0]["id"], {"ghi_chu": CANARY}, on_behalf_of="can-bo-canary")
    [job] = office.post("/v1/jobs/fetch", {"topics": ["x"]}).json["items"]
    office.post(f"/v1/jobs/{job['id']}/fail", {"message": f"không thấy {CANARY}"})
    etag = office.call("GET", f"/v1/process-instances/{id}").headers["ETag"]
    mended = office.call(
        "PATCH",
        f"/v1/process-instances/{id}/variables",
        {"variables": {"ten": CANARY}, "reason": CANARY},
        if_match=etag,
    )
    assert 200 == mended.status_code, mended.text
    office.post(f"/v1/process-instances/{id}/suspend", {"reason": CANARY})

    events = all_events(office)
    text = orjson.dumps(events).decode().lower()

    assert "canary" not in text
    [completed] = [event for event in events if event["type"].endswith("UserTaskCompleted")]
    assert ["ghi_chu"] == completed["data"]["variables"]


def test_every_kind_says_what_leaves_with_it() -> None:
    """A kind of record without a line would stop the feed for everybody."""
    assert KINDS == SHOWN.keys()


def test_a_reader_that_waits_is_told_at_once(office: Office, service: Service) -> None:
    """The commit rings: nobody has to ask every second."""
    service.followers.recheck = FOREVER
    office.deploy("p", WORK)
    end = office.get("/v1/events")["end"]
    reader = Office(service, make_app(service).test_client())
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(reader.get, f"/v1/events?after={end}&wait={int(FOREVER)}")
        while service.followers.waiting == 0 and not answer.done():
            pass
        id = office.start("p")["id"]

        assert id == answer.result(FOREVER)["items"][0]["subject"]


def test_readers_that_wait_are_bounded(office: Office, service: Service) -> None:
    """However many follow, others still find a thread: who finds no place is told when to come back."""
    end = office.get("/v1/events")["end"]
    readers = [Office(service, make_app(service).test_client()) for _ in range(FOLLOWING)]
    with ThreadPoolExecutor(FOLLOWING) as pool:
        waiting = [pool.submit(reader.get, f"/v1/events?after={end}&wait={int(FOREVER)}") for reader in readers]
        while service.followers.waiting < FOLLOWING:
            pass
        answer = office.call("GET", f"/v1/events?after={end}&wait=60")
        service.followers.close()

        assert ([], end, "5") == (answer.json["items"], answer.json["next"], answer.headers["Retry-After"])
        assert all([] == each.result(FOREVER)["items"] for each in waiting)


def test_a_portal_follows_its_own_dossiers(office: Office) -> None:
    """It is told nothing of what others began, nor of the administration."""
    portal = Person(office, "cong-dvc", "portal")
    office.deploy("p", WORK)
    office.start("p")
    mine = portal.post("/v1/process-instances", {"processDefinitionKey": "p"}).json["id"]

    found = portal.call("GET", "/v1/events?limit=200").json

    assert {mine} == {event["subject"] for event in found["items"]}


@pytest.mark.parametrize(
    ("asked", "pointer", "code"),
    [
        ("after=999999", "/after", "positionAhead"),
        ("after=-1", "/after", "notWhole"),
        ("types=Nothing", "/types/0", "choice"),
        ("limit=201", "/limit", "range"),
        ("wait=61", "/wait", "range"),
        ("what=1", "/what", "unknownField"),
    ],
)
def test_what_is_asked_wrongly_is_told(office: Office, asked: str, pointer: str, code: str) -> None:
    """A reader that is ahead of the feed, after a restore, would wait for ever for what it believes to have seen."""
    [fault] = refused(office.call("GET", f"/v1/events?{asked}"), 422, "invalidValues")["errors"]

    assert (pointer, code) == (fault["pointer"], fault["code"])
