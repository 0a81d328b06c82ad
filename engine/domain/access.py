"""Who may enter, and which answers were given before."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key that opens the API; only its SHA-256 is kept."""

    id: str
    name: str
    hash: bytes
    created_at: str


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
