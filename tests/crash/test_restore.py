"""The restore drill: a backup under load, everything lost, and the service goes on elsewhere from the backup."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from adapters.database.store import DatabaseStore
from engine.service import history
from tests.conftest import Databases
from tests.crash.server import Server, Unanswered
from tests.crash.test_kill import TWO, Clients
from tests.engine.runtime.models import diagram, end, node, path, start, timer

SOON = diagram(
    start() + node("intermediateCatchEvent", "t", timer("PT6S")) + end() + path("s", "t", "e"),
    key="soon",
)
SLEEPERS = 5


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """Makes the address of an empty store of each kind."""
    if request.param == "sqlite":
        return lambda name: f"sqlite:///{tmp_path}/{name}/store.db"
    databases: Databases = request.getfixturevalue("postgresql_url")
    return lambda name: databases()


@pytest.fixture
def motcua(postgresql_programs: Path) -> Callable[..., str]:
    """Runs a command that works on the store itself, beside whatever runs on it."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")}
    search = os.pathsep.join([str(postgresql_programs), others["PATH"]])

    def run(url: str, *command: str | Path) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "api.cli", *map(str, command)],
            env=others | {"MOTCUA_DATABASE_URL": url, "PATH": search, "LANG": "en_US.UTF-8"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


class Lost(Exception):
    """The service is gone, and this caller with it."""


class Callers(Clients):
    """Clients that go down with the service: nobody repeats what was not answered."""

    def _until_answered(self, ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        try:
            return ask()
        except Unanswered as error:
            raise Lost from error


class Drill:
    """One run: load, backup, loss, restore, and a look at what is there."""

    def __init__(self, folder: Path, fresh: Callable[[str], str], motcua: Callable[..., str]) -> None:
        self.folder, self.fresh, self.motcua = folder, fresh, motcua
        self.servers: list[Server] = []

    def server(self, name: str) -> Server:
        (self.folder / name).mkdir(exist_ok=True)
        server = Server(self.fresh(name), self.folder / name)
        self.servers.append(server)
        return server

    def run(self, seed: int) -> str:
        """Lose everything at a random moment and come back."""
        lost, file = self.server("lost"), self.folder / "backup.tar"
        lost.start()
        for name, content in (("two.bpmn", TWO), ("soon.bpmn", SOON)):
            lost.deploy(name, content)
        sleepers = [
            lost.call("POST", "/v1/process-instances", {"processDefinitionKey": "soon"})["id"] for _ in range(SLEEPERS)
        ]
        with Callers(lost) as clients:
            time.sleep(Random(seed).uniform(0.3, 2.0))
            acknowledged = ([*clients.started], [*clients.completed])
            begin = time.monotonic()
            self.motcua(lost.url, "backup", file)
            took = time.monotonic() - begin
            lost.kill()
        assert [fault for fault in clients.faults if not isinstance(fault, Lost)] == []
        again = self._restored(file)
        self._await_timers(again, sleepers)
        again.stop()
        found = self._look(again.url, sleepers, *acknowledged)
        return f"backed up in {took:.1f} s under load: {found}"

    def _restored(self, file: Path) -> Server:
        again = self.server("again")
        told = self.motcua(again.url, "restore", file, "--verify")
        assert "all identical" in told
        again.start()
        return again

    def _await_timers(self, server: Server, sleepers: list[str]) -> None:
        until = time.monotonic() + 60
        while any(server.call("GET", f"/v1/process-instances/{id}")["state"] != "completed" for id in sleepers):
            assert time.monotonic() < until, "what fell due meanwhile does not run"
            time.sleep(0.2)

    def _look(self, url: str, sleepers: list[str], started: list[str], completed: list[str]) -> str:
        store, done = DatabaseStore(url), set()
        with store.read() as queries:
            streams = set(queries.streams())
            for stream in streams:
                records = history.records(queries, stream, 0, 1000)
                done |= {record.payload["userTask"] for record in records if record.kind == "UserTaskCompleted"}
                fired = sum(record.kind == "TimerFired" for record in records)
                assert fired == (1 if stream in sleepers else 0)
        store.close()
        assert set(started) - streams == set()
        assert set(completed) - done == set()
        return f"{len(started)} starts and {len(completed)} completions acknowledged before it began, all there; {len(streams)} histories"


@pytest.fixture
def drill(tmp_path: Path, fresh: Callable[[str], str], motcua: Callable[..., str]) -> Iterator[Drill]:
    """A drill whose processes are gone afterwards."""
    drill = Drill(tmp_path, fresh, motcua)
    yield drill
    for server in drill.servers:
        server.stop()


def test_a_backup_under_load_brings_everything_back(drill: Drill, capsys: pytest.CaptureFixture[str]) -> None:
    """A backup that was never restored is a hope, not a backup."""
    told = drill.run(seed=1)
    with capsys.disabled():
        print(f"\n  {drill.servers[0].url.split(':')[0]}: {told}")


@pytest.mark.chaos
@pytest.mark.parametrize("seed", range(2, 5))
def test_three_more_drills(drill: Drill, seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    """The same at other moments."""
    told = drill.run(seed)
    with capsys.disabled():
        print(f"\n  {drill.servers[0].url.split(':')[0]}: {told}")
