"""Texts that say they are of another language: scripts and expressions (BPMN 2.0.2, 8.4.6 and 10.3.3)."""

from __future__ import annotations

from engine.runtime.diagram import Diagram, Element, bpmn
from engine.runtime.report import Report, identified

OURS = frozenset({"python", "text/python", "text/x-python", "application/python"})
"""Names that people give to the notation that is executed."""


def check_languages(diagram: Diagram, process: Element, report: Report) -> None:
    """Warn: what is of both languages may mean something else in each. What is of the other one only is refused."""
    for element in process.iter(bpmn("*")):
        named = element.get("scriptFormat") or element.get("language")
        if named is not None and named.strip().lower() not in OURS:
            report.warn("foreignLanguage", identified(element), language=named)
