"""What an instance waits for besides people: messages, signals, jobs (timers are some of them); and what stopped it: incidents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TIMER, CONTINUE, MESSAGE, SIGNAL, SERVICE, ESCALATION = (
    "timer",
    "continue",
    "message",
    "signal",
    "service",
    "escalation",
)
"""Kinds of jobs."""
BESIDE = (ESCALATION,)
"""Kinds of which nothing of an instance waits."""
CONNECTOR = "connector:"
"""What the topic of a job begins with that the service does itself, by calling another system: ``connector:tax.send``."""
PAPER = "paper:"
"""What the topic of a job begins with that the service does itself, by making a paper by a form: ``paper:mau_01``."""
OWN = (CONNECTOR, PAPER)
"""Topics of these nobody else may have."""
OUTCOME_UNKNOWN = "outcomeUnknown"
"""Code of the incident of a call of which nobody knows whether the other system has done what it asked."""
GIVEN_UP = "jobGivenUp"
"""Code of the incident that stands for a job of the service's own that failed too often; it has the job's id."""

UNTOLD = "dossierUntold"
"""Code of the incident that stands for a dossier of which an outside system could not be told."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A place in an instance that a message (exactly one receiver) or a signal (all) can reach.

    ``key`` is the correlation key of a message: the business key unless the diagram says otherwise.
    """

    id: str
    instance_id: str
    activity: str
    element_id: str
    element_name: str | None
    kind: str
    name: str
    key: str | None
    opened_at: str


@dataclass(frozen=True, slots=True)
class Incident:
    """A step that needs a person: which element, which expression, with which values, and why."""

    id: str
    instance_id: str
    activity: str
    element_id: str
    element_name: str | None
    code: str
    detail: dict[str, str]
    """{"vi": ..., "en": ...}"""
    expression: str | None
    values: dict[str, Any]
    state: str
    """open | resolved"""
    raised_at: str
    resolved_at: str | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """Work for a machine, written in the commit that asked for it and done after it.

    ``kind`` is ``timer`` (``payload`` has the time for which it was set), ``continue`` (go on with a long run),
    ``message`` or ``signal`` (deliver what an instance sent), ``escalation`` (say that so much of a limit is used): these
    the service does itself. Or it is ``service``, work
    of another system: ``topic`` says whose, ``worker`` who fetched it last, ``payload`` the variables it was given.

    ``run_at`` is when it may be taken up: set at the beginning, and put off while somebody has it or after a failure.
    ``attempt`` counts how often it was fetched, or failed: whoever answers for an earlier attempt is too late.
    """

    id: str
    instance_id: str
    kind: str
    run_at: str
    payload: dict[str, Any]
    topic: str | None = None
    activity: str | None = None
    element_id: str | None = None
    element_name: str | None = None
    worker: str | None = None
    asked_at: str | None = None
    attempt: int = 0
    last_error: str | None = None
    abandoned_at: str | None = None
    """When it was given up: it failed too often, and somebody has to look."""

    @property
    def operation(self) -> str | None:
        """The connector's operation that the service calls to do it; None where another system fetches it."""
        return self.topic.removeprefix(CONNECTOR) if self.topic and self.topic.startswith(CONNECTOR) else None

    @property
    def form(self) -> str | None:
        """The form of the paper that the service makes to do it; None where it makes none."""
        return self.topic.removeprefix(PAPER) if self.topic and self.topic.startswith(PAPER) else None

    @property
    def due_at(self) -> str:
        """The time for which a timer or an escalation was set, whatever it was put off to since."""
        due: str = self.payload["due"]
        return due


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is left to do: the service's own jobs that are due by kind, since when, those that were given up, open incidents."""

    due: Mapping[str, int]
    oldest: str | None
    given_up: int
    incidents: int


@dataclass(frozen=True, slots=True)
class Message:
    """A message that came from outside; kept while nobody waits for it, and for as long as its id must be known.

    ``outcome`` is ``correlated``, ``started`` or ``buffered``.
    """

    id: str
    name: str
    key: str | None
    message_id: str | None
    values: dict[str, Any]
    outcome: str
    instance_ids: tuple[str, ...]
    received_at: str
    expires_at: str
