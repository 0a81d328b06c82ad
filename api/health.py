"""What a machine asks first: does the service live, is it ready, how does it do, what can it do."""

from __future__ import annotations

from flask import Response, current_app

from api import answers
from api.metrics import Metrics
from api.policy import Policy
from api.refusals import NotReady
from api.serving import reading, service
from api.v1.fields import answer, said
from api.v1.resource import Resource

METRICS, DESCRIPTION = "motcua-metrics", "motcua-description"

health = Resource("health", "", "The service itself.")

STATUS = answer("Status", status=said())


@health.gets("/healthz", Policy.OPEN, STATUS)
def healthz() -> Response:
    """The process lives."""
    return answers.json({"status": "alive"})


@health.gets("/readyz", Policy.OPEN, STATUS)
def readyz() -> Response:
    """Store, schema, writer and runner are well; 503 names those that are not."""
    troubles = service().troubles()
    if troubles:
        raise NotReady(parts=", ".join(troubles), troubles=troubles)
    return answers.json({"status": "ready"})


@health.gets("/metrics", Policy.MONITOR, {"type": "string"}, content_type="text/plain")
def metrics() -> Response:
    """Counters in Prometheus' own text."""
    counted: Metrics = current_app.extensions[METRICS]
    with reading() as queries:
        counted.measure(queries)
    return counted.exposed()


@health.gets("/v1/openapi.json", Policy.OPEN, {"type": "object"})
def openapi_json() -> Response:
    """This description."""
    return Response(current_app.extensions[DESCRIPTION](), content_type="application/json")
