"""The state of an instance between two commands, small and without what the definition already says.

Tokens and variables are apart: ``[version, state, error, unbroken steps, continuing, sent, incidents, scopes,
workflows, ready]`` and, where they are not the usual ones, suspension and correlation key; a scope is ``[owner, parent,
closed]``, its variables are a blob of their own; a workflow is ``[activity it belongs to, scope, ordinals, joins, handlers,
activities]`` and, where something can be compensated, what was done; an activity ``[id within the workflow, state]``
and, only where they are not the usual ones, parent, scope, memory and flow. What an event brought, and nobody has
written into the variables yet, is personal as they are: memory that holds it is a blob too, and 1 stands in its place.
It is a cache: replay makes it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from engine.domain.calendar import Calendar
from engine.runtime.activity import Activity
from engine.runtime.compensation import Done
from engine.runtime.erasure import Erased
from engine.runtime.flowing import Flowing
from engine.runtime.program import Program
from engine.runtime.variables import Variables
from engine.runtime.workflow import ProcessWorkflow

VERSION = 1


def snapshot_of(top: ProcessWorkflow) -> tuple[bytes, dict[str, bytes | None]]:
    """The tokens, and the variables as far as they changed since the last time."""
    scopes = _Scopes()
    return _tokens(top, scopes), _variables(top, scopes)


def _tokens(top: ProcessWorkflow, scopes: _Scopes) -> bytes:
    """Everything but the variables."""
    if top.state != "running":
        return _ended(top, scopes)
    workflows = [_workflow(workflow, scopes) for workflow in top.workflows()]
    ready = [activity.id for activity in top.ready if activity.id in activity.workflow.tasks]
    row = [
        VERSION, top.state, top.error_code, top.unbroken_steps, top.continuing, top.sent, top.incidents, scopes.rows,
        workflows, ready,
    ]  # fmt: skip
    seldom = [int(top.suspended), top.correlation_key]
    return orjson.dumps([*row, seldom] if any(seldom) else row)


def _ended(top: ProcessWorkflow, scopes: _Scopes) -> bytes:
    """An ended instance has nothing alive; it may still be told what became of what it sent."""
    nothing: list[Any] = [None, scopes.number(top.scope), {}, {}, [], []]
    return orjson.dumps([VERSION, top.state, top.error_code, 0, None, top.sent, {}, scopes.rows, [nothing], []])


def _variables(top: ProcessWorkflow, scopes: _Scopes) -> dict[str, bytes | None]:
    """The scopes whose variables changed; None for those that nobody sees any more."""
    changed = [scope for scope in scopes.met if scope.changed]
    ended = top.kept_scopes - {scope.owner for scope in scopes.met} - scopes.brought.keys()
    blobs: dict[str, bytes | None] = dict.fromkeys(sorted(ended))
    for scope in changed:
        blobs[scope.owner] = orjson.dumps(dict(scope), default=_erased_as_null)
        scope.changed = False
    for owner, memory in scopes.brought.items():
        blobs[owner] = orjson.dumps(memory, default=_erased_as_null)
    top.kept_scopes = top.kept_scopes - ended | {scope.owner for scope in changed} | scopes.brought.keys()
    return blobs


def _erased_as_null(value: Any) -> None:
    """A snapshot made from a history with erased values has nothing in their place."""
    if not isinstance(value, Erased):
        raise TypeError(value)


class _Scopes:
    """Scopes in the order in which they were met, parents first."""

    def __init__(self) -> None:
        self.met: list[Variables] = []
        self.rows: list[list[Any]] = []
        self.numbers: dict[int, int] = {}
        self.brought: dict[str, dict[str, Any]] = {}
        """Memory that holds what an event brought."""

    def number(self, scope: Variables) -> int:
        known = self.numbers.get(id(scope))
        if known is not None:
            return known
        parent = -1 if scope.parent is None else self.number(scope.parent)
        self.numbers[id(scope)] = number = len(self.rows)
        self.met.append(scope)
        self.rows.append([scope.owner, parent, int(scope.home is scope)])
        return number


def _workflow(workflow: Flowing, scopes: _Scopes) -> list[Any]:
    own = scopes.number(workflow.scope)
    rows = [_activity(workflow, a, own, scopes) for a in workflow.tasks.values() if a is not workflow.task_tree]
    handlers = list(workflow.handlers)
    row = [workflow.parent_task_id, own, workflow.ordinals, workflow.arrived, handlers, rows]
    return [*row, [_done(done, scopes) for done in workflow.done]] if workflow.done else row


def _done(done: Done, scopes: _Scopes) -> list[Any]:
    scope = -1 if done.scope is None else scopes.number(done.scope)
    return [done.name, done.activity, scope, [_done(inner, scopes) for inner in done.inner], done.by]


def _restore_done(row: list[Any], scopes: list[Variables]) -> Done:
    name, activity, scope, inner, by = row
    kept = scopes[scope] if scope >= 0 else None
    return Done(name, activity, kept, [_restore_done(each, scopes) for each in inner], by)


def _activity(workflow: Flowing, activity: Activity, own: int, scopes: _Scopes) -> list[Any]:
    row: list[Any] = [activity.id[len(workflow.prefix) :], activity._state]
    parent = 0 if activity._parent == workflow.task_tree.id else activity._parent
    scope = scopes.number(activity.scope)
    extra = [parent, 0 if scope == own else scope + 1, _memory(activity, scopes), activity.flow or 0]
    return row + extra if any(extra) else row


def _memory(activity: Activity, scopes: _Scopes) -> dict[str, Any] | int:
    memory = activity.internal_data
    if not memory or not _holds_values(memory):
        return memory or 0
    scopes.brought[_place_of(activity.id)] = memory
    return 1


def _holds_values(memory: dict[str, Any]) -> bool:
    if memory.get("values"):
        return True
    wait: dict[str, Any] = memory.get("wait") or memory.get("carried") or {}
    return any(event["values"] for event in wait.get("came", {}).values())


def _place_of(activity: str) -> str:
    return f"{activity}:event"


def restore(
    program: Program,
    instance: str,
    calendar: Calendar | None,
    business_key: str | None,
    tokens: bytes,
    variables: Mapping[str, bytes],
) -> ProcessWorkflow:
    """The running instance that :func:`snapshot_of` described."""
    top = ProcessWorkflow(program, instance, calendar, business_key)
    _, top.state, top.error_code, top.unbroken_steps, top.continuing, *rest = orjson.loads(tokens)
    top.sent, top.incidents, scope_rows, workflow_rows, ready, *seldom = rest
    suspended, top.correlation_key = seldom[0] if seldom else (0, None)
    top.suspended = bool(suspended)
    scopes: list[Variables] = []
    for owner, parent, closed in scope_rows:
        values = orjson.loads(variables.get(owner, b"{}"))
        scopes.append(
            Variables(top, owner, scopes[parent] if parent >= 0 else None, closed=bool(closed), values=values)
        )
    for parent, scope, *rest in workflow_rows:
        _restore_workflow(top, parent, scopes, scope, rest, variables)
    for id in ready:
        if (activity := top.find(id)) is not None:
            top.ready.append(activity)
    top.completed = top.state != "running"
    top.kept_scopes = set(variables)
    top.records.clear()
    return top


def _restore_workflow(
    top: ProcessWorkflow,
    parent: str | None,
    scopes: list[Variables],
    own: int,
    rest: list[Any],
    blobs: Mapping[str, bytes],
) -> None:
    ordinals, arrived, handlers, rows, *done = rest
    workflow: Flowing = top
    if parent is not None:
        holder = top.find(parent)
        assert holder is not None
        workflow = top.create_subprocess(holder, holder.task_spec.inner(holder))
    workflow.set_up(scopes[own])
    workflow.ordinals, workflow.arrived, workflow.handlers = ordinals, arrived, dict.fromkeys(handlers)
    workflow.done = [_restore_done(row, scopes) for row in done[0]] if done else []
    for id, state, *extra in rows:
        if extra and extra[2] == 1:
            extra[2] = orjson.loads(blobs[_place_of(f"{workflow.prefix}{id}")])
        _restore_activity(workflow, id, state, extra or [0, 0, 0, 0], scopes)


def _restore_activity(workflow: Flowing, id: str, state: int, extra: list[Any], scopes: list[Variables]) -> None:
    parent_id, scope, memory, flow = extra
    parent = workflow.tasks[parent_id] if parent_id else workflow.task_tree
    activity = Activity(
        workflow, _spec_of(workflow, id), parent, f"{workflow.prefix}{id}", state, flow or None,
        scopes[scope - 1] if scope else workflow.scope,
    )  # fmt: skip
    if memory:
        activity.internal_data = memory
    if activity.task_spec.listens(activity):
        workflow.top_workflow.event_manager.add_task(activity)


def _spec_of(workflow: Flowing, id: str) -> Any:
    """``element#1`` is an element, ``element#1/2`` the second time of a repeated one."""
    name = id.partition("#")[0]
    return workflow.spec.task_specs[f"{name} [child]" if "/" in id else name]


__all__ = ["restore", "snapshot_of"]
