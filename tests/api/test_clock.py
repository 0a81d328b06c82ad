"""Virtual time over HTTP."""

from __future__ import annotations

from datetime import timedelta

from api.app import make_app
from api.bootstrap import wire
from api.settings import Settings
from engine.domain.values import moment
from tests.api.models import WAITS_THREE_DAYS, chain
from tests.api.office import KEY, Office, refused


def test_time_passes_when_it_is_told_to(office: Office) -> None:
    """A dossier of three days is played in a second, and no timer is early."""
    office.deploy("p", WAITS_THREE_DAYS)
    instance = office.start("p")

    answer = office.post("/v1/clock/advance", {"seconds": 3 * 86400 - 1})
    assert moment(instance["startedAt"]) + timedelta(days=3, seconds=-1) == moment(answer.json["now"])
    assert "running" == office.instance(instance["id"])["state"]
    office.advance(1)

    assert "completed" == office.instance(instance["id"])["state"]


def test_everything_happens_at_its_own_moment(office: Office) -> None:
    """Two waits of three days end after six days, not after the one long step."""
    timer = WAITS_THREE_DAYS[WAITS_THREE_DAYS.index("<timerEvent") : WAITS_THREE_DAYS.index("</intermediate")]
    office.deploy(
        "p",
        chain(
            "startEvent|s", f"intermediateCatchEvent|one||{timer}", f"intermediateCatchEvent|two||{timer}", "endEvent|e"
        ),
    )
    instance = office.start("p")

    office.advance(30 * 86400)

    ended = office.instance(instance["id"])["endedAt"]
    assert moment(instance["startedAt"]) + timedelta(days=6) == moment(ended)


def test_real_time_cannot_be_moved() -> None:
    """A button for tests must not exist where dossiers are real."""
    service = wire(Settings(database_url="sqlite:///:memory:", admin_key=KEY))
    service.start()
    office = Office(service, make_app(service).test_client())

    refused(office.post("/v1/clock/advance", {"seconds": 1}), 409, "clockNotVirtual")
    service.stop()


def test_time_goes_forward_only(office: Office) -> None:
    """History cannot be written into the past."""
    for seconds in (-1, "x", 1.5, None, 10**12):
        refused(office.post("/v1/clock/advance", {"seconds": seconds}), 422, "invalidValues")
