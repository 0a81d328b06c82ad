"""Tells workers that a job is to be run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from threading import Lock
from time import monotonic

from adapters.broker.application import TASK, application
from engine.ports import BrokerUnavailable

REST = 2.0
"""Seconds in which a broker that could not be reached is not asked again."""


class CeleryBell:
    """The port ``Bell``. A message that nobody has read in time is worth nothing: by then the job is due again."""

    def __init__(self, url: str, tenant: str, within: timedelta) -> None:
        self._app = application(url, tenant)
        self._within = within.total_seconds()
        self._lock, self._away_until = Lock(), 0.0

    def ring(self, job_ids: Sequence[str]) -> None:
        """Send each id to whichever worker is free.

        Raises:
            BrokerUnavailable: the broker is away; some may have been sent.
        """
        if monotonic() < self._away_until:
            raise BrokerUnavailable
        with self._lock:
            try:
                self._send(job_ids)
            except Exception as error:
                self._away_until = monotonic() + REST
                self._app.pool.force_close_all()
                raise BrokerUnavailable from error

    def _send(self, job_ids: Sequence[str]) -> None:
        with self._app.producer_pool.acquire(block=True, timeout=2) as producer:
            for id in job_ids:
                self._app.send_task(
                    TASK, (id,), producer=producer, retry=False, delivery_mode="transient", expiration=self._within
                )
