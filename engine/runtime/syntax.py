"""What expressions of Python's notation are let through, and what they become: a walk over the parsed text.

What takes the same time whatever the values are is left to Python; everything else becomes a call that charges the
sizes it touches. Nothing of Python's reach is left: no attribute, no global name, no name that begins with "_".
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from engine.domain.values import LARGEST_EXACT
from engine.runtime.assigned import CHANGES
from engine.runtime.functions import FUNCTIONS, LOOKING, NEEDS, NOW, RESERVED
from engine.runtime.lookups import LOOKUPS, Lookup, lookup_of
from engine.runtime.methods import METHODS
from engine.runtime.sameness import SAME

DEEPEST = 40
"""Levels of nesting in the syntax."""
ERROR = "bpmn_error"

VARIABLES, OWN, BUDGET = "__variables", "__own", "__budget"
"""What the compiled function is given: the process's variables, those the script has assigned, what it may use up."""
_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.FloorDiv: "divide", ast.Mod: "remainder",
}  # fmt: skip
_STEADY = (ast.Add, ast.Sub, ast.FloorDiv)
"""With a small number on one side these take the same time whatever the other side is, and grow nothing."""
_MEANT = {"true": "True", "false": "False", "null": "None"}
"""Words of other languages that nobody names a variable."""
_ELSEWHERE = {"count": "len", "size": "len", "length": "len", "string": "str", "number": "float", "floor": "int"}
"""What a function of this language is called in others."""


class LanguageError(Exception):
    """The text is not of the language. ``line`` and ``column`` (from 1) say where."""

    def __init__(self, vi: str, en: str, node: ast.AST | None = None) -> None:
        super().__init__(en)
        self.vi, self.en = vi, en
        self.line: int | None = getattr(node, "lineno", None)
        column = getattr(node, "col_offset", None)
        self.column: int | None = None if column is None else column + 1


