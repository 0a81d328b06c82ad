"""The description of the API says what the API does: every answer, also to nonsense, is as it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import CHECKS
from schemathesis.generation import GenerationMode

from api.app import make_app
from api.bootstrap import wire
from api.settings import Settings
from api.waiting_room import WaitingRoom
from engine.domain.access import Role
from engine.domain.system import Notice
from engine.domain.webhook import Receiver
from engine.service.command import SERVICE
from engine.service.inbound import TakeNotice
from engine.service.keys import CreateApiKey, hashed
from tests.api.models import FAILS_WITHOUT_FEE, FEE, FORM, WAITS_FOR_FEE, WITH_FORM, chain
from tests.api.office import KEY, Office

PRINTS = chain("startEvent|s", 'serviceTask|p|motcua:paper="mau_01"', "endEvent|e")
ASKS = chain("startEvent|s", 'serviceTask|j|motcua:topic="x"', "endEvent|e")

EXAMPLES = 12
"""For each operation, each kind of data (good, bad) and each kind of id (somebody's, nobody's)."""
NAMES = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "ignored_auth",
)


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    """A service in which something of every kind has happened; all examples run on it, one after the other."""
    service = wire(
        Settings(
            database_url="sqlite:///:memory:", clock="virtual", admin_key=KEY, webhook_hosts=(HOOKS,), webhook_key=b"k" * 32
        )
    )  # fmt: skip
    service.start()
    service.waiting_room = WaitingRoom(0)  # nobody else is there who could make work for an example that waits
    service.followers = WaitingRoom(0)
    office = Office(service, make_app(service).test_client())
    office.deploy("forms", WITH_FORM, tham_dinh=FORM)
    office.deploy("waits", WAITS_FOR_FEE, FEE)
    office.deploy("fails", FAILS_WITHOUT_FEE)
    office.deploy("asks", ASKS)
    office.deploy("prints", PRINTS)
    office.start("prints")
    for number in range(4):
        office.start("waits", businessKey=f"k{number}")
        office.start("forms", {"owner": "An"})
        office.complete(office.tasks(office.start("fails")["id"])[0]["id"])
    office.post("/v1/batches", {"operation": "suspend", "reason": "r", "filter": {"businessKeys": ["none"]}})
    for role, secret in SECRETS.items():
        service.writer.do(CreateApiKey(f"a-{role}", hashed(secret), roles=(role,), groups=("g",)), SERVICE)
    yield office
    service.stop()


@pytest.fixture(scope="module")
def app(office: Office) -> Flask:
    """Its application."""
    return office.client.application


@pytest.fixture(scope="module")
def schema(app: Flask) -> Any:
    """The description as the generator of requests reads it, once: reading it takes longer than a test's requests."""
    return schemathesis.openapi.from_wsgi("/v1/openapi.json", app)


def _document() -> dict[str, Any]:
    """Read before any test runs, so that each operation is a test of its own."""
    service = wire(Settings(database_url="sqlite:///:memory:", admin_key=KEY))
    document: dict[str, Any] | None = make_app(service).test_client().get("/v1/openapi.json").json
    service.store.close()
    assert document is not None
    return document


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method != "parameters":
                yield f"{method.upper()} {path}", operation


HOOKS = Receiver("https://hooks.invalid")
DOCUMENT = _document()
OPERATIONS = dict(_operations(DOCUMENT))
HEADERS = {"Authorization": f"Bearer {KEY}"}
SECRETS: dict[Role, str] = {role: f"a-key-of-a-{role}-0123456789" for role in Role if role is not Role.ADMIN}


def _cases() -> Iterator[Any]:
    """Open routes take nothing that could be wrong; only some paths have an id that could be somebody's."""
    for name, operation in OPERATIONS.items():
        for mode in GenerationMode:
            if mode is GenerationMode.NEGATIVE and operation.get("security") == []:
                continue
            for known in (True, False) if "{id}" in name else (False,):
                yield pytest.param(name, mode, known, id=f"{name}-{mode.value}-{'known' if known else 'unknown'}")


