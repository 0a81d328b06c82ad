"""Four at one place: whether intake, appraisal, approval and return are all done at the one-stop centre.

The province counts procedures by it. It is proved from the lanes, so that nobody has to tick a box that may be wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.runtime.diagram import Diagram, Element, containers, flow_nodes
from engine.runtime.extensions import PHASES, attribute, names

CENTRE = "centre"
"""The location of the one-stop centre."""


@dataclass(frozen=True, slots=True)
class Step:
    """A task that is at least one of the four, and where it is done; None where neither it nor its lanes say."""

    element_id: str
    name: str | None
    phases: tuple[str, ...]
    location: str | None


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


def four_steps(file: str, content: bytes) -> dict[str, FourSteps]:
    """The four steps of every executable process of a diagram, by its key."""
    diagram = Diagram(file, content)
    return {process.get("id", ""): FourSteps(_steps(diagram, process)) for process in diagram.executable}


def _steps(diagram: Diagram, process: Element) -> tuple[Step, ...]:
    nodes = [node for container in containers(process) for node in flow_nodes(container)]
    return tuple(
        Step(node.get("id", ""), node.get("name"), phases, _location(diagram, node))
        for node in nodes
        if (phases := names(node, "phase"))
    )


def _location(diagram: Diagram, node: Element) -> str | None:
    """The task's own, else that of its lane."""
    lane = diagram.lane_of(node)
    return attribute(node, "location") or (None if lane is None else attribute(lane, "location"))
