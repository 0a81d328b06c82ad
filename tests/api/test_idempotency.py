"""Repeats under an Idempotency-Key."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from api.app import make_app
from api.bootstrap import Service
from engine.service.process_instances import id_for
from tests.api.models import FEE, ONE_TASK, TWO_TASKS, WAITS_FOR_FEE, process
from tests.api.office import Office, refused

PATH = "/v1/process-instances"


def test_a_repeat_gets_the_same_answer_and_does_nothing(office: Office) -> None:
    """A portal that never got its answer asks again, and there is one dossier."""
    office.deploy("p", ONE_TASK)
    sent = {"processDefinitionKey": "p", "variables": {"a": 1}}

    first = office.post(PATH, sent, idempotency_key="k")
    again = office.post(PATH, {"variables": {"a": 1}, "processDefinitionKey": "p"}, idempotency_key="k")

    assert (201, 201) == (first.status_code, again.status_code)
    assert first.data == again.data
    assert first.headers["Location"] == again.headers["Location"]
    assert "true" == again.headers["Idempotency-Replayed"]
    assert 1 == len(office.get(PATH)["items"])


def test_the_id_follows_from_the_key(office: Office, service: Service) -> None:
    """Whoever lost the answer can compute where his dossier is."""
    office.deploy("p", ONE_TASK)

    body = office.post(PATH, {"processDefinitionKey": "p"}, idempotency_key="k").json

    assert id_for(service.tenant, "admin", "k") == body["id"]


def test_a_key_that_outlived_its_answer_still_starts_nothing_twice(office: Office) -> None:
    """Answers are kept for seven days; the instance is its own witness after them."""
    office.deploy("p", ONE_TASK)
    first = office.post(PATH, {"processDefinitionKey": "p"}, idempotency_key="k").json
    office.advance(9 * 86400)

    again = office.post(PATH, {"processDefinitionKey": "p"}, idempotency_key="k")

    assert (201, first["id"]) == (again.status_code, again.json["id"])
    assert "Idempotency-Replayed" not in again.headers
    assert 1 == len(office.get(PATH)["items"])


def test_a_key_is_for_one_request(office: Office) -> None:
    """A key used by mistake for something else must not get a stranger's answer."""
    office.deploy("p", TWO_TASKS)
    instance = office.post(PATH, {"processDefinitionKey": "p"}, idempotency_key="k").json["id"]
    task = office.tasks(instance)[0]["id"]

    other_body = office.post(PATH, {"processDefinitionKey": "p", "businessKey": "x"}, idempotency_key="k")
    other_path = office.complete(task, idempotency_key="k")

    refused(other_body, 422, "idempotencyKeyReused")
    refused(other_path, 422, "idempotencyKeyReused")
    assert "open" == office.get(f"/v1/tasks/{task}")["state"]


def test_a_refusal_is_kept_too(office: Office) -> None:
    """The answer to a repeat may not depend on what happened in between."""
    sent = {"name": "fee-paid", "businessKey": "k", "timeToLive": 0}
    first = office.post("/v1/messages", sent, idempotency_key="k")
    office.deploy("p", WAITS_FOR_FEE, FEE)
    office.start("p", businessKey="k")

    again = office.post("/v1/messages", sent, idempotency_key="k")

    refused(first, 409, "noReceiver")
    assert (409, first.data) == (again.status_code, again.data)


def test_a_repeat_while_the_first_is_in_flight_waits_for_it(service: Service, office: Office) -> None:
    """Sixteen impatient clicks are one completion with one answer."""
    office.deploy("p", ONE_TASK)
    task = office.tasks(office.start("p")["id"])[0]["id"]
    app = make_app(service)

    def click(_: int) -> tuple[int, bytes]:
        answer = Office(service, app.test_client()).complete(task, {"x": 1}, idempotency_key="k")
        return answer.status_code, answer.data

    with ThreadPoolExecutor(16) as pool:
        answers = set(pool.map(click, range(16)))

    assert [200] == [status for status, _ in answers]


def test_a_failure_of_the_service_is_not_kept(office: Office, service: Service) -> None:
    """A repeat after 5xx is a new try."""
    office.deploy("p", ONE_TASK)
    good, service.writer.failpoint = service.writer.failpoint, _break
    broken = office.post(PATH, {"processDefinitionKey": "p"}, idempotency_key="k")
    service.writer.failpoint = good

    refused(broken, 500, "bug")
    assert 201 == office.post(PATH, {"processDefinitionKey": "p"}, idempotency_key="k").status_code


def _break(name: str, commands: Any) -> None:
    if name == "beforeCommit":
        raise RuntimeError(name)


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 256])
def test_what_can_be_a_key(office: Office, key: str) -> None:
    """A key that a log or a proxy would change is no key."""
    answer = office.post("/v1/signals", {"name": "x"}, idempotency_key=key)

    assert "/Idempotency-Key" == refused(answer, 422, "invalidValues")["errors"][0]["pointer"]


def test_everything_that_changes_something_can_be_repeated(office: Office) -> None:
    """One rule for the whole API: claim, release, complete, deploy, message, signal, mend, retry, suspend, clock."""
    diagram = {"p.bpmn": process("p", ONE_TASK)}
    deployed = [office.upload(diagram, idempotency_key="d") for _ in range(2)]
    assert [201, 201] == [answer.status_code for answer in deployed]
    id = office.start("p")["id"]
    task = office.tasks(id)[0]["id"]
    seq = office.instance(id)["seq"]
    mend = {"variables": {"a": 1}, "reason": "x"}
    twice = [
        ("PATCH", f"{PATH}/{id}/variables", mend, {"if_match": f'"{seq}"'}),
        ("POST", f"/v1/tasks/{task}/claim", {}, {}),
        ("POST", f"/v1/tasks/{task}/assign", {"assignee": "lan"}, {}),
        ("POST", f"/v1/tasks/{task}/release", {}, {}),
        ("POST", f"{PATH}/{id}/suspend", {"reason": "x"}, {}),
        ("POST", f"{PATH}/{id}/resume", {}, {}),
        ("POST", f"/v1/tasks/{task}/complete", {}, {}),
        ("POST", "/v1/messages", {"name": "n"}, {}),
        ("POST", "/v1/signals", {"name": "n"}, {}),
        ("POST", "/v1/clock/advance", {"seconds": 60}, {}),
    ]
    for number, (method, path, body, headers) in enumerate(twice):
        first, again = (office.call(method, path, body, idempotency_key=f"k{number}", **headers) for _ in range(2))
        assert 200 == first.status_code == again.status_code, (path, again.text)
        assert first.data == again.data
        assert "Idempotency-Replayed" in again.headers
