"""The whole service over HTTP: a real server, SQLite, the admin key checked on every request."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import models

CALLERS = 32


@dataclass(frozen=True)
class Server:
    """A service that was started for measuring."""

    port: int
    key: str

    def connect(self) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def call(
        self, connection: http.client.HTTPConnection, method: str, path: str, body: Any = None, **headers: str
    ) -> Any:
        data = body if isinstance(body, bytes) or body is None else json.dumps(body)
        kind = {} if isinstance(body, bytes) else {"Content-Type": "application/json"}
        connection.request(method, path, data, {"Authorization": f"Bearer {self.key}", **kind, **headers})
        response = connection.getresponse()
        text = response.read()
        if response.status >= 300:
            raise RuntimeError(f"{method} {path}: {response.status} {text[:300]!r}")
        return json.loads(text) if text else None

    def deploy(self, connection: http.client.HTTPConnection, content: bytes) -> Any:
        mark = secrets.token_hex(8)
        head = f'--{mark}\r\nContent-Disposition: form-data; name="files"; filename="m.bpmn"\r\nContent-Type: application/xml\r\n\r\n'
        body = head.encode() + content + f"\r\n--{mark}--\r\n".encode()
        return self.call(
            connection, "POST", "/v1/deployments", body, **{"Content-Type": f"multipart/form-data; boundary={mark}"}
        )


@contextmanager
def served() -> Iterator[Server]:
    """A service on a free loopback port with a database of its own; it ends with the block."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        server = Server(probe.getsockname()[1], secrets.token_urlsafe(32))
        probe.close()
        settings = {
            "MOTCUA_DATABASE_URL": f"sqlite:///{Path(folder) / 'bench.db'}",
            "MOTCUA_BIND": f"127.0.0.1:{server.port}",
            "MOTCUA_ADMIN_KEY": server.key,
            "MOTCUA_LOG_LEVEL": "warning",
        }
        others = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")}
        process = subprocess.Popen([sys.executable, "-m", "api.cli", "serve"], env=others | settings)
        try:
            _wait_ready(server)
            yield server
        finally:
            process.terminate()
            process.wait(30)


def _wait_ready(server: Server) -> None:
    for _ in range(200):
        try:
            connection = server.connect()
            server.call(connection, "GET", "/readyz")
            return
        except (OSError, RuntimeError):
            time.sleep(0.1)
    raise RuntimeError("the service did not become ready")


def prepare(server: Server, instances: int) -> list[str]:
    """Start instances before the clock runs; their first tasks."""
    connection = server.connect()
    server.deploy(connection, models.human("human3"))
    for _ in range(instances):
        server.call(connection, "POST", "/v1/process-instances", {"processDefinitionKey": "human3"})
    tasks, after = [], None
    while True:
        page = server.call(connection, "GET", "/v1/tasks?limit=200" + (f"&after={after}" if after else ""))
        tasks += [task["id"] for task in page["items"] if task["elementId"] == "u0"]
        after = page["next"]
        if after is None:
            return tasks


def starts(server: Server, number: int) -> float:
    """Instances of ten scripts a second, each from start to end in one request, by thirty-two callers."""
    server.deploy(server.connect(), models.sequence("seq10", 10))

    def caller() -> None:
        connection = server.connect()
        for _ in range(number // CALLERS):
            server.call(connection, "POST", "/v1/process-instances", {"processDefinitionKey": "seq10"})

    threads = [threading.Thread(target=caller) for _ in range(CALLERS)]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return number // CALLERS * CALLERS / (time.perf_counter() - begin)


def closed_loop(servers: Sequence[Server], tasks: list[str]) -> tuple[float, list[float]]:
    """Thirty-two callers, each with its next completion as soon as the last was answered: rate and latencies (s)."""
    latencies: list[float] = []
    lock = threading.Lock()

    def caller(server: Server, mine: list[str]) -> None:
        connection, own = server.connect(), []
        for task in mine:
            todo = [task]
            while todo:
                begin = time.perf_counter()
                answer = server.call(connection, "POST", f"/v1/tasks/{todo.pop()}/complete", {"variables": {}})
                own.append(time.perf_counter() - begin)
                todo += [created["id"] for created in answer["tasks"]]
        with lock:
            latencies.extend(own)

    threads = [
        threading.Thread(target=caller, args=(servers[i % len(servers)], tasks[i::CALLERS])) for i in range(CALLERS)
    ]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(latencies) / (time.perf_counter() - begin), latencies


def open_loop(server: Server, tasks: list[str], rate: float) -> list[float]:
    """Completions at fixed moments, whether or not the ones before were answered; latencies from the planned moment."""
    latencies: list[float] = []
    lock, begin = threading.Lock(), time.perf_counter() + 0.2
    waiting = list(enumerate(tasks))

    def caller() -> None:
        connection = server.connect()
        while True:
            with lock:
                if not waiting:
                    return
                number, task = waiting.pop(0)
            planned = begin + number / rate
            time.sleep(max(0.0, planned - time.perf_counter()))
            server.call(connection, "POST", f"/v1/tasks/{task}/complete", {"variables": {}})
            with lock:
                latencies.append(time.perf_counter() - planned)

    threads = [threading.Thread(target=caller) for _ in range(CALLERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return latencies


def percentile(values: list[float], share: float) -> float:
    """The value below which a share of them lies."""
    return statistics.quantiles(sorted(values), n=1000)[round(share * 1000) - 1] if len(values) > 1 else values[0]


def deployment(server: Server) -> tuple[float, float]:
    """Seconds to deploy a diagram of 500 elements: the first time, and the same again."""
    connection, content = server.connect(), models.large("large", 500)
    figures = []
    for _ in range(2):
        begin = time.perf_counter()
        server.deploy(connection, content)
        figures.append(time.perf_counter() - begin)
    return figures[0], figures[1]
