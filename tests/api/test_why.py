"""Whoever asks why a dossier does not move is told what it waits for, since when, and who can do something."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from api.app import make_app
from api.bootstrap import wire
from api.settings import Settings
from tests.api.models import chain
from tests.api.office import KEY, Office
from tests.api.people import TREE, Person

TIMER = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    """A province with two communes."""
    service = wire(Settings(database_url="sqlite:///:memory:", clock="virtual", admin_key=KEY))
    service.start()
    office = Office(service, make_app(service).test_client())
    assert 200 == office.call("PUT", "/v1/organisation", TREE).status_code
    yield office
    service.stop()


def waits(office: Office, instance: str) -> list[Any]:
    """What it waits for."""
    return list(office.get(f"/v1/process-instances/{instance}/why")["waits"])


def test_work_waits_for_its_office_until_it_is_taken(office: Office) -> None:
    """Groups and unit say who can do it; once somebody has it, his name does."""
    office.deploy("w1", chain("startEvent|s", 'userTask|t|name="Thẩm định" motcua:candidateGroups="g"', "endEvent|e"))
    started = office.start("w1", unit="X1")
    [wait] = waits(office, started["id"])

    assert ("userTask", "t", ["officer"], ["g"], "X1", None) == (
        wait["kind"], wait["elementId"], wait["who"]["roles"], wait["who"]["candidateGroups"], wait["who"]["unit"],
        wait["who"]["person"],
    )  # fmt: skip
    assert started["startedAt"] == wait["since"]
    assert "Chờ người của “g” ở đơn vị X1 làm việc “Thẩm định”." == wait["sentence"]["vi"]
    office.post(f"/v1/tasks/{wait['id']}/assign", {"assignee": "lan"})
    assert "lan" == waits(office, started["id"])[0]["who"]["person"]


def test_other_eyes_are_asked_for(office: Office) -> None:
    """Who did the first of two steps is named as the one who cannot do the second."""
    office.deploy("w2", chain("startEvent|s", "userTask|a", 'userTask|b|motcua:fourEyes="a"', "endEvent|e"))
    instance = office.start("w2")["id"]
    office.complete(office.tasks(instance)[0]["id"], on_behalf_of="lan")

    [wait] = waits(office, instance)
    assert ["lan"] == wait["who"]["barred"]
    assert "but not lan" in wait["sentence"]["en"]


def test_time_asks_nobody(office: Office) -> None:
    """Nobody need do anything, and until when is said."""
    office.deploy("w3", chain("startEvent|s", f"intermediateCatchEvent|c||{TIMER}", "endEvent|e"))
    [wait] = waits(office, office.start("w3")["id"])

    assert ("timer", []) == (wait["kind"], wait["who"]["roles"])
    assert wait["until"] > wait["since"]


def test_a_message_names_its_key(office: Office) -> None:
    """The portal's programmer sees with which key he has to send it."""
    receive = '<messageEventDefinition messageRef="m"/>'
    office.deploy(
        "w4",
        chain("startEvent|s", f"intermediateCatchEvent|c||{receive}", "endEvent|e"),
        '<message id="m" name="paid"/>',
    )
    [wait] = waits(office, office.start("w4", businessKey="HS-9")["id"])

    assert ("message", ["portal"]) == (wait["kind"], wait["who"]["roles"])
    assert "“paid” with the key “HS-9”" in wait["sentence"]["en"]


def test_a_workers_job_tells_where_it_stands(office: Office) -> None:
    """Not fetched, in somebody's hands, failed and put off: three different calls to make."""
    office.deploy("w5", chain("startEvent|s", 'serviceTask|j|motcua:topic="mail"', "endEvent|e"))
    instance = office.start("w5")["id"]
    worker = Person(office, "mailer", "worker", topics=["mail"])

    assert "nobody has fetched it" in waits(office, instance)[0]["sentence"]["en"]
    [job] = worker.post("/v1/jobs/fetch", {"topics": ["mail"], "max": 10}).json["items"]
    [held] = waits(office, instance)
    assert ("mailer", "mail") == (held["who"]["person"], held["who"]["topic"])
    assert held["until"] is not None
    worker.post(f"/v1/jobs/{job['id']}/fail", {"message": "full", "retries": 2, "retryAfter": 60})
    assert "attempt 1 failed" in waits(office, instance)[0]["sentence"]["en"]


def test_an_incident_asks_for_the_operator_who_sees_no_values(office: Office) -> None:
    """He is told what stopped it and where; whose values it stopped on he is not."""
    office.deploy("w6", chain("startEvent|s", 'scriptTask|x|name="Cộng"|<script>y = secret + 1</script>', "endEvent|e"))
    instance = office.start("w6", {"secret": "s3cret"})["id"]
    operator = Person(office, "op", "operator")

    [wait] = operator.get(f"/v1/process-instances/{instance}/why").json["waits"]
    assert ("incident", ["operator"], "x") == (wait["kind"], wait["who"]["roles"], wait["elementId"])
    assert "s3cret" not in str(wait)


def test_a_suspension_says_why(office: Office) -> None:
    """The reason that was given when it was stopped is the answer to why it stands."""
    office.deploy("w7", chain("startEvent|s", "userTask|t", "endEvent|e"))
    instance = office.start("w7")["id"]
    office.post(f"/v1/process-instances/{instance}/suspend", {"reason": "chờ thanh tra"})

    found = waits(office, instance)
    assert ["userTask", "suspension"] == [wait["kind"] for wait in found]
    assert "chờ thanh tra" in found[1]["sentence"]["vi"]
    office.post(f"/v1/process-instances/{instance}/resume")
    assert ["userTask"] == [wait["kind"] for wait in waits(office, instance)]


def test_what_has_ended_waits_for_nothing(office: Office) -> None:
    """An empty answer, not an error."""
    office.deploy("w8", chain("startEvent|s", "endEvent|e"))

    assert [] == waits(office, office.start("w8")["id"])
