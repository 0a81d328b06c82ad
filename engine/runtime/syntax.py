"""What of Python's notation is let through, and what it becomes: a walk over the parsed text.

What takes the same time whatever the values are is left to Python; everything else becomes a call that charges the
sizes it touches. Nothing of Python's reach is left: no attribute, no global name, no name that begins with "_".
"""

from __future__ import annotations

import ast
import difflib
import operator
from collections.abc import Callable, Collection
from copy import deepcopy
from typing import Any

from engine.domain.values import LARGEST_EXACT
from engine.runtime.assigned import CHANGES, CHANGING, SET
from engine.runtime.budget import is_none
from engine.runtime.functions import FUNCTIONS, LOOKING, NEEDS, NOW, RESERVED
from engine.runtime.methods import METHODS
from engine.runtime.sameness import SAME

DEEPEST = 40
"""Levels of nesting in the syntax."""
LONGEST_CODE = 255
"""Characters of an error code, and of what is said with it."""
ERROR = "bpmn_error"

VARIABLES, OWN, BUDGET = "__variables", "__own", "__budget"
"""What the compiled function is given: the process's variables, those the script has assigned, what it may use up."""
_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.FloorDiv: "divide", ast.Mod: "remainder",
}  # fmt: skip
_STEADY = (ast.Add, ast.Sub, ast.FloorDiv)
"""With a small number on one side these take the same time whatever the other side is, and grow nothing."""
_WEIGHTS: dict[type[ast.AST], int] = {ast.List: 4, ast.Dict: 8, ast.Load: 0, ast.Store: 0}
"""What one node of a loop's body costs in each turn, where it is not 1: lists and maps take room."""
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


class BpmnError(Exception):
    """A script throws a BPMN error; ``assigned`` is what it had assigned before."""

    def __init__(self, code: str, message: str | None = None) -> None:
        super().__init__(code)
        self.code, self.message = code, message
        self.assigned: dict[str, Any] = {}


