"""Discretion: an operator sees that something is stuck and why, not on whose values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.domain.instance import ProcessInstance
from engine.domain.waiting import Incident, Job
from engine.service.standing import Standing

HIDDEN = "***"


def discreetly(found: Any) -> Any:
    """The same without values of persons."""
    hide = _HIDE.get(type(found))
    return found if hide is None else hide(found)


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


def _jobs(rows: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(map(discreetly, rows))


_HIDE: dict[type, Any] = {Incident: _incident, Standing: _standing, Job: _job, tuple: _jobs}
