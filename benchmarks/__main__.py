"""``make bench``: prints a table, keeps it in benchmarks/results/."""

from __future__ import annotations

import os
import platform
import statistics
import sys
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import execution, lists, machines, service

RESULTS = Path(__file__).parent / "results"
INSTANCES = 600
RATES = (30, 60)
"""Jobs a second: what two processors carry with everything on them, and what fills them."""


def main() -> int:
    """Measure everything once."""
    console = Console(record=True, width=110)
    table = Table("what", "figure", "beside raw SpiffWorkflow or the aim", title="motcua, measured now")
    raw = _execution(table)
    _growth(table)
    _state(table)
    _loop(table)
    _service(table, raw)
    _machines(table)
    _lists(table)
    console.print(table)
    RESULTS.mkdir(exist_ok=True)
    now = datetime.now(UTC)
    head = f"{now:%Y-%m-%d %H:%M} UTC, Python {platform.python_version()}, {platform.machine()}, {_cores()} cores\n\n"
    (RESULTS / f"{now:%Y-%m-%d}.txt").write_text(head + console.export_text())
    return 0


def _cores() -> int:
    return os.cpu_count() or 1


def _execution(table: Table) -> float:
    rows = execution.run()
    for name, ours, raw in rows:
        said = f"{raw:.0f} us raw: {raw / ours:.0f} x (aim 10 us, 10 x)"
        table.add_row(f"engine CPU a step, {name}", f"{ours:.1f} us", said)
    return rows[0][2]


def _growth(table: Table) -> None:
    for what, large, small in execution.growth():
        aim = 1.3 if what.startswith("variables") else 1.2
        table.add_row(what, f"{large:.1f} / {small:.1f} us a step", f"{large / small:.2f} x (aim {aim})")
    table.add_row("8 parallel blocks of width 4", f"{execution.parallel_blocks():.2f} ms", "aim 20 ms")


def _state(table: Table) -> None:
    size, milliseconds = execution.snapshot()
    table.add_row("human3 waiting: its tokens", f"{size} bytes", "aim 300 bytes")
    table.add_row("load, one step, save", f"{milliseconds:.3f} ms CPU", "aim 0.1 ms")
    for what, rate in execution.replay():
        table.add_row(f"verification, {what}", f"{rate:,.0f} records/s", "aim 100,000")


def _loop(table: Table) -> None:
    early, late, right = execution.loop()
    said = f"{late / early:.2f} x (aim 1.5), {'right' if right else 'WRONG'}"
    table.add_row("loop of 1,000: last 100 beside 11-110", f"{late:.0f} / {early:.0f} us", said)


def _service(table: Table, raw: float) -> None:
    with service.served() as server:
        first, second = service.deployment(server)
        table.add_row(
            "500 elements, first / second deploy", f"{first * 1e3:.0f} / {second * 1e3:.0f} ms", "aim 500 / 20 ms"
        )
        tasks = service.prepare(server, 2 * INSTANCES)
        rate, latencies = service.closed_loop([server], tasks[:INSTANCES])
        p99 = service.percentile(latencies, 0.99)
        table.add_row("human3 completes, closed loop of 32", f"{rate:.0f} /s, p99 {p99 * 1e3:.0f} ms", "aim 1,000 /s")
        opened = service.open_loop(server, tasks[INSTANCES:], rate / 2)
        p50, p99 = service.percentile(opened, 0.5), service.percentile(opened, 0.99)
        table.add_row(
            f"open loop at {rate / 2:.0f} /s", f"p50 {p50 * 1e3:.1f}, p99 {p99 * 1e3:.1f} ms", "aim p99 40 ms"
        )
        table.add_row("ten scripts in one request, 32 callers", f"{service.starts(server, 1_920):.0f} /s", "aim 800 /s")
        table.add_row("one complete over HTTP in raw steps", f"{1e6 / rate / raw:.1f} steps", "rate of the closed loop")


def _machines(table: Table) -> None:
    with machines.started() as all_of_them:
        rate, latencies, cpu = machines.officers(all_of_them, INSTANCES)
        used = ", ".join(f"{name} {share:.2f}" for name, share in sorted(cpu.items(), key=lambda one: -one[1]))
        p99 = service.percentile(latencies, 0.99)
        what = "human3 completes, PostgreSQL, 2 services, tokens, closed loop of 32"
        table.add_row(what, f"{rate:.0f} /s, p99 {p99 * 1e3:.0f} ms", f"aim 400 /s; processors used: {used}")
        table.add_row(
            "jobs, PostgreSQL, 2 services, 2 workers", f"{machines.jobs(all_of_them, 4_000):.0f} /s", "aim 400 /s"
        )
        for rate, waits in zip(RATES, machines.messages(all_of_them, RATES), strict=True):
            _delays(table, f"job, commit to run, at {rate} /s", waits, "aim p50 20 ms")
        _delays(table, "timer, due to fired, at 50 /s", machines.lateness(all_of_them), "aim p99 1,000 ms")
    with service.served() as server:
        turns, asked, away = machines.beside_long_polls(server)
        alone, beside = (statistics.median(figures) for figures in zip(*turns, strict=True))
        ratio = statistics.median(beside / alone for alone, beside in turns)
        said = f"{ratio:.2f} x (aim 1.2); they asked {asked} times, {away} were sent away"
        table.add_row(
            f"p95 beside {machines.POLLERS} long polls, alone", f"{beside * 1e3:.1f} / {alone * 1e3:.1f} ms", said
        )


def _delays(table: Table, what: str, seconds: list[float], aim: str) -> None:
    p50, p99 = service.percentile(seconds, 0.5), service.percentile(seconds, 0.99)
    table.add_row(what, f"p50 {p50 * 1e3:.1f}, p99 {p99 * 1e3:.1f} ms", aim)


def _lists(table: Table) -> None:
    for database, started in lists.DATABASES.items():
        with started() as url:
            for name, few, many in lists.measured(url):
                what = f"{database}, first page of {name}, 1 M / 1 k rows"
                table.add_row(what, f"{many * 1e3:.2f} / {few * 1e3:.2f} ms", f"{many / few:.2f} x (aim 1.2)")


if __name__ == "__main__":
    sys.exit(main())
