"""kill -9 at random moments under thirty-two clients: nothing acknowledged is lost, nothing is done twice."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any, Self
from uuid import uuid4

import pytest

from adapters.database.store import DatabaseStore
from engine.service import history
from engine.service.catalog import Catalog
from tests.crash.server import Refused, Server, Unanswered
from tests.engine.runtime.models import diagram, end, path, start, user

CLIENTS = 32
TWO = diagram(start() + user("a") + user("b") + end() + path("s", "a", "b", "e"), key="two")


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """A service on a database of each kind."""
    url = f"sqlite:///{tmp_path}/store.db" if request.param == "sqlite" else request.getfixturevalue("postgresql_url")()
    server = Server(url, tmp_path)
    yield server
    server.stop()


class Clients:
    """Each starts instances and completes their tasks, repeating every request until it is answered."""

    def __init__(self, server: Server) -> None:
        self.server, self.ending = server, threading.Event()
        self.started: list[str] = []
        self.completed: list[str] = []
        self.repeats = 0
        self.faults: list[BaseException] = []
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(CLIENTS)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ending.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive()

    def _work(self) -> None:
        try:
            while not self.ending.is_set():
                self._one_dossier()
        except BaseException as fault:  # noqa: BLE001 - the test shows it
            self.faults.append(fault)

    def _one_dossier(self) -> None:
        instance = self._insist("/v1/process-instances", {"processDefinitionKey": "two"})
        self.started.append(instance["id"])
        (task,) = self._until_answered(
            lambda: self.server.call("GET", f"/v1/tasks?processInstanceId={instance['id']}")
        )["items"]
        while task is not None:
            done = self._insist(f"/v1/tasks/{task['id']}/complete", {"variables": {"n": 1}})
            self.completed.append(task["id"])
            task = next(iter(done["tasks"]), None)

    def _insist(self, where: str, body: dict[str, Any]) -> dict[str, Any]:
        key = uuid4().hex
        return self._until_answered(lambda: self.server.call("POST", where, body, **{"Idempotency-Key": key}))

    def _until_answered(self, ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        while True:
            try:
                return ask()
            except Unanswered:
                self.repeats += 1
                time.sleep(0.2)
            except Refused as refused:
                if refused.status != 503:
                    raise
                time.sleep(0.2)


def survive(server: Server, kills: int, seed: int) -> str:
    """Kill under load, all of it and its parent alone by turns, each ``kills`` times; then look at the database."""
    random = Random(seed)
    server.start()
    server.deploy("two.bpmn", TWO)
    with Clients(server) as clients:
        for number in range(2 * kills):
            time.sleep(random.uniform(0.1, 0.6))
            if number % 2:
                server.kill_parent()
            else:
                server.kill()
            server.start()
        time.sleep(0.3)
    server.stop()
    assert clients.faults == []
    return check(server.url, clients, kills)


def check(url: str, clients: Clients, kills: int) -> str:
    """Everything acknowledged is there, once, and every history verifies."""
    store, catalog = DatabaseStore(url), Catalog()
    completions: Counter[str] = Counter()
    with store.read() as queries:
        streams = list(queries.streams())
        for stream in streams:
            verification = history.verify(queries, catalog, stream)
            assert verification.identical, (stream, verification)
            for record in history.records(queries, stream, 0, 1000):
                if record.kind == "UserTaskCompleted":
                    completions[record.payload["userTask"]] += 1
    store.close()
    lost = [i for i in clients.started if i not in set(streams)] + [
        t for t in clients.completed if t not in completions
    ]
    twice = [task for task, times in completions.items() if times > 1]
    assert lost == []
    assert twice == []
    assert len(set(clients.started)) == len(clients.started)
    return (
        f"{kills} kills and {kills} of the parent alone: acknowledged {len(clients.started)} starts and {len(clients.completed)} completions, "
        f"{clients.repeats} requests repeated; lost 0, twice 0, {len(streams)} histories verified"
    )


def test_ten_kills(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    """What a client was told is true after the machine went down."""
    told = survive(server, 10, seed=1)
    with capsys.disabled():
        print(f"\n  {server.url.split(':')[0]}: {told}")


@pytest.mark.parametrize(
    "kills", [pytest.param(40, marks=pytest.mark.chaos), pytest.param(250, marks=pytest.mark.nightly)]
)
def test_more_kills(server: Server, kills: int, capsys: pytest.CaptureFixture[str]) -> None:
    """The same, longer, at other moments each time."""
    told = survive(server, kills, seed=time.time_ns())
    with capsys.disabled():
        print(f"\n  {server.url.split(':')[0]}: {told}")


def test_a_worker_does_not_outlive_its_parent(tmp_path: Path) -> None:
    """An orphan would go on answering, and hold the file against the service that was restarted."""
    server = Server(f"sqlite:///{tmp_path}/store.db", tmp_path)
    server.start()
    workers = server.kill_parent()
    assert workers

    deadline = time.monotonic() + 5
    while any(alive(worker) for worker in workers):
        assert time.monotonic() < deadline, "a worker is still there"
        time.sleep(0.02)
    server.start()
    server.stop()


def alive(pid: int) -> bool:
    """Whether a process still runs."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def test_a_second_service_on_the_same_file_is_refused(tmp_path: Path) -> None:
    """Two writers would each believe their own cache; the second is told who has the file."""
    server = Server(f"sqlite:///{tmp_path}/store.db", tmp_path)
    server.start()
    second = server.spawn(port=server.port + 1)

    assert second.wait(20) != 0
    assert str(tmp_path / "store.db") in server.log.read_text()
    server.call("GET", "/readyz")
    server.stop()