def test_every_route_is_described(app: Flask) -> None:
    """An undocumented route is one that nobody watches."""
    routes = {
        f"{method} {rule.rule.replace('<', '{').replace('>', '}')}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }

    assert routes == set(OPERATIONS)


def test_the_description_is_complete() -> None:
    """Every operation says who may call it, in what shape it answers, and how it refuses."""
    assert DOCUMENT["openapi"].startswith("3.1")
    assert "key" in DOCUMENT["components"]["securitySchemes"]
    for name, operation in OPERATIONS.items():
        assert operation["summary"], name
        assert operation["x-policy"], name
        for status, response in operation["responses"].items():
            assert response["content"], (name, status)
            assert (status < "3") is ("application/problem+json" not in response["content"])


def test_everything_that_changes_something_takes_a_key() -> None:
    """The description promises repeats exactly where they are kept."""
    for name, operation in OPERATIONS.items():
        parameters = {parameter.get("$ref", "").rpartition("/")[2] for parameter in operation["parameters"]}
        by_itself = (
            name.endswith(("/verification", "/rating")) or "/inbound/" in name
        )  # packets of systems are known by what they hold
        changes = not name.startswith("GET") and not by_itself
        assert ("IdempotencyKey" in parameters) is changes, name


@pytest.mark.slow
@pytest.mark.parametrize(("operation", "mode", "known"), list(_cases()))
def test_answers_are_as_described(
    office: Office, schema: Any, operation: str, mode: GenerationMode, known: bool
) -> None:
    """Good requests and nonsense: never a 5xx, never a shape or a status that the description does not have."""
    method, _, path = operation.partition(" ")
    ids: dict[str, Any] = {"path_parameters": {"id": _somebody(office, path)}} if known else {}
    strategy = schema[path][method].as_strategy(generation_mode=mode, **ids)
    checks = CHECKS.get_by_names(NAMES)

    @given(case=strategy)
    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    def answers(case: Any) -> None:
        case.call_and_validate(headers=HEADERS, checks=checks)

    answers()


OF_A_ROLE = ("not_a_server_error", "status_code_conformance", "response_schema_conformance", "negative_data_rejection")
GUARDED = [name for name, found in OPERATIONS.items() if found.get("security") != []]


@pytest.mark.slow
@pytest.mark.parametrize("operation", GUARDED)
@pytest.mark.parametrize("role", SECRETS)
def test_every_role_is_answered(office: Office, schema: Any, operation: str, role: Role) -> None:
    """Whoever asks, the answer is one that the description has, and never that the service stumbled."""
    assert asked(office, schema, operation, SECRETS[role], GenerationMode.POSITIVE, 3)


@pytest.mark.chaos
@pytest.mark.parametrize("operation", GUARDED)
def test_every_role_is_answered_often(office: Office, schema: Any, operation: str) -> None:
    """20,000 requests over all routes; how many of them are good and how many nonsense is printed."""
    statuses: Counter[int] = Counter()
    for secret in SECRETS.values():
        for mode in GenerationMode:
            statuses += asked(office, schema, operation, secret, mode, 22)
    print(f"\n  {operation}: {sum(statuses.values())} requests, {dict(sorted(statuses.items()))}")


def asked(office: Office, schema: Any, operation: str, secret: str, mode: GenerationMode, times: int) -> Counter[int]:
    """So many generated requests under a key: what they were answered."""
    method, _, path = operation.partition(" ")
    ids: dict[str, Any] = {"path_parameters": {"id": _somebody(office, path)}} if "{id}" in path else {}
    strategy = schema[path][method].as_strategy(generation_mode=mode, **ids)
    checks = CHECKS.get_by_names(OF_A_ROLE)
    statuses: Counter[int] = Counter()

    @given(case=strategy)
    @settings(
        max_examples=times, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    def answers(case: Any) -> None:
        response = case.call_and_validate(headers={"Authorization": f"Bearer {secret}"}, checks=checks)
        statuses[response.status_code] += 1

    answers()
    return statuses


def _somebody(office: Office, path: str) -> str:
    """The id of something that exists."""
    kind = path.split("/")[2]
    if kind == "users":
        return "lan"
    if kind == "api-keys":  # the administrator's own would be the end of the test
        return str(office.post("/v1/api-keys", {"name": "somebody", "roles": []}).json["id"])
    if kind == "subscriptions":  # of what does not happen: nothing is to be sent
        wanted = {"url": f"{HOOKS.origin}/", "types": ["BatchCancelled"]}
        return str(office.post("/v1/subscriptions", wanted).json["id"])
    if kind == "parked-packets":
        office.service.writer.do(TakeNotice("x", "y", Notice(office.service.ids.new(), "k", {})), SERVICE)
    if kind == "jobs":
        [active] = office.start("asks")["activeElements"]
        return str(active["waitingFor"][0]["jobId"])
    items = office.get(f"/v1/{kind}{'?state=all' if kind in ('tasks', 'incidents') else ''}")["items"]
    return str(items[-1]["id"])
