"""Gives simulators a place on this machine, and lets go wrong what goes wrong between two systems."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from engine.ports import Arrived, Reply, Simulator

HAPPENS, ARRIVED = "/happens/", "/arrived"
"""Where a simulator is told what happens on its side, and tells how many requests came: no path of the real systems begins so."""


class Trouble(StrEnum):
    """What happens to a request on its way. After the first two nobody has done it, after the others somebody may have."""

    LOST = "lost"
    """The connection breaks before it arrives."""
    BUSY = "busy"
    """The system says that it has no time."""
    SILENT = "silent"
    """It is done, and the answer is lost."""
    SLOW = "slow"
    """It is done, and the answer comes after the caller has gone."""
    DOUBLED = "doubled"
    """It arrives twice."""
    GARBLED = "garbled"
    """It is done, and the answer is nothing that can be read."""
    GATEWAY = "gateway"
    """It is done, and somebody in between says that he got no answer."""


@dataclass(slots=True)
class Sandbox:
    """One simulator on a port of its own choosing, until it is closed. Troubles befall the next requests, one each."""

    simulator: Simulator
    troubles: deque[Trouble | None] = field(default_factory=deque)
    arrived: list[Arrived] = field(default_factory=list)
    slowness: float = 3.0
    """Seconds."""
    _closing: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _server: Any = None

    def __post_init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self._server.serve_forever, args=(0.02,), name="sandbox", daemon=True).start()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        """Stop listening."""
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    def happen(self, service: str, body: bytes) -> Reply:
        """Something happens at the system, told by whoever plays its people; what it would send of that."""
        try:
            with self._lock:
                sent = self.simulator.happen(service, json.loads(body))
        except (KeyError, ValueError) as error:
            return Reply(404, json.dumps({"error": str(error)}).encode())
        said = {} if sent is None else {"body": sent.body.decode(), "headers": dict(sent.headers)}
        return Reply(200, json.dumps(said).encode())

    def befall(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply | None:
        """What comes back; None where nothing does."""
        with self._lock:
            trouble = self.troubles.popleft() if self.troubles else None
            if trouble is Trouble.LOST:
                return None
            self.arrived.append(Arrived(method, path, body))
            if trouble is Trouble.BUSY:
                return Reply(503, b"{}")
            reply = self.simulator.answer(method, path, headers, body)
            if trouble is Trouble.DOUBLED:
                reply = self.simulator.answer(method, path, headers, body)
        if trouble is Trouble.SLOW:
            self._closing.wait(self.slowness)
        return _spoilt(trouble, reply)


def _spoilt(trouble: Trouble | None, reply: Reply) -> Reply | None:
    if trouble is Trouble.SILENT:
        return None
    if trouble is Trouble.GARBLED:
        return Reply(200, b"<html>")
    return Reply(504, b"") if trouble is Trouble.GATEWAY else reply


@contextmanager
def sandbox(simulator: Simulator) -> Iterator[Sandbox]:
    """A simulator that listens, for as long as it is needed."""
    place = Sandbox(simulator)
    try:
        yield place
    finally:
        place.close()


def _handler(place: Sandbox) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            if self.path.startswith(HAPPENS):
                self._send(place.happen(self.path.removeprefix(HAPPENS), body))
                return
            self._send(place.befall(self.command, self.path, headers, body))

        def do_PUT(self) -> None:
            self.do_POST()

        def do_GET(self) -> None:
            known = self.path == ARRIVED
            self._send(
                Reply(200 if known else 404, json.dumps({"requests": len(place.arrived)} if known else {}).encode())
            )

        def _send(self, reply: Reply | None) -> None:
            self.close_connection = True
            if reply is None:
                return
            try:
                self.send_response(reply.status)
                self.send_header("Content-Type", reply.content_type)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)
            except OSError:
                """Whoever asked has gone."""

        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

    return Handler
