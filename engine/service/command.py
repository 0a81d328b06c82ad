"""Commands: what somebody wants done, who it is, and how a repeat is recognised."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from engine.domain.access import Answer, Reach
from engine.domain.errors import KeyReused
from engine.domain.waiting import OWN, Job


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends a command: ``actor`` is who was let in, ``on_behalf_of`` the person a trusted portal acts for.

    ``reach`` says which dossiers and work are there for him (None: all), ``unit`` whose dossiers he starts,
    ``topics`` whose jobs he may have (None: all).
    """

    actor: str
    on_behalf_of: str | None = None
    reach: Reach | None = None
    unit: str | None = None
    topics: frozenset[str] | None = None
    cause: str | None = None
    """What its records name as their cause, where that is more than the one command: a batch."""

    def may_have(self, topic: str) -> bool:
        """Whether jobs on a topic may be given to him; those of connectors and papers are the service's own."""
        return not topic.startswith(OWN) and (self.topics is None or topic in self.topics)

    @property
    def person(self) -> str:
        """Who acted, as people see it."""
        return self.on_behalf_of or self.actor


SERVICE = Sender("service")
"""The service itself: its timers and jobs."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """An answer as it goes over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A key under which a repeat gets the same answer; ``fingerprint`` tells whether it is a repeat.

    ``render`` makes the answer of a result or refusal; it runs inside the commit, so it must be quick.
    """

    principal: str
    key: str
    fingerprint: bytes
    render: Callable[[Any], Rendered] = field(compare=False)

    @property
    def place(self) -> tuple[str, str]:
        """What its answer is kept under."""
        return self.principal, self.key

    def repeated(self, answer: Answer) -> Rendered:
        """The answer that was given before.

        Raises:
            KeyReused: it was given to another request.
        """
        if answer.fingerprint != self.fingerprint:
            raise KeyReused(key=self.key)
        return Rendered(answer.status, {**answer.headers, "Idempotency-Replayed": "true"}, answer.body)


@dataclass(frozen=True, slots=True)
class Command:
    """Base of every command. Instances, tasks and jobs that it names are loaded for the whole batch at once."""

    @property
    def instance_ids(self) -> tuple[str, ...]:
        return ()

    @property
    def task_ids(self) -> tuple[str, ...]:
        return ()

    @property
    def job_ids(self) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class OfJob(Command):
    """Base of commands that one job asks for."""

    job: Job

    @property
    def instance_ids(self) -> tuple[str, ...]:
        return (self.job.instance_id,)

    @property
    def job_ids(self) -> tuple[str, ...]:
        return (self.job.id,)


def known_as(command: Command) -> str:
    """What a due thing is known by, to whoever has to remember it."""
    about = job_of(command) or getattr(command, "start", None) or getattr(command, "message", None)
    about = about or getattr(command, "item", None) or getattr(command, "waiting", None)
    about = about or getattr(command, "entry", None)
    return f"{type(command).__name__} {about.id if about else getattr(command, 'id', '')}"


def job_of(command: Command) -> Job | None:
    """The job that it is about, if it is about one."""
    job: Job | None = getattr(command, "job", None)
    return job
