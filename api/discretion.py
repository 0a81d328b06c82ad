"""Discretion: whoever keeps things going sees that one is stuck and where, not on whose values."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from api.policy import DOSSIER, JOB
from engine.domain.instance import ProcessInstance
from engine.domain.waiting import Incident, Job
from engine.service.standing import Standing

HIDDEN = "***"


def discreetly(found: Any, hidden: Collection[str]) -> Any:
    """The same without what is hidden."""
    if isinstance(found, tuple):
        return tuple(discreetly(row, hidden) for row in found)
    whose, hide = _HIDE.get(type(found), ("", None))
    return hide(found) if hide is not None and whose in hidden else found


def _incident(row: Incident) -> Incident:
    """Its code says what failed; its sentence may quote a value."""
    return replace(row, values=dict.fromkeys(row.values, HIDDEN), detail=dict.fromkeys(row.detail, HIDDEN))


def _standing(stands: Standing) -> Standing:
    return replace(
        stands, head=_head(stands.head), incidents=tuple(map(_incident, stands.incidents)),
        jobs=tuple(map(_job, stands.jobs)),
    )  # fmt: skip


def _head(head: ProcessInstance) -> ProcessInstance:
    """Who was let in, not the person on whose behalf."""
    return replace(head, started_by=head.starter or HIDDEN)


def _job(row: Job) -> Job:
    return replace(row, payload={**row.payload, "values": dict.fromkeys(row.payload.get("values", {}), HIDDEN)})


_HIDE: dict[type, tuple[str, Any]] = {
    Incident: (DOSSIER, _incident),
    Standing: (DOSSIER, _standing),
    Job: (JOB, _job),
}
