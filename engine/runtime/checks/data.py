"""Data objects: seen where they are, and inside of what stands there (BPMN 2.0.2, 10.4.1)."""

from __future__ import annotations

from engine.runtime.checks.references import resolved
from engine.runtime.diagram import Diagram, bpmn
from engine.runtime.report import Report, called
from engine.xml import local


def check_data(diagram: Diagram, report: Report) -> None:
    """Refuse references to a data object that lives in another process, or in a sub-process that is not around it."""
    for reference in diagram.root.iter(bpmn("dataObjectReference")):
        found = resolved(diagram, reference.get("dataObjectRef") or "")
        if found is None or local(found) != "dataObject":
            continue
        if found.getparent() not in list(reference.iterancestors()):
            report.refuse("dataOutOfReach", reference, ref=called(found))
