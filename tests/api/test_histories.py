"""What happened to an instance, over HTTP."""

from __future__ import annotations

import orjson

from engine.service.export import verify_export
from tests.api.models import FEE, ONE_TASK, TWO_TASKS, WAITS_FOR_FEE, WAITS_THREE_DAYS, calls, chain
from tests.api.office import Office, refused

PATH = "/v1/process-instances"


def finished(office: Office) -> str:
    """An instance with both of its tasks done."""
    office.deploy("p", TWO_TASKS)
    id = str(office.start("p", {"owner": "An"})["id"])
    for _ in range(2):
        office.complete(office.tasks(id)[0]["id"], {"x": 1}, on_behalf_of="lan")
    return id


def test_records_tell_who_did_what_on_whose_behalf(office: Office) -> None:
    """The auditor reads the log itself, not a summary."""
    id = finished(office)

    records = office.get(f"{PATH}/{id}/history?limit=200")["items"]

    assert list(range(1, len(records) + 1)) == [record["seq"] for record in records]
    completed = [record for record in records if record["kind"] == "UserTaskCompleted"]
    assert [("admin", "lan")] * 2 == [(record["actor"], record["onBehalfOf"]) for record in completed]
    assert 2 == len({record["cause"] for record in completed})


def test_records_are_read_on_from_a_number(office: Office) -> None:
    """A reader who was interrupted goes on where he was."""
    id = finished(office)
    every = office.get(f"{PATH}/{id}/history?limit=200")["items"]

    pages, after = [], ""
    while after is not None:
        page = office.get(f"{PATH}/{id}/history?limit=5{after and '&after=' + after}")
        pages += page["items"]
        after = page["next"]

    assert every == pages
    assert [] == office.get(f"{PATH}/{id}/history?after=10000")["items"]


def test_activities_are_one_row_for_each_time(office: Office) -> None:
    """Duration, actor and place of each step, for whoever counts days."""
    id = finished(office)

    rows = office.get(f"{PATH}/{id}/activities")["items"]

    assert ["s", "a", "b", "e"] == [row["elementId"] for row in rows]
    assert {"completed"} == {row["state"] for row in rows}
    assert [None, "lan", "lan", None] == [row["actor"] for row in rows]
    assert all(row["startedSeq"] < row["endedSeq"] for row in rows)
    page = office.get(f"{PATH}/{id}/activities?limit=3")
    rest = office.get(f"{PATH}/{id}/activities?limit=3&after={page['next']}")
    assert rows == page["items"] + rest["items"]


def test_an_activity_of_a_called_process_names_its_own_definition(office: Office) -> None:
    """A step is found in the diagram that it is drawn in, also where the caller is repeated."""
    inner = office.deploy("inner", ONE_TASK)
    loop = (
        "<multiInstanceLoopCharacteristics isSequential='true'><loopCardinality xsi:type='tFormalExpression'>2"
        "</loopCardinality></multiInstanceLoopCharacteristics>"
    )
    outer = office.deploy("outer", chain("startEvent|s", f'callActivity|c|calledElement="inner"|{loop}', "endEvent|e"))
    plain = office.deploy("plain", calls("inner"))

    for key, own in (("outer", outer), ("plain", plain)):
        id = office.start(key)["id"]
        rows = office.get(f"{PATH}/{id}/activities")["items"]
        assert {"check": inner, "s": own, "c": own} == {
            row["elementId"]: row["processDefinitionId"]
            for row in rows
            if row["scopeId"] == "" or row["elementId"] != "s"
        }


def test_the_state_at_a_record(office: Office) -> None:
    """What the officer saw when he decided can be seen again."""
    id = finished(office)
    records = office.get(f"{PATH}/{id}/history?limit=200")["items"]
    offered = [record["seq"] for record in records if record["kind"] == "UserTaskCreated"][-1]

    state = office.get(f"{PATH}/{id}/state?atSeq={offered}")

    assert (offered, "running", {"owner": "An", "x": 1}) == (state["atSeq"], state["state"], state["variables"])
    assert ["b"] == [task["elementId"] for task in state["userTasks"]]
    assert ["b"] == [element["elementId"] for element in state["activeElements"]]
    assert "completed" == office.get(f"{PATH}/{id}/state")["state"]
    refused(office.call("GET", f"{PATH}/{id}/state?atSeq=10000"), 404, "notFound")


def test_the_state_shows_timers(office: Office) -> None:
    """A due time is part of where something stands."""
    office.deploy("p", WAITS_THREE_DAYS)
    id = office.start("p")["id"]

    [timer] = office.get(f"{PATH}/{id}/state")["timers"]

    assert ("wait", "Chờ 3 ngày") == (timer["elementId"], timer["elementName"])


def test_a_history_executed_again_comes_out_the_same(office: Office) -> None:
    """The proof that the log is what happened."""
    id = finished(office)

    found = office.call("POST", f"{PATH}/{id}/verification").json

    count = len(office.get(f"{PATH}/{id}/history?limit=200")["items"])
    assert {
        "identical": True,
        "records": count,
        "recomputed": count,
        "takenFromRecord": 0,
        "firstDifference": None,
    } == found


def test_an_export_can_be_verified_without_the_service(office: Office) -> None:
    """An auditor takes the history home."""
    office.deploy("w", WAITS_FOR_FEE, FEE)
    id = office.start("w", businessKey="k")["id"]
    office.post("/v1/messages", {"name": "fee-paid", "businessKey": "k", "variables": {"amount": 75000}})

    answer = office.call("GET", f"{PATH}/{id}/export")

    assert (200, "application/x-ndjson") == (answer.status_code, answer.mimetype)
    lines = answer.data.splitlines()
    assert id == orjson.loads(lines[0])["processInstanceId"]
    assert verify_export(lines).identical
