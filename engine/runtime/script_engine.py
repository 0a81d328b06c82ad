"""What stands where SpiffWorkflow would evaluate Python."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine


class ClosedScriptEngine(PythonScriptEngine):
    """Evaluates nothing: texts are compiled when a diagram is deployed, and what is compiled runs by itself.

    SpiffWorkflow's own engine is ``eval`` with Python's builtins, so no way may lead there.
    """

    def __init__(self) -> None:
        super().__init__(environment=object())

    def evaluate(self, task: Any, expression: Any, external_context: Any = None) -> Any:
        raise TypeError(f"not evaluated here: {expression!r}")

    def execute(self, task: Any, script: Any, external_context: Any = None) -> Any:
        raise TypeError(f"not executed here: {script!r}")

    def call_service(self, task: Any, **_: Any) -> Any:
        raise TypeError("services are called by jobs, after the commit")

    def validate(self, expression: Any) -> None:
        raise TypeError(f"not validated here: {expression!r}")
