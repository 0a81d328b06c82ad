"""``motcua lint``: what is wrong with diagrams, before anybody publishes them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.cli import terminal
from api.cli.asked import Asked, Place
from api.cli.bundle import Bundle, bundles
from api.cli.language import say
from api.cli.program import command
from engine.domain.errors import Problem

if TYPE_CHECKING:
    from engine.analysis.four_steps import FourSteps


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of looking at one upload."""

    bundle: Bundle
    processes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    four: Mapping[str, FourSteps] = field(default_factory=dict)
    """Whether the four steps of each process are at one place."""


@command(
    "lint",
    vi="Kiểm tra sơ đồ và biểu mẫu, không cần dịch vụ đang chạy.\n\nĐọc tệp, thư mục (hoặc thư mục chứa các thư mục "
    "thủ tục), tệp .zip; in mọi lỗi kèm tệp:dòng, phần tử, mã quy tắc và cách sửa.",
    en="Check diagrams and forms; needs no running service.\n\nReads files, folders (or a folder of procedures), a .zip; "
    "prints every problem with file:line, element, the rule's code and what to do.",
    alone=True,
)
@click.argument("paths", metavar="PATH…", nargs=-1, required=True, type=Place())
@click.pass_context
def lint(ctx: click.Context, paths: tuple[Path, ...]) -> None:
    """Look at everything, tell all of it, fail when something would be refused."""
    found = bundles(paths)
    beside = {process for bundle in found for process in _inspected(bundle).processes}
    findings = [_inspected(bundle, beside) for bundle in found]
    if ctx.ensure_object(Asked).json:
        terminal.answer([_answer(finding) for finding in findings])
    else:
        _tell(findings)
    if any(finding.problems for finding in findings):
        ctx.exit(1)


def _inspected(bundle: Bundle, beside: Collection[str] = ()) -> Finding:
    """What is wrong with one upload; what it calls may lie in another one that is looked at with it."""
    from engine.analysis.four_steps import four_steps
    from engine.domain.errors import DeploymentRefused
    from engine.service.inspection import inspect

    try:
        checked = inspect(bundle.parts, None, beside=beside)
    except DeploymentRefused as refused:
        return Finding(bundle, problems=refused.problems)
    four = {
        key: steps
        for file in checked.files
        if file.name.endswith(".bpmn")
        for key, steps in four_steps(file.name, file.content).items()
    }
    return Finding(bundle, tuple(process.key for _, process in checked.processes), warnings=checked.warnings, four=four)


def _tell(findings: Sequence[Finding]) -> None:
    for finding in findings:
        for problem in finding.problems:
            _tell_problem(finding.bundle, problem, "bold red")
    warned = [(finding.bundle, warning) for finding in findings for warning in finding.warnings]
    if warned:
        terminal.tell(say("Cảnh báo (vẫn ban hành được):", "Warnings (can still be deployed):"), "yellow")
    for bundle, warning in warned:
        _tell_problem(bundle, warning, "yellow")
    for finding in findings:
        for key, four in finding.four.items():
            if four.steps:
                terminal.tell(f"{key}: {_at_one_place(four)}")
    _tell_sum(findings, len(warned))


def _at_one_place(four: FourSteps) -> str:
    if four.at_one_place:
        return say("4 tại chỗ.", "the four steps are at one place.")
    why = [*four.missing, *(f"{step.element_id} ({step.location or '–'})" for step in four.elsewhere)]
    return say(f"chưa 4 tại chỗ: {', '.join(why)}.", f"the four steps are not at one place: {', '.join(why)}.")


def _tell_problem(bundle: Bundle, problem: Problem, style: str) -> None:
    line = f":{problem.line}" if problem.line else ""
    name = f" “{problem.element_name}”" if problem.element_name else ""
    element = f" {problem.element_id}{name}" if problem.element_id else ""
    terminal.tell(f"{bundle.where(problem.file)}{line}{element} [{problem.code}]", style)
    terminal.tell(f"    {say(problem.vi, problem.en)}{_place_inside(problem)}")


def _place_inside(problem: Problem) -> str:
    """Where in a condition or script it is; an element's line does not tell that."""
    line, column = problem.facts.get("line"), problem.facts.get("column")
    return say(f" (dòng {line}, cột {column})", f" (line {line}, column {column})") if line and column else ""


def _tell_sum(findings: Sequence[Finding], warnings: int) -> None:
    problems = sum(len(finding.problems) for finding in findings)
    processes = sum(len(finding.processes) for finding in findings)
    if problems:
        terminal.tell(say(f"{problems} lỗi, {warnings} cảnh báo.", f"Problems: {problems}, warnings: {warnings}."), "bold red")  # fmt: skip
    else:
        terminal.tell(
            say(f"Không có lỗi: {processes} quy trình, {warnings} cảnh báo.",
                f"No problems. Processes: {processes}, warnings: {warnings}."), "green",
        )  # fmt: skip


def _answer(finding: Finding) -> dict[str, Any]:
    return {
        "path": str(finding.bundle.place),
        "processes": list(finding.processes),
        "problems": [_fault(problem) for problem in finding.problems],
        "warnings": [_fault(warning) for warning in finding.warnings],
        "fourAtOnePlace": {key: four.at_one_place for key, four in finding.four.items()},
    }


def _fault(problem: Problem) -> dict[str, Any]:
    """The shape that a refused deployment has over HTTP."""
    return {
        "file": problem.file,
        "line": problem.line,
        "elementId": problem.element_id,
        "elementName": problem.element_name,
        "code": problem.code,
        "detail": say(problem.vi, problem.en),
        "facts": problem.facts,
    }
