"""The real server, over a real port, on a real file."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.api.models import ONE_TASK, process
from tests.api.office import KEY

ROOT = Path(__file__).parent.parent.parent
PROGRAM = """
import os, sys
from pathlib import Path
from api.server import serve
from api.settings import Settings
sys.exit(serve(Settings.of(os.environ), Path(sys.argv[1])))
"""


class Server:
    """A server process and a way to speak to it."""

    def __init__(self, folder: Path, port: int, **more: str) -> None:
        self.port = port
        self.errors = folder / "errors"
        environment = {
            "MOTCUA_DATABASE_URL": f"sqlite:///{folder}/store.db",
            "MOTCUA_BIND": f"127.0.0.1:{port}",
            "MOTCUA_ADMIN_KEY": KEY,
            "MOTCUA_CLOCK": "virtual",
            **more,
        }
        with self.errors.open("ab") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, str(folder / "procedures")],
                cwd=ROOT,
                env={"PATH": os.environ["PATH"], **environment},
                stdout=subprocess.PIPE,
                stderr=errors,
            )

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any, Any]:
        """Status, headers, body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json", **headers}
        with closing(connection):
            connection.request(method, path, None if body is None else json.dumps(body), sent)
            answer = connection.getresponse()
            content = answer.read()
        return answer.status, answer.headers, json.loads(content)

    def wait(self) -> None:
        """Until it is ready."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            assert self.process.poll() is None, self.errors.read_text()
            try:
                if self.call("GET", "/readyz")[0] == 200:
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("not ready in time: " + self.errors.read_text())

    def metric(self, name: str) -> float:
        """A figure without labels."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", "/metrics", headers={"Authorization": f"Bearer {KEY}"})
        lines = connection.getresponse().read().decode().splitlines()
        connection.close()
        return float(next(line for line in lines if line.startswith(f"{name} ")).split()[1])

    def log(self) -> list[dict[str, Any]]:
        """What it wrote down."""
        return [json.loads(line) for line in self.errors.read_text().splitlines() if line.startswith("{")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Room for a store, and a procedure to publish."""
    (tmp_path / "procedures" / "p").mkdir(parents=True)
    (tmp_path / "procedures" / "p" / "process.bpmn").write_bytes(process("p", ONE_TASK))
    return tmp_path


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """A server that is ready, and gone afterwards."""
    server = Server(folder, free_port())
    try:
        server.wait()
        yield server
    finally:
        server.process.kill()
        server.process.communicate()


def stopped(server: Server) -> int:
    """Its exit code after it was asked to stop."""
    server.process.send_signal(signal.SIGTERM)
    return server.process.wait(90)


@pytest.mark.slow
def test_a_walk_through_the_real_server(folder: Path) -> None:
    """Start, complete, stop, start again: what was acknowledged is there, and a stopped server leaves cleanly."""
    with running(folder) as server:
        status, headers, instance = server.call("POST", "/v1/process-instances", {"processDefinitionKey": "p"})
        assert (201, "nosniff") == (status, headers["X-Content-Type-Options"])
        assert "granian" not in str(headers).lower()
        [task] = server.call("GET", f"/v1/tasks?processInstanceId={instance['id']}")[2]["items"]
        path = f"/v1/tasks/{task['id']}/complete"
        assert 200 == server.call("POST", path, {"variables": {"owner": "Nguyễn Văn A"}})[0]
        assert 0 == stopped(server)
        assert "stopped" in {line["event"] for line in server.log()}
        text = server.errors.read_text()
        assert KEY not in text
        assert "Nguyễn" not in text
        assert task["id"] in text

    with running(folder) as server:
        assert "completed" == server.call("GET", f"/v1/process-instances/{instance['id']}")[2]["state"]
        assert server.call("POST", f"/v1/process-instances/{instance['id']}/verification", {})[2]["identical"]


@pytest.mark.slow
def test_who_waits_for_work_does_not_hold_up_the_end(folder: Path) -> None:
    """Waiting callers are answered when the service is told to stop; it leaves as cleanly as without them."""
    with running(folder) as server, ThreadPoolExecutor() as pool:
        waiting = pool.submit(server.call, "POST", "/v1/jobs/fetch", {"topics": ["dan-cu"], "wait": 60})
        while server.metric("motcua_callers_waiting") == 0:
            assert not waiting.done()

        assert 0 == stopped(server)

        status, _, answer = waiting.result()
        assert (200, {"items": []}) == (status, answer)
        assert "stopped" in {line["event"] for line in server.log()}


@pytest.mark.slow
def test_a_second_server_on_the_same_file_says_so(folder: Path) -> None:
    """A clear sentence and an exit code, in place of two writers."""
    with running(folder) as server:
        second = Server(folder, free_port())

        assert 75 == second.process.wait(60)
        second.process.communicate()
        assert "in use by process" in second.errors.read_text()
        assert 200 == server.call("GET", "/healthz")[0]


@pytest.mark.slow
def test_the_worker_dies_with_its_parent(folder: Path) -> None:
    """A worker left behind would hold the store; the next server could not start."""
    with running(folder) as server:
        server.process.kill()
        server.process.wait()

    with running(folder) as server:
        assert 200 == server.call("GET", "/healthz")[0]


@pytest.mark.slow
def test_what_was_begun_is_finished_before_the_end(folder: Path) -> None:
    """A stop in the middle of work: every answer that came is true, and nothing comes half."""
    with running(folder) as server:
        started: list[str] = []

        def start() -> None:
            for _ in range(200):
                try:
                    status, _, body = server.call("POST", "/v1/process-instances", {"processDefinitionKey": "p"})
                except OSError:
                    return
                assert 201 == status
                started.append(body["id"])

        threads = [threading.Thread(target=start) for _ in range(8)]
        for thread in threads:
            thread.start()
        while len(started) < 50:
            time.sleep(0.01)
        assert 0 == stopped(server)
        for thread in threads:
            thread.join()

    with running(folder) as server:
        for id in started:
            assert 200 == server.call("GET", f"/v1/process-instances/{id}")[0]
