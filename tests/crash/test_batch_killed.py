"""kill -9 in the middle of a batch: it goes on where it was, and no instance is done twice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from adapters.database.store import DatabaseStore
from engine.service import history
from tests.crash.server import Server
from tests.engine.runtime.models import diagram, end, path, start, user

MANY = 400
KILLS = 3
ONE = diagram(start() + user("u") + end() + path("s", "u", "e"), key="one")


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """A service on a database of each kind."""
    url = f"sqlite:///{tmp_path}/store.db" if request.param == "sqlite" else request.getfixturevalue("postgresql_url")()
    server = Server(url, tmp_path)
    yield server
    server.stop()


def test_a_batch_survives_kills_and_does_nothing_twice(server: Server) -> None:
    """The result of an item stands in the same commit as its effect, whenever the service dies."""
    server.start()
    server.deploy("one.bpmn", ONE)
    ids = [server.call("POST", "/v1/process-instances", {"processDefinitionKey": "one"})["id"] for _ in range(MANY)]
    asked = {"operation": "suspend", "filter": {"processDefinitionKey": "one"}, "reason": "storm"}
    batch = server.call("POST", "/v1/batches", asked)["id"]
    random, left = Random(7), []
    for _ in range(KILLS):
        time.sleep(random.uniform(0.0, 0.1))
        server.kill()
        server.start()
        left.append(progress(server, batch)["remaining"])

    found = progress(server, batch)
    while found["state"] == "running":
        time.sleep(0.05)
        found = progress(server, batch)
    server.stop()

    assert (found["state"], found["done"], found["failed"], found["remaining"]) == ("completed", MANY, 0, 0), left
    store = DatabaseStore(server.url)
    with store.read() as queries:
        suspended = [
            sum(record.kind == "ProcessInstanceSuspended" for record in history.records(queries, id, 0, 1_000))
            for id in ids
        ]
    store.close()
    assert suspended == [1] * MANY


def progress(server: Server, batch: str) -> dict[str, Any]:
    """How far it is."""
    found: dict[str, Any] = server.call("GET", f"/v1/batches/{batch}")
    return found
