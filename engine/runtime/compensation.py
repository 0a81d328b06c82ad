"""What was completed and can be undone (BPMN 2.0.2, 10.7 and 13.5.5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.runtime.flowing import Flowing
    from engine.runtime.variables import Variables


@dataclass(slots=True)
class Done:
    """A completed activity that can be compensated.

    ``scope`` are the variables that it saw, where they were not simply those of the process that it stands in: a repeated
    activity has an item of its own, a sub-process its inside, of which ``inner`` was completed. ``by`` is the compensation
    that has it on its list.
    """

    name: str
    activity: str
    scope: Variables | None = None
    inner: list[Done] = field(default_factory=list)
    by: str | None = None


def claim(workflow: Flowing, element: str | None, by: str) -> list[str]:
    """Put what was completed, all or of one element, on the list of a compensation; the activities."""
    claimed = []
    for done in workflow.done:
        if done.by is None and element in (None, workflow.spec.task_specs[done.name].facts["element"]):
            done.by = by
            claimed.append(done.activity)
    return claimed


def take_latest(workflow: Flowing, by: str) -> Done | None:
    """Take what was completed last from the list of a compensation."""
    done = workflow.done
    for at in range(len(done) - 1, -1, -1):
        if done[at].by == by:
            return done.pop(at)
    return None


def scopes_of(done: list[Done]) -> Iterator[Variables]:
    """The variables that compensating these will need."""
    for each in done:
        if each.scope is not None:
            yield each.scope
        yield from scopes_of(each.inner)
