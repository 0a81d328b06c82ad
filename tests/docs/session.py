"""Runs the commands of a page on a service of their own, as its reader would.

``python -m tests.docs.session docs/tutorial.md`` writes what they print into the page.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import ProxyHandler, Request, build_opener

from adapters.database import schema
from adapters.database.store import DatabaseStore
from engine.ports import Changes
from tests.docs.pages import ROOT, Block, blocks

KEY = "a-key-of-the-tutorial"
STARTING = 30.0
RUNNING = 120.0
"""Seconds: nothing here may last for ever."""
BEGINS = "2026-11-25T01:00:00.000000Z"
"""When every session begins, so that the times in the pages are the same at each run: a Wednesday, 08:00."""
_NEXT, _CODE = "\x1e", "\x1f"
_OPENER = build_opener(ProxyHandler({}))

_CHANGING = (
    (re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "<id>"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "<hash>"),
)
"""What is another at each run."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a block printed, and how its last command ended."""

    printed: str
    code: int


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody with a terminal beside a running service."""

    url: str
    home: Path
    receiver_port: int
    """Where the service may send events."""

    def run(self, commands: Sequence[Block]) -> list[Ran]:
        """All blocks of a page in one shell, since the later ones use what the earlier ones set."""
        script = "exec 2>&1\n" + "".join(f"{block.text}\nprintf '{_CODE}%s{_NEXT}' $?\n" for block in commands)
        done = subprocess.run(
            ["bash", "-c", script], cwd=ROOT, env=self._environment(), capture_output=True, text=True, timeout=RUNNING,
            check=False,
        )  # fmt: skip
        parts = [part.split(_CODE) for part in done.stdout.split(_NEXT)[:-1]]
        return [Ran(printed.strip("\n"), int(code)) for printed, code in parts]

    def records(self) -> Iterator[dict[str, Any]]:
        """The whole log, over all instances and the administration."""
        after = ""
        while True:
            request = Request(f"{self.url}/v1/records?limit=200{after}", headers={"Authorization": f"Bearer {KEY}"})
            with _OPENER.open(request, timeout=STARTING) as answer:
                page = json.load(answer)
            yield from page["items"]
            if page["next"] is None:
                return
            after = f"&after={page['next']}"

    def _environment(self) -> dict[str, str]:
        path = [str(Path(sys.executable).parent), os.environ["PATH"], str(self._stand_ins())]
        return {
            "HOME": str(self.home),
            "TMPDIR": str(self.home),
            "PATH": os.pathsep.join(path),
            "PYTHONPATH": str(ROOT),  # these pages speak of this tree, whichever is installed
            "LANG": "en_US.UTF-8",
            "MOTCUA_URL": self.url,
            "MOTCUA_DATABASE_URL": f"sqlite:///{self.home / 'service.db'}",
            "MOTCUA_ADMIN_KEY": KEY,
            "no_proxy": "*",
            "COLUMNS": "100",
            "RECEIVER_PORT": str(self.receiver_port),
        }

    def _stand_ins(self) -> Path:
        """The last place of the search path: a curl for machines that have none."""
        place = self.home / ".stand-ins"
        place.mkdir(exist_ok=True)
        curl = place / "curl"
        curl.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{Path(__file__).with_name("curl.py")}" "$@"\n')
        curl.chmod(0o755)
        return place


@contextmanager
def reader() -> Iterator[Reader]:
    """A service on a free port, with a store and a home that are gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="motcua-docs-"))
    url = f"http://127.0.0.1:{_free_port()}"
    receiver_port = _free_port()
    _set_clock(f"sqlite:///{home / 'service.db'}")
    output = home / ".service.log"
    with output.open("wb") as log:
        service = subprocess.Popen(
            [sys.executable, "-m", "api.cli", "serve", "--sandbox", "--deploy", "bpmn"],
            cwd=ROOT, env=_of_service(url, home, receiver_port), stdout=log, stderr=log,
        )  # fmt: skip
    try:
        _await(url, service, output)
        yield Reader(url, home, receiver_port)
    finally:
        service.terminate()
        try:
            service.wait(STARTING)
        except subprocess.TimeoutExpired:
            service.kill()
            service.wait()
        shutil.rmtree(home, ignore_errors=True)


def _set_clock(store_url: str) -> None:
    """Before the first start: a service with a virtual clock goes on at the stored moment."""
    schema.upgrade(store_url)
    store = DatabaseStore(store_url)
    with store.begin() as unit:
        unit.write(Changes(virtual_time=BEGINS))
        unit.commit()
    store.close()


def _of_service(url: str, home: Path, receiver_port: int) -> dict[str, str]:
    others = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")}
    return others | {
        "MOTCUA_BIND": url.removeprefix("http://"),
        "MOTCUA_DATABASE_URL": f"sqlite:///{home / 'service.db'}",
        "MOTCUA_CLOCK": "virtual",
        "MOTCUA_ADMIN_KEY": KEY,
        "MOTCUA_WEBHOOK_HOSTS": f"http://127.0.0.1:{receiver_port}",
        "MOTCUA_WEBHOOK_KEY": "a-key-of-the-pages-that-signs-all-events",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _await(url: str, service: subprocess.Popen[bytes], output: Path) -> None:
    until = time.monotonic() + STARTING
    while time.monotonic() < until:
        if service.poll() is not None:
            break
        try:
            with _OPENER.open(f"{url}/readyz", timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.05)
    raise AssertionError(f"the service did not come up: {output.read_text()}")


def steady(text: str) -> str:
    """The text without ids and hashes."""
    for pattern, word in _CHANGING:
        text = pattern.sub(word, text)
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())


def with_output(page: str, ran: Sequence[Ran]) -> str:
    """The page with what its commands print; ids are changed in all of it, or, when nothing else is new, in none."""
    found, results = blocks(page), iter(ran)
    printed = ""
    changed: list[tuple[Block, str]] = []
    for block in found:
        if block.runs:
            printed = next(results).printed
        elif block.shows:
            changed.append((block, printed))
    if all(steady(new) == steady(block.text) for block, new in changed):
        return page
    for block, new in reversed(changed):
        page = f"{page[: block.start]}{new}\n{page[block.end :]}"
    return page


def main() -> None:
    """Bring the named pages up to date."""
    for name in sys.argv[1:]:
        path = Path(name)
        text = path.read_text()
        with reader() as somebody:
            ran = somebody.run([block for block in blocks(text) if block.runs])
        path.write_text(with_output(text, ran))


if __name__ == "__main__":
    main()
