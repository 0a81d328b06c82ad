"""Uploads that mean harm are refused in time and in little memory; they read no file and call nobody."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from tests.engine.service.hostile_uploads import ROOT, by_hand

LONGEST = 2.0
"""Seconds of processor time for one upload."""


class Listener:
    """A port that counts who calls."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.settimeout(0.1)
        self.port, self.calls, self._over = self.socket.getsockname()[1], 0, Event()
        self._thread = Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        while not self._over.is_set():
            try:
                self.socket.accept()[0].close()
                self.calls += 1
            except TimeoutError:
                continue

    def close(self) -> None:
        self._over.set()
        self._thread.join()
        self.socket.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    """One for each test."""
    listener = Listener()
    yield listener
    listener.close()


def looked_at(folder: Path, listener: Listener, accidents: int, seed: int) -> Any:
    """What a process of 512 MB made of all the cases, and of so many accidents."""
    canary = folder / "canary.txt"
    canary.write_text("c4nary-of-a-file\n")
    command = [sys.executable, "-m", "tests.engine.service.closed_room", str(accidents), str(seed), str(canary)]
    run = subprocess.run(
        [*command, str(listener.port)], check=False, cwd=ROOT, capture_output=True, text=True, timeout=550,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert 0 == run.returncode, run.stderr[-2000:]
    return json.loads(run.stdout)


def nothing_happened(found: Any, listener: Listener) -> None:
    """No error of the program, nothing slow, nothing read, nobody called."""
    print(f"uploads {found['outcomes']}, slowest {found['slowest'][0]:.2f} s: {found['slowest'][1]}")
    assert [] == found["crashes"]
    assert [] == found["leaks"]
    assert found["slowest"][0] <= LONGEST, found["slowest"]
    assert 0 == listener.calls


def test_hostile_uploads_come_to_nothing(tmp_path: Path, listener: Listener) -> None:
    """Those made by hand and some accidents; all are tried in `make chaos`."""
    nothing_happened(looked_at(tmp_path, listener, 500, 1), listener)


def test_there_are_enough_of_them(tmp_path: Path) -> None:
    """And each of them is another."""
    names = [name for name, _ in by_hand(tmp_path, 1)]

    assert len(names) == len(set(names)) >= 150


def test_the_canary_would_be_seen(tmp_path: Path, listener: Listener) -> None:
    """A listener that hears nobody would prove nothing."""
    with socket.create_connection(("127.0.0.1", listener.port)):
        pass
    listener.close()

    assert 1 == listener.calls


@pytest.mark.chaos
def test_five_thousand_accidents_come_to_nothing(tmp_path: Path, listener: Listener) -> None:
    """Figures are printed."""
    nothing_happened(looked_at(tmp_path, listener, 5_000, 2026), listener)
