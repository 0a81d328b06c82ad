"""Batches over HTTP: counted before, followed, stopped, and what would undo them."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.api.models import FAILS_WITHOUT_FEE, ONE_TASK
from tests.api.office import Office

PATH = "/v1/batches"
WAITS = 20.0
"""Seconds within which a small batch must be done."""


@pytest.fixture
def instances(office: Office) -> list[str]:
    """Three dossiers of one procedure."""
    office.deploy("p", ONE_TASK)
    return [office.start("p", businessKey=f"HS-{i}")["id"] for i in range(3)]


def asked(operation: str = "suspend", **more: Any) -> dict[str, Any]:
    """What creates a batch."""
    return {"operation": operation, "filter": {"processDefinitionKey": "p"}, "reason": "Bão số 9", **more}


def ended(office: Office, id: str) -> Any:
    """The batch, once it has ended."""
    until = time.monotonic() + WAITS
    while (batch := office.get(f"{PATH}/{id}"))["state"] == "running":
        assert time.monotonic() < until, batch
        time.sleep(0.02)
    return batch


def test_a_dry_run_counts_and_does_nothing(office: Office, instances: list[str]) -> None:
    """Whoever is about to touch thousands sees first whom he means."""
    meant = office.post(f"{PATH}?dryRun=true", asked(), idempotency_key="k")

    assert (200, 3) == (meant.status_code, meant.json["total"])
    assert sorted(instances) == sorted(head["id"] for head in meant.json["first"])
    assert [] == office.get(PATH)["items"]
    assert 202 == office.post(PATH, asked(), idempotency_key="k").status_code


def test_it_is_accepted_followed_and_listed(office: Office, instances: list[str]) -> None:
    """The answer comes at once and says where to look."""
    made = office.post(PATH, asked())

    assert (202, f"{PATH}/{made.json['id']}") == (made.status_code, made.headers["Location"])
    batch = ended(office, made.json["id"])
    assert ("completed", 3, 3, 0, 0) == tuple(batch[name] for name in ("state", "total", "done", "failed", "remaining"))
    assert ("admin", "Bão số 9", {"processDefinitionKey": "p"}) == (
        batch["createdBy"],
        batch["reason"],
        batch["filter"],
    )
    assert {"suspended"} == {office.instance(id)["state"] for id in instances}
    assert [batch] == office.get(f"{PATH}?state=completed")["items"]
    assert [] == office.get(f"{PATH}?state=paused")["items"]


def test_a_repeat_makes_no_second_batch(office: Office, instances: list[str]) -> None:
    """A lost answer must not have everything done twice."""
    first, second = (office.post(PATH, asked("cancel"), idempotency_key="k") for _ in range(2))

    assert first.json["id"] == second.json["id"]
    assert 1 == len(office.get(PATH)["items"])


def test_refusals_are_told_for_each_instance(office: Office, instances: list[str]) -> None:
    """With the code and a sentence in the reader's language."""
    office.post(f"/v1/process-instances/{instances[1]}/suspend", {"reason": "x"})
    id = ended(office, office.post(PATH, asked()).json["id"])["id"]

    [item] = office.get(f"{PATH}/{id}/items?state=failed", accept_language="vi")["items"]

    assert (instances[1], "instanceSuspended") == (item["processInstanceId"], item["code"])
    assert "đang tạm dừng" in item["detail"]
    assert 2 == len(office.get(f"{PATH}/{id}/items?state=done")["items"])


def test_pages_of_items_are_walked(office: Office, instances: list[str]) -> None:
    """All of them, each once."""
    id = ended(office, office.post(PATH, asked()).json["id"])["id"]

    first = office.get(f"{PATH}/{id}/items?limit=2")
    second = office.get(f"{PATH}/{id}/items?limit=2&after={first['next']}")

    assert sorted(instances) == [item["processInstanceId"] for item in first["items"] + second["items"]]
    assert second["next"] is None


def test_what_would_undo_it_is_told(office: Office, instances: list[str]) -> None:
    """The opposite where there is one, else why there is none."""
    suspended = ended(office, office.post(PATH, asked()).json["id"])["id"]
    assert {"resume"} == {item["operation"] for item in office.get(f"{PATH}/{suspended}/undo")["items"]}

    cancelled = ended(office, office.post(PATH, asked("cancel")).json["id"])["id"]
    undo = office.get(f"{PATH}/{cancelled}/undo", accept_language="vi")["items"]
    assert ({None}, 3) == ({item["operation"] for item in undo}, len(undo))
    assert all("không mở lại được" in item["detail"] for item in undo)


def test_instances_are_modified_and_retried(office: Office, instances: list[str]) -> None:
    """The plan of a modification is that of one instance; a retry means incidents."""
    modified = asked("modify", modification={"cancel": ["check#1"], "start": [{"elementId": "check"}]})
    batch = ended(office, office.post(PATH, modified).json["id"])
    assert (3, {"cancel": ["check#1"], "start": [{"element": "check"}]}) == (batch["done"], batch["modification"])

    office.deploy("q", FAILS_WITHOUT_FEE)
    id = office.start("q")["id"]
    office.complete(office.tasks(id)[0]["id"])
    retried = asked("retry", filter={"incidentCode": "variableMissing"})
    assert 1 == ended(office, office.post(PATH, retried).json["id"])["done"]


def test_an_ended_batch_is_not_stopped(office: Office, instances: list[str]) -> None:
    """409 with the state that it is in; 404 for one that is none."""
    id = ended(office, office.post(PATH, asked()).json["id"])["id"]

    for verb in ("pause", "resume", "cancel"):
        assert (409, "batchNotInState") == (
            (answer := office.post(f"{PATH}/{id}/{verb}")).status_code,
            answer.json["code"],
        )
        assert 404 == office.post(f"{PATH}/nowhere/{verb}").status_code
    for place in ("", "/items", "/undo"):
        assert 404 == office.call("GET", f"{PATH}/nowhere{place}").status_code


@pytest.mark.parametrize(
    ("sent", "pointer", "code"),
    [
        (asked("delete"), "/operation", "choice"),
        (asked(filter={}), "/filter", "filterEmpty"),
        (asked(filter={"processDefinitionKey": None}), "/filter", "filterEmpty"),
        (asked(filter={"startedBefore": "yesterday"}), "/filter/startedBefore", "notATime"),
        (asked(filter={"color": "red"}), "/filter/color", "unknownField"),
        (asked(filter=[]), "/filter", "notAnObject"),
        (asked("modify"), "/modification", "modificationNeeded"),
        (asked(modification={"cancel": ["a"]}), "/modification", "modificationNeeded"),
        (asked("modify", modification={"start": [{}]}), "/modification/start/0", "whichPlace"),
    ],
)
def test_what_is_asked_wrongly_is_told_by_its_place(
    office: Office, sent: dict[str, Any], pointer: str, code: str
) -> None:
    """An empty filter would mean everybody; that is never what is meant."""
    answer = office.post(PATH, sent)

    assert 422 == answer.status_code, answer.text
    assert [(pointer, code)] == [(error["pointer"], error["code"]) for error in answer.json["errors"]]
