"""Heads of instances: what the first record makes of one, and what each row changes in it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.domain import instance
from engine.domain.definition import ProcessDefinition
from engine.domain.instance import ProcessInstance
from engine.domain.record import Cause, LogRow, Payload
from engine.domain.values import moment
from engine.runtime.execution import Execution
from engine.runtime.sealing import GENESIS
from engine.service.command import Sender


def first_head(id: str, definition: ProcessDefinition, payload: Payload, at: str, by: Sender) -> ProcessInstance:
    """The head of an instance to which nothing has happened, from the payload of its first record."""
    return ProcessInstance(
        id=id,
        definition_id=definition.id,
        key=payload["key"],
        version=payload["version"],
        name=definition.name,
        business_key=payload.get("businessKey"),
        state=instance.RUNNING,
        seq=0,
        hash=GENESIS,
        tokens=b"",
        pins={key: pin["definition"] for key, pin in payload["calls"].items()},
        calendar=payload["calendar"],
        started_at=at,
        started_by=by.person,
        updated_at=at,
        unit=payload.get("unit"),
        starter=by.actor,
    )


def next_head(
    before: ProcessInstance, execution: Execution, tokens: bytes, input: str, row: LogRow
) -> tuple[ProcessInstance, dict[str, Any]]:
    """The head after a row, and the fields of it that changed."""
    state = _state(before.state, execution.state, input)
    fields: dict[str, Any] = {"seq": row.last_seq, "hash": row.hash, "updated_at": row.recorded_at}
    if tokens != before.tokens:
        fields["tokens"] = tokens
    if state != before.state:
        fields["state"] = state
    if execution.open_incidents != before.incidents:
        fields["incidents"] = execution.open_incidents
    if state in instance.ENDED and not before.ended:
        fields |= {"ended_at": row.recorded_at, "error_code": execution.error_code}
    return replace(before, **fields), fields


def not_before(head: ProcessInstance, cause: Cause) -> Cause:
    """Time does not run backwards within a history, whatever the clock was set to."""
    at = moment(head.updated_at)
    return cause if cause.at >= at else replace(cause, at=at)


def _state(before: str, of_execution: str, input: str) -> str:
    if input == "ProcessInstanceSuspended":
        return instance.SUSPENDED
    if input == "ProcessInstanceResumed":
        return instance.RUNNING
    if of_execution == "running" and before == instance.SUSPENDED:
        return instance.SUSPENDED
    return of_execution
