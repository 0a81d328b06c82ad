"""Process instances: start, mend, suspend, resume, cancel, go on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

import orjson

from engine.domain import instance
from engine.domain.access import Reach
from engine.domain.calendar import local_day
from engine.domain.errors import (
    BusinessKeyInUse,
    BusinessKeyTaken,
    CalledVersionsDiffer,
    Fault,
    InstanceNotSuspended,
    InvalidValues,
    NoPlainStart,
    NotFound,
    Stale,
)
from engine.domain.record import RULES
from engine.domain.values import written
from engine.domain.waiting import Job
from engine.ports import Queries
from engine.runtime.variables import owners_of
from engine.service import reaching
from engine.service.approvals import check_in_force, chosen
from engine.service.catalog import Loaded
from engine.service.command import Command, Sender
from engine.service.forms import check_values
from engine.service.heads import first_head
from engine.service.live import Live
from engine.service.work import Work

IDEMPOTENT = UUID("5d1f6f0a-3c43-5a8e-9b58-3a3f0d5c7f11")
"""Namespace of the ids of instances started with an Idempotency-Key."""


@dataclass(frozen=True, slots=True)
class StartProcessInstance(Command):
    """Begin an instance of the newest version of a key, or of one definition.

    ``id`` is given where an Idempotency-Key decides it; ``unit`` is the office whose dossier it is, the caller's unless
    another is named.
    """

    key: str | None = None
    definition_id: str | None = None
    business_key: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    id: str | None = None
    unit: str | None = None

    @property
    def instance_ids(self) -> tuple[str, ...]:
        return () if self.id is None else (self.id,)


def id_for(tenant: str, principal: str, idempotency_key: str) -> str:
    """The id of the instance that this key starts, whatever happens in between."""
    return str(uuid5(IDEMPOTENT, f"{tenant}\n{principal}\n{idempotency_key}"))


def start(work: Work, command: StartProcessInstance, by: Sender) -> Live:
    """Begin an instance. One that this very id was given to before is not begun again.

    Raises:
        NotFound, InstanceArchived, NoPlainStart, InvalidValues, BusinessKeyInUse
    """
    if command.id is not None and command.id in work.lives:
        return work.lives[command.id]
    if command.id in work.gone:
        raise reaching.told(work.gone[command.id])
    loaded = startable(work, command.key, command.definition_id)
    check_values(command.values, loaded.form(loaded.compiled.start_form), "/variables")
    unit = unit_for(work, command.unit, by)
    return begin(work, loaded, command.business_key, command.values, by, id=command.id, unit=unit)


_NO_UNIT = Fault(
    "/unit",
    "unknownUnit",
    "Không có đơn vị này vào ngày hôm nay, hoặc không phải đơn vị của bạn.",
    "There is no such unit today, or it is not yours.",
)


def unit_for(work: Work, named: str | None, by: Sender) -> str | None:
    """The office of a new dossier.

    Raises:
        InvalidValues: there is none by that name today, or it is not the caller's.
    """
    if named is None:
        return by.unit
    tree, day = work.organisation(), local_day(work.clock.now())
    if tree is not None and tree.unit(named, day) is None:
        raise InvalidValues([_NO_UNIT])
    if by.reach is not None and by.reach.starter is None and named not in by.reach.units:
        raise InvalidValues([_NO_UNIT])
    return named


def startable(work: Work, key: str | None, definition_id: str | None = None, day: str | None = None) -> Loaded:
    """The version of a key that counts on a day (today), or one definition, ready to begin.

    Raises:
        NotFound: there is none.
        NoVersionInForce: approval is required, and none is approved for today.
        NoPlainStart: only a message, a signal or a timer can begin it.
    """
    loaded = work.catalog.load(work.unit, definition_id or _counting(work, key or "", day))
    if definition_id is not None:
        check_in_force(work, loaded.definition)
    if not loaded.compiled.starts_plainly:
        raise NoPlainStart(key=loaded.definition.key)
    return loaded


def _counting(work: Work, key: str, day: str | None) -> str:
    definition = chosen(work, key, day)
    if definition is None:
        raise NotFound(what="process definition with key", id=key)
    return definition.id


def begin(
    work: Work,
    loaded: Loaded,
    business_key: str | None,
    values: dict[str, Any],
    by: Sender,
    *,
    id: str | None = None,
    start_event: str | None = None,
    correlation_key: str | None = None,
    unit: str | None = None,
    dossier: dict[str, Any] | None = None,
) -> Live:
    """Begin an instance whose values were checked; messages find it by its business key, else by ``correlation_key``.

    Raises:
        BusinessKeyInUse: an instance that has not ended has it, or a dossier is called so.
    """
    _check_business_key(work, business_key, by)
    cause = work.cause(by)
    payload = _first_payload(work, loaded, business_key, unit) | ({} if unit is None else {"unit": unit})
    payload |= {} if dossier is None else {"dossier": dossier}
    head = first_head(id or work.ids.new(), loaded.definition, payload, written(cause.at), by)
    public = work.catalog.public(work.unit, loaded.definition.id, head.pins)
    live = work.new_instance(head, work.ids.secret(), public)
    payload |= {"values": values} | ({} if start_event is None else {"startEvent": start_event})
    if correlation_key is not None:
        payload["correlationKey"] = correlation_key
    work.record(live, "ProcessInstanceStarted", payload, cause)
    return live


def _check_business_key(work: Work, business_key: str | None, by: Sender) -> None:
    if business_key is None:
        return
    if (other := work.bearer_of(business_key)) is not None:
        if not reaching.reaches(work.unit, other, by.reach):
            raise BusinessKeyTaken(businessKey=business_key)
        raise BusinessKeyInUse(businessKey=business_key, processInstanceId=other.id)


def _first_payload(work: Work, loaded: Loaded, business_key: str | None, unit: str | None) -> dict[str, Any]:
    """What an instance pins when it begins."""
    definition, pins = loaded.definition, _pins(work, loaded)
    return {
        "definition": definition.id,
        "key": definition.key,
        "version": definition.version,
        "hash": definition.hash,
        "rules": RULES,
        "calendar": work.calendar_of(unit) or "",
        "calls": {key: {"definition": p.definition.id, "hash": p.definition.hash} for key, p in pins.items()},
        "businessKey": business_key,
    }


def _pins(work: Work, loaded: Loaded) -> dict[str, Loaded]:
    """Everything that the process calls, and what that calls, in the versions it will run in."""
    pins: dict[str, Loaded] = {}
    todo = [loaded]
    while todo:
        caller = todo.pop()
        for call in caller.compiled.calls:
            called = _called(work, caller, call.key, call.at_deployment)
            if call.key not in pins:
                pins[call.key] = called
                todo.append(called)
            elif pins[call.key].definition.id != called.definition.id:
                raise CalledVersionsDiffer(key=call.key)
    return dict(sorted(pins.items()))


def _called(work: Work, caller: Loaded, key: str, at_deployment: bool) -> Loaded:
    if at_deployment and key in caller.definition.calls:
        return work.catalog.load(work.unit, caller.definition.calls[key])
    definition = chosen(work, key)
    assert definition is not None
    return work.catalog.load(work.unit, definition.id)


def variables(queries: Queries, instance_id: str, reach: Reach | None = None) -> dict[str, Any]:
    """The variables of the process itself, by name; what the engine keeps beside them is not shown.

    Raises:
        NotFound: there is no such instance, or not for the caller.
    """
    reaching.instance(queries, instance_id, reach)
    content = next((scope.content for scope in queries.scopes([instance_id]) if scope.id[1] == ""), b"{}")
    return {name: value for name, value in orjson.loads(content).items() if not name.startswith("_")}


@dataclass(frozen=True, slots=True)
class OnInstance(Command):
    """A command that names one instance."""

    instance_id: str

    @property
    def instance_ids(self) -> tuple[str, ...]:
        return (self.instance_id,)


@dataclass(frozen=True, slots=True)
class MendVariables(OnInstance):
    """Set variables of the process by hand; ``expected_seq`` is the state that the operator saw."""

    values: dict[str, Any]
    reason: str
    expected_seq: int
    scope: str = ""
    """The activity whose own variables are meant: a called process, a repetition, data of its own; the process when empty."""


def mend_variables(work: Work, command: MendVariables, by: Sender) -> Live:
    """Set variables, with the reason in the log.

    Raises:
        NotFound, InstanceEnded, Stale, InvalidValues
    """
    live = work.not_ended(command.instance_id)
    if live.head.seq != command.expected_seq:
        raise Stale(current=live.head.seq, expected=command.expected_seq)
    check_values(command.values, None, "/variables")
    payload: dict[str, Any] = {"reason": command.reason, "values": command.values}
    if command.scope:
        _check_scope(live, command.scope)
        payload["scope"] = command.scope
    work.record(live, "VariablesMended", payload, work.cause(by))
    return live


def _check_scope(live: Live, scope: str) -> None:
    """No id of an activity has a colon; what is kept beside variables does."""
    if ":" in scope or (live.scopes or {}).keys().isdisjoint(owners_of(scope)):
        raise NotFound(what="activity with variables", id=scope)


@dataclass(frozen=True, slots=True)
class SuspendProcessInstance(OnInstance):
    """Stop an instance for a while: it takes no completion, no message, and no timer fires."""

    reason: str


def suspend(work: Work, command: SuspendProcessInstance, by: Sender) -> Live:
    """Suspend an instance.

    Raises:
        NotFound, InstanceEnded, InstanceSuspended
    """
    live = work.running(command.instance_id)
    work.record(live, "ProcessInstanceSuspended", {"reason": command.reason}, work.cause(by))
    return live


@dataclass(frozen=True, slots=True)
class ResumeProcessInstance(OnInstance):
    """Let a suspended instance go on; what fell due meanwhile fires now."""


def resume(work: Work, command: ResumeProcessInstance, by: Sender) -> Live:
    """Resume an instance.

    Raises:
        NotFound, InstanceEnded, InstanceNotSuspended
    """
    live = work.not_ended(command.instance_id)
    if live.head.state != instance.SUSPENDED:
        raise InstanceNotSuspended(id=command.instance_id)
    work.record(live, "ProcessInstanceResumed", {}, work.cause(by))
    work.awaited.append(command.instance_id)
    return live


@dataclass(frozen=True, slots=True)
class CancelProcessInstance(OnInstance):
    """End an instance from outside."""

    reason: str


def cancel(work: Work, command: CancelProcessInstance, by: Sender) -> Live:
    """Cancel an instance.

    Raises:
        NotFound, InstanceEnded
    """
    live = work.not_ended(command.instance_id)
    work.record(live, "ProcessInstanceCancelled", {"reason": command.reason}, work.cause(by))
    return live


@dataclass(frozen=True, slots=True)
class ContinueProcessInstance(OnInstance):
    """Go on with a run that was longer than one command's share."""

    job: Job

    @property
    def job_ids(self) -> tuple[str, ...]:
        return (self.job.id,)


def continue_(work: Work, command: ContinueProcessInstance, by: Sender) -> bool:
    """Run a continue job, once; whether there was anything to do."""
    live = work.live(command.instance_id)
    if work.open_job(command.job.id) is None or live.head.state == instance.SUSPENDED:
        return False
    work.record(live, "ProcessInstanceContinued", {"job": command.job.id}, work.cause(by))
    return True
