"""Four at one place: whether intake, appraisal, approval and return are all done at the one-stop centre.

The province counts procedures by it. It is proved from the lanes, so that nobody has to tick a box that may be wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain.dossier import CENTRE
from engine.runtime.diagram import Diagram
from engine.runtime.extensions import PHASES
from engine.runtime.steps import Step, steps_of


@dataclass(frozen=True, slots=True)
class FourSteps:
    """The steps of one process that are one of the four."""

    steps: tuple[Step, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Those of the four that no task is; nothing is proved about them."""
        there = {phase for step in self.steps for phase in step.phases}
        return tuple(phase for phase in PHASES if phase not in there)

    @property
    def elsewhere(self) -> tuple[Step, ...]:
        """What is not done at the centre."""
        return tuple(step for step in self.steps if step.location != CENTRE)

    @property
    def at_one_place(self) -> bool:
        """Whether each of the four is there, and every task of theirs at the centre."""
        return not self.missing and not self.elsewhere

    @property
    def at_centre(self) -> bool:
        """Whether any of it is done at the centre: such procedures are what the province counts."""
        return any(step.location == CENTRE for step in self.steps)


def four_steps(file: str, content: bytes) -> dict[str, FourSteps]:
    """The four steps of every executable process of a diagram, by its key."""
    diagram = Diagram(file, content)
    return {process.get("id", ""): FourSteps(steps_of(diagram, process)) for process in diagram.executable}
