"""What a machine asks first."""

from __future__ import annotations

from api.bootstrap import Service
from tests.api.models import ONE_TASK, WAITS_THREE_DAYS
from tests.api.office import Office, refused


def test_alive_and_ready(office: Office) -> None:
    """A load balancer needs no key."""
    assert {"status": "alive"} == office.client.get("/healthz").json
    assert {"status": "ready"} == office.client.get("/readyz").json


def test_what_is_not_well_is_named(office: Office, service: Service) -> None:
    """A process that lives and does no work must not get any."""
    service.runner.stop()

    problem = refused(office.client.get("/readyz"), 503, "notReady")

    assert ["runner"] == problem["troubles"]
    assert 200 == office.client.get("/healthz").status_code


def test_metrics_count_what_was_done(office: Office) -> None:
    """Commands by kind and outcome, batches, lateness, requests by route: what an operator draws."""
    office.deploy("p", ONE_TASK)
    task = office.tasks(office.start("p")["id"])[0]["id"]
    office.complete(task)
    office.complete(task)
    office.deploy("q", WAITS_THREE_DAYS)
    office.start("q")
    office.advance(3 * 86400)

    text = office.call("GET", "/metrics").text

    for line in (
        'motcua_commands_total{kind="CompleteUserTask",outcome="done"} 1.0',
        'motcua_commands_total{kind="CompleteUserTask",outcome="taskNotOpen"} 1.0',
        'motcua_commands_total{kind="FireTimer",outcome="done"} 1.0',
        "motcua_queue_length 0.0",
        'motcua_jobs_due{kind="timer"} 0.0',
        "motcua_jobs_given_up 0.0",
        "motcua_incidents_open 0.0",
        "motcua_timer_lateness_seconds_count 1.0",
        'motcua_http_request_seconds_count{method="POST",route="/v1/tasks/<id>/complete",status="200"} 1.0',
    ):
        assert line in text
    assert "motcua_batch_size_bucket" in text
    assert "motcua_commit_seconds_bucket" in text
