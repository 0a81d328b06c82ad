"""Process instances over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.models import (
    FAILS_WITHOUT_FEE,
    FEE,
    FORM,
    ONE_TASK,
    ONLY_BY_MESSAGE,
    SIGNAL,
    TWO_TASKS,
    WAITS_FOR_FEE,
    WAITS_FOR_SIGNAL,
    WAITS_THREE_DAYS,
    chain,
)
from tests.api.office import Office, refused

PATH = "/v1/process-instances"


def test_a_start_says_where_the_instance_stands(office: Office) -> None:
    """The portal tells the citizen at once who has the dossier."""
    definition = office.deploy("p", ONE_TASK)

    answer = office.post(PATH, {"processDefinitionKey": "p", "businessKey": "H62-1", "variables": {"owner": "An"}})

    body = answer.json
    assert 201 == answer.status_code
    assert (f"{PATH}/{body['id']}", f'"{body["seq"]}"') == (answer.headers["Location"], answer.headers["ETag"])
    assert (definition, "p", 1) == (body["processDefinitionId"], body["processDefinitionKey"], body["version"])
    assert ("running", "H62-1", "admin", None) == tuple(
        body[name] for name in ("state", "businessKey", "startedBy", "endedAt")
    )
    [active] = body["activeElements"]
    assert ("check", "Thẩm định hồ sơ") == (active["elementId"], active["name"])
    assert [("userTask", ["tham_dinh"])] == [(w["kind"], w["candidateGroups"]) for w in active["waitingFor"]]
    assert body == office.instance(body["id"])


@pytest.mark.parametrize(
    ("inside", "beside", "expected"),
    [
        (WAITS_FOR_FEE, FEE, {"kind": "message", "name": "fee-paid", "key": "H62-1", "elementId": "paid"}),
        (WAITS_FOR_SIGNAL, SIGNAL, {"kind": "signal", "name": "ngừng", "key": None, "elementId": "hear"}),
        (WAITS_THREE_DAYS, "", {"kind": "timer", "elementId": "wait", "elementName": "Chờ 3 ngày"}),
    ],
)
def test_every_wait_is_explained(office: Office, inside: str, beside: str, expected: dict[str, Any]) -> None:
    """Nothing stands still without saying for what."""
    office.deploy("p", inside, beside)
    instance = office.start("p", businessKey="H62-1")

    [active] = instance["activeElements"]
    [waits] = active["waitingFor"]
    assert expected.items() <= waits.items()


def test_an_incident_is_a_reason_too(office: Office) -> None:
    """What stopped is shown with what stopped it, for an operator to find it without a query."""
    office.deploy("p", FAILS_WITHOUT_FEE)
    id = office.start("p")["id"]
    office.complete(office.tasks(id)[0]["id"])

    instance = office.instance(id)

    [active] = instance["activeElements"]
    assert ("g", "incident", "variableMissing") == (
        active["elementId"],
        active["waitingFor"][0]["kind"],
        active["waitingFor"][0]["code"],
    )
    assert [active["waitingFor"][0]["incidentId"]] == [incident["id"] for incident in instance["incidents"]]


def test_branches_of_an_event_gateway_are_one_place_with_several_reasons(office: Office) -> None:
    """It waits once, for whichever comes first."""
    office.deploy(
        "p",
        '<startEvent id="s"/><sequenceFlow id="f1" sourceRef="s" targetRef="g"/><eventBasedGateway id="g"/>'
        '<sequenceFlow id="f2" sourceRef="g" targetRef="paid"/><sequenceFlow id="f3" sourceRef="g" targetRef="late"/>'
        '<intermediateCatchEvent id="paid"><messageEventDefinition messageRef="m"/></intermediateCatchEvent>'
        '<intermediateCatchEvent id="late"><timerEventDefinition><timeDuration xsi:type="tFormalExpression">P1D'
        "</timeDuration></timerEventDefinition></intermediateCatchEvent>"
        '<sequenceFlow id="f4" sourceRef="paid" targetRef="e"/><sequenceFlow id="f5" sourceRef="late" targetRef="e"/>'
        '<endEvent id="e"/>',
        FEE,
    )

    [active] = office.start("p", businessKey="k")["activeElements"]

    assert "g" == active["elementId"]
    assert {"message", "timer"} == {waits["kind"] for waits in active["waitingFor"]}


def test_each_branch_of_a_repeated_task_is_the_same_element(office: Office) -> None:
    """Three opinions are asked for by one element of the diagram."""
    repeated = (
        "<multiInstanceLoopCharacteristics><loopCardinality xsi:type='tFormalExpression'>3</loopCardinality>"
        "</multiInstanceLoopCharacteristics>"
    )
    office.deploy("p", chain("startEvent|s", f'userTask|opinion|name="Cho ý kiến"|{repeated}', "endEvent|e"))

    active = office.start("p")["activeElements"]

    assert [("opinion", "Cho ý kiến")] * 3 == [(place["elementId"], place["name"]) for place in active]
    assert 3 == len({place["activityId"] for place in active})


def test_a_business_key_is_for_one_running_instance(office: Office) -> None:
    """A dossier is handled once; the refusal names where."""
    office.deploy("p", ONE_TASK)
    first = office.start("p", businessKey="H62-1")

    problem = refused(office.post(PATH, {"processDefinitionKey": "p", "businessKey": "H62-1"}), 409, "businessKeyInUse")

    assert first["id"] == problem["processInstanceId"]
    office.complete(office.tasks(first["id"])[0]["id"])
    assert first["id"] != office.start("p", businessKey="H62-1")["id"]


def test_the_newest_version_or_the_one_named(office: Office) -> None:
    """Running on an old version is possible, never an accident."""
    old = office.deploy("p", ONE_TASK)
    office.deploy("p", TWO_TASKS)

    assert 2 == office.start("p")["version"]
    assert 1 == office.post(PATH, {"processDefinitionId": old}).json["version"]


def test_what_cannot_be_started(office: Office) -> None:
    """Each refusal says what is missing."""
    office.deploy("p", ONLY_BY_MESSAGE, FEE)

    refused(office.post(PATH, {"processDefinitionKey": "p"}), 409, "noPlainStart")
    refused(office.post(PATH, {"processDefinitionKey": "none"}), 404, "notFound")
    refused(office.post(PATH, {"processDefinitionId": "none"}), 404, "notFound")
    for body in ({}, {"processDefinitionKey": "p", "processDefinitionId": "x"}):
        problem = refused(office.post(PATH, body), 422, "invalidValues")
        assert ["whichDefinition"] == [error["code"] for error in problem["errors"]]


def test_the_start_form_is_checked(office: Office) -> None:
    """What a citizen hands in is looked at before a dossier exists."""
    office.deploy("p", chain('startEvent|s|motcua:formKey="nop"', "userTask|a", "endEvent|e"), nop=FORM)

    refused(office.post(PATH, {"processDefinitionKey": "p", "variables": {"dat": 1}}), 422, "invalidValues")
    assert [] == office.get(PATH)["items"]
    office.start("p", {"dat": True})


def test_lists_can_be_narrowed(office: Office) -> None:
    """An operator looks for what concerns him."""
    office.deploy("p", ONE_TASK)
    office.deploy("q", ONE_TASK)
    p, q = office.start("p", businessKey="k")["id"], office.start("q")["id"]
    office.complete(office.tasks(q)[0]["id"])

    def listed(query: str) -> list[str]:
        return [instance["id"] for instance in office.get(f"{PATH}?{query}")["items"]]

    assert [q, p] == listed("")
    assert [p] == listed("processDefinitionKey=p")
    assert [q] == listed("state=completed")
    assert [p] == listed("businessKey=k")
    assert [] == listed("businessKey=k&state=completed")


def test_variables_are_mended_on_the_state_that_was_seen(office: Office) -> None:
    """An operator must not overwrite what he has not read; the reason stays in the log."""
    office.deploy("p", ONE_TASK)
    instance = office.start("p", {"fee": 1})
    path = f"{PATH}/{instance['id']}/variables"
    sent = {"variables": {"fee": 75000}, "reason": "lệ phí nhập thiếu"}

    refused(office.call("PATCH", path, sent), 428, "preconditionMissing")
    assert instance["seq"] == refused(office.call("PATCH", path, sent, if_match='"1"'), 412, "stale")["current"]
    answer = office.call("PATCH", path, sent, if_match=f'"{instance["seq"]}"')

    assert (200, f'"{answer.json["seq"]}"') == (answer.status_code, answer.headers["ETag"])
    assert {"fee": 75000} == office.get(path)
    records = office.get(f"{PATH}/{instance['id']}/history?limit=200")["items"]
    assert ["lệ phí nhập thiếu"] == [r["payload"]["reason"] for r in records if r["kind"] == "VariablesMended"]


def test_a_reason_is_needed(office: Office) -> None:
    """Whoever interferes says why."""
    office.deploy("p", ONE_TASK)
    id = office.start("p")["id"]

    for action in ("suspend", "cancel"):
        problem = refused(office.post(f"{PATH}/{id}/{action}"), 422, "invalidValues")
        assert [("/reason", "required")] == [(error["pointer"], error["code"]) for error in problem["errors"]]
    refused(office.call("PATCH", f"{PATH}/{id}/variables", {"variables": {}}, if_match='"1"'), 422, "invalidValues")


def test_a_suspended_instance_stands_still(office: Office) -> None:
    """What fell due meanwhile happens at resume, not before."""
    office.deploy("p", WAITS_THREE_DAYS)
    id = office.start("p")["id"]

    assert "suspended" == office.post(f"{PATH}/{id}/suspend", {"reason": "kiểm tra"}).json["state"]
    refused(office.post(f"{PATH}/{id}/suspend", {"reason": "kiểm tra"}), 409, "instanceSuspended")
    office.advance(4 * 86400)
    assert "suspended" == office.instance(id)["state"]
    office.call("POST", f"{PATH}/{id}/resume")
    office.advance(0)

    assert "completed" == office.instance(id)["state"]
    refused(office.post(f"{PATH}/{id}/resume"), 409, "instanceEnded")


def test_only_a_suspended_instance_is_resumed(office: Office) -> None:
    """A wrong button does nothing quietly."""
    office.deploy("p", ONE_TASK)

    refused(office.post(f"{PATH}/{office.start('p')['id']}/resume"), 409, "instanceNotSuspended")


def test_a_cancelled_instance_is_over(office: Office) -> None:
    """Withdrawn is ended: its tasks are gone from every worklist."""
    office.deploy("p", ONE_TASK)
    id = office.start("p")["id"]

    body = office.post(f"{PATH}/{id}/cancel", {"reason": "rút hồ sơ"}).json

    assert ("terminated", []) == (body["state"], body["activeElements"])
    assert body["endedAt"] is not None
    assert [] == office.tasks(id)
    refused(office.post(f"{PATH}/{id}/cancel", {"reason": "rút hồ sơ"}), 409, "instanceEnded")


def test_unknown_instances(office: Office) -> None:
    """404 whichever way one asks."""
    for path in ("", "/variables", "/history", "/activities", "/state", "/export"):
        refused(office.call("GET", f"{PATH}/none{path}"), 404, "notFound")
    for path, body in (("suspend", {"reason": "x"}), ("resume", {}), ("cancel", {"reason": "x"}), ("verification", {})):
        refused(office.post(f"{PATH}/none/{path}", body), 404, "notFound")
    mend = {"variables": {}, "reason": "x"}
    refused(office.call("PATCH", f"{PATH}/none/variables", mend, if_match='"1"'), 404, "notFound")
