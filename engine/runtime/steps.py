"""The four steps in a diagram: which elements are intake, appraisal, approval or return, and where they are done."""

from __future__ import annotations

from dataclasses import dataclass

from engine.runtime.diagram import Diagram, Element, containers, flow_nodes
from engine.runtime.extensions import attribute, names


@dataclass(frozen=True, slots=True)
class Step:
    """A task that is at least one of the four, and where it is done; None where neither it nor its lanes say."""

    element_id: str
    name: str | None
    phases: tuple[str, ...]
    location: str | None


def steps_of(diagram: Diagram, process: Element) -> tuple[Step, ...]:
    """The steps of one process, in the order of the document."""
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
