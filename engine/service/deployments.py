"""Deployments: an upload is taken as a whole or refused with everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid5

from engine.domain.calendar import Calendar, local_day
from engine.domain.definition import Deployment, ProcessDefinition, Resource, StartEvent
from engine.domain.errors import Problem
from engine.domain.procedure import catalogued
from engine.domain.values import moment, written
from engine.ports import Queries
from engine.runtime.compiled import CompiledProcess, Start
from engine.runtime.timers import DATE, Timer
from engine.service.approvals import ended_bases
from engine.service.catalog import Catalog, form_key, is_form
from engine.service.command import Command, Sender
from engine.service.dues import PAID
from engine.service.history import definition_hash
from engine.service.inspection import Checked, inspect
from engine.service.tables import is_table
from engine.service.work import Work

_CONTENT_IDS = UUID("0b9f3c52-8c1e-5f0e-9a77-4f1d3f7b6a10")
"""Namespace of the ids of start events."""


@dataclass(frozen=True, slots=True)
class Deploy(Command):
    """Publish uploaded files."""

    files: Sequence[Resource] = ()


@dataclass(frozen=True, slots=True)
class Deployed:
    """What came of a deployment; ``created`` is false when everything was already the newest."""

    id: str
    definitions: tuple[ProcessDefinition, ...]
    warnings: tuple[Problem, ...]
    created: bool


def deploy(work: Work, command: Deploy, by: Sender) -> Deployed:
    """Publish an upload. A definition equal to the newest of its key stays what it is; any other gets the next version.

    Raises:
        DeploymentRefused: with every problem found; nothing is stored.
    """
    work.flush()
    checked = inspect(command.files, work.unit, work.catalog)
    latest = work.latest([process.key for _, process in checked.processes])
    cause = work.cause(by)
    warnings = (*checked.warnings, *_of_law(checked, local_day(cause.at)), *_deaf(checked, work.catalog))
    id = cause.command
    definitions = _definitions(checked, latest, id, written(cause.at), work.ids.new)
    new = [d for d in definitions if d.deployment_id == id]
    if not new:
        return Deployed(definitions[0].deployment_id, tuple(definitions), warnings, created=False)
    _store(work, checked, new, id, by, written(cause.at))
    record = {
        "deployment": id,
        "definitions": [{"id": d.id, "key": d.key, "version": d.version, "hash": d.hash} for d in new],
        "files": {file.name: file.hash for file in checked.files},
    }
    work.administer("DeploymentCreated", record, cause)
    return Deployed(id, tuple(definitions), warnings, created=True)


def preview(uploads: Sequence[Resource], queries: Queries, catalog: Catalog, day: str) -> Deployed:
    """What a deployment of a day would publish; new definitions have no id yet. Nothing is stored.

    Raises:
        DeploymentRefused: with every problem found.
    """
    checked = inspect(uploads, queries, catalog)
    latest = queries.latest_definitions([process.key for _, process in checked.processes])
    definitions = _definitions(checked, latest, "", "", str)
    warnings = (*checked.warnings, *_of_law(checked, day), *_deaf(checked, catalog))
    return Deployed("", tuple(definitions), warnings, created=any(not d.id for d in definitions))


def _of_law(checked: Checked, day: str) -> list[Problem]:
    """Legal bases that have ended: legal to deploy, since they may rule dossiers of old, but suspect."""
    procedure = catalogued(checked.procedure)
    return [] if procedure is None else ended_bases(checked.toml, procedure, day)


def _deaf(checked: Checked, catalog: Catalog) -> list[Problem]:
    """Diagrams that hear of money from one system only: what is paid at the counter does not reach them."""
    return [
        Problem(
            file,
            "deafToCounter",
            f"Quy trình chờ “{name}” mà không chờ “{PAID}”: nộp tại quầy thì hồ sơ vẫn đứng chờ; hãy chờ cả hai.",
            f"The process waits for '{name}' and not for '{PAID}': after a payment at the counter it still waits; have it wait for both.",
            facts={"name": name},
        )
        for file, process in checked.processes
        if PAID not in process.messages
        for name in sorted(process.messages & _told_of_money(catalog))
    ]


def _told_of_money(catalog: Catalog) -> set[str]:
    systems = catalog.connectors.systems.items()
    return {f"{connector}.{service}" for connector, (system, _) in systems for service in system.pays}


def _definitions(
    checked: Checked, latest: Any, deployment: str, at: str, new_id: Callable[[], str]
) -> list[ProcessDefinition]:
    return [_definition(checked, file, process, latest, deployment, at, new_id) for file, process in checked.processes]


def _definition(
    checked: Checked,
    file: str,
    process: CompiledProcess,
    latest: Any,
    deployment: str,
    at: str,
    new_id: Callable[[], str],
) -> ProcessDefinition:
    files = _reached(checked, file, process)
    hash = definition_hash(process.key, files)
    newest = latest.get(process.key)
    if newest is not None and newest.hash == hash:
        return newest  # type: ignore[no-any-return]
    return ProcessDefinition(
        id=new_id(),
        key=process.key,
        version=1 if newest is None else newest.version + 1,
        hash=hash,
        name=process.name,
        deployment_id=deployment,
        file=file,
        files=files,
        calls={},
        created_at=at,
        procedure=checked.procedure,
    )


def _reached(checked: Checked, file: str, process: CompiledProcess) -> dict[str, str]:
    """The diagram and every file it uses, by name with content hash."""
    keys = set(process.forms.values())
    return {
        resource.name: resource.hash
        for resource in checked.files
        if resource.name == file or resource.name.endswith(".toml") or is_table(resource.name)
        or (is_form(resource.name) and form_key(resource.name) in keys)
    }  # fmt: skip


def _store(work: Work, checked: Checked, new: list[ProcessDefinition], id: str, by: Sender, at: str) -> None:
    work.current.contents |= {file.hash: file.content for file in checked.files}
    work.current.insert(Deployment(id, at, by.person, {file.name: file.hash for file in checked.files}))
    by_key = {definition.key: definition for definition in new}
    for _, process in checked.processes:
        if process.key in by_key:
            work.current.insert(_bound(work, process, by_key))
            _take_over_starts(work, process, by_key[process.key])


def _bound(work: Work, process: CompiledProcess, new: dict[str, ProcessDefinition]) -> ProcessDefinition:
    """A definition with the versions that its calls are bound to at deployment."""
    keys = {call.key for call in process.calls if call.at_deployment}
    stored = work.latest(keys - new.keys()) if keys - new.keys() else {}
    calls = {key: (new.get(key) or stored[key]).id for key in keys}
    return replace(new[process.key], calls=calls)


def _take_over_starts(work: Work, process: CompiledProcess, definition: ProcessDefinition) -> None:
    """The newest version alone is started by messages, signals and timers."""
    old = {start.id for start in work.unit.start_events_of([process.key])}
    for start in starts_of(
        process, definition, work.catalog.calendar_in_force(work.unit), moment(definition.created_at)
    ):
        if start.id in old:
            old.discard(start.id)
            work.current.delete(StartEvent, start.id)
        work.current.insert(start)
    for id in old:
        work.current.delete(StartEvent, id)


def starts_of(
    process: CompiledProcess, definition: ProcessDefinition, calendar: Calendar | None, at: Any
) -> list[StartEvent]:
    """The start events of a definition that something outside triggers; timers count from ``at``.

    A date that is past starts nothing: it was the version before that it started.
    """
    starts = [_start_event(start, definition, calendar, at) for start in process.starts]
    gone = {start.element_id for start in process.starts if start.timer is not None and start.timer.kind == DATE}
    return [s for s in starts if s.element_id not in gone or s.due_at is None or moment(s.due_at) >= at]


def _start_event(start: Start, definition: ProcessDefinition, calendar: Calendar | None, at: Any) -> StartEvent:
    id = str(uuid5(_CONTENT_IDS, f"{definition.key}\n{start.element_id}"))
    if start.timer is None:
        return StartEvent(id, definition.key, definition.id, start.element_id, start.kind, start.name)
    due, repeats = _first_due(start.timer, calendar, at)
    return StartEvent(id, definition.key, definition.id, start.element_id, start.kind, None, due, repeats)


def _first_due(timer: Timer, calendar: Calendar | None, at: Any) -> tuple[str, int]:
    """When a start timer falls due first, and how often (-1 for ever)."""
    if timer.limit is not None:
        return written(calendar.due(at, timer.limit) if calendar else at), 1
    wait = timer.read(timer.text, at)
    return wait["due"], wait.get("left", 1)


__all__ = ["Checked", "Deploy", "Deployed", "deploy", "inspect", "starts_of"]
