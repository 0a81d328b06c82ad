"""Looks at an upload: every file for itself, then all of them together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine.domain.definition import Resource
from engine.domain.errors import DeploymentRefused, Problem
from engine.domain.procedure import plain, read_procedure
from engine.domain.retention import Retention, RetentionRefused, class_of
from engine.domain.table import Tables
from engine.ports import Queries
from engine.runtime.checks import check
from engine.runtime.compiled import Asked, Call, CompiledProcess, compile_diagram
from engine.runtime.connectors import Connectors
from engine.runtime.diagram import Diagram
from engine.runtime.report import Report
from engine.runtime.rules import RULES
from engine.service.bundle import SUFFIXES, BundleRefused, read_toml, unpack
from engine.service.catalog import Catalog, form_key, is_form
from engine.service.forms import Form, FormRefused
from engine.service.tables import checked_tables, is_table, problems_of
from engine.xml import XmlRefused


@dataclass(frozen=True, slots=True)
class Checked:
    """An upload that can be executed. ``calls`` are the called keys that the store has to know."""

    files: tuple[Resource, ...]
    processes: tuple[tuple[str, CompiledProcess], ...]
    """(file, process)"""
    procedure: dict[str, Any]
    warnings: tuple[Problem, ...]

    @property
    def toml(self) -> str:
        """The name of the file that says what the procedure is."""
        return toml_of(self.files)


def inspect(
    uploads: Sequence[Resource],
    queries: Queries | None,
    catalog: Catalog | None = None,
    beside: Collection[str] = (),
) -> Checked:
    """Look at an upload without storing anything.

    ``queries`` tells which called processes are deployed; without it only those of the upload are known, and those
    ``beside`` it. ``catalog`` knows which connectors are registered, and remembers uploads that were looked at: the same
    bytes give the same findings.

    Raises:
        DeploymentRefused: with every problem found.
    """
    try:
        files = unpack(uploads)
    except BundleRefused as refused:
        raise DeploymentRefused(refused.problems) from refused
    connectors, known = (None, None) if catalog is None else (catalog.connectors, catalog.retention)
    catalog = catalog or Catalog()
    inspection = catalog.inspected(_fingerprint(files), lambda: _looked_at(files))
    problems = inspection.problems or [*inspection.missing_calls(queries, catalog, beside), *inspection.retained(known)]
    if problems:
        raise DeploymentRefused(problems)
    warnings = [*inspection.warnings, *(() if connectors is None else inspection.connector_warnings(connectors))]
    return Checked(tuple(files), tuple(inspection.processes), inspection.procedure, tuple(warnings))


def _fingerprint(files: list[Resource]) -> str:
    return "\n".join(f"{file.name} {file.hash}" for file in files)


def _looked_at(files: list[Resource]) -> Inspection:
    inspection = Inspection(files)
    inspection.run()
    return inspection


@dataclass(slots=True)
class Inspection:
    """Everything found while looking at the files of one upload."""

    files: list[Resource]
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    processes: list[tuple[str, CompiledProcess]] = field(default_factory=list)
    procedure: dict[str, Any] = field(default_factory=dict)
    tables: Tables = field(default_factory=dict)

    def run(self) -> None:
        """What can be said of the files themselves."""
        self.tables, problems = checked_tables(self.files)
        self.problems += problems
        forms = {form_key(file.name): file for file in self.files if is_form(file.name)}
        fields = {key: _fields(file) for key, file in forms.items()}
        for file in self.files:
            report = Report(file.name, self.tables)
            self._file(file, fields, report)
            self.problems += report.problems
            self.warnings += report.warnings
        if self.problems:
            return
        self._across(forms)

    def _file(self, file: Resource, forms: Mapping[str, Collection[str]], report: Report) -> None:
        name = file.name.lower()
        if not name.endswith(SUFFIXES):
            report.refuse("fileNotUsed")
        elif is_table(file.name):
            return
        elif name.endswith(".bpmn"):
            self._diagram(file, forms, report)
        elif name.endswith(".json"):
            _check_form(file, report)
        else:
            self._procedure(file, report)

    def _procedure(self, file: Resource, report: Report) -> None:
        self.procedure = plain(read_toml(file, report))
        procedure, faults = read_procedure(self.procedure)
        report.problems += problems_of(file.name, "procedureRefused", faults)
        unknown = [fee.table for fee in procedure.fees if fee.table is not None and fee.table not in self.tables]
        for table in unknown:
            report.refuse(
                "procedureRefused",
                place="/fee",
                reason=f"không có tables/{table}.toml / there is no tables/{table}.toml",
            )

    def _diagram(self, file: Resource, forms: Mapping[str, Collection[str]], report: Report) -> None:
        try:
            diagram = Diagram(file.name, file.content)
        except XmlRefused as refused:
            report.problems.append(Problem(file.name, refused.code, refused.vi, refused.en, line=refused.line))
            return
        check(diagram, forms, report)
        if not report.problems:
            compiled = compile_diagram(diagram).values()
            self.processes += [(file.name, replace(process, tables=self.tables)) for process in compiled]

    def _across(self, forms: dict[str, Resource]) -> None:
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
        self._check_four_eyes()
        self._check_owner(forms)

    def _check_owner(self, forms: Mapping[str, Resource]) -> None:
        """A name that is misspelt would be found out at the first dossier. What a message brings no form says."""
        if not all(process.starts_plainly for _, process in self.processes):
            return
        asked = frozenset().union(*(_fields(file) for file in forms.values()))
        procedure, _ = read_procedure(self.procedure)
        for datum, name in procedure.owner.variables.items():
            if name not in asked:
                reason = f'[owner] {datum} = "{name}": không biểu mẫu nào có trường này / no form has this field'
                self._refuse(self._toml, "procedureRefused", place=f"/owner/{datum}", reason=reason)

    def _check_four_eyes(self) -> None:
        """A name that is misspelt would let anybody do both."""
        said = self.procedure.get("four_eyes", {})
        toml = self._toml
        if not isinstance(said, dict) or not all(_are_texts(others) for others in said.values()):
            self._refuse(toml, "tomlRefused", reason='[four_eyes] element = ["other element"]')
            return
        everywhere = frozenset().union(*(process.user_tasks for _, process in self.processes))
        for file, process in self.processes:
            for id, others in process.four_eyes.items():
                self._check_eyes(file, id, others, process.user_tasks)
        for id, others in said.items():
            self._check_eyes(toml, id, (id, *others) if id not in everywhere else others, everywhere)

    def _check_eyes(self, file: str, id: str, others: Collection[str], known: frozenset[str]) -> None:
        for other in others:
            if other not in known or other == id:
                vi, en = (text.format(name=id, ref=other) for text in RULES["fourEyesRefused"])
                self.problems.append(Problem(file, "fourEyesRefused", vi, en, id))

    def connector_warnings(self, connectors: Connectors) -> Iterator[Problem]:
        """What is not registered here, or needs more than the task gives it. The operator may still change that: no refusal."""
        for file, process in self.processes:
            for asked in process.asked:
                operation = connectors.operations.get(asked.operation)
                if operation is None:
                    yield _doubt(file, "connectorMissing", asked)
                elif missing := sorted(operation.reads - set(asked.gives)):
                    yield _doubt(file, "connectorInputMissing", asked, missing=", ".join(missing))

    def missing_calls(self, queries: Queries | None, catalog: Catalog, beside: Collection[str]) -> list[Problem]:
        """Calls to nothing, and calls in a circle: what else is deployed decides."""
        calls = [(file, call) for file, process in self.processes for call in process.calls]
        graph = {process.key: {call.key for call in process.calls} for _, process in self.processes}
        missing = _add_deployed({call.key for _, call in calls} - graph.keys() - {*beside}, graph, queries, catalog)
        problems = [_problem(file, "callMissing", call, call.key) for file, call in calls if call.key in missing]
        for file, process in self.processes:
            circular = [call for call in process.calls if _leads_to(call.key, process.key, graph)]
            problems += [_problem(file, "callItself", call, process.key) for call in circular]
        return problems

    def retained(self, known: Retention | None) -> list[Problem]:
        """A retention class that there is not would keep dossiers in the database for ever.

        Where ``known`` is None nobody knows which there are.
        """
        report = Report(self._toml)
        try:
            name = class_of(self.procedure)
        except RetentionRefused as refused:
            report.refuse("tomlRefused", reason=str(refused))
        else:
            if known is not None and name not in known.classes:
                report.refuse("tomlRefused", reason=f'[retention] class = "{name}": {", ".join(known.classes)}')
        return report.problems

    @property
    def _toml(self) -> str:
        return toml_of(self.files)

    def _refuse(self, file: str, code: str, **facts: Any) -> None:
        report = Report(file)
        report.refuse(code, **facts)
        self.problems += report.problems


def toml_of(files: Iterable[Resource]) -> str:
    """The name of procedure.toml among files."""
    return next((file.name for file in files if file.name.lower().endswith(".toml") and not is_table(file.name)), "")


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _problem(file: str, code: str, call: Call, ref: str) -> Problem:
    vi, en = RULES[code]
    facts = {"name": call.element_name or call.element_id, "ref": ref}
    return Problem(file, code, vi.format(**facts), en.format(**facts), call.element_id, call.element_name)


_OF_CONNECTORS = {
    "connectorMissing": (
        "“{name}” gọi “{text}”, nhưng dịch vụ này chưa khai báo thao tác đó; đến bước này sẽ có sự cố cho tới khi khai báo.",
        "'{name}' calls '{text}', which this service has not registered; there will be an incident here until it has.",
    ),
    "connectorInputMissing": (
        "“{name}” gọi “{text}”, thao tác này cần biến {missing}; hãy thêm vào motcua:dataIn.",
        "'{name}' calls '{text}', which needs {missing}; add it to motcua:dataIn.",
    ),
}


def _doubt(file: str, code: str, asked: Asked, **facts: str) -> Problem:
    vi, en = _OF_CONNECTORS[code]
    facts |= {"name": asked.element_name or asked.element_id, "text": asked.operation}
    return Problem(file, code, vi.format(**facts), en.format(**facts), asked.element_id, asked.element_name)


def _add_deployed(keys: set[str], graph: dict[str, set[str]], queries: Queries | None, catalog: Catalog) -> set[str]:
    """Put deployed processes, and what they call, into the graph; the keys among ``keys`` that are not deployed."""
    missing, todo = set(), set(keys)
    while todo:
        key = todo.pop()
        definition = queries.latest_definitions([key]).get(key) if queries is not None else None
        if queries is None or definition is None:
            missing.add(key)
            continue
        hash = definition.files[definition.file]
        compiled = catalog.compiled(definition, queries.contents([hash])[hash])
        graph[key] = {call.key for call in compiled.calls}
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


def _fields(file: Resource) -> frozenset[str]:
    try:
        form = Form(file.content)
    except FormRefused:
        return frozenset()
    return form.public | form.personal
