"""The statements of a script: assignments, branches, bounded loops, changes of a variable, and throwing an error."""

from __future__ import annotations

import ast
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from engine.runtime.assigned import CHANGES, SET
from engine.runtime.functions import RESERVED
from engine.runtime.syntax import BUDGET, ERROR, OWN, Compiler, LanguageError, call_of, check_count, has_plain_arguments

LONGEST_CODE = 255
"""Characters of an error code, and of what is said with it."""
_WEIGHTS: dict[type[ast.AST], int] = {ast.List: 4, ast.Dict: 8, ast.Load: 0, ast.Store: 0}
"""What one node of a loop's body costs in each turn, where it is not 1: lists and maps take room."""


class BpmnError(Exception):
    """A script throws a BPMN error; ``assigned`` is what it had assigned before."""

    def __init__(self, code: str, message: str | None = None) -> None:
        super().__init__(code)
        self.code, self.message = code, message
        self.assigned: dict[str, Any] = {}


class ScriptCompiler(Compiler):
    """Rewrites a script, and notes the names written as well."""

    def __init__(self, parsed: ast.AST, *, strict: bool) -> None:
        super().__init__(strict=strict)
        self.changed = {name for node in ast.walk(parsed) if (name := _changed_by(node))}
        self.assigned = self.changed | {
            node.id for node in ast.walk(parsed) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        self.writes: dict[str, None] = {}
        self.loops = 0

    def block(self, nodes: list[ast.stmt]) -> list[ast.stmt]:
        return [done for node in nodes for done in self.statement(node)]

    def statement(self, node: ast.stmt) -> list[ast.stmt]:
        handle = STATEMENTS.get(type(node))
        if handle is None:
            raise self.refused(node)
        return handle(self, node)

    def assignment(self, node: ast.Assign) -> list[ast.stmt]:
        if len(node.targets) != 1:
            raise self.refused(node)
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
            raise self.refused(node)
        name = call.func.attr
        if name not in CHANGES:
            self.value(call)
            raise LanguageError(
                f".{name}() không sửa biến nào; hãy gán kết quả: x = ….{name}().",
                f".{name}() changes nothing; assign what it gives: x = ….{name}().",
                call,
            )
        if not has_plain_arguments(call):
            raise self.refused(call)
        check_count(CHANGES[name], 2, f".{name}", call)
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
        return ast.copy_location(ast.Raise(call_of("__error", *call.args), None), call)

    def _put(self, target: ast.Subscript, value: ast.expr, node: ast.AST) -> ast.stmt:
        if isinstance(target.slice, ast.Slice):
            raise self.refused(target.slice)
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
        self.variable(place)
        given = ast.Name(OWN, ast.Load()), ast.Name(BUDGET, ast.Load()), ast.Constant(place.id)
        made = call_of(f"__{change}", *given, ast.List(path, ast.Load()), *arguments)
        return ast.copy_location(ast.Expr(made), node)

    def branch(self, node: ast.If) -> list[ast.stmt]:
        node.test = self.looked_at(node.test)
        node.body, node.orelse = self.block(node.body), self.block(node.orelse)
        return [node]

    def loop(self, node: ast.For) -> list[ast.stmt]:
        if node.orelse:
            raise self.refused(node.orelse[0])
        target, over, weight = self._targets(node.target), self.value(node.iter), _weight(node.body)
        turn = ast.copy_location(ast.Expr(self.charge("turn", ast.Constant(weight))), node)
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
        self.check_name(node.id, node)
        if node.id in RESERVED or node.id == ERROR:
            raise LanguageError(f"“{node.id}” là tên hàm.", f"'{node.id}' is the name of a function.", node)
        self.writes[node.id] = None
        return self.entry(node, ast.Store())


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


def _weight(body: list[ast.stmt]) -> int:
    """What a turn of a loop costs before any value is looked at; loops inside are charged by their own turns as well."""
    return sum(_WEIGHTS.get(type(node), 1) for statement in body for node in ast.walk(statement))


STATEMENTS: dict[type[ast.stmt], Callable[[ScriptCompiler, Any], list[ast.stmt]]] = {
    ast.Assign: ScriptCompiler.assignment,
    ast.AugAssign: ScriptCompiler.augmented,
    ast.If: ScriptCompiler.branch,
    ast.For: ScriptCompiler.loop,
    ast.Break: ScriptCompiler.leave,
    ast.Continue: ScriptCompiler.leave,
    ast.Expr: ScriptCompiler.alone,
    ast.Pass: ScriptCompiler.nothing,
}
