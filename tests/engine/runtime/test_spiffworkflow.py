"""What we rely on in SpiffWorkflow: an upgrade of the library is a decision, and this names what it changed."""

from __future__ import annotations

import importlib.metadata
import inspect
import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.parser.node_parser import NodeParser
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition
from SpiffWorkflow.bpmn.util.event import EventManager
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.workflow import Workflow

from engine.runtime.script_engine import ClosedScriptEngine
from tests.engine.runtime.bench import Run, compiled
from tests.engine.runtime.models import (
    boundary,
    diagram,
    end,
    message,
    node,
    path,
    script,
    start,
    sub_process,
    timer,
    user,
)

SOURCES = Path(__file__).parent / "spiffworkflow_sources.json"
RELIED_ON = [
    Task.run, Task._add_child, Workflow.__init__, BpmnWorkflow.__init__, BpmnSubWorkflow.__init__, EventManager.add_task,
    EventManager.remove_task, TaskSpec.__init__, TaskSpec.connect, TaskSpec._update, TaskSpec._run, TaskSpec._on_complete,
    BpmnTaskSpec.__init__, BpmnProcessSpec.__init__, TaskParser.__init__, TaskParser._add_loop_task, TaskParser._add_multiinstance_task,
    TaskParser._copy_task_attrs, NodeParser.parse_io_spec, ProcessParser.__init__, ProcessParser._parse, ProcessParser.get_spec,
    ProcessParser._index_process_nodes, BpmnParser.add_bpmn_xml, BpmnParser.create_parser, BpmnParser.get_spec,
    TimerEventDefinition.parse_iso_duration, TimerEventDefinition.get_timedelta_from_start, PythonScriptEngine.__init__,
]  # fmt: skip


def sources() -> dict[str, str]:
    """Hashes of the methods relied on, by name."""
    return {f"{f.__module__}.{f.__qualname__}": sha256(inspect.getsource(f).encode()).hexdigest() for f in RELIED_ON}


def test_the_library_is_the_one_that_was_corrected():
    """Whoever upgrades reads each changed method, then stores the new hashes."""
    assert importlib.metadata.version("SpiffWorkflow") == "3.2.0"
    known = json.loads(SOURCES.read_text())
    now = sources()
    changed = sorted(name for name in known.keys() | now.keys() if known.get(name) != now.get(name))

    assert changed == []


def test_no_way_leads_to_python():
    """SpiffWorkflow's own engine is eval with builtins; ours evaluates no text at all."""
    engine = ClosedScriptEngine()
    attempts: list[Callable[[str], Any]] = [
        lambda text: engine.evaluate(None, text),
        lambda text: engine.execute(None, text),
        engine.call_service,
        engine.validate,
    ]
    for attempt in attempts:
        with pytest.raises(TypeError):
            attempt("__import__('os').getpid()")
    assert isinstance(Run(diagram(start())).execution._top.script_engine, ClosedScriptEngine)


def test_specifications_are_read_only():
    """They are shared by all instances: stock connects call-backs to them and rewires them while it runs."""
    inner = start("is") + user("v") + end("ie") + path("is", "v", "ie")
    handler = sub_process(
        "h",
        start("hs", message("m_stop"), isInterrupting="false") + script("ht", "k = 1") + path("hs", "ht"),
        triggeredByEvent="true",
    )
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
    content = diagram(
        start() + sub_process("sub", inner, loop) + boundary("b", "sub", timer("PT1H")) + node("eventBasedGateway", "g")
        + node("intermediateCatchEvent", "m", message()) + node("intermediateCatchEvent", "t", timer("PT1H")) + end("x")
        + path("s", "sub", "g", "m") + path("g", "t") + path("b", "x") + handler
    )  # fmt: skip
    process = compiled(content)["p"]
    before = described(process.spec)

    run = Run(content, begin=False)
    run.program = type(run.program)(process, {})
    run.execution = type(run.execution).new(run.program, "01890000-0000-7000-8000-000000000002", None, None)
    run.give("ProcessInstanceStarted", {"values": {}})
    run.deliver("stop")
    run.complete("v")
    run.complete("v")
    run.deliver("go")

    assert run.state == "completed"
    assert described(process.spec) == before


def described(spec: Any) -> str:
    """Everything that a process specification and its elements hold, call-backs included."""
    lines = []
    for name, task_spec in spec.task_specs.items():
        plain = {
            k: v
            for k, v in vars(task_spec).items()
            if isinstance(v, str | int | float | list | tuple | dict | set | frozenset)
        }
        events = [getattr(task_spec, e).n_subscribers() for e in vars(task_spec) if e.endswith("_event")]
        lines.append(f"{name} {sorted(plain.items(), key=str)} {events}")
        if getattr(task_spec, "inner_spec", None) is not None:
            lines.append(described(task_spec.inner_spec))
    return "\n".join(lines)