class Compiler:
    """Rewrites what is allowed, refuses the rest, and notes the names read.

    ``strict`` refuses too what earlier rules let through though it can only be a mistake.
    """

    def __init__(self, *, strict: bool) -> None:
        self.strict = strict
        self.changed: set[str] = set()
        """Variables whose list or map a script changes."""
        self.assigned: set[str] = set()
        self.charged = False
        self.names: dict[str, None] = {}
        self.lookups: list[Lookup] = []
        """What it asks of data tables."""

    # values
    def value(self, node: ast.expr) -> ast.expr:
        handle = VALUES.get(type(node))
        if handle is None:
            raise self.refused(node)
        return handle(self, node)

    def values(self, nodes: list[ast.expr]) -> list[ast.expr]:
        return [self.value(node) for node in nodes]

    def looked_at(self, node: ast.expr) -> ast.expr:
        """A value that is read and not kept: a variable's list stays the script's own."""
        if isinstance(node, ast.BoolOp):
            node.values = [self.looked_at(side) for side in node.values]
            return node
        return self.variable(node) if isinstance(node, ast.Name) else self.value(node)

    def constant(self, node: ast.Constant) -> ast.expr:
        if node.value is None or isinstance(node.value, bool | int | float | str):
            return node
        raise self.refused(node)

    def name(self, node: ast.Name) -> ast.expr:
        entry = self.variable(node)
        if node.id not in self.changed:
            return entry
        given = ast.Call(ast.Attribute(ast.Name(OWN, ast.Load()), "given", ast.Load()), [ast.Constant(node.id)], [])
        return ast.copy_location(given, node)

    def variable(self, node: ast.Name) -> ast.expr:
        self.check_name(node.id, node)
        if node.id in RESERVED:
            raise LanguageError(
                f"“{node.id}” là hàm; hãy viết {node.id}(…).", f"'{node.id}' is a function; write {node.id}(…).", node
            )
        if self.strict and node.id in _MEANT and node.id not in self.assigned:
            meant = _MEANT[node.id]
            raise LanguageError(
                f"“{node.id}” viết là {meant} trong ngôn ngữ này.", f"'{node.id}' is written {meant} here.", node
            )
        self.names[node.id] = None
        return self.entry(node, ast.Load())

    def entry(self, node: ast.Name, context: ast.expr_context) -> ast.Subscript:
        """Where a variable is found: among the script's own if it assigns it at all."""
        where = OWN if node.id in self.assigned else VARIABLES
        entry = ast.Subscript(ast.Name(where, ast.Load()), ast.Constant(node.id), context)
        return ast.copy_location(entry, node)

    def boolean(self, node: ast.BoolOp) -> ast.expr:
        node.values = self.values(node.values)
        return node

    def unary(self, node: ast.UnaryOp) -> ast.expr:
        if not isinstance(node.op, ast.Not | ast.USub | ast.UAdd):
            raise self.refused(node)
        node.operand = self.looked_at(node.operand)
        return node

    def binary(self, node: ast.BinOp) -> ast.expr:
        return self.operation(node.op, self.value(node.left), self.value(node.right), node)

    def operation(self, op: ast.operator, left: ast.expr, right: ast.expr, node: ast.AST) -> ast.expr:
        plain = isinstance(op, ast.Div) or (isinstance(op, _STEADY) and (_is_small(left) or _is_small(right)))
        if plain:
            return ast.copy_location(ast.BinOp(left, op, right), node)
        if (charged := _OPERATORS.get(type(op))) is None:
            raise self.refused(node)
        return ast.copy_location(self.charge(charged, left, right), node)

    def charge(self, method: str, *arguments: ast.expr) -> ast.Call:
        self.charged = True
        called = ast.Attribute(ast.Name(BUDGET, ast.Load()), method, ast.Load())
        return ast.Call(called, list(arguments), [])

    def comparison(self, node: ast.Compare) -> ast.expr:
        if any(isinstance(op, ast.Is | ast.IsNot) for op in node.ops):
            return self._identity(node)
        sides = [self.looked_at(side) for side in (node.left, *node.comparators)]
        plain = [isinstance(side, ast.Constant) for side in sides]
        for number, op in enumerate(node.ops):
            if isinstance(op, ast.In | ast.NotIn):
                if not _is_row_of_constants(sides[number + 1]):
                    search = "search_constant" if plain[number] else "search"
                    sides[number + 1] = ast.copy_location(self.charge(search, sides[number + 1]), node)
            elif not plain[number] and not plain[number + 1]:
                sides[number] = ast.copy_location(self.charge("read", sides[number]), node)
        node.left, *node.comparators = sides
        return node

    def _identity(self, node: ast.Compare) -> ast.expr:
        """``is None`` and ``is not None``: a call, so that an erased value is noticed."""
        (right,) = node.comparators if len(node.comparators) == 1 else (node,)
        if not isinstance(right, ast.Constant) or right.value is not None:
            raise self.refused(node)
        asked = call_of("__is_none", self.looked_at(node.left))
        return ast.copy_location(asked if isinstance(node.ops[0], ast.Is) else ast.UnaryOp(ast.Not(), asked), node)

    def choice(self, node: ast.IfExp) -> ast.expr:
        node.test, node.body, node.orelse = self.looked_at(node.test), self.value(node.body), self.value(node.orelse)
        return node

    def subscript(self, node: ast.Subscript) -> ast.expr:
        if isinstance(node.slice, ast.Slice):
            raise self.refused(node.slice)
        before = len(self.lookups)
        whole, place = self.looked_at(node.value), self.value(node.slice)
        if len(self.lookups) > before and _is_row(node.value) and isinstance(place, ast.Constant):
            self.lookups.append(replace(self.lookups[before], columns=(str(place.value),), node=node))
        if isinstance(whole, ast.Constant | ast.List | ast.Dict):
            # Python's compiler would comment on some of these on the service's error output.
            return ast.copy_location(call_of("__item", whole, place), node)
        node.value, node.slice = whole, place
        return node

    def listing(self, node: ast.List | ast.Tuple) -> ast.expr:
        return ast.copy_location(ast.List(self.values(node.elts), ast.Load()), node)

    def mapping(self, node: ast.Dict) -> ast.expr:
        if any(key is None for key in node.keys):
            raise self.refused(node)
        node.keys, node.values = [self.value(key) for key in node.keys if key], self.values(node.values)
        return node

    def call(self, node: ast.Call) -> ast.expr:
        if isinstance(node.func, ast.Attribute):
            return self._method(node, node.func)
        if not isinstance(node.func, ast.Name) or not has_plain_arguments(node):
            raise self.refused(node)
        name = node.func.id
        if name == "now" and not node.args:
            return self.entry(ast.copy_location(ast.Name(NOW), node), ast.Load())
        function = FUNCTIONS.get(name) or SAME.get(name)
        if function is None:
            raise _unknown_function(node.func)
        needs = [self.entry(ast.Name(NEEDS[name]), ast.Load())] if name in NEEDS else []
        if self.strict or name not in RESERVED:
            check_count(function, 1 + len(needs), name, node)
        if name in LOOKUPS:
            self._lookup(node)
        self.charged = True
        arguments = [self.looked_at(a) for a in node.args] if name in LOOKING else self.values(node.args)
        node.args = [ast.Name(BUDGET, ast.Load()), *needs, *arguments]
        return node

    def _lookup(self, node: ast.Call) -> None:
        """Note which table and columns are asked for.

        Raises:
            LanguageError: they are computed, so nobody could check them at deploy.
        """
        if (lookup := lookup_of(node)) is None:
            raise LanguageError(
                'Tên bảng và tên cột là văn bản cố định, mỗi cột kèm một giá trị: row("bang", ngay, "cot", gia_tri).',
                """Table and columns are constant texts, each column with a value: row("table", day, "column", value).""",
                node,
            )
        self.lookups.append(lookup)

    def _method(self, node: ast.Call, called: ast.Attribute) -> ast.expr:
        name = called.attr
        if name in CHANGES:
            raise LanguageError(
                f".{name}() sửa một biến, nên đứng riêng thành một câu lệnh trong kịch bản.",
                f".{name}() changes a variable: it is a statement of its own in a script.",
                node,
            )
        if name not in METHODS:
            raise _unknown("phương thức", "method", name, (*METHODS, *CHANGES), node)
        if not has_plain_arguments(node):
            raise self.refused(node)
        check_count(METHODS[name], 2, f".{name}", node)
        self.charged = True
        receiver, arguments = self.looked_at(called.value), self.values(node.args)
        return ast.copy_location(call_of(f"__{name}", ast.Name(BUDGET, ast.Load()), receiver, *arguments), node)

    def check_name(self, name: str, node: ast.AST) -> None:
        if name.startswith("_"):
            raise LanguageError(f"Tên “{name}” không được phép.", f"The name '{name}' is not allowed.", node)

    def refused(self, node: ast.AST) -> LanguageError:
        if isinstance(node, ast.Attribute):
            return LanguageError(
                f'Ngôn ngữ không có “.{node.attr}”; một mục của bản ghi viết là ["{node.attr}"].',
                f"""The language has no '.{node.attr}'; an entry of a map is written ["{node.attr}"].""",
                node,
            )
        what = type(node).__name__
        return LanguageError(
            f"Ngôn ngữ biểu thức không có cú pháp này ({what}).", f"The language has no such syntax ({what}).", node
        )


