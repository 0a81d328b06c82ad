"""Process definitions: a diagram and the files it reaches, published under a key and a version."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any


@dataclass(frozen=True, slots=True)
class Resource:
    """A file as it was uploaded; found again by the hash of its bytes."""

    name: str
    content: bytes

    @property
    def hash(self) -> str:
        return sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Deployment:
    """One upload that was accepted as a whole."""

    id: str
    created_at: str
    created_by: str
    resources: dict[str, str]
    """File name to content hash."""


@dataclass(frozen=True, slots=True)
class ProcessDefinition:
    """One executable process of one uploaded diagram.

    ``hash`` covers the diagram and every file it reaches (``files``: name to content hash).
    ``calls`` binds the call activities that asked for the version of the deployment
    (called key to definition id).
    """

    id: str
    key: str
    version: int
    hash: str
    name: str
    deployment_id: str
    file: str
    files: dict[str, str]
    calls: dict[str, str]
    created_at: str
    procedure: dict[str, Any] = field(default_factory=dict)
    """What procedure.toml says: code, level, limit, fees, legal basis."""


@dataclass(frozen=True, slots=True)
class StartEvent:
    """A message, signal or timer that starts instances of the newest version of a key.

    ``due_at`` and ``repeats`` (-1: for ever) belong to timers, ``name`` to messages and signals.
    """

    id: str
    key: str
    definition_id: str
    element_id: str
    kind: str
    name: str | None = None
    due_at: str | None = None
    repeats: int | None = None
