"""Jobs: what service tasks ask of other systems."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Response

from api import answers
from api.caller import sender
from api.commands import idempotency_key, idempotency_of, kept, perform
from api.policy import Policy
from api.serving import reading, service
from api.v1.fields import Text, Texts, Values, Whole, answer, body, some
from api.v1.process_instances import answered
from api.v1.resource import Resource
from api.v1.shown import INSTANCE, JOB, job
from engine.domain.values import written
from engine.domain.waiting import Job
from engine.service.command import Rendered
from engine.service.jobs import CompleteJob, ExtendJob, FailJob, FetchJobs, ThrowJobError

jobs = Resource("jobs", "/v1/jobs", "Work for other systems.")

MOST = 100
"""Jobs that are given out at once, and topics that are asked for."""
LONGEST_LOCK = 24 * 3600
"""Seconds."""
LONGEST_WAIT = 60
"""Seconds: shorter than what proxies between us and a worker usually take for silence."""
TAKEN = answer("FetchedJobs", items=some(JOB))
FETCH = body(
    "FetchJobs",
    topics=Texts(MOST, required=True),
    max=Whole(1, MOST, load_default=10),
    lockFor=Whole(1, LONGEST_LOCK, load_default=300),
    wait=Whole(0, LONGEST_WAIT, load_default=0),
)
LATEST_ATTEMPT = 2**31 - 1
ATTEMPT = {"attempt": Whole(1, LATEST_ATTEMPT, load_default=None)}
"""For which attempt a worker speaks, where several programs share its key."""
COMPLETE = body("CompleteJob", **ATTEMPT, variables=Values(load_default=dict))
FAIL = body(
    "FailJob",
    **ATTEMPT,
    message=Text(1_000, required=True),
    retries=Whole(0, 1_000, load_default=0),
    retryAfter=Whole(0, LONGEST_LOCK, load_default=0),
)
ERROR = body(
    "ThrowJobError",
    **ATTEMPT,
    code=Text(required=True),
    message=Text(1_000, load_default=""),
    variables=Values(load_default=dict),
)
EXTEND = body("ExtendJob", **ATTEMPT, lockFor=Whole(1, LONGEST_LOCK, required=True))
REFUSES = (404, 409)


@jobs.posts("/fetch", Policy.JOBS, {200: TAKEN}, body=FETCH, repeatable=True)
def fetch_jobs(sent: dict[str, Any]) -> Response:
    """Take the work on some topics that has waited longest; nobody else is given it for `lockFor` seconds.

    Where there is none the answer is empty, at once or after `wait` seconds; it comes as soon as there is some. Only so many
    callers can wait at the same time: the others are answered at once, with Retry-After.
    """
    if sent["wait"] and (repeated := kept(idempotency_of(_taken, sent))) is not None:
        return repeated
    topics = tuple(sent["topics"])
    worker = _Worker(tuple(filter(sender().may_have, topics)))
    waited = worker.look() or sent["wait"] == 0 or service().waiting_room.wait_until(worker.look, sent["wait"])
    if worker.found or idempotency_key() is not None:
        return perform(FetchJobs(topics, sent["max"], timedelta(seconds=sent["lockFor"])), _taken, sent)
    return _nothing(waited)


@dataclass(slots=True)
class _Worker:
    """Somebody who asks for work: most are told that there is none, and for them the writer is left alone."""

    topics: tuple[str, ...]
    found: bool = False

    def look(self) -> bool:
        """Whether there is work for him."""
        with reading() as queries:
            self.found = queries.has_fetchable_job(self.topics, written(service().clock.now()))
        return self.found


def _nothing(waited: bool) -> Response:
    response = answers.response(_taken(()))
    if not waited:
        response.headers["Retry-After"] = str(service().waiting_room.come_back())
    return response


def _taken(found: tuple[Job, ...]) -> Rendered:
    return answers.rendered({"items": [job(row) for row in found]})


@jobs.posts("/<id>/complete", Policy.JOBS, {200: INSTANCE}, body=COMPLETE, repeatable=True, refuses=REFUSES)
def complete_job(sent: dict[str, Any], id: str) -> Response:
    """Hand in the results; the answer is the instance as it then stands.

    Only who was the last to fetch the job may; that its lock is over does not matter.
    """
    return perform(CompleteJob(id, sent["variables"], attempt=sent["attempt"]), answered, sent)


@jobs.posts("/<id>/fail", Policy.JOBS, {200: INSTANCE}, body=FAIL, repeatable=True, refuses=REFUSES)
def fail_job(sent: dict[str, Any], id: str) -> Response:
    """Say that it could not be done. With retries left it can be fetched again after `retryAfter` seconds, else there is an incident.

    The message stays in the log and cannot be erased: name no person in it.
    """
    pause = timedelta(seconds=sent["retryAfter"])
    return perform(FailJob(id, sent["message"], sent["retries"], pause, attempt=sent["attempt"]), answered, sent)


@jobs.posts("/<id>/error", Policy.JOBS, {200: INSTANCE}, body=ERROR, repeatable=True, refuses=REFUSES)
def throw_job_error(sent: dict[str, Any], id: str) -> Response:
    """End the work with a BPMN error that the diagram may catch; where nothing catches it there is an incident.

    Code and message stay in the log and cannot be erased: name no person in them.
    """
    return perform(
        ThrowJobError(id, sent["code"], sent["message"], sent["variables"], attempt=sent["attempt"]), answered, sent
    )


@jobs.posts("/<id>/extend", Policy.JOBS, {200: JOB}, body=EXTEND, repeatable=True, refuses=REFUSES)
def extend_job(sent: dict[str, Any], id: str) -> Response:
    """Keep a job for `lockFor` seconds from now on."""
    return perform(ExtendJob(id, timedelta(seconds=sent["lockFor"]), attempt=sent["attempt"]), _kept, sent)


def _kept(row: Job) -> Rendered:
    return answers.rendered(job(row))
