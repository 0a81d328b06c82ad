"""Metrics, for Prometheus."""

from __future__ import annotations

from time import perf_counter

from flask import Response, g, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from api.waiting_room import WaitingRoom
from engine.domain.values import moment, written
from engine.domain.waiting import CONTINUE, ESCALATION, MESSAGE, SIGNAL, TIMER
from engine.ports import Clock, Queries
from engine.service.escalations import Escalate
from engine.service.timers import FireTimer
from engine.service.writer import DONE, Round, Writer

_SHORT = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_LATE = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0, 60.0, 600.0, 3600.0, 86400.0)

OWN = (TIMER, CONTINUE, MESSAGE, SIGNAL, ESCALATION)
"""Jobs that the service does itself."""


class Metrics:
    """The counters of one service."""

    def __init__(self, writer: Writer, clock: Clock, waiting_room: WaitingRoom) -> None:
        self._clock, self._followers = clock, writer.catalog.connectors.followers
        self._registry = registry = CollectorRegistry()
        self._commands = Counter("motcua_commands", "Commands decided.", ("kind", "outcome"), registry=registry)
        self._batch = Histogram(
            "motcua_batch_size", "Commands committed together.", buckets=(1, 2, 4, 8, 16, 32, 64), registry=registry
        )
        self._commit = Histogram(
            "motcua_commit_seconds", "Deciding and committing one batch.", buckets=_SHORT, registry=registry
        )
        self._lateness = Histogram(
            "motcua_timer_lateness_seconds", "From due time to firing.", buckets=_LATE, registry=registry
        )
        self._escalations = Counter(
            "motcua_escalations", "Percents of limits that were reached.", ("of", "percent"), registry=registry
        )
        self._requests = Histogram(
            "motcua_http_request_seconds", "Requests.", ("method", "route", "status"), buckets=_SHORT, registry=registry
        )
        waiting = Gauge("motcua_queue_length", "Commands that wait for the writer.", registry=registry)
        waiting.set_function(lambda: writer.waiting)
        callers = Gauge("motcua_callers_waiting", "Callers that wait until there is work for them.", registry=registry)
        callers.set_function(lambda: waiting_room.waiting)
        self._due = Gauge("motcua_jobs_due", "Jobs of the service's own that are due.", ("kind",), registry=registry)
        self._oldest = Gauge(
            "motcua_oldest_job_seconds", "Since when the longest of them has been due.", registry=registry
        )
        self._given_up = Gauge("motcua_jobs_given_up", "Jobs that failed too often.", registry=registry)
        self._untold = Gauge(
            "motcua_dossiers_untold",
            "Dossiers of which a system is still to be told.",
            ("connector",),
            registry=registry,
        )
        self._untellable = Gauge(
            "motcua_dossiers_untellable", "Those that need a person before.", ("connector",), registry=registry
        )
        self._incidents = Gauge("motcua_incidents_open", "Steps that need a person.", registry=registry)
        writer.watch = self.count

    def count(self, round: Round) -> None:
        """One batch of the writer."""
        self._batch.observe(len(round.commands))
        self._commit.observe(round.seconds)
        for command, outcome in round.commands:
            self._commands.labels(type(command).__name__, outcome).inc()
            if isinstance(command, FireTimer) and outcome == DONE:
                late = self._clock.now() - moment(command.job.due_at)
                self._lateness.observe(max(0.0, late.total_seconds()))
            if isinstance(command, Escalate) and outcome == DONE:
                said = command.job.payload
                self._escalations.labels(said["of"], said["percent"]).inc()

    def count_request(self, response: Response) -> None:
        """One request that was answered; by the route's template, since paths hold ids."""
        route = request.url_rule.rule if request.url_rule else "none"
        took = perf_counter() - g.began
        self._requests.labels(request.method, route, response.status_code).observe(took)

    def measure(self, queries: Queries) -> None:
        """What is left to do, as the database has it at this moment."""
        now = self._clock.now()
        left = queries.backlog(written(now))
        for kind in OWN:
            self._due.labels(kind).set(left.due.get(kind, 0))
        late = (now - moment(left.oldest)).total_seconds() if left.oldest else 0.0
        self._oldest.set(max(0.0, late))
        self._given_up.set(left.given_up)
        for connector in self._followers:
            for gauge, number in zip((self._untold, self._untellable), queries.count_untold(connector), strict=True):
                gauge.labels(connector).set(number)
        self._incidents.set(left.incidents)

    def exposed(self) -> Response:
        """All of them, in Prometheus' own text."""
        return Response(generate_latest(self._registry), content_type=CONTENT_TYPE_LATEST)
