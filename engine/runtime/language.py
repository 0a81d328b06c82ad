"""The closed language of conditions and scripts: Python's notation, none of Python's reach.

A text is parsed once, when its diagram is deployed. Only what engine/runtime/syntax.py and statements.py list is let
through. It becomes a function of the variables and a budget. Budgets count, they never look at a clock: replay has to
stop at the same place. Conditions that other modelers write as ``${…}`` or ``=…`` are read where they mean the same.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.domain.table import Tables
from engine.runtime import notation
from engine.runtime.assigned import CHANGING, Assigned
from engine.runtime.budget import Budget, LimitReached, is_none
from engine.runtime.functions import FUNCTIONS
from engine.runtime.lookups import Lookup, unknown_in
from engine.runtime.methods import METHODS
from engine.runtime.sameness import SAME
from engine.runtime.statements import BpmnError, ScriptCompiler
from engine.runtime.syntax import BUDGET, DEEPEST, OWN, VARIABLES, Compiler, LanguageError

LONGEST = 4_000
"""Characters of one expression or script."""

_GLOBALS: dict[str, Any] = {
    "__builtins__": {},
    "__is_none": is_none,
    "__item": operator.getitem,
    "__error": BpmnError,
    **FUNCTIONS,
    **SAME,
    **{f"__{name}": method for name, method in (METHODS | CHANGING).items()},
}
"""All that a compiled text can reach beside its arguments."""


class VariableMissing(KeyError):
    """A variable that has no value; its name is the argument."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A condition or value: ``names`` are the variables it reads. ``charged`` says whether it needs a budget.

    ``lookups`` are what it asks of data tables.
    """

    text: str
    names: tuple[str, ...]
    code: Callable[..., Any]
    charged: bool
    lookups: tuple[Lookup, ...] = ()

    def value(self, variables: Mapping[str, Any]) -> Any:
        """Evaluate over ``variables``.

        Raises:
            Exception: what the operators raise: a name that is not there, types that do not go together, a limit.
        """
        return self.code(variables, None, Budget() if self.charged else None)


@dataclass(frozen=True, slots=True)
class Script:
    """Assignments, branches and bounded loops: ``names`` are read, ``writes`` may be assigned."""

    text: str
    names: tuple[str, ...]
    writes: tuple[str, ...]
    code: Callable[..., Any]
    lookups: tuple[Lookup, ...] = ()

    def run(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """What the script assigns, in order of first assignment; ``variables`` themselves stay as they are.

        Raises:
            BpmnError: the script throws it.
            Exception: what the operators raise.
        """
        own, budget = Assigned(variables), Budget()
        try:
            self.code(variables, own, budget)
        except BpmnError as error:
            error.assigned = _kept(own, budget)
            raise
        return _kept(own, budget) if own else {}


def _kept(own: Assigned, budget: Budget) -> dict[str, Any]:
    for value in own.values():
        budget.store(value)
    return dict(own)


def expression(text: str, *, strict: bool = False) -> Expression:
    """Compile a condition or value. What is deployed anew is read strictly: likely mistakes are refused too.

    Raises:
        LanguageError: it is not of the language.
    """
    text = text.strip()
    compiler, body = _expression(text, strict=strict)
    code = _function([ast.copy_location(ast.Return(body), body)])
    return Expression(text, tuple(compiler.names), code, compiler.charged, tuple(compiler.lookups))


def script(text: str, *, strict: bool = False) -> Script:
    """Compile a script.

    Raises:
        LanguageError: it is not of the language.
    """
    compiler, body = _script(text, strict=strict)
    names, writes = tuple(compiler.names), tuple(compiler.writes)
    return Script(text, names, writes, _function(body), tuple(compiler.lookups))


def check_lookups(made: Expression | Script, tables: Tables) -> None:
    """Compare what a text asks of data tables with those that there are.

    Raises:
        LanguageError: there is no such table or column.
    """
    for lookup in made.lookups:
        if (unknown := unknown_in(lookup, tables)) is not None:
            raise LanguageError(*unknown, lookup.node)


def read_by(text: str) -> tuple[str, ...]:
    """The variables that an expression reads; nothing is made to run.

    Raises:
        LanguageError: it is not of the language.
    """
    return tuple(_expression(text, strict=False)[0].names)


def touched_by(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The variables that a script reads, and those that it may assign; nothing is made to run.

    Raises:
        LanguageError: it is not of the language.
    """
    compiler, _ = _script(text, strict=False)
    return tuple(compiler.names), tuple(compiler.writes)


