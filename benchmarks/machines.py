"""Two services and two workers over PostgreSQL (with fsync) and RabbitMQ: jobs, messages, officers with tokens, long polls."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from adapters.oidc.simulator import SimulatedIssuer
from benchmarks import service
from benchmarks.lists import postgresql
from benchmarks.service import Server
from engine.domain.values import moment, written
from tests.broker import RabbitMQ
from tests.crash.server import KEY
from tests.crash.site import COUNTS, Site
from tests.engine.runtime.models import diagram, end, node, path, start, timer

POLLERS = 300
TURNS, IN_A_TURN = 5, 600
_SENDS = diagram(
    start() + node("intermediateThrowEvent", "m", '<messageEventDefinition messageRef="m_go"/>') + end() + path("s", "m", "e"),
    key="sends",
)  # fmt: skip
_WAITS = """
SELECT min(recorded_at) FILTER (WHERE kinds LIKE '%MessageSent%'), max(recorded_at) FILTER (WHERE kinds LIKE '%Dispatched%')
FROM log GROUP BY stream HAVING count(*) FILTER (WHERE kinds LIKE '%MessageSent%') > 0
"""


@dataclass
class Machines:
    """All that runs, as callers see it; ``officers`` come with a token of the OpenID provider."""

    site: Site
    services: list[Server]
    officers: list[Server]


@contextmanager
def started() -> Iterator[Machines]:
    """Everything on this one machine, for as long as it is needed."""
    with TemporaryDirectory() as folder, postgresql() as url:
        broker, issuer = RabbitMQ(), SimulatedIssuer()
        issuer.add_key("k1")
        site = Site(url, broker, Path(folder))
        for process in site.processes:
            process.settings |= {"OIDC_ISSUER": issuer.url, "OIDC_AUDIENCE": "motcua"}
        try:
            broker.start()
            for process in site.processes:
                process.start()
            ports = [process.port for process in site.services]
            token = issuer.token(_officer(issuer.url))
            yield Machines(site, [Server(port, KEY) for port in ports], [Server(port, token) for port in ports])
        finally:
            site.stop()
            broker.remove()
            issuer.close()


def _officer(issuer: str) -> dict[str, Any]:
    until = int(time.time()) + 3_600
    return {
        "iss": issuer, "aud": "motcua", "sub": "lan", "preferred_username": "lan", "roles": ["officer"],
        "iat": int(time.time()), "exp": until,
    }  # fmt: skip


def jobs(machines: Machines, number: int) -> float:
    """Timers that all fall due at once, run a second."""
    due = datetime.now(UTC) + timedelta(seconds=8 + number / 250)
    waits = start() + node("intermediateCatchEvent", "t", timer(written(due), "timeDate")) + end() + path("s", "t", "e")
    server = machines.services[0]
    server.deploy(server.connect(), diagram(waits, key="timed"))
    _begin(machines, "timed", number)
    while machines.site.rows("SELECT count(*) FROM jobs")[0][0]:
        time.sleep(0.1)
    [(last,)] = machines.site.rows("SELECT max(recorded_at) FROM log WHERE kinds LIKE '%TimerFired%'")
    return number / (moment(last) - due).total_seconds()


def _begin(machines: Machines, key: str, number: int, rate: float = 1e9) -> None:
    """Begin so many instances, at most so many a second, by sixteen callers."""
    begin, callers = time.perf_counter(), 16

    def caller(first: int) -> None:
        server = machines.services[first % 2]
        connection = server.connect()
        for n in range(first, number, callers):
            time.sleep(max(0.0, begin + n / rate - time.perf_counter()))
            body = {"processDefinitionKey": key, "businessKey": f"{key}-{n}"}
            server.call(connection, "POST", "/v1/process-instances", body)

    _together([lambda n=n: caller(n) for n in range(callers)])


def _together(calls: list[Any]) -> None:
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def messages(machines: Machines, rates: Sequence[float], number: int = 600) -> Iterator[list[float]]:
    """Seconds from the commit that asked for a job to its run, at each of these numbers a second."""
    server = machines.services[0]
    for content in (COUNTS, _SENDS):
        server.deploy(server.connect(), content)
    _sent(machines, 200, 60)
    _know_sizes(machines.site.url)
    for rate in rates:
        yield _sent(machines, number, rate)


def _sent(machines: Machines, number: int, rate: float) -> list[float]:
    before = machines.site.rows("SELECT max(recorded_at) FROM log")[0][0]
    _begin(machines, "sends", number, rate)
    while machines.site.rows("SELECT count(*) FROM jobs")[0][0]:
        time.sleep(0.1)
    waits = [(sent, run) for sent, run in machines.site.rows(_WAITS) if run and sent > before]
    return [(moment(run) - moment(sent)).total_seconds() for sent, run in waits]


def _know_sizes(url: str) -> None:
    """PostgreSQL looks by itself once a minute how large its tables have become; until then it plans for empty ones."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ANALYZE")


