"""An operator's hand over HTTP: modified once, safely repeated, looked at before, refused with reasons."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.models import TWO_TASKS
from tests.api.office import Office, Reply


@pytest.fixture
def instance(office: Office) -> str:
    """A dossier at its first task."""
    office.deploy("p", TWO_TASKS)
    return str(office.start("p")["id"])


def modify(office: Office, id: str, query: str = "", /, **more: Any) -> Reply:
    """Withdraw what is open and start the end."""
    headers = {name: str(more.pop(name)) for name in ("idempotency_key", "if_match", "accept_language") if name in more}
    return office.post(f"/v1/process-instances/{id}/modification{query}", {"reason": "giấy đã nộp", **more}, **headers)


def places(office: Office, id: str) -> list[str]:
    """Activities that are alive."""
    return [active["activityId"] for active in office.instance(id)["activeElements"]]


def test_the_answer_is_the_instance_with_what_was_recorded(office: Office, instance: str) -> None:
    """The operator sees at once what his hand has done, and the auditor who it was and why."""
    [before] = office.instance(instance)["activeElements"]

    answer = modify(office, instance, cancel=[before["activityId"]], start=[{"elementId": before["elementId"]}])

    assert 200 == answer.status_code, answer.text
    assert answer.headers["ETag"] == f'"{answer.json["seq"]}"'
    kinds = [record["kind"] for record in answer.json["records"]]
    assert kinds == [
        "ProcessInstanceModified",
        "UserTaskCancelled",
        "ElementCancelled",
        "ElementEntered",
        "UserTaskCreated",
    ]
    history = office.get(f"/v1/process-instances/{instance}/history")["items"]
    assert history[-len(kinds) :] == answer.json["records"]
    assert history[-len(kinds)]["payload"]["reason"] == "giấy đã nộp"
    assert {
        name: value for name, value in answer.json.items() if name not in ("records", "warnings")
    } == office.instance(instance)
    assert office.post(f"/v1/process-instances/{instance}/verification").json["identical"]


def test_a_dry_run_tells_the_same_and_leaves_nothing_behind(office: Office, instance: str) -> None:
    """What is tried is what would be done: nothing is logged, and no answer is kept under the key."""
    [before] = office.instance(instance)["activeElements"]
    asked: dict[str, Any] = {"cancel": [before["activityId"]], "start": [{"elementId": before["elementId"]}]}
    history = office.get(f"/v1/process-instances/{instance}/history")

    tried = modify(office, instance, "?dryRun=true", idempotency_key="k", **asked)

    assert 200 == tried.status_code, tried.text
    assert office.get(f"/v1/process-instances/{instance}/history") == history
    assert places(office, instance) == [before["activityId"]]
    done = modify(office, instance, idempotency_key="k", **asked)
    assert "Idempotency-Replayed" not in done.headers
    said = [[(r["kind"], r["payload"]) for r in answer.json["records"]] for answer in (tried, done)]
    assert said[0] == said[1]
    assert tried.json["activeElements"][0]["activityId"] == done.json["activeElements"][0]["activityId"]


def test_a_repeat_is_done_once(office: Office, instance: str) -> None:
    """A lost answer must not move the dossier twice."""
    [activity] = places(office, instance)
    asked: dict[str, Any] = {"cancel": [activity], "start": [{"elementId": activity.partition("#")[0]}]}

    first, second = (modify(office, instance, idempotency_key="k", **asked) for _ in range(2))

    assert (first.json, "true") == (second.json, second.headers["Idempotency-Replayed"])


def test_what_cannot_be_done_is_told_with_the_element_and_the_reason(office: Office, instance: str) -> None:
    """All of it at once, in the reader's language; nothing was done."""
    answer = modify(office, instance, cancel=["nowhere#1"], accept_language="vi")
    assert (409, "modificationRefused", 1) == (
        answer.status_code,
        answer.json["code"],
        answer.json.get("count", 1),
    )
    [error] = answer.json["errors"]
    assert ("/cancel/0", "activityNotAlive", "nowhere") == (error["pointer"], error["code"], error["elementId"])
    assert "đang mở" in error["detail"]

    emptied = modify(office, instance, cancel=places(office, instance))
    assert ["instanceLeftEmpty"] == [error["code"] for error in emptied.json["errors"]]


@pytest.mark.parametrize(
    ("sent", "pointer", "code"),
    [
        ({"start": [{"elementId": "a", "flowId": "b"}]}, "/start/0", "whichPlace"),
        ({"start": [{}]}, "/start/0", "whichPlace"),
        ({"start": [{"nothing": "a"}]}, "/start/0/nothing", "unknownField"),
        ({"start": {}}, "/start", "notAList"),
        ({"cancel": [1]}, "/cancel/0", "notText"),
        ({"reason": ""}, "/reason", "length"),
        ({"start": [{"elementId": "a"}] * 101}, "/start", "count"),
    ],
)
def test_what_is_asked_wrongly_is_told_by_its_place(
    office: Office, instance: str, sent: dict[str, Any], pointer: str, code: str
) -> None:
    """Where in the body it is, by which rule."""
    answer = modify(office, instance, **sent)

    assert 422 == answer.status_code, answer.text
    assert [(pointer, code)] == [(error["pointer"], error["code"]) for error in answer.json["errors"]]


def test_a_state_that_is_not_the_one_seen_is_refused(office: Office, instance: str) -> None:
    """Two operators must not move the same dossier over each other."""
    [activity] = places(office, instance)
    asked: dict[str, Any] = {"cancel": [activity], "start": [{"elementId": activity.partition("#")[0]}]}

    assert 412 == modify(office, instance, if_match='"1"', **asked).status_code
    assert 412 == modify(office, instance, "?dryRun=true", if_match='"1"', **asked).status_code
    assert 200 == modify(office, instance, if_match=f'"{office.instance(instance)["seq"]}"', **asked).status_code
    assert 404 == modify(office, "nowhere", **asked).status_code


def test_a_suspended_or_ended_instance_is_not_modified(office: Office, instance: str) -> None:
    """Nothing moves in it."""
    asked: dict[str, Any] = {"cancel": places(office, instance)}
    office.post(f"/v1/process-instances/{instance}/suspend", {"reason": "x"})
    assert "instanceSuspended" == modify(office, instance, **asked).json["code"]
    office.post(f"/v1/process-instances/{instance}/cancel", {"reason": "x"})
    assert "instanceEnded" == modify(office, instance, **asked).json["code"]
