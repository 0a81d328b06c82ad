"""Ad-hoc sub-processes: activities in no order that is known before (BPMN 2.0.2, 10.3.5)."""

from __future__ import annotations

from engine.runtime.checks.executed import ACTIVITIES
from engine.runtime.diagram import Element, flow_nodes
from engine.runtime.report import Report, called
from engine.xml import local

_NOT_INSIDE = frozenset({"startEvent", "endEvent"})


def check_ad_hoc(container: Element, report: Report) -> None:
    """Refuse what may not stand in one; without an activity it could never be completed."""
    if local(container) != "adHocSubProcess":
        return
    nodes = flow_nodes(container)
    for node in nodes:
        if local(node) in _NOT_INSIDE:
            report.refuse("adHocContent", container, ref=called(node))
    if not any(local(node) in ACTIVITIES or local(node).endswith("Task") for node in nodes):
        report.refuse("adHocEmpty", container)
