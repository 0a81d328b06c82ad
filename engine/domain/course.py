"""The course of a dossier: what of it counts in figures, by when it changed, so that any period can be told long after.

A dossier says how it stands now; a figure of last March asks how it stood at the end of March. The course is a list of
[when, {name: new value}], each the difference that one row of the log made. It holds nothing personal, so it stays when the
instance goes to the archive.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.domain.dossier import Dossier

COUNTS = (
    "status", "accepted_at", "ended_at", "due_at", "due_by_law", "net_minutes", "supplements", "papers", "steps",
    "fee", "paid", "paid_online", "documents", "digitised", "reused", "shared", "rating", "rated",
)  # fmt: skip
"""Fields of a dossier that figures ask for."""


@dataclass(slots=True)
class Course:
    """One dossier as figures see it: whose it is, what it is of, and what happened when.

    A year has a hundred thousand of them, so it is not frozen, which would cost as much as reading it.
    """

    key: str
    unit: str | None
    channel: str
    milestones: Iterable[list[Any]]

    def said(self) -> dict[str, Any]:
        """As the archive's stub keeps it beside key and unit."""
        return {"channel": self.channel, "milestones": list(self.milestones)}


def course_of(dossier: Dossier) -> Course:
    """A dossier's course."""
    return Course(dossier.key, dossier.unit, dossier.channel, dossier.course or ())


def continued(before: Dossier | None, after: Dossier, at: str) -> Dossier:
    """A dossier with what the last row of its log changed noted in its course."""
    known = {} if before is None else _counted(before)
    changed = {name: value for name, value in _counted(after).items() if known.get(name, _NOTHING.get(name)) != value}
    if not changed:
        return after
    over = after.ended_at is not None
    return replace(after, course=(*(after.course or ()), [at, changed]), counted_at=at if over else None)


def _counted(dossier: Dossier) -> dict[str, Any]:
    found = {name: getattr(dossier, name) for name in COUNTS}
    clock: dict[str, Any] = dossier.clock or {"pauses": ()}
    waits = [begin for *_, begin, end in clock["pauses"] if end is None]
    return found | {
        "waits_since": min(waits, default=None),
        "stopped_at": clock.get("stoppedAt"),
        "excused_late": clock.get("extendedLate"),
    }


_NOTHING: Mapping[str, Any] = dict.fromkeys(
    ("supplements", "paid", "paid_online", "documents", "digitised", "reused", "shared", "rated"), 0
)
"""What is so from the beginning; all else is None."""


def as_of(milestones: Iterable[list[Any]], until: str) -> dict[str, Any]:
    """What was so just before a moment; empty where there was no such dossier yet.

    ``reopened`` says that it was settled before, ``paid_at`` when something was paid last, ``rated_at`` when it was rated
    last, ``changed_at`` when anything changed last.
    """
    known: dict[str, Any] = {}
    changed_at = None
    for at, changed in milestones:
        if at >= until:
            break
        if "ended_at" in changed and changed["ended_at"] is None:
            known["reopened"] = True
        if changed.get("paid", 0) > known.get("paid", 0):
            known["paid_at"] = at
        if changed.get("rated"):
            known["rated_at"] = at
        known.update(changed)
        changed_at = at
    if changed_at is not None:
        known["changed_at"] = changed_at
    return known
