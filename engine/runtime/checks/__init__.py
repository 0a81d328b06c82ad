"""Looks at a diagram before anything runs: rules of BPMN that can be seen, and what is not executed.

Each check is a function over one process or one element; all of them run, so that a person gets every finding.
"""

from engine.runtime.checks.diagrams import check
from engine.runtime.checks.executed import EVENT_SUB_PROCESS, EVENTS, EXECUTED

__all__ = ["EVENTS", "EVENT_SUB_PROCESS", "EXECUTED", "check"]
