"""A service of the demonstration's own: empty, on virtual time, gone when the demonstration is over."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from api.cli import terminal
from api.cli.client import Client
from api.cli.failure import Failed
from api.cli.language import say
from api.settings import PREFIX

STARTS_WITHIN = 60.0
"""Seconds that a service may take to be ready."""
ENDS_WITHIN = 10.0


@contextmanager
def own_service(bpmn: Path, clock: str = "virtual") -> Iterator[Client]:
    """A client of a service that has the procedures of a folder deployed.

    Raises:
        Failed: it does not start; the message has what it said last.
    """
    started: list[subprocess.Popen[bytes]] = []
    with tempfile.TemporaryDirectory(prefix="motcua-demo-") as folder, _ended_politely(started):
        port, key, log = _free_port(), secrets.token_urlsafe(32), Path(folder, "service.log")
        process = _started(bpmn, Path(folder), port, key, log, clock)
        started.append(process)
        try:
            client = Client(f"http://127.0.0.1:{port}", key)
            with terminal.busy(say("Đang khởi động dịch vụ …", "Starting the service …")):
                _wait_until_ready(client.url, process, log)
            yield client
        finally:
            _end(process)


def _started(bpmn: Path, folder: Path, port: int, key: str, log: Path, clock: str) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    environment |= {
        "MOTCUA_DATABASE_URL": f"sqlite:///{folder / 'demo.db'}",
        "MOTCUA_BIND": f"127.0.0.1:{port}",
        "MOTCUA_CLOCK": clock,
        "MOTCUA_ADMIN_KEY": key,
        "MOTCUA_LOG_LEVEL": "warning",
    }
    # A session of its own: Ctrl-C is for the demonstration, which then ends its service itself.
    with log.open("wb") as output:
        return subprocess.Popen(  # noqa: S603 - this very program
            [sys.executable, "-m", "api.cli", "serve", "--sandbox", "--deploy", str(bpmn)],
            env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        if _ready(url):
            return
        time.sleep(0.05)
    raise _not_started(process.poll(), log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])


def _not_started(code: int | None, last: list[str]) -> Failed:
    """Why, as far as it can be seen from outside."""
    if code is None:
        why = say(f"chưa sẵn sàng sau {STARTS_WITHIN:.0f} giây", f"not ready within {STARTS_WITHIN:.0f} seconds")
    else:
        why = say(f"đã kết thúc với mã {code}", f"it ended with code {code}")
    return Failed(
        say(f"Dịch vụ của phần trình diễn không khởi động được: {why}.", f"The demonstration's service did not start: {why}."),
        *last,
    )  # fmt: skip


def _ready(url: str) -> bool:
    try:
        with build_opener(ProxyHandler({})).open(f"{url}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _ended_politely(started: Sequence[subprocess.Popen[bytes]]) -> Iterator[None]:
    """Whoever ends the demonstration by a signal ends its service, too.

    The service is told at once: what a handler raises is lost where it interrupts a finalizer, and the
    demonstration would go on as if nothing had been said. Without its service it cannot.
    """

    def leave(number: int, frame: FrameType | None) -> None:
        for process in started:
            process.terminate()
        raise KeyboardInterrupt

    before = {number: signal.signal(number, leave) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
