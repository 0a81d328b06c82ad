"""The closed language of conditions and scripts: Python's notation, none of Python's reach.

A text is parsed once, when its diagram is deployed. Only the syntax listed here is let through: no attribute,
import, comprehension, lambda, keyword argument or name that begins with "_". It becomes a function of the variables and
a budget. What takes the same time whatever the values are is left to Python; everything else is a call that charges the
sizes it touches, and each turn of a loop is charged by the size of its body. Budgets count, they never look at a clock:
replay has to stop at the same place.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.domain.values import LARGEST_EXACT
from engine.runtime.budget import Budget, LimitReached, is_none
from engine.runtime.functions import FUNCTIONS, NOW

LONGEST = 4_000
"""Characters of one expression or script."""
DEEPEST = 40
"""Levels of nesting in the syntax."""

_VARIABLES, _OWN, _BUDGET = "__variables", "__own", "__budget"
"""What the compiled function is given: the process's variables, those the script has assigned, what it may use up."""
_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.FloorDiv: "divide", ast.Mod: "remainder",
}  # fmt: skip
_STEADY = (ast.Add, ast.Sub, ast.FloorDiv)
"""With a small number on one side these take the same time whatever the other side is, and grow nothing."""
_WEIGHTS: dict[type[ast.AST], int] = {ast.List: 4, ast.Dict: 8, ast.Load: 0, ast.Store: 0}
"""What one node of a loop's body costs in each turn, where it is not 1: lists and maps take room."""
_GLOBALS: dict[str, Any] = {"__builtins__": {}, "__is_none": is_none, **FUNCTIONS}


class VariableMissing(KeyError):
    """A variable that has no value; its name is the argument."""


class LanguageError(Exception):
    """The text is not of the language. ``line`` and ``column`` (from 1) say where."""

    def __init__(self, vi: str, en: str, node: ast.AST | None = None) -> None:
        super().__init__(en)
        self.vi, self.en = vi, en
        self.line: int | None = getattr(node, "lineno", None)
        column = getattr(node, "col_offset", None)
        self.column: int | None = None if column is None else column + 1


