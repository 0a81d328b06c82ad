"""Who gets in."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from flask import Flask

from api.app import make_app
from api.bootstrap import Service, wire
from api.policy import Policy, allows, policies
from api.rates import Rates
from api.refusals import TooMany
from api.settings import Settings
from engine.service.command import SERVICE
from engine.service.keys import CreateApiKey, hashed
from tests.api.models import ONE_TASK
from tests.api.office import KEY, Office, Reply, refused

OPEN = {"/healthz", "/readyz", "/v1/openapi.json", "/v1/inbound/<connector>/<kind>"}


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer wrong", f"Basic {KEY}", KEY, f"Bearer {KEY}x", "Bearer é"]
)
def test_without_a_good_key_nobody_gets_in(office: Office, header: str) -> None:
    """Everything but health is closed, and no answer says more than that."""
    answer = office.client.get("/v1/tasks", headers={"Authorization": header})

    refused(answer, 401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_every_route_but_health_asks_for_a_key(office: Office, service: Service) -> None:
    """A route that somebody forgot is a hole; so the whole table is walked."""
    for rule in make_app(service).url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            answer = office.client.open(rule.rule.replace("<id>", "x"), method=method)
            is_open = rule.rule in OPEN or rule.rule.startswith("/v1/public/")
            assert (answer.status_code == 401) is not is_open, (method, rule.rule, answer.status_code)


def test_an_unknown_path_tells_a_stranger_nothing(office: Office) -> None:
    """Only who is let in learns which paths there are."""
    refused(office.client.get("/v1/secrets"), 401, "unauthenticated")
    refused(office.call("GET", "/v1/secrets"), 404, "noRoute")


def test_a_route_without_a_policy_keeps_the_service_from_starting() -> None:
    """Deny by default, at start, not when it is too late."""
    app = Flask("bare", static_folder=None)
    app.add_url_rule("/open", "open", allows(Policy.OPEN)(lambda: ""))
    assert {"open": Policy.OPEN} == policies(app)
    app.add_url_rule("/hole", "hole", lambda: "")

    with pytest.raises(LookupError, match="/hole"):
        policies(app)


def test_a_second_key_lets_in_under_its_own_name(office: Office, service: Service) -> None:
    """The log says which of them it was."""
    service.writer.do(CreateApiKey("portal", hashed("portal-key")), SERVICE)
    office.deploy("p", ONE_TASK)

    answer: Reply = office.client.post(
        "/v1/process-instances", json={"processDefinitionKey": "p"}, headers={"Authorization": "bearer portal-key"}
    )

    assert "portal" == answer.json["startedBy"]


def test_a_good_key_is_not_looked_up_each_time(service: Service) -> None:
    """The database is asked once in a while, not once a request; a bad key is never remembered."""
    first = service.identities.principal(KEY)

    assert first is service.identities.principal(KEY)


@pytest.mark.parametrize("name", ["x" * 256, " ", "%00", "%ff"])
def test_the_person_behind_a_portal_must_have_a_name(office: Office, name: str) -> None:
    """An act on behalf of nobody cannot be laid at anybody's door."""
    refused(office.call("GET", "/v1/tasks", on_behalf_of=name), 422, "invalidValues")


def test_a_persons_name_may_be_vietnamese(office: Office) -> None:
    """Headers are ASCII to a web server; names are not: they come percent-encoded."""
    office.deploy("p", ONE_TASK)
    task = office.tasks(office.start("p")["id"])[0]["id"]

    answer = office.post(f"/v1/tasks/{task}/claim", on_behalf_of=quote("Nguyễn Lan"))

    assert "Nguyễn Lan" == answer.json["assignee"]


def test_the_openness_of_the_door_is_nobodys_guess(office: Office) -> None:
    """Browsers are told not to interpret, caches not to keep."""
    answer = office.call("GET", "/v1/tasks")

    assert ("nosniff", "no-store") == (answer.headers["X-Content-Type-Options"], answer.headers["Cache-Control"])
    assert "motcua" == answer.headers["Server"]
    assert ("default-src 'none'; frame-ancestors 'none'", "no-referrer") == (
        answer.headers["Content-Security-Policy"], answer.headers["Referrer-Policy"],
    )  # fmt: skip
    assert "Strict-Transport-Security" not in answer.headers
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_who_asks_too_often_is_slowed_down() -> None:
    """One program gone wild must not stand in everybody's way; the others are not held up with it."""
    now = 0.0
    rates = Rates(2, 3, lambda: now)
    for _ in range(3):
        rates.count("wild")
    for _ in range(2):
        with pytest.raises(TooMany):
            rates.count("wild")
    rates.count("calm")
    now = 0.5
    rates.count("wild")
    with pytest.raises(TooMany):
        rates.count("wild")


def test_the_limit_is_answered_with_when_to_come_back() -> None:
    """Who is told when, needs not to try again and again. Bad credentials never hold up good ones."""
    service = wire(Settings(database_url="sqlite:///:memory:", admin_key=KEY, rate_limit=2, hsts=60))
    service.start()
    office = Office(service, make_app(service).test_client())
    for _ in range(600):
        stranger = office.client.get("/v1/tasks")
    refused(stranger, 429, "tooManyRequests")
    answers = [office.call("GET", "/v1/tasks") for _ in range(4)]
    service.stop()

    assert 200 == answers[0].status_code
    refused(answers[-1], 429, "tooManyRequests")
    assert "1" == answers[-1].headers["Retry-After"]
    assert "max-age=60" == answers[-1].headers["Strict-Transport-Security"]
