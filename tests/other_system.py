"""Another system, on loopback: answers, delays, cuts off, floods, redirects, as a test tells it; it counts who connects."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import TypeAlias

Answer: TypeAlias = Callable[[socket.socket, "Received"], None]
"""What the system does with the connection once it has read a request."""


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return self.line.split(" ")[1]

    def json(self) -> object:
        return json.loads(self.body)


def answer(status: int = 200, body: object = None, *headers: str) -> Answer:
    """Answer properly; a body that is no bytes is sent as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
    head = [f"HTTP/1.1 {status} x", f"Content-Length: {len(raw)}", "Content-Type: application/json", *headers]
    return says("\r\n".join([*head, "", ""]).encode() + raw)


def says(raw: bytes) -> Answer:
    """Send these bytes, whatever they are."""
    return lambda connection, _: connection.sendall(raw)


def cuts_off(connection: socket.socket, request: Received) -> None:
    """Has read everything, and is gone without a word."""


@dataclass(slots=True)
class OtherSystem:
    """A server that does one thing after the other; when nothing is left it does the last again."""

    answers: list[Answer] = field(default_factory=lambda: [answer()])
    received: list[Received] = field(default_factory=list)
    connects: int = 0
    closing: Event = field(default_factory=Event)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def next(self) -> Answer:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def serve(self, listener: socket.socket, context: ssl.SSLContext | None) -> None:
        while not self.closing.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            self.connects += 1
            Thread(target=self._talk, args=(connection, context), daemon=True).start()

    def _talk(self, connection: socket.socket, context: ssl.SSLContext | None) -> None:
        connection.settimeout(10)
        try:
            with context.wrap_socket(connection, server_side=True) if context else connection as talking:
                if (request := _read(talking)) is not None:
                    self.received.append(request)
                    self.next()(talking, request)
        except OSError:
            return


def _read(connection: socket.socket) -> Received | None:
    raw = b""
    while b"\r\n\r\n" not in raw:
        if not (more := connection.recv(65536)):
            return None
        raw += more
    head, _, body = raw.partition(b"\r\n\r\n")
    line, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in rest)}
    while len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(65536)
    return Received(line, headers, body)


@contextmanager
def other_system(*answers: Answer, context: ssl.SSLContext | None = None) -> Iterator[OtherSystem]:
    """A system that runs while the test does."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        system = OtherSystem(list(answers) or [answer()], port=listener.getsockname()[1])
        thread = Thread(target=system.serve, args=(listener, context), daemon=True)
        thread.start()
        try:
            yield system
        finally:
            system.closing.set()
            thread.join(5)
