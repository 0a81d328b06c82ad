"""A real service that calls a real server: over HTTP on both databases, and killed while an answer is awaited."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from engine.domain.waiting import OUTCOME_UNKNOWN
from tests.crash.server import Server
from tests.engine.service.test_calls import GIVEN, OK, SECRET, model, registration
from tests.other_system import OtherSystem, answer, other_system

PATIENCE = 30.0


@pytest.fixture
def system() -> Iterator[OtherSystem]:
    """A system whose answers the test sets."""
    with other_system(OK) as system:
        yield system


@pytest.fixture(params=["sqlite", "postgresql"])
def serving(request: pytest.FixtureRequest, tmp_path: Path, system: OtherSystem) -> Iterator[Callable[..., Server]]:
    """A function that starts a service which may call the system."""
    url = f"sqlite:///{tmp_path}/store.db" if request.param == "sqlite" else request.getfixturevalue("postgresql_url")()
    started: list[Server] = []

    def serve(clock: str, **said: str) -> Server:
        (tmp_path / "connectors.toml").write_text(registration(system.url, **said))
        settings = {"CONNECTORS": f"{tmp_path}/connectors.toml", "SECRET_THUE": SECRET, "LOG_LEVEL": "debug"}
        server = Server(url, tmp_path, CLOCK=clock, **settings)
        started.append(server)
        server.start()
        server.deploy("p.bpmn", model())
        return server

    yield serve
    for server in started:
        server.stop()


def begin(server: Server) -> str:
    """An instance that is about to call."""
    id: str = server.call("POST", "/v1/process-instances", {"processDefinitionKey": "p", "variables": GIVEN})["id"]
    return id


def seen(server: Server, instance: str) -> tuple[list[str], list[str]]:
    """The elements where people have something to do, and the codes of open incidents."""
    tasks = server.call("GET", f"/v1/tasks?processInstanceId={instance}")["items"]
    incidents = server.call("GET", f"/v1/incidents?processInstanceId={instance}&state=open")["items"]
    return [task["elementId"] for task in tasks], [incident["code"] for incident in incidents]


def until(found: Callable[[], Any], wanted: Any) -> None:
    """Wait for something that happens by itself."""
    begin = time.monotonic()
    while (now := found()) != wanted:
        assert time.monotonic() - begin < PATIENCE, f"{now}, and not {wanted}"
        time.sleep(0.05)


def test_a_dossier_calls_over_http(serving, system, tmp_path):
    """Deployed, started and answered through the API; the secret is in no answer, no log, and not in the database."""
    system.answers = [OK, answer(409, {"ma": "TRUNG"})]
    server = serving("system")
    first = begin(server)
    until(lambda: seen(server, first), (["after"], []))
    second = begin(server)
    until(lambda: seen(server, second), (["other"], []))
    listed = server.call("GET", "/v1/connectors")
    verified = [server.call("POST", f"/v1/process-instances/{id}/verification", {}) for id in (first, second)]
    history = server.call("GET", f"/v1/process-instances/{first}/history?limit=200")
    server.stop()

    assert [request.headers["authorization"] for request in system.received] == [f"Bearer {SECRET}"] * 2
    assert listed["items"] == [
        {
            "name": "thue_dat.gui",
            "host": f"127.0.0.1:{system.port}",
            "idempotent": False,
            "needs": ["dien_tich", "ma"],
            "gives": ["so_phieu", "may"],
            "errors": ["E1"],
        }
    ]
    assert all(each["identical"] for each in verified)
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("store.db*"))
    assert SECRET not in server.log.read_text() + repr((listed, verified, history))
    assert SECRET.encode() not in stored


def killed_while_it_waits(server: Server, system: OtherSystem) -> str:
    """The other system has the request; the service dies before it has the answer."""
    has_it = Event()

    def holds(connection: Any, request: Any) -> None:
        has_it.set()
        time.sleep(0.5)

    system.answers = [holds, OK]
    instance = begin(server)
    assert has_it.wait(PATIENCE)
    server.kill()
    server.start()
    server.call("POST", "/v1/clock/advance", {"seconds": 120})
    return instance


def test_a_service_that_was_killed_does_not_call_twice(serving, system):
    """Nobody knows whether the other side has done it: an incident says so, and nothing is sent again by itself."""
    server = serving("virtual")
    instance = killed_while_it_waits(server, system)
    assert seen(server, instance) == ([], [OUTCOME_UNKNOWN])
    assert system.connects == 1


def test_a_service_that_was_killed_calls_an_idempotent_system_again(serving, system):
    """Under the same key, by which the other side knows that it is the same."""
    server = serving("virtual", more="idempotent = true")
    instance = killed_while_it_waits(server, system)
    assert seen(server, instance) == (["after"], [])
    assert len(system.received) == 2
    assert len({request.headers["idempotency-key"] for request in system.received}) == 1
