"""Deployments: an upload is taken as a whole or refused with everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid5

from engine.domain.calendar import Calendar
from engine.domain.definition import Deployment, ProcessDefinition, Resource, StartEvent
from engine.domain.errors import DeploymentRefused, Problem
from engine.domain.values import moment, written
from engine.ports import Queries
from engine.runtime.checks import check
from engine.runtime.compiled import Call, CompiledProcess, Start, compile_diagram
from engine.runtime.diagram import Diagram
from engine.runtime.report import Report
from engine.runtime.rules import RULES
from engine.runtime.timers import CYCLE, LIMIT, Repetition, after
from engine.service.bundle import SUFFIXES, BundleRefused, read_toml, unpack
from engine.service.catalog import form_key
from engine.service.command import Command, Sender
from engine.service.forms import Form, FormRefused
from engine.service.history import definition_hash
from engine.service.work import Work
from engine.xml import XmlRefused

_CONTENT_IDS = UUID("0b9f3c52-8c1e-5f0e-9a77-4f1d3f7b6a10")
"""Namespace of the ids of start events."""


@dataclass(frozen=True, slots=True)
class Deploy(Command):
    """Publish uploaded files."""

    files: Sequence[Resource] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """An upload that can be executed. ``calls`` are the called keys that the store has to know."""

    files: tuple[Resource, ...]
    processes: tuple[tuple[str, CompiledProcess], ...]
    """(file, process)"""
    procedure: dict[str, Any]
    warnings: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Deployed:
    """What came of a deployment; ``created`` is false when everything was already the newest."""

    id: str
    definitions: tuple[ProcessDefinition, ...]
    warnings: tuple[Problem, ...]
    created: bool


def inspect(uploads: Sequence[Resource], queries: Queries | None) -> Checked:
    """Look at an upload without storing anything.

    ``queries`` tells which called processes are deployed; without it only those of the upload are known.

    Raises:
        DeploymentRefused: with every problem found.
    """
    try:
        files = unpack(uploads)
    except BundleRefused as refused:
        raise DeploymentRefused(refused.problems) from refused
    inspection = _Inspection(files)
    inspection.run(queries)
    if inspection.problems:
        raise DeploymentRefused(inspection.problems)
    return Checked(tuple(files), tuple(inspection.processes), inspection.procedure, tuple(inspection.warnings))


@dataclass(slots=True)
class _Inspection:
    """Everything found while looking at the files of one upload."""

    files: list[Resource]
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    processes: list[tuple[str, CompiledProcess]] = field(default_factory=list)
    procedure: dict[str, Any] = field(default_factory=dict)

    def run(self, queries: Queries | None) -> None:
        forms = {form_key(file.name): file for file in self.files if file.name.lower().endswith(".json")}
        for file in self.files:
            report = Report(file.name)
            self._file(file, forms.keys(), report)
            self.problems += report.problems
            self.warnings += report.warnings
        if self.problems:
            return
        self._across(forms, queries)

    def _file(self, file: Resource, forms: Collection[str], report: Report) -> None:
        name = file.name.lower()
        if not name.endswith(SUFFIXES):
            report.refuse("fileNotUsed")
        elif name.endswith(".bpmn"):
            self._diagram(file, forms, report)
        elif name.endswith(".json"):
            _check_form(file, report)
        else:
            self.procedure = read_toml(file, report)

    def _diagram(self, file: Resource, forms: Collection[str], report: Report) -> None:
        try:
            diagram = Diagram(file.name, file.content)
        except XmlRefused as refused:
            report.problems.append(Problem(file.name, refused.code, refused.vi, refused.en, line=refused.line))
            return
        check(diagram, forms, report)
        if not report.problems:
            self.processes += [(file.name, process) for process in compile_diagram(diagram).values()]

    def _across(self, forms: dict[str, Resource], queries: Queries | None) -> None:
        """What can only be seen over all files."""
        if not self.processes:
            self._refuse(self.files[0].name, "noProcess")
        keys = [process.key for _, process in self.processes]
        for key in sorted({key for key in keys if keys.count(key) > 1}):
            self._refuse(self.files[0].name, "duplicateProcess", id=key)
        used = {key for _, process in self.processes for key in process.forms.values()}
        for key, file in forms.items():
            if key not in used:
                self._refuse(file.name, "formUnused")
        self._check_calls(set(keys), queries)

    def _check_calls(self, here: set[str], queries: Queries | None) -> None:
        calls = [(file, call) for file, process in self.processes for call in process.calls]
        graph = {process.key: {call.key for call in process.calls} for _, process in self.processes}
        missing = _add_deployed({call.key for _, call in calls} - here, graph, queries)
        for file, call in calls:
            if call.key in missing:
                self._refuse_element(file, "callMissing", call, call.key)
        for file, process in self.processes:
            for call in process.calls:
                if _leads_to(call.key, process.key, graph):
                    self._refuse_element(file, "callItself", call, process.key)

    def _refuse(self, file: str, code: str, **facts: Any) -> None:
        report = Report(file)
        report.refuse(code, **facts)
        self.problems += report.problems

    def _refuse_element(self, file: str, code: str, call: Call, ref: str) -> None:
        vi, en = RULES[code]
        facts = {"name": call.element_name or call.element_id, "ref": ref}
        self.problems.append(Problem(file, code, vi.format(**facts), en.format(**facts), call.element_id, call.element_name))


def _add_deployed(keys: set[str], graph: dict[str, set[str]], queries: Queries | None) -> set[str]:
    """Put deployed processes, and what they call, into the graph; the keys among ``keys`` that are not deployed."""
    missing, todo = set(), set(keys)
    while todo:
        key = todo.pop()
        definition = queries.latest_definitions([key]).get(key) if queries is not None else None
        if queries is None or definition is None:
            missing.add(key)
            continue
        hash = definition.files[definition.file]
        compiled = compile_diagram(Diagram(definition.file, queries.contents([hash])[hash]))
        graph[key] = {call.key for call in compiled[key].calls}
        todo |= graph[key] - graph.keys()
    return missing & keys


def _leads_to(key: str, target: str, graph: dict[str, set[str]]) -> bool:
    todo, seen = [key], set()
    while todo:
        at = todo.pop()
        if at == target:
            return True
        if at not in seen:
            seen.add(at)
            todo += graph.get(at, ())
    return False


def _check_form(file: Resource, report: Report) -> None:
    try:
        Form(file.content)
    except FormRefused as refused:
        report.refuse("formRefused", reason=str(refused))


def deploy(work: Work, command: Deploy, by: Sender) -> Deployed:
    """Publish an upload. A definition equal to the newest of its key stays what it is; any other gets the next version.

    Raises:
        DeploymentRefused: with every problem found; nothing is stored.
    """
    work.flush()
    checked = inspect(command.files, work.unit)
    latest = work.latest([process.key for _, process in checked.processes])
    cause = work.cause(by)
    id = cause.command
    definitions = _definitions(checked, latest, id, written(cause.at), work.ids.new)
    new = [d for d in definitions if d.deployment_id == id]
    if not new:
        return Deployed(definitions[0].deployment_id, tuple(definitions), checked.warnings, created=False)
    _store(work, checked, new, id, by, written(cause.at))
    record = {
        "deployment": id,
        "definitions": [{"id": d.id, "key": d.key, "version": d.version, "hash": d.hash} for d in new],
        "files": {file.name: file.hash for file in checked.files},
    }
    work.administer("DeploymentCreated", record, cause)
    return Deployed(id, tuple(definitions), checked.warnings, created=True)


def preview(uploads: Sequence[Resource], queries: Queries) -> Deployed:
    """What a deployment would publish; new definitions have no id yet. Nothing is stored.

    Raises:
        DeploymentRefused: with every problem found.
    """
    checked = inspect(uploads, queries)
    latest = queries.latest_definitions([process.key for _, process in checked.processes])
    definitions = _definitions(checked, latest, "", "", str)
    return Deployed("", tuple(definitions), checked.warnings, created=any(not d.id for d in definitions))


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
        if resource.name == file or resource.name.endswith(".toml") or (resource.name.endswith(".json") and form_key(resource.name) in keys)
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
    for start in starts_of(process, definition, _calendar(work), moment(definition.created_at)):
        if start.id in old:
            old.discard(start.id)
            work.current.delete(StartEvent, start.id)
        work.current.insert(start)
    for id in old:
        work.current.delete(StartEvent, id)


def _calendar(work: Work) -> Calendar | None:
    hash = work.unit.calendar_hash()
    return None if hash is None else work.catalog.calendar(work.unit, hash)


def starts_of(
    process: CompiledProcess, definition: ProcessDefinition, calendar: Calendar | None, at: Any
) -> list[StartEvent]:
    """The start events of a definition that something outside triggers; timers count from ``at``."""
    return [_start_event(start, definition, calendar, at) for start in process.starts]


def _start_event(start: Start, definition: ProcessDefinition, calendar: Calendar | None, at: Any) -> StartEvent:
    id = str(uuid5(_CONTENT_IDS, f"{definition.key}\n{start.element_id}"))
    if start.timer is None:
        return StartEvent(id, definition.key, definition.id, start.element_id, start.kind, start.name)
    due, repeats = first_due(start, calendar, at)
    return StartEvent(id, definition.key, definition.id, start.element_id, start.kind, None, due, repeats)


def first_due(start: Start, calendar: Calendar | None, at: Any) -> tuple[str, int]:
    """When a start timer falls due first, and how often (-1 for ever)."""
    timer = start.timer
    assert timer is not None
    if timer.kind == LIMIT:
        assert timer.limit is not None
        return written(calendar.due(at, timer.limit) if calendar else at), 1
    if timer.kind == CYCLE:
        cycle = Repetition.read(timer.text)
        return written(cycle.first or after(cycle.interval, at)), cycle.count
    return written(after(timer.text, at) if timer.kind == "duration" else moment(timer.text)), 1


__all__ = ["Checked", "Deploy", "Deployed", "deploy", "inspect", "starts_of"]
