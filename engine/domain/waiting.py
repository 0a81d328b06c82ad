"""What an instance waits for besides people: timers, messages, signals, jobs; and what stopped it: incidents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Timer:
    """A due time of one activity."""

    id: str
    instance_id: str
    activity: str
    element_id: str
    name: str | None
    due_at: str
    armed_at: str


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

    ``kind`` is ``continue`` (go on with a long run), ``message`` or ``signal`` (deliver what an instance sent): these the
    service does itself. Or it is ``service``, work of another system: ``topic`` says whose, ``run_at`` from when on it
    may be fetched, ``worker`` who fetched it last, ``payload`` the variables it was given.
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
