"""kill -9 while instances go to the archive: each is in the database or in exactly one file, and in the end in a file."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from adapters.clock.ids import TimeOrderedIds
from adapters.database import schema
from adapters.database.store import DatabaseStore
from engine.service.archive import verify_file
from engine.service.clock import SetVirtualTime
from tests.conftest import Databases
from tests.engine.runtime.models import diagram, end, path, start, user
from tests.engine.service.office import Office

MODEL = diagram(start() + user("a") + end() + path("s", "a", "e"), key="one")
PATIENCE = 60


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A migrated store of each kind."""
    url = f"sqlite:///{tmp_path}/store.db"
    if request.param == "postgresql":
        databases: Databases = request.getfixturevalue("postgresql_url")
        url = databases()
    schema.upgrade(url)
    return url


def _fill(url: str, many: int) -> set[str]:
    """Ended instances, of which all are past their time."""
    office = Office(url, ids=TimeOrderedIds())
    office.deploy(("one.bpmn", MODEL))
    ids = {office.start("one", {"n": n}) for n in range(many)}
    for id in ids:
        office.complete(office.tasks(id)[0])
    office.do(SetVirtualTime(office.clock.now() + timedelta(days=400)))
    office.close()
    return ids


def _archive(url: str, folder: Path) -> subprocess.Popen[bytes]:
    others = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")}
    return subprocess.Popen(
        [sys.executable, "-m", "api.cli", "archive", "--to", str(folder)],
        env=others | {"MOTCUA_DATABASE_URL": url, "MOTCUA_CLOCK": "virtual", "LANG": "en_US.UTF-8"},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def _wait_until(process: subprocess.Popen[bytes], begun: Callable[[], bool]) -> None:
    """Wait until it has something to lose."""
    until = time.monotonic() + PATIENCE
    while process.poll() is None and not begun():
        assert time.monotonic() < until
        time.sleep(0.002)


def _killed(url: str, folder: Path, after: float) -> bool:
    """Archive, and die a moment after the first file of this run was begun; whether it was still at it."""
    process, before = _archive(url, folder), {*folder.glob("*/*")}
    _wait_until(process, lambda: bool({*folder.glob("*/*")} - before))
    time.sleep(after)
    died = process.poll() is None
    if died:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return died


def survive(url: str, folder: Path, many: int, kills: int, seed: int) -> str:
    """Kill it again and again, then let it finish, and look."""
    ids, random = _fill(url, many), Random(seed)
    died = sum(_killed(url, folder, random.uniform(0, 0.4)) for _ in range(kills))
    last = _archive(url, folder)
    _, said = last.communicate(timeout=PATIENCE)
    assert last.returncode == 0, said.decode()
    assert died, "it was never killed"
    _look(url, folder, ids)
    return f"{many} instances, killed {died} times while it was at it: lost 0, twice 0, all verified"


def _look(url: str, folder: Path, ids: set[str]) -> None:
    store = DatabaseStore(url)
    with store.read() as queries:
        assert [] == list(queries.streams())
        stubs = queries.archived(ids)
    store.close()
    held: list[str] = []
    for file in folder.glob("*/*.ndjson"):
        with file.open("rb") as lines, file.with_suffix(".values").open("rb") as values:
            for id, verification in verify_file(lines, values):
                assert verification.identical
                assert verification.taken_from_record == 0
                assert stubs[id].file == f"{file.parent.name}/{file.stem}"
                held.append(id)
        assert stubs[held[-1]].sha256 == json.loads(file.with_suffix(".json").read_text())["sha256"]
    assert sorted(ids) == sorted(held)
    assert [] == [*folder.glob("*/*.pending"), *folder.glob("*/*.part")]


def test_three_kills(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever moment it is, the next run goes on there."""
    told = survive(url, tmp_path / "archive", 120, 3, seed=1)
    with capsys.disabled():
        print(f"\n  {url.split(':', maxsplit=1)[0]}: {told}")


@pytest.mark.chaos
def test_twenty_kills(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same, longer, at other moments each time."""
    told = survive(url, tmp_path / "archive", 1_500, 20, seed=time.time_ns())
    with capsys.disabled():
        print(f"\n  {url.split(':', maxsplit=1)[0]}: {told}")
