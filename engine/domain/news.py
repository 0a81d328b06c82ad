"""What there is to tell an outside system of a dossier: how it stands, and what it has not been told of yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from engine.domain.attachment import Attachment
from engine.domain.dossier import Dossier
from engine.domain.packet import as_json
from engine.domain.procedure import Procedure


@dataclass(frozen=True, slots=True)
class Move:
    """A status that the dossier came to: when, and by whom (None: when a time was over, or an outside system told something)."""

    status: str
    at: str
    by: str | None


@dataclass(frozen=True, slots=True)
class Result:
    """A published paper that is a result of the procedure."""

    id: str
    name: str
    component: str
    code: str


@dataclass(frozen=True, slots=True)
class News:
    """A dossier as it stands at one record, and its moves since the record that was told last.

    ``office`` is who works on it, ``owner`` what is known of whose it is (:data:`engine.domain.owner.DATA`), ``origin`` the service
    of the system that handed it in, where one did.
    """

    dossier: Dossier
    procedure: Procedure
    office: str
    owner: Mapping[str, str]
    moves: tuple[Move, ...] = ()
    by: str | None = None
    """Who acted last."""
    by_post: bool = False
    results: tuple[Result, ...] = ()
    documents: tuple[Attachment, ...] = ()
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What is to be said: to which service, the dossier's packet, and packets of progress behind it."""

    service: str
    packet: Mapping[str, Any]
    progress: tuple[tuple[dict[str, Any], ...], ...] = field(default=())

    @property
    def print(self) -> str:
        """SHA-256 of the dossier's packet: by which it is seen that there is nothing new to say."""
        return sha256(as_json(self.packet)).hexdigest()