def lateness(machines: Machines, number: int = 1_000, seconds: float = 20) -> list[float]:
    """How late (s) timers fire that fall due here and there, as on an ordinary day."""
    waits = node("intermediateCatchEvent", "t", timer("PT2S")) + start() + end() + path("s", "t", "e")
    server = machines.services[0]
    server.deploy(server.connect(), diagram(waits, key="short"))
    _begin(machines, "short", number, number / seconds)
    time.sleep(4)
    rows = machines.site.rows(
        "SELECT min(l.recorded_at), max(l.recorded_at) FROM log l JOIN process_instances i ON i.id = l.stream"
        " WHERE i.key = 'short' GROUP BY l.stream HAVING count(*) > 1"
    )
    return [(moment(fired) - moment(began)).total_seconds() - 2 for began, fired in rows]


def officers(machines: Machines, instances: int) -> tuple[float, list[float], dict[str, float]]:
    """Completions a second by officers with tokens over both services, their latencies, and who used the processors."""
    tasks = service.prepare(machines.services[0], instances)
    before, begin = _cpu(), time.perf_counter()
    rate, latencies = service.closed_loop(machines.officers, tasks)
    took = time.perf_counter() - begin
    return rate, latencies, {name: (used - before.get(name, 0)) / took for name, used in _cpu().items()}


def _cpu() -> dict[str, float]:
    """Seconds of processor time so far, by who used it."""
    used: dict[str, float] = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command, stat = (process / "cmdline").read_text(), (process / "stat").read_text()
        except OSError:
            continue
        if (name := _who(command.replace("\0", " "))) is not None:
            ticks = stat.rpartition(")")[2].split()
            used[name] = used.get(name, 0) + (int(ticks[11]) + int(ticks[12])) / 100
    return used


def _who(command: str) -> str | None:
    for part, name in (
        ("api.cli serve", "services"),
        ("api.cli worker", "workers"),
        ("postgres", "PostgreSQL"),
        ("rabbit", "RabbitMQ"),
        ("benchmarks", "callers"),
    ):
        if part in command:
            return name
    return None


def beside_long_polls(server: Server) -> tuple[list[tuple[float, float]], int, int]:
    """p95 (s) of ordinary requests alone and beside workers and readers who wait, by turns; how many of those were asked and sent away."""
    tasks = service.prepare(server, 300 + 2 * TURNS * IN_A_TURN)
    service.open_loop(server, tasks[:300], 100)
    turns, asked, away = list[tuple[float, float]](), 0, 0
    for first in range(300, len(tasks), 2 * IN_A_TURN):
        alone = service.open_loop(server, tasks[first : first + IN_A_TURN], 60)
        with _pollers(server) as counts:
            beside = service.open_loop(server, tasks[first + IN_A_TURN : first + 2 * IN_A_TURN], 60)
        turns.append((service.percentile(alone, 0.95), service.percentile(beside, 0.95)))
        asked, away = asked + counts["asked"], away + counts["away"]
    return turns, asked, away


@contextmanager
def _pollers(server: Server) -> Iterator[dict[str, int]]:
    """Half of them wait for jobs, half for events, in a process of their own."""
    counts: dict[str, int] = {}
    command = [sys.executable, "-m", "benchmarks.pollers", str(server.port), server.key, str(POLLERS)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(2)
    try:
        yield counts
    finally:
        process.stdin.close()
        counts |= json.loads(process.stdout.readline())
        process.wait(10)
