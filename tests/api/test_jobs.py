"""Jobs over HTTP: what another system is asked to do, and what becomes of its answer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.models import chain
from tests.api.office import Office, refused

LOOK_UP = chain(
    "startEvent|s",
    'serviceTask|look|name="Tra cứu dân cư" motcua:topic="dan-cu" motcua:dataIn="cccd" motcua:dataOut="dia_chi"',
    "userTask|u",
)
CAUGHT = (
    '<boundaryEvent id="b" attachedToRef="look"><errorEventDefinition errorRef="gone"/></boundaryEvent>'
    '<userTask id="other"/><sequenceFlow id="f9" sourceRef="b" targetRef="other"/>'
)


def asked(office: Office, **variables: object) -> str:
    """An instance that has asked for a look-up."""
    office.deploy("p", LOOK_UP + CAUGHT, beside='<error id="gone" errorCode="KHONG_CO"/>')
    return str(office.start("p", {"cccd": "001", "ten": "An"} | variables)["id"])


def fetched(office: Office, **more: object) -> list[dict[str, object]]:
    """The work that can be had now."""
    answer = office.post("/v1/jobs/fetch", {"topics": ["dan-cu"], **more})
    assert 200 == answer.status_code, answer.text
    items: list[dict[str, object]] = answer.json["items"]
    return items


def test_a_worker_fetches_and_completes(office: Office) -> None:
    """A system that does work needs nothing but the topic; it is given what the diagram names, and nothing else is taken from it."""
    id = asked(office)
    [waiting] = office.instance(id)["activeElements"]
    assert ("look", [{"kind": "job", "topic": "dan-cu"}]) == (
        waiting["elementId"], [{name: wait[name] for name in ("kind", "topic")} for wait in waiting["waitingFor"]],
    )  # fmt: skip

    [job] = fetched(office)
    assert ("Tra cứu dân cư", {"cccd": "001"}, "admin") == (job["elementName"], job["variables"], job["worker"])
    answer = office.post(f"/v1/jobs/{job['id']}/complete", {"variables": {"dia_chi": "Huế", "thua": 1}})

    assert 200 == answer.status_code
    assert ["u"] == [active["elementId"] for active in answer.json["activeElements"]]
    assert {"cccd": "001", "ten": "An", "dia_chi": "Huế"} == office.get(f"/v1/process-instances/{id}/variables")
    refused(office.post(f"/v1/jobs/{job['id']}/complete"), 404, "notFound")
    assert office.post(f"/v1/process-instances/{id}/verification").json["identical"]


def test_what_one_has_another_is_not_given(office: Office) -> None:
    """Two workers must not do the same work at once; what a dead one had comes back when its lock is over."""
    asked(office)

    [job] = fetched(office, lockFor=60)
    assert [] == fetched(office)
    assert 200 == office.post(f"/v1/jobs/{job['id']}/extend", {"lockFor": 120}).status_code
    office.advance(100)
    assert [] == fetched(office)
    office.advance(30)

    assert [job["id"]] == [again["id"] for again in fetched(office)]


def test_a_failure_comes_back_until_no_attempt_is_left(office: Office) -> None:
    """The other system decides how often it is worth trying; then an operator decides."""
    id = asked(office)
    [job] = fetched(office)
    path = f"/v1/jobs/{job['id']}/fail"

    assert 200 == office.post(path, {"message": "hết giờ", "retries": 1, "retryAfter": 60}).status_code
    assert [] == fetched(office)
    office.advance(61)
    assert 1 == len(fetched(office))
    office.post(path, {"message": "hết giờ"})

    [incident] = office.get(f"/v1/incidents?processInstanceId={id}")["items"]
    assert "jobFailed" == incident["code"]
    assert [] == fetched(office)
    office.post(f"/v1/incidents/{incident['id']}/retry")
    assert 1 == len(fetched(office))
    assert office.post(f"/v1/process-instances/{id}/verification").json["identical"]


def test_an_error_goes_where_the_diagram_says(office: Office) -> None:
    """Not finding somebody is an answer, not a failure."""
    id = asked(office)
    [job] = fetched(office)

    answer = office.post(f"/v1/jobs/{job['id']}/error", {"code": "KHONG_CO", "variables": {"dia_chi": "-"}})

    assert ["other"] == [active["elementId"] for active in answer.json["activeElements"]]
    assert "-" == office.get(f"/v1/process-instances/{id}/variables")["dia_chi"]


def test_a_suspended_instance_gives_no_work(office: Office) -> None:
    """Suspension stops what machines do as well."""
    id = asked(office)
    [job] = fetched(office, lockFor=1)
    office.post(f"/v1/process-instances/{id}/suspend", {"reason": "kiểm tra"})
    office.advance(5)

    assert [] == fetched(office)
    refused(office.post(f"/v1/jobs/{job['id']}/complete"), 409, "instanceSuspended")


@pytest.mark.parametrize("act", ["complete", "fail", "error", "extend"])
def test_who_does_not_hold_a_job_is_told_to_fetch_it(office: Office, act: str) -> None:
    """A worker that was too slow stops, instead of ending what another has been given; it learns why and what to do."""
    asked(office)
    [job] = fetched(office, lockFor=60)
    office.advance(61)
    office.post("/v1/jobs/fetch", {"topics": ["dan-cu"]}, on_behalf_of="lan")
    said: dict[str, object] = {"fail": {"message": "bận"}, "error": {"code": "E"}, "extend": {"lockFor": 60}}

    answer = office.post(f"/v1/jobs/{job['id']}/{act}", said.get(act), accept_language="en")

    assert "Fetch it again" in refused(answer, 409, "jobNotHeld")["detail"]


@pytest.mark.parametrize(
    ("path", "sent", "pointer", "code"),
    [
        ("fetch", {}, "/topics", "required"),
        ("fetch", {"topics": "dan-cu"}, "/topics", "notAList"),
        ("fetch", {"topics": [f"t-{n}" for n in range(101)]}, "/topics", "count"),
        ("fetch", {"topics": ["dan-cu", "x" * 256]}, "/topics/1", "length"),
        ("x/fail", {"message": "x" * 1001}, "/message", "length"),
        ("x/error", {"code": "x" * 256}, "/code", "length"),
        ("x/error", {"code": "E", "message": "x" * 1001}, "/message", "length"),
    ],
)
def test_what_a_worker_says_is_bounded(office: Office, path: str, sent: Any, pointer: str, code: str) -> None:
    """What one program sends by mistake must neither hold up all others nor fill the log."""
    english = refused(office.post(f"/v1/jobs/{path}", sent, accept_language="en"), 422, "invalidValues")["errors"]
    vietnamese = refused(office.post(f"/v1/jobs/{path}", sent, accept_language="vi"), 422, "invalidValues")["errors"]

    assert [(pointer, code)] == [(error["pointer"], error["code"]) for error in english]
    assert english[0]["detail"] != vietnamese[0]["detail"]


def test_a_hundred_topics_may_be_named(office: Office) -> None:
    """One program may do everything that a province has for machines."""
    asked(office)

    assert 1 == len(office.post("/v1/jobs/fetch", {"topics": ["dan-cu", *(f"t-{n}" for n in range(99))]}).json["items"])