class Compiler:
    """Rewrites what is allowed, refuses the rest, and notes the names read and written.

    ``strict`` refuses too what earlier rules let through though it can only be a mistake.
    """

    def __init__(self, parsed: ast.AST, *, strict: bool) -> None:
        self.strict = strict
        self.changed = {name for node in ast.walk(parsed) if (name := _changed_by(node))}
        """Variables whose list or map is changed."""
        self.assigned = self.changed | {
            node.id for node in ast.walk(parsed) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        self.charged = False
        self.loops = 0
        self.names: dict[str, None] = {}
        self.writes: dict[str, None] = {}

    # values
    def value(self, node: ast.expr) -> ast.expr:
        handle = VALUES.get(type(node))
        if handle is None:
            raise self._refused(node)
        return handle(self, node)

    def values(self, nodes: list[ast.expr]) -> list[ast.expr]:
        return [self.value(node) for node in nodes]

    def _looked_at(self, node: ast.expr) -> ast.expr:
        """A value that is read and not kept: a variable's list stays the script's own."""
        if isinstance(node, ast.BoolOp):
            node.values = [self._looked_at(side) for side in node.values]
            return node
        return self._variable(node) if isinstance(node, ast.Name) else self.value(node)

    def constant(self, node: ast.Constant) -> ast.expr:
        if node.value is None or isinstance(node.value, bool | int | float | str):
            return node
        raise self._refused(node)

    def name(self, node: ast.Name) -> ast.expr:
        entry = self._variable(node)
        if node.id not in self.changed:
            return entry
        given = ast.Call(ast.Attribute(ast.Name(OWN, ast.Load()), "given", ast.Load()), [ast.Constant(node.id)], [])
        return ast.copy_location(given, node)

    def _variable(self, node: ast.Name) -> ast.expr:
        self._check_name(node.id, node)
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
        return self._entry(node, ast.Load())

    def _entry(self, node: ast.Name, context: ast.expr_context) -> ast.Subscript:
        """Where a variable is found: among the script's own if it assigns it at all."""
        where = OWN if node.id in self.assigned else VARIABLES
        entry = ast.Subscript(ast.Name(where, ast.Load()), ast.Constant(node.id), context)
        return ast.copy_location(entry, node)

    def boolean(self, node: ast.BoolOp) -> ast.expr:
        node.values = self.values(node.values)
        return node

    def unary(self, node: ast.UnaryOp) -> ast.expr:
        if not isinstance(node.op, ast.Not | ast.USub | ast.UAdd):
            raise self._refused(node)
        node.operand = self._looked_at(node.operand)
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
        called = ast.Attribute(ast.Name(BUDGET, ast.Load()), method, ast.Load())
        return ast.Call(called, list(arguments), [])

    def comparison(self, node: ast.Compare) -> ast.expr:
        if any(isinstance(op, ast.Is | ast.IsNot) for op in node.ops):
            return self._identity(node)
        sides = [self._looked_at(side) for side in (node.left, *node.comparators)]
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
        asked = _call("__is_none", self._looked_at(node.left))
        return ast.copy_location(asked if isinstance(node.ops[0], ast.Is) else ast.UnaryOp(ast.Not(), asked), node)

    def choice(self, node: ast.IfExp) -> ast.expr:
        node.test, node.body, node.orelse = self._looked_at(node.test), self.value(node.body), self.value(node.orelse)
        return node

    def subscript(self, node: ast.Subscript) -> ast.expr:
        if isinstance(node.slice, ast.Slice):
            raise self._refused(node.slice)
        whole, place = self._looked_at(node.value), self.value(node.slice)
        if isinstance(whole, ast.Constant | ast.List | ast.Dict):
            # Python's compiler would comment on some of these on the service's error output.
            return ast.copy_location(_call("__item", whole, place), node)
        node.value, node.slice = whole, place
        return node

    def listing(self, node: ast.List | ast.Tuple) -> ast.expr:
        return ast.copy_location(ast.List(self.values(node.elts), ast.Load()), node)

    def mapping(self, node: ast.Dict) -> ast.expr:
        if any(key is None for key in node.keys):
            raise self._refused(node)
        node.keys, node.values = [self.value(key) for key in node.keys if key], self.values(node.values)
        return node

    def call(self, node: ast.Call) -> ast.expr:
        if isinstance(node.func, ast.Attribute):
            return self._method(node, node.func)
        if not isinstance(node.func, ast.Name) or not _has_plain_arguments(node):
            raise self._refused(node)
        name = node.func.id
        if name == "now" and not node.args:
            return self._entry(ast.copy_location(ast.Name(NOW), node), ast.Load())
        function = FUNCTIONS.get(name) or SAME.get(name)
        if function is None:
            raise _unknown_function(node.func)
        needs = [self._entry(ast.Name(NEEDS[name]), ast.Load())] if name in NEEDS else []
        if self.strict or name not in RESERVED:
            _check_count(function, 1 + len(needs), name, node)
        self.charged = True
        arguments = [self._looked_at(a) for a in node.args] if name in LOOKING else self.values(node.args)
        node.args = [ast.Name(BUDGET, ast.Load()), *needs, *arguments]
        return node

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
        if not _has_plain_arguments(node):
            raise self._refused(node)
        _check_count(METHODS[name], 2, f".{name}", node)
        self.charged = True
        receiver, arguments = self._looked_at(called.value), self.values(node.args)
        return ast.copy_location(_call(f"__{name}", ast.Name(BUDGET, ast.Load()), receiver, *arguments), node)

    # statements
    def block(self, nodes: list[ast.stmt]) -> list[ast.stmt]:
        return [done for node in nodes for done in self.statement(node)]

    def statement(self, node: ast.stmt) -> list[ast.stmt]:
        handle = STATEMENTS.get(type(node))
        if handle is None:
            raise self._refused(node)
        return handle(self, node)

    def assignment(self, node: ast.Assign) -> list[ast.stmt]:
        if len(node.targets) != 1:
            raise self._refused(node)
        (target,) = node.targets
        if isinstance(target, ast.Subscript):
            return [self._put(target, self.value(node.value), node)]
        return [ast.copy_location(ast.Assign([self._target(target)], self.value(node.value)), node)]

    def augmented(self, node: ast.AugAssign) -> list[ast.stmt]:
        before = deepcopy(node.target)
        before.ctx = ast.Load()
        if isinstance(node.target, ast.Subscript):
            value = self.operation(node.op, self.value(before), self.value(node.value), node)
            return [self._put(node.target, value, node)]
        target = self._target(node.target)
        value = self.operation(node.op, self.value(before), self.value(node.value), node)
        return [ast.copy_location(ast.Assign([target], value), node)]

    def alone(self, node: ast.Expr) -> list[ast.stmt]:
        """A call that is a statement: it throws an error, or changes a variable."""
        call = node.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == ERROR:
            return [self._error(call)]
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            raise self._refused(node)
        name = call.func.attr
        if name not in CHANGES:
            self.value(call)
            raise LanguageError(
                f".{name}() không sửa biến nào; hãy gán kết quả: x = ….{name}().",
                f".{name}() changes nothing; assign what it gives: x = ….{name}().",
                call,
            )
        if not _has_plain_arguments(call):
            raise self._refused(call)
        _check_count(CHANGES[name], 2, f".{name}", call)
        return [self._change(name, call.func.value, self.values(call.args), node)]

    def _error(self, call: ast.Call) -> ast.stmt:
        """Code and message are constants: the log keeps them for ever, so no person's value may get into them."""
        texts = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        if len(texts) != len(call.args) or call.keywords or not 1 <= len(texts) <= 2 or not texts[0].strip():
            raise LanguageError(
                'Viết bpmn_error("MÃ") hoặc bpmn_error("MÃ", "lời nhắn"); cả hai là văn bản cố định.',
                'Write bpmn_error("CODE") or bpmn_error("CODE", "message"); both are constant texts.',
                call,
            )
        if any(len(text) > LONGEST_CODE for text in texts):
            raise LanguageError(
                f"Mã lỗi và lời nhắn dài nhất {LONGEST_CODE} ký tự.",
                f"An error code and its message have at most {LONGEST_CODE} characters.",
                call,
            )
        return ast.copy_location(ast.Raise(_call("__error", *call.args), None), call)

    def _put(self, target: ast.Subscript, value: ast.expr, node: ast.AST) -> ast.stmt:
        if isinstance(target.slice, ast.Slice):
            raise self._refused(target.slice)
        return self._change(SET, target.value, [self.value(target.slice), value], node)

    def _change(self, change: str, place: ast.expr, arguments: list[ast.expr], node: ast.AST) -> ast.stmt:
        path: list[ast.expr] = []
        while isinstance(place, ast.Subscript) and not isinstance(place.slice, ast.Slice):
            path.insert(0, self.value(place.slice))
            place = place.value
        if not isinstance(place, ast.Name):
            raise LanguageError(
                "Chỉ sửa được danh sách hay bản ghi của một biến.",
                "Only the list or map of a variable can be changed.",
                place,
            )
        self._target(place)
        self._variable(place)
        given = ast.Name(OWN, ast.Load()), ast.Name(BUDGET, ast.Load()), ast.Constant(place.id)
        made = _call(f"__{change}", *given, ast.List(path, ast.Load()), *arguments)
        return ast.copy_location(ast.Expr(made), node)

    def branch(self, node: ast.If) -> list[ast.stmt]:
        node.test = self._looked_at(node.test)
        node.body, node.orelse = self.block(node.body), self.block(node.orelse)
        return [node]

    def loop(self, node: ast.For) -> list[ast.stmt]:
        if node.orelse:
            raise self._refused(node.orelse[0])
        target, over, weight = self._targets(node.target), self.value(node.iter), _weight(node.body)
        turn = ast.copy_location(ast.Expr(self._charge("turn", ast.Constant(weight))), node)
        self.loops += 1
        body = self.block(node.body)
        self.loops -= 1
        return [ast.copy_location(ast.For(target, over, [turn, *body], []), node)]

    def leave(self, node: ast.Break | ast.Continue) -> list[ast.stmt]:
        if not self.loops:
            raise LanguageError("Lệnh này chỉ đứng trong vòng lặp.", "This stands inside a loop only.", node)
        return [node]

    def nothing(self, node: ast.Pass) -> list[ast.stmt]:
        return [node]

    def _targets(self, node: ast.expr) -> ast.expr:
        """What a loop assigns in each turn: an item, or the parts of it."""
        if not isinstance(node, ast.Tuple):
            return self._target(node)
        return ast.copy_location(ast.Tuple([self._target(part) for part in node.elts], ast.Store()), node)

    def _target(self, node: ast.expr) -> ast.Subscript:
        if not isinstance(node, ast.Name):
            raise LanguageError(
                "Chỉ gán được cho một biến, hoặc một mục trong danh sách hay bản ghi của nó.",
                "Only a variable, or an item or entry in it, can be assigned to.",
                node,
            )
        self._check_name(node.id, node)
        if node.id in RESERVED or node.id == ERROR:
            raise LanguageError(f"“{node.id}” là tên hàm.", f"'{node.id}' is the name of a function.", node)
        self.writes[node.id] = None
        return self._entry(node, ast.Store())

    def _check_name(self, name: str, node: ast.AST) -> None:
        if name.startswith("_"):
            raise LanguageError(f"Tên “{name}” không được phép.", f"The name '{name}' is not allowed.", node)

    def _refused(self, node: ast.AST) -> LanguageError:
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


def _changed_by(node: ast.AST) -> str | None:
    """The variable whose list or map a node changes, if it does."""
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
        place: ast.expr = node
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGES:
        place = node.func.value
    else:
        return None
    while isinstance(place, ast.Subscript):
        place = place.value
    return place.id if isinstance(place, ast.Name) else None


def _call(function: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(function, ast.Load()), list(arguments), [])


def _has_plain_arguments(node: ast.Call) -> bool:
    return not node.keywords and not any(isinstance(argument, ast.Starred) for argument in node.args)


def _check_count(function: Callable[..., Any], hidden: int, name: str, node: ast.Call) -> None:
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


def _is_small(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float) and abs(node.value) <= LARGEST_EXACT


def _is_row_of_constants(node: ast.expr) -> bool:
    return isinstance(node, ast.List) and all(isinstance(item, ast.Constant) for item in node.elts)


def _weight(body: list[ast.stmt]) -> int:
    """What a turn of a loop costs before any value is looked at; loops inside are charged by their own turns as well."""
    return sum(_WEIGHTS.get(type(node), 1) for statement in body for node in ast.walk(statement))


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
STATEMENTS: dict[type[ast.stmt], Callable[[Compiler, Any], list[ast.stmt]]] = {
    ast.Assign: Compiler.assignment,
    ast.AugAssign: Compiler.augmented,
    ast.If: Compiler.branch,
    ast.For: Compiler.loop,
    ast.Break: Compiler.leave,
    ast.Continue: Compiler.leave,
    ast.Expr: Compiler.alone,
    ast.Pass: Compiler.nothing,
}
GLOBALS: dict[str, Any] = {
    "__builtins__": {},
    "__is_none": is_none,
    "__item": operator.getitem,
    "__error": BpmnError,
    **FUNCTIONS,
    **SAME,
    **{f"__{name}": method for name, method in (METHODS | CHANGING).items()},
}
"""All that a compiled text can reach beside its arguments."""
