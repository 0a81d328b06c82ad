"""Approvals: who lets a version of a procedure count, why, by which document, and from which day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from engine.domain.record import Payload


@dataclass(frozen=True, slots=True)
class Approval:
    """``id`` is the definition's. From ``valid_from`` on it is published, up to ``valid_until`` where there is an end."""

    id: str
    key: str
    version: int
    valid_from: str
    valid_until: str | None
    reason: str
    legal_document: str
    approved_by: str
    approved_at: str

    def holds(self, day: str) -> bool:
        """Whether it counts on a day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


class Standing(StrEnum):
    """How far a version has come."""

    DEPLOYED = "deployed"
    """Nobody has approved it."""
    APPROVED = "approved"
    """It will count from a later day."""
    PUBLISHED = "published"
    """New dossiers begin with it."""
    SUPERSEDED = "superseded"
    """Another version has taken its place."""
    ENDED = "ended"
    """Its last day is past."""


def in_force(approvals: Iterable[Approval], day: str) -> Approval | None:
    """The approval by which dossiers of a day begin: the one that came into force last."""
    return max(
        (each for each in approvals if each.holds(day)), key=lambda each: (each.valid_from, each.version), default=None
    )


def standing(approval: Approval | None, published: str | None, day: str) -> Standing:
    """How far a version has come, where ``published`` is the id of the definition that counts."""
    if approval is None:
        return Standing.DEPLOYED
    if approval.id == published:
        return Standing.PUBLISHED
    if approval.valid_from > day:
        return Standing.APPROVED
    return Standing.SUPERSEDED if approval.holds(day) else Standing.ENDED


def approved(payload: Payload, recorded_at: str, by: str) -> Approval:
    """What a record ``DefinitionApproved`` says."""
    return Approval(
        payload["definition"],
        payload["key"],
        payload["version"],
        payload["validFrom"],
        payload["validUntil"],
        payload["reason"],
        payload["legalDocument"],
        by,
        recorded_at,
    )
