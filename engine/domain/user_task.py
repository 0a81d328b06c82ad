"""User tasks: work that is offered to people."""

from __future__ import annotations

from dataclasses import dataclass

OPEN, COMPLETED, CANCELLED = "open", "completed", "cancelled"


@dataclass(frozen=True, slots=True)
class UserTask:
    """One piece of work for one person.

    ``candidate_groups`` may do it (none: everybody); ``due_at`` comes from the element's limit; ``unit`` is the
    dossier's.
    """

    id: str
    instance_id: str
    activity: str
    element_id: str
    name: str | None
    definition_id: str
    business_key: str | None
    state: str
    candidate_groups: tuple[str, ...]
    assignee: str | None
    form_key: str | None
    lane: str | None
    created_at: str
    due_at: str | None = None
    ended_at: str | None = None
    completed_by: str | None = None
    unit: str | None = None
    escalation: int | None = None
    """The percent of its limit that was told last."""
