"""A real service that can be killed: its own process group, a loopback port, a database that survives it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

KEY = "kill-me-as-often-as-you-like"
PATIENCE = 30.0


class Unanswered(Exception):
    """The service died, or was not there, before it answered: nobody knows whether it was done."""


class Server:
    """Started and killed many times over the same database."""

    COMMAND = "serve"

    def __init__(self, url: str, folder: Path, **settings: str) -> None:
        self.url, self.settings = url, settings
        self.log = folder / f"{self.COMMAND}.log"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    def spawn(self, port: int | None = None) -> subprocess.Popen[bytes]:
        """Start a service on the database."""
        settings = {
            "MOTCUA_DATABASE_URL": self.url,
            "MOTCUA_BIND": f"127.0.0.1:{port or self.port}",
            "MOTCUA_ADMIN_KEY": KEY,
            "MOTCUA_LOG_LEVEL": "error",
            **{f"MOTCUA_{name}": value for name, value in self.settings.items()},
        }
        others = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")}
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "api.cli", self.COMMAND],
                env=others | settings,
                start_new_session=True,
                stdout=log,
                stderr=log,
            )

    def start(self) -> None:
        """Start it and wait until it is ready."""
        self.process = self.spawn()
        begin = time.monotonic()
        while time.monotonic() - begin < PATIENCE:
            try:
                self.call("GET", "/readyz")
                return
            except (Unanswered, Refused):
                time.sleep(0.05)
        raise AssertionError(f"not ready: {self.log.read_text()[-2000:]}")

    def kill(self) -> None:
        """Kill -9, parent and worker at once."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def workers(self) -> list[int]:
        """Process ids of the workers."""
        assert self.process is not None
        return [
            int(id) for id in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        ]

    def kill_parent(self) -> list[int]:
        """Kill -9 of the parent alone; the workers that it had."""
        assert self.process is not None
        workers = self.workers()
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()
        return workers

    def stop(self) -> None:
        """End it in peace, whatever state it is in."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.kill()

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """One request on a connection of its own.

        Raises:
            Unanswered: no answer came.
            Refused: the answer is no success.
        """
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        raw = isinstance(body, bytes)
        data = body if raw or body is None else json.dumps(body)
        kind = {} if raw else {"Content-Type": "application/json"}
        try:
            connection.request(method, path, data, {"Authorization": f"Bearer {KEY}", **kind, **headers})
            response = connection.getresponse()
            status, text = response.status, response.read()
        except (OSError, http.client.HTTPException) as error:
            raise Unanswered from error
        finally:
            connection.close()
        if status >= 300:
            raise Refused(status, text, response.getheader("Retry-After"))
        return json.loads(text) if text else None

    def deploy(self, name: str, content: bytes) -> None:
        head = f'--mark\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode()
        body = head + content + b"\r\n--mark--\r\n"
        self.call("POST", "/v1/deployments", body, **{"Content-Type": "multipart/form-data; boundary=mark"})


class Worker(Server):
    """A process that runs jobs of which services tell."""

    COMMAND = "worker"

    def start(self) -> None:
        """Start it; nobody need wait for it."""
        self.process = self.spawn()


class Refused(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, text: bytes, retry_after: str | None) -> None:
        super().__init__(f"{status} {text[:300]!r}")
        self.status, self.retry_after = status, retry_after
