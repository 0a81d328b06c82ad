"""The Celery application: one task, whose message is the id of a job."""

from __future__ import annotations

from celery import Celery  # type: ignore[import-untyped]
from kombu.entity import Queue

TASK = "motcua.run_job"


def application(url: str, tenant: str) -> Celery:
    """Celery on a broker, with everything shut off by which it would decide what the database decides.

    It keeps no results, repeats nothing, waits for no time, and reads nothing but JSON.
    """
    app = Celery("motcua", broker=url, set_as_current=False)
    queue = f"motcua.jobs.{tenant}"
    app.conf.update(
        task_default_queue=queue,
        task_queues=[_queue(queue)],
        task_ignore_result=True,
        task_store_errors_even_if_ignored=False,
        task_acks_late=True,
        task_reject_on_worker_lost=False,
        task_publish_retry=False,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=4,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        worker_enable_remote_control=False,
        worker_redirect_stdouts=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=2,
        broker_heartbeat=10,
        broker_pool_limit=4,
        enable_utc=True,
    )
    return app


def _queue(name: str) -> Queue:
    """Gone with the broker, like the messages in it: both can be made again."""
    return Queue(name, durable=False, auto_delete=False)  # type: ignore[no-untyped-call]
