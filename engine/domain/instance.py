"""Process instances."""

from __future__ import annotations

from dataclasses import dataclass

RUNNING, SUSPENDED, COMPLETED, TERMINATED, FAILED = "running", "suspended", "completed", "terminated", "failed"
ENDED = frozenset({COMPLETED, TERMINATED, FAILED})


@dataclass(frozen=True, slots=True)
class ProcessInstance:
    """The head of an instance's stream: where it stands, and the last row's hash.

    ``tokens`` is the token part of the snapshot, a cache that replay can make again;
    ``pins`` are the definitions of everything it calls (key to definition id) and ``calendar`` the
    hash of its working calendar, both as its first record has them. ``unit`` is the office whose dossier it is;
    ``starter`` who was let in and started it, ``started_by`` the person where that was on somebody's behalf.
    """

    id: str
    definition_id: str
    key: str
    version: int
    name: str
    business_key: str | None
    state: str
    seq: int
    hash: bytes
    tokens: bytes
    pins: dict[str, str]
    calendar: str
    started_at: str
    started_by: str
    updated_at: str
    ended_at: str | None = None
    error_code: str | None = None
    incidents: int = 0
    unit: str | None = None
    starter: str | None = None

    @property
    def ended(self) -> bool:
        return self.state in ENDED


@dataclass(frozen=True, slots=True)
class Scope:
    """The variables of a process, sub-process or multi-instance child, as one JSON object."""

    id: tuple[str, str]
    """(instance, activity that owns the scope; "" is the process)."""
    content: bytes
