"""Batches: one operation on many process instances, each for itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SUSPEND, RESUME, CANCEL, RETRY, MODIFY = "suspend", "resume", "cancel", "retry", "modify"
OPERATIONS = (SUSPEND, RESUME, CANCEL, RETRY, MODIFY)

RUNNING, PAUSED, COMPLETED, CANCELLED = "running", "paused", "completed", "cancelled"
STATES = (RUNNING, PAUSED, COMPLETED, CANCELLED)

WAITING, DONE, FAILED = "waiting", "done", "failed"
ITEM_STATES = (WAITING, DONE, FAILED)

OPPOSITES = {SUSPEND: RESUME, RESUME: SUSPEND}
"""What undoes an operation; the others cannot be undone."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which instances are meant: all that meet everything that is said. Ended ones never are."""

    key: str | None = None
    definition_id: str | None = None
    state: str | None = None
    element_id: str | None = None
    business_keys: tuple[str, ...] | None = None
    business_key_prefix: str | None = None
    incident_code: str | None = None
    started_before: str | None = None
    started_after: str | None = None

    @property
    def said(self) -> dict[str, Any]:
        """What it asks for, without what it leaves open."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name)) is not None}


@dataclass(frozen=True, slots=True)
class Batch:
    """An operation on the instances that met a filter when it was created.

    ``filter`` is as the filter said it, ``modification`` the plan where the operation is to modify, else empty.
    """

    id: str
    operation: str
    filter: dict[str, Any]
    modification: dict[str, Any]
    reason: str
    state: str
    total: int
    created_at: str
    created_by: str
    on_behalf_of: str | None = None
    ended_at: str | None = None


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One instance of a batch, and what became of it; ``code`` and the sentences are those of a refusal."""

    id: tuple[str, str]
    """(batch, instance)"""
    state: str
    code: str | None = None
    vi: str | None = None
    en: str | None = None
    decided_at: str | None = None

    @property
    def batch_id(self) -> str:
        return self.id[0]

    @property
    def instance_id(self) -> str:
        return self.id[1]


@dataclass(frozen=True, slots=True)
class Progress:
    """A batch and how many of its instances are done, and were refused."""

    batch: Batch
    done: int
    failed: int

    @property
    def remaining(self) -> int:
        """Instances whose turn has not come."""
        return self.batch.total - self.done - self.failed