def call_of(function: str, *arguments: ast.expr) -> ast.Call:
    """A call of one of the language's own functions."""
    return ast.Call(ast.Name(function, ast.Load()), list(arguments), [])


def has_plain_arguments(node: ast.Call) -> bool:
    """Whether all arguments go by position."""
    return not node.keywords and not any(isinstance(argument, ast.Starred) for argument in node.args)


def check_count(function: Callable[..., Any], hidden: int, name: str, node: ast.Call) -> None:
    """Refuse a call with too few or too many values; ``hidden`` are the parameters that nobody writes.

    Raises:
        LanguageError: it has.
    """
    code, defaults = function.__code__, function.__defaults__ or ()
    most = code.co_argcount - hidden
    least = most - len(defaults)
    if code.co_flags & _TAKES_MORE or least <= len(node.args) <= most:
        return
    count = str(most) if least == most else f"{least}–{most}"
    raise LanguageError(
        f"{name}() nhận {count} giá trị, ở đây có {len(node.args)}.",
        f"{name}() takes {count} values, not {len(node.args)}.",
        node,
    )


_TAKES_MORE = 0x04
"""The flag of a function with a star argument (``inspect.CO_VARARGS``)."""


def _is_row(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "row"


def _is_small(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float) and abs(node.value) <= LARGEST_EXACT


def _is_row_of_constants(node: ast.expr) -> bool:
    return isinstance(node, ast.List) and all(isinstance(item, ast.Constant) for item in node.elts)


def _unknown_function(name: ast.Name) -> LanguageError:
    if name.id == ERROR:
        return LanguageError(
            "bpmn_error(…) đứng riêng thành một câu lệnh trong kịch bản.",
            "bpmn_error(…) is a statement of its own in a script.",
            name,
        )
    return _unknown("hàm", "function", name.id, FUNCTIONS, name)


def _unknown(kind_vi: str, kind_en: str, name: str, known: Collection[str], node: ast.AST) -> LanguageError:
    near = [_ELSEWHERE[name]] if name in _ELSEWHERE else difflib.get_close_matches(name, known, 1)
    vi, en = f"Không có {kind_vi} “{name}”.", f"There is no {kind_en} '{name}'."
    if near:
        vi, en = f"{vi} Có phải là “{near[0]}”?", f"{en} Did you mean '{near[0]}'?"
    return LanguageError(vi, en, node)


VALUES: dict[type[ast.expr], Callable[[Compiler, Any], ast.expr]] = {
    ast.Constant: Compiler.constant,
    ast.Name: Compiler.name,
    ast.BoolOp: Compiler.boolean,
    ast.UnaryOp: Compiler.unary,
    ast.BinOp: Compiler.binary,
    ast.Compare: Compiler.comparison,
    ast.IfExp: Compiler.choice,
    ast.Subscript: Compiler.subscript,
    ast.List: Compiler.listing,
    ast.Tuple: Compiler.listing,
    ast.Dict: Compiler.mapping,
    ast.Call: Compiler.call,
}