@dataclass(frozen=True, slots=True)
class Expression:
    """A condition or value: ``names`` are the variables it reads. ``charged`` says whether it needs a budget."""

    text: str
    names: tuple[str, ...]
    code: Callable[..., Any]
    charged: bool

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

    def run(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """What the script assigns, in order of first assignment; ``variables`` themselves stay as they are."""
        own, budget = _Own(), Budget()
        own.variables = variables
        self.code(variables, own, budget)
        assigned = dict(own)
        for value in assigned.values():
            budget.store(value)
        return assigned


class _Own(dict[str, Any]):
    """What a running script has assigned, before what the process has. Kept apart until the script has succeeded."""

    __slots__ = ("variables",)
    variables: Mapping[str, Any]

    def __missing__(self, name: str) -> Any:
        return self.variables[name]


def expression(text: str) -> Expression:
    """Compile a condition or value.

    Raises:
        LanguageError: it is not of the language.
    """
    parsed = _parsed(text.strip(), "eval")
    compiler = _Compiler(parsed)
    body = compiler.value(parsed.body)  # type: ignore[attr-defined]
    code = _function([ast.copy_location(ast.Return(body), body)])
    return Expression(text.strip(), compiler.read(), code, compiler.charged)


def script(text: str) -> Script:
    """Compile a script.

    Raises:
        LanguageError: it is not of the language.
    """
    parsed = _parsed(text.strip("\n"), "exec")
    compiler = _Compiler(parsed)
    body = compiler.block(parsed.body)  # type: ignore[attr-defined]
    return Script(text, compiler.read(), tuple(compiler.writes), _function(body))


def _function(body: list[ast.stmt]) -> Callable[..., Any]:
    """What was rewritten, as a function that sees nothing but its arguments and the language's own functions."""
    arguments = [ast.arg(name) for name in (_VARIABLES, _OWN, _BUDGET)]
    definition = ast.FunctionDef(
        "closed", ast.arguments([], arguments, None, [], [], None, []), body or [ast.Pass()], [], None
    )
    tree = ast.fix_missing_locations(ast.Module([definition], []))
    made: dict[str, Any] = {}
    exec(compile(tree, "<closed>", "exec"), _GLOBALS, made)  # noqa: S102 - compiled from the closed language only
    function: Callable[..., Any] = made["closed"]
    return function


def _parsed(text: str, mode: str) -> ast.AST:
    if len(text) > LONGEST:
        raise LanguageError(
            f"Biểu thức dài {len(text)} ký tự, tối đa {LONGEST}.",
            f"{len(text)} characters, at most {LONGEST} are allowed.",
        )
    try:
        tree = ast.parse(text, mode=mode)
    except SyntaxError as error:
        raise LanguageError(
            f"Sai cú pháp: {error.msg}.", f"Not the syntax of an expression: {error.msg}.", None
        ) from error
    except (RecursionError, MemoryError, ValueError) as error:
        raise LanguageError("Biểu thức lồng quá sâu.", "Nested too deep.") from error
    _check_depth(tree)
    return tree


def _check_depth(tree: ast.AST) -> None:
    level = [tree]
    for _ in range(DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return
    raise LanguageError("Biểu thức lồng quá sâu.", "Nested too deep.", level[0])


class _Compiler:
    """Rewrites what is allowed, refuses the rest, and notes the names read and written."""

    def __init__(self, parsed: ast.AST) -> None:
        nodes = ast.walk(parsed)
        self.assigned = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        self.charged = False
        self.names: dict[str, None] = {}
        self.writes: dict[str, None] = {}

    def read(self) -> tuple[str, ...]:
        return tuple(self.names)

    # values
    def value(self, node: ast.expr) -> ast.expr:
        handle = _VALUES.get(type(node))
        if handle is None:
            raise self._refused(node)
        return handle(self, node)

    def values(self, nodes: list[ast.expr]) -> list[ast.expr]:
        return [self.value(node) for node in nodes]

    def constant(self, node: ast.Constant) -> ast.expr:
        if node.value is None or isinstance(node.value, bool | int | float | str):
            return node
        raise self._refused(node)

    def name(self, node: ast.Name) -> ast.expr:
        self._check_name(node.id, node)
        if node.id in FUNCTIONS:
            raise LanguageError(
                f"“{node.id}” là hàm; hãy viết {node.id}(…).", f"'{node.id}' is a function; write {node.id}(…).", node
            )
        self.names[node.id] = None
        return self._entry(node, ast.Load())

    def _entry(self, node: ast.Name, context: ast.expr_context) -> ast.Subscript:
        """Where a variable is found: among the script's own if it assigns it at all."""
        where = _OWN if node.id in self.assigned else _VARIABLES
        entry = ast.Subscript(ast.Name(where, ast.Load()), ast.Constant(node.id), context)
        return ast.copy_location(entry, node)

    def boolean(self, node: ast.BoolOp) -> ast.expr:
        node.values = self.values(node.values)
        return node

    def unary(self, node: ast.UnaryOp) -> ast.expr:
        if not isinstance(node.op, ast.Not | ast.USub | ast.UAdd):
            raise self._refused(node)
        node.operand = self.value(node.operand)
        return node

    def binary(self, node: ast.BinOp) -> ast.expr:
        return self.operation(node.op, self.value(node.left), self.value(node.right), node)

    def operation(self, op: ast.operator, left: ast.expr, right: ast.expr, node: ast.AST) -> ast.expr:
        plain = isinstance(op, ast.Div) or (isinstance(op, _STEADY) and (_is_small(left) or _is_small(right)))
        if plain:
            return ast.copy_location(ast.BinOp(left, op, right), node)
        if (charged := _OPERATORS.get(type(op))) is None:
            raise self._refused(node)
        return ast.copy_location(self._charge(charged, left, right), node)

    def _charge(self, method: str, *arguments: ast.expr) -> ast.Call:
        self.charged = True
        called = ast.Attribute(ast.Name(_BUDGET, ast.Load()), method, ast.Load())
        return ast.Call(called, list(arguments), [])

    def comparison(self, node: ast.Compare) -> ast.expr:
        if any(isinstance(op, ast.Is | ast.IsNot) for op in node.ops):
            return self._identity(node)
        sides = self.values([node.left, *node.comparators])
        plain = [isinstance(side, ast.Constant) for side in sides]
        for number, op in enumerate(node.ops):
            if isinstance(op, ast.In | ast.NotIn):
                if not _is_row_of_constants(sides[number + 1]):
                    search = "search_constant" if plain[number] else "search"
                    sides[number + 1] = ast.copy_location(self._charge(search, sides[number + 1]), node)
            elif not plain[number] and not plain[number + 1]:
                sides[number] = ast.copy_location(self._charge("read", sides[number]), node)
        node.left, *node.comparators = sides
        return node

    def _identity(self, node: ast.Compare) -> ast.expr:
        """``is None`` and ``is not None``: a call, so that an erased value is noticed."""
        (right,) = node.comparators if len(node.comparators) == 1 else (node,)
        if not isinstance(right, ast.Constant) or right.value is not None:
            raise self._refused(node)
        asked = _call("__is_none", self.value(node.left))
        return ast.copy_location(asked if isinstance(node.ops[0], ast.Is) else ast.UnaryOp(ast.Not(), asked), node)

    def choice(self, node: ast.IfExp) -> ast.expr:
        node.test, node.body, node.orelse = self.value(node.test), self.value(node.body), self.value(node.orelse)
        return node

    def subscript(self, node: ast.Subscript) -> ast.expr:
        if isinstance(node.slice, ast.Slice):
            raise self._refused(node.slice)
        node.value, node.slice = self.value(node.value), self.value(node.slice)
        return node

    def listing(self, node: ast.List | ast.Tuple) -> ast.expr:
        return ast.copy_location(ast.List(self.values(node.elts), ast.Load()), node)

    def mapping(self, node: ast.Dict) -> ast.expr:
        if any(key is None for key in node.keys):
            raise self._refused(node)
        node.keys, node.values = [self.value(key) for key in node.keys if key], self.values(node.values)
        return node

    def call(self, node: ast.Call) -> ast.expr:
        if not isinstance(node.func, ast.Name) or node.keywords or any(isinstance(a, ast.Starred) for a in node.args):
            raise self._refused(node)
        if node.func.id == "now" and not node.args:
            return self._entry(ast.copy_location(ast.Name(NOW), node), ast.Load())
        if node.func.id not in FUNCTIONS:
            raise _unknown_function(node.func)
        self.charged = True
        node.args = [ast.Name(_BUDGET, ast.Load()), *self.values(node.args)]
        return node

    # statements
    def block(self, nodes: list[ast.stmt]) -> list[ast.stmt]:
        return [done for node in nodes for done in self.statement(node)]

    def statement(self, node: ast.stmt) -> list[ast.stmt]:
        handle = _STATEMENTS.get(type(node))
        if handle is None:
            raise self._refused(node)
        return handle(self, node)

    def assignment(self, node: ast.Assign) -> list[ast.stmt]:
        if len(node.targets) != 1:
            raise self._refused(node)
        return [ast.copy_location(ast.Assign([self._target(node.targets[0])], self.value(node.value)), node)]

    def augmented(self, node: ast.AugAssign) -> list[ast.stmt]:
        target = self._target(node.target)
        before = self.name(ast.copy_location(ast.Name(node.target.id, ast.Load()), node))  # type: ignore[union-attr]
        value = self.operation(node.op, before, self.value(node.value), node)
        return [ast.copy_location(ast.Assign([target], value), node)]

    def branch(self, node: ast.If) -> list[ast.stmt]:
        node.test = self.value(node.test)
        node.body, node.orelse = self.block(node.body), self.block(node.orelse)
        return [node]

    def loop(self, node: ast.For) -> list[ast.stmt]:
        if node.orelse:
            raise self._refused(node.orelse[0])
        target, over, weight = self._target(node.target), self.value(node.iter), _weight(node.body)
        turn = ast.copy_location(ast.Expr(self._charge("turn", ast.Constant(weight))), node)
        return [ast.copy_location(ast.For(target, over, [turn, *self.block(node.body)], []), node)]

    def nothing(self, node: ast.Pass) -> list[ast.stmt]:
        return [node]

    def _target(self, node: ast.expr) -> ast.Subscript:
        if not isinstance(node, ast.Name):
            raise LanguageError(
                "Chỉ gán được cho một tên biến; danh sách và bản ghi không sửa tại chỗ.",
                "Only a variable can be assigned to; lists and maps are not changed in place.",
                node,
            )
        self._check_name(node.id, node)
        if node.id in FUNCTIONS:
            raise LanguageError(f"“{node.id}” là tên hàm.", f"'{node.id}' is the name of a function.", node)
        self.writes[node.id] = None
        return self._entry(node, ast.Store())

    def _check_name(self, name: str, node: ast.AST) -> None:
        if name.startswith("_"):
            raise LanguageError(f"Tên “{name}” không được phép.", f"The name '{name}' is not allowed.", node)

    def _refused(self, node: ast.AST) -> LanguageError:
        what = type(node).__name__
        return LanguageError(
            f"Ngôn ngữ biểu thức không có cú pháp này ({what}).", f"The language has no such syntax ({what}).", node
        )


def _call(function: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(function, ast.Load()), list(arguments), [])


def _is_small(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float) and abs(node.value) <= LARGEST_EXACT


def _is_row_of_constants(node: ast.expr) -> bool:
    return isinstance(node, ast.List) and all(isinstance(item, ast.Constant) for item in node.elts)


def _weight(body: list[ast.stmt]) -> int:
    """What a turn of a loop costs before any value is looked at; loops inside are charged by their own turns as well."""
    return sum(_WEIGHTS.get(type(node), 1) for statement in body for node in ast.walk(statement))


def _unknown_function(name: ast.Name) -> LanguageError:
    near = difflib.get_close_matches(name.id, FUNCTIONS, 1)
    vi, en = f"Không có hàm “{name.id}”.", f"There is no function '{name.id}'."
    if near:
        vi, en = f"{vi} Có phải là “{near[0]}”?", f"{en} Did you mean '{near[0]}'?"
    return LanguageError(vi, en, name)


_VALUES: dict[type[ast.expr], Callable[[_Compiler, Any], ast.expr]] = {
    ast.Constant: _Compiler.constant,
    ast.Name: _Compiler.name,
    ast.BoolOp: _Compiler.boolean,
    ast.UnaryOp: _Compiler.unary,
    ast.BinOp: _Compiler.binary,
    ast.Compare: _Compiler.comparison,
    ast.IfExp: _Compiler.choice,
    ast.Subscript: _Compiler.subscript,
    ast.List: _Compiler.listing,
    ast.Tuple: _Compiler.listing,
    ast.Dict: _Compiler.mapping,
    ast.Call: _Compiler.call,
}
_STATEMENTS: dict[type[ast.stmt], Callable[[_Compiler, Any], list[ast.stmt]]] = {
    ast.Assign: _Compiler.assignment,
    ast.AugAssign: _Compiler.augmented,
    ast.If: _Compiler.branch,
    ast.For: _Compiler.loop,
    ast.Pass: _Compiler.nothing,
}

__all__ = ["Expression", "LanguageError", "LimitReached", "Script", "VariableMissing", "expression", "script"]
