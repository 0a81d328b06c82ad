"""What was completed and can be undone (BPMN 2.0.2, 10.7 and 13.5.5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.runtime.flowing import Flowing
    from engine.runtime.variables import Variables
    from engine.runtime.workflow import ProcessWorkflow


@dataclass(slots=True)
class Done:
    """A completed activity that can be compensated.

    A sub-process keeps its variables and what was completed in it. ``by`` is the compensation that has it on its list.
    """

    name: str
    activity: str
    scope: Variables | None = None
    inner: list[Done] = field(default_factory=list)
    by: str | None = None


def forget(done: list[Done], top: ProcessWorkflow) -> None:
    """Nobody can ask for their compensation any more."""
    for each in done:
        if each.scope is not None:
            top.drop_scope(each.scope)
        forget(each.inner, top)
    done.clear()


def claim(workflow: Flowing, element: str | None, by: str) -> list[str]:
    """Put what was completed, all or of one element, on the list of a compensation; the activities."""
    claimed = []
    for done in workflow.done:
        if done.by is None and element in (None, workflow.spec.task_specs[done.name].facts["element"]):
            done.by = by
            claimed.append(done.activity)
    return claimed
