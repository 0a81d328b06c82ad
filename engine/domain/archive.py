"""The archive: ended instances in files, and what is left of them in the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Archived:
    """What the database still knows of an instance that went to the archive: who it was, and where it is."""

    id: str
    definition_id: str
    key: str
    business_key: str | None
    state: str
    unit: str | None
    starter: str | None
    started_at: str
    ended_at: str
    archived_at: str
    records: int
    hash: bytes
    file: str
    sha256: str
    counted: dict[str, Any] | None = None
    """What figures of its time need: the course of its dossier, and its papers. Nothing of it is personal."""
    counted_at: str | None = None
    """When something of that changed last; None where a paper is neither out nor withdrawn."""


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """Some instances that ended in one month.

    ``histories`` are exported lines without anything personal, and are never changed; ``values`` the personal values,
    the keys of their commitments and the documents, one line for each instance, which erasing takes out; ``manifest`` says what is in it.
    """

    name: str
    histories: bytes
    values: bytes
    manifest: bytes
