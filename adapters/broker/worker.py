"""Runs jobs whose ids come through the broker."""

from __future__ import annotations

from collections.abc import Callable

from celery.signals import setup_logging  # type: ignore[import-untyped]

from adapters.broker.application import TASK, application

THREADS = 16
"""Jobs that a worker runs at once; they share its one writer, and so its commits."""


def work(url: str, tenant: str, run: Callable[[str], object]) -> int:
    """Take ids and run their jobs until told to stop; the exit code. What is running then is finished first."""
    setup_logging.connect(_keep_logging, weak=False)
    app = application(url, tenant)

    @app.task(name=TASK)  # type: ignore[untyped-decorator]
    def run_job(job_id: str) -> None:
        run(job_id)

    worker = app.Worker(
        pool="threads", concurrency=THREADS, without_gossip=True, without_mingle=True, without_heartbeat=True, loglevel="WARNING"
    )  # fmt: skip
    worker.start()
    return int(worker.exitcode or 0)


def _keep_logging(**_: object) -> None:
    """The service has set up its log; without this Celery would set up its own."""
