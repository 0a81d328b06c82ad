"""The data tables of an upload or a definition: which files they are, and what they say."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from typing import Any

import orjson

from engine.domain.definition import Resource
from engine.domain.errors import Fault, Problem
from engine.domain.table import Table, Tables, read_table
from engine.runtime.report import Report
from engine.runtime.rules import RULES
from engine.service.bundle import read_toml

FOLDER = "tables"
LARGEST_JSON = 512 * 1024


def is_table(name: str) -> bool:
    """Whether a file is a data table: it lies in a folder of that name."""
    return name.lower().endswith((".toml", ".json")) and posixpath.basename(posixpath.dirname(name)) == FOLDER


def table_name(file: str) -> str:
    """``tables/le_phi.toml`` is the table ``le_phi``."""
    return posixpath.basename(file).rpartition(".")[0]


def read_tables(files: Iterable[Resource]) -> Tables:
    """The tables among files that were checked when they were deployed."""
    tables: dict[str, Table] = {}
    for file in files:
        if is_table(file.name):
            name = table_name(file.name)
            tables[name] = read_table(name, _content(file, Report(file.name)))[0]
    return tables


def checked_tables(files: Iterable[Resource]) -> tuple[dict[str, Table], list[Problem]]:
    """The tables of an upload, and everything that is wrong with them."""
    tables: dict[str, Table] = {}
    problems: list[Problem] = []
    for file in files:
        if is_table(file.name):
            report, name = Report(file.name), table_name(file.name)
            content = _content(file, report)
            problems += report.problems
            if report.problems:
                continue
            table, faults = read_table(name, content)
            if name in tables:
                faults.append(Fault("", "twice", "đã có bảng cùng tên", "there is a table of that name already"))
            tables[name] = table
            problems += problems_of(file.name, "tableRefused", faults)
    return tables, problems


def problems_of(file: str, code: str, faults: Iterable[Fault]) -> list[Problem]:
    """Faults of a file's keys as problems of the deployment."""
    vi, en = RULES[code]
    return [
        Problem(
            file,
            code,
            vi.format(file=file, place=fault.pointer or "/", reason=fault.vi),
            en.format(file=file, place=fault.pointer or "/", reason=fault.en),
            facts={"pointer": fault.pointer},
        )
        for fault in faults
    ]


def _content(file: Resource, report: Report) -> Any:
    if file.name.lower().endswith(".toml"):
        return read_toml(file, report)
    if len(file.content) > LARGEST_JSON:
        report.refuse("tableRefused", place="/", reason=f"> {LARGEST_JSON} bytes")
        return {}
    try:
        return orjson.loads(file.content)
    except ValueError as error:
        report.refuse("tableRefused", place="/", reason=str(error))
        return {}
