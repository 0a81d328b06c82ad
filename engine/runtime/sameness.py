"""Operators of other notations, where Python's own would give another result for values of unlike kinds.

JUEL turns one kind into the other, FEEL gives null; here that is an incident. Their names are signs, which nobody can
write as the name of a function.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from engine.runtime.budget import Budget
from engine.runtime.erasure import Erased, ErasedRead


def _truth(_: Budget, value: Any) -> bool:
    """A side of ``and`` or ``or``, or what ``if`` asks: true or false, and null as false."""
    if isinstance(value, Erased):
        raise ErasedRead
    if value is not None and not isinstance(value, bool):
        raise TypeError("a truth value is needed")
    return bool(value)


def _not(budget: Budget, value: Any) -> bool:
    """JUEL's: what null is not, is true."""
    return not _truth(budget, value)


def _not_or_null(budget: Budget, value: Any) -> bool | None:
    """FEEL's: what null is not, nobody knows."""
    return None if value is None else not _truth(budget, value)


def _equal(budget: Budget, left: Any, right: Any) -> bool:
    """Nothing but null is equal to null; other values are compared with their kind."""
    budget.read(left)
    budget.read(right)
    if left is None or right is None:
        return left is right
    if _kind(left) is not _kind(right):
        raise TypeError("values of unlike kinds")
    return bool(left == right)


def _kind(value: Any) -> type:
    return float if type(value) is int else type(value)


def _remainder(budget: Budget, left: Any, right: Any) -> Any:
    """Java's: it has the sign of the left side."""
    rest = budget.remainder(abs(left), abs(right))
    return -rest if left < 0 else rest


SAME: dict[str, Callable[..., Any]] = {
    "?": _truth, "!": _not, "!null": _not_or_null, "==": _equal, "%": _remainder,
}  # fmt: skip
"""By a sign; the budget is each one's first argument."""
_TRUTHS = frozenset({"==", "!", "!null", "is_empty"})
"""Calls that give a truth value."""


def joined(left: ast.expr, operation: Any, right: ast.expr) -> ast.expr:
    """Two values and the operation between them."""
    if isinstance(operation, ast.Eq):
        return _same("==", left, right)
    if isinstance(operation, ast.NotEq):
        return ast.UnaryOp(ast.Not(), _same("==", left, right))
    if isinstance(operation, ast.cmpop):
        return ast.Compare(left, [operation], [right])
    if isinstance(operation, ast.Mod):
        return _same("%", left, right)
    if isinstance(operation, ast.operator):
        return ast.BinOp(left, operation, right)
    if isinstance(left, ast.BoolOp) and type(left.op) is type(operation):
        return ast.BoolOp(operation, [*left.values, truth(right)])
    return ast.BoolOp(operation, [truth(left), truth(right)])


def truth(value: ast.expr) -> ast.expr:
    """A value that must be true, false or null."""
    return value if _gives_truth(value) else _same("?", value)


def _gives_truth(value: ast.expr) -> bool:
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Name) and value.func.id in _TRUTHS
    return isinstance(value, ast.Compare | ast.BoolOp | ast.UnaryOp) and not _is_minus(value)


def _is_minus(value: ast.expr) -> bool:
    return isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub)


def _same(sign: str, *values: ast.expr) -> ast.expr:
    called = ast.copy_location(ast.Name(sign, ast.Load()), values[0])
    return ast.copy_location(ast.Call(called, list(values), []), values[0])


def signed(sign: str, value: ast.expr) -> ast.expr:
    """A value with a sign or word before it."""
    if sign == "empty":
        return ast.Call(ast.Name("is_empty", ast.Load()), [value], [])
    if sign == "-":
        return ast.UnaryOp(ast.USub(), value)
    return _same("!null" if sign == "not()" else "!", value)
