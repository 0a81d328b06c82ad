"""Callers who wait for work and for events, so many of them: ``python -m benchmarks.pollers port key number``."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from http.client import HTTPException
from typing import Any

from benchmarks.service import Server

counts = {"asked": 0, "away": 0}


def main(server: Server, number: int) -> None:
    """Wait until standard input ends, then say how often was asked, and how often nobody was let wait."""
    for n in range(number):
        threading.Thread(target=_jobs if n % 2 else _events, args=(server,), daemon=True).start()
        time.sleep(0.015)
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(counts), flush=True)
    os._exit(0)


def _jobs(server: Server) -> None:
    """Wait for work that nobody gives."""
    body = json.dumps({"topics": ["nobody"], "wait": 30})
    _insist(server, lambda _: ("POST", "/v1/jobs/fetch", body))


def _events(server: Server) -> None:
    """Follow what seldom happens, from where the feed ends now."""
    end = server.call(server.connect(), "GET", "/v1/events?limit=1")["end"]
    _insist(server, lambda said: ("GET", f"/v1/events?types=BatchCreated&wait=30&after={said.get('next', end)}", None))


def _insist(server: Server, ask: Callable[[Any], tuple[str, str, str | None]]) -> None:
    """As a well-behaved client does: who is sent away comes again when it was told."""
    said: Any = {}
    while True:
        try:
            connection = server.connect()
            while True:
                connection.request(*ask(said), _headers(server))
                response = connection.getresponse()
                said = json.loads(response.read())
                counts["asked"] += 1
                if (after := response.headers.get("Retry-After")) is not None:
                    counts["away"] += 1
                    time.sleep(float(after))
        except (OSError, HTTPException):
            time.sleep(1)


def _headers(server: Server) -> dict[str, str]:
    return {"Authorization": f"Bearer {server.key}", "Content-Type": "application/json"}


if __name__ == "__main__":
    main(Server(int(sys.argv[1]), sys.argv[2]), int(sys.argv[3]))