def _expression(text: str, *, strict: bool) -> tuple[Compiler, ast.expr]:
    parsed = notation.parsed(_short(text)) if notation.is_foreign(text) else _parsed(text, "eval")
    _check_depth(parsed)
    compiler = Compiler(strict=strict)
    return compiler, compiler.value(parsed.body)  # type: ignore[attr-defined]


def _script(text: str, *, strict: bool) -> tuple[ScriptCompiler, list[ast.stmt]]:
    parsed = _parsed(text, "exec")
    _check_depth(parsed)
    compiler = ScriptCompiler(parsed, strict=strict)
    return compiler, compiler.block(parsed.body)  # type: ignore[attr-defined]


def _function(body: list[ast.stmt]) -> Callable[..., Any]:
    """What was rewritten, as a function that sees nothing but its arguments and the language's own functions."""
    arguments = [ast.arg(name) for name in (VARIABLES, OWN, BUDGET)]
    definition = ast.FunctionDef(
        "closed", ast.arguments([], arguments, None, [], [], None, []), body or [ast.Pass()], [], None
    )
    tree = ast.fix_missing_locations(ast.Module([definition], []))
    made: dict[str, Any] = {}
    try:
        exec(compile(tree, "<closed>", "exec"), _GLOBALS, made)  # noqa: S102 - compiled from the closed language only
    except SyntaxError as error:  # Python has bounds of its own: so many loops inside one another
        raise _too_deep() from error
    function: Callable[..., Any] = made["closed"]
    return function


def _parsed(text: str, mode: str) -> ast.AST:
    try:
        tree = ast.parse(_short(text), mode=mode)
    except SyntaxError as error:
        raise _misspelt(text, error) from error
    except (RecursionError, MemoryError, ValueError) as error:
        raise _too_deep() from error
    if not text.isascii():
        _count_characters(tree, text.split("\n"))
    return tree


def _short(text: str) -> str:
    if len(text.strip("\n")) > LONGEST:
        raise LanguageError(
            f"Biểu thức dài {len(text)} ký tự, tối đa {LONGEST}.",
            f"{len(text)} characters, at most {LONGEST} are allowed.",
        )
    return text


def _misspelt(text: str, error: SyntaxError) -> LanguageError:
    refused = LanguageError(f"Sai cú pháp: {error.msg}.", f"Not the syntax of an expression: {error.msg}.")
    if "${" in text or text.startswith("#{"):
        refused = LanguageError(
            "Ký hiệu ${…} phải bao trọn điều kiện; #{…} không dùng được.",
            "The notation ${…} must enclose the whole condition; #{…} is not read.",
        )
    refused.line, refused.column = error.lineno, max(error.offset or 1, 1)
    return refused


def _count_characters(tree: ast.AST, lines: list[str]) -> None:
    """Python tells places in bytes, people count characters."""
    for node in ast.walk(tree):
        if isinstance(node, ast.expr | ast.stmt):
            node.col_offset = _characters(lines, node.lineno, node.col_offset)
            if node.end_lineno is not None and node.end_col_offset is not None:
                node.end_col_offset = _characters(lines, node.end_lineno, node.end_col_offset)


def _characters(lines: list[str], line: int, byte: int) -> int:
    return len(lines[line - 1].encode()[:byte].decode(errors="ignore"))


def _check_depth(tree: ast.AST) -> None:
    level = [tree]
    for _ in range(DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return
    raise _too_deep(next((node for node in level if isinstance(node, ast.expr | ast.stmt)), None))


def _too_deep(node: ast.AST | None = None) -> LanguageError:
    return LanguageError("Biểu thức lồng quá sâu.", "Nested too deep.", node)


__all__ = [
    "BpmnError",
    "Expression",
    "LanguageError",
    "LimitReached",
    "Script",
    "VariableMissing",
    "check_lookups",
    "expression",
    "script",
]
