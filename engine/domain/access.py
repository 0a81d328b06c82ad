"""Who may enter, what they reach, and which answers were given before."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody is let in for. What each may do is a table of the API's; what each reaches follows from it here."""

    PORTAL = "portal"
    OFFICER = "officer"
    ANALYST = "analyst"
    APPROVER = "approver"
    OPERATOR = "operator"
    AUDITOR = "auditor"
    WORKER = "worker"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key that opens the API; only its SHA-256 is kept, and its first signs, by which people tell keys apart.

    ``topics`` are those of the jobs that a worker may have; none: all of them.
    """

    id: str
    name: str
    hash: bytes
    created_at: str
    prefix: str = ""
    roles: tuple[str, ...] = (Role.ADMIN.value,)
    unit: str | None = None
    groups: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    expires_at: str | None = None
    revoked_at: str | None = None


@dataclass(frozen=True, slots=True)
class User:
    """What the administrator published of a person who comes with a token; ``id`` is the name in the token."""

    id: str
    roles: tuple[str, ...]
    unit: str | None
    groups: tuple[str, ...]
    published_at: str


@dataclass(frozen=True, slots=True)
class Principal:
    """Who was let in, by key or by token, and as what."""

    name: str
    roles: frozenset[str]
    unit: str | None = None
    groups: tuple[str, ...] = ()
    topics: frozenset[str] | None = None
    """Of the jobs that it may have; None: all of them."""
    units: frozenset[str] = frozenset()
    """The unit and all that stands below it now, those included whose successors do."""


EVERYBODY = ("",)
"""The group of tasks that name none, to which every officer belongs."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Which dossiers and work somebody reaches, who does not reach all of them.

    ``starter`` reaches what it started. An officer reaches what was or is given to ``person``, the tasks of ``groups``
    in dossiers of ``units`` or of no unit, and the dossiers of ``units``. What is not reached is as if it were not there.
    """

    starter: str | None = None
    person: str | None = None
    groups: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a command that carried an Idempotency-Key, kept so that a repeat gets the same.

    ``fingerprint`` is the SHA-256 over method, path and parsed body.
    """

    principal: str
    key: str
    fingerprint: bytes
    status: int
    headers: dict[str, str]
    body: bytes
    created_at: str
