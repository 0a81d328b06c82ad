"""The functions that conditions and scripts may call. Each is charged to the budget by what it reads and builds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.runtime.budget import LARGEST, LARGEST_NUMERAL, Budget, LimitReached, check_integer
from engine.runtime.dates import CALENDAR, DATES, NOW
from engine.runtime.dates import NEEDS as DATES_NEED
from engine.runtime.erasure import Erased, ErasedRead
from engine.runtime.lookups import LOOKUPS, TABLES


class NotANumber(ValueError):
    """A text that is to be read as a number is none."""


class NothingThere(ValueError):
    """The largest or smallest of nothing."""


def _abs(_: Budget, number: Any) -> Any:
    return abs(number)


def _all(budget: Budget, values: Any) -> bool:
    budget.spend(len(values))
    return all(values)


def _any(budget: Budget, values: Any) -> bool:
    budget.spend(len(values))
    return any(values)


def _bool(_: Budget, value: Any) -> bool:
    return bool(value)


def _float(budget: Budget, value: Any) -> float:
    try:
        return float(_numeral(budget, value))
    except ValueError as error:
        raise NotANumber from error


def _is_empty(_: Budget, value: Any) -> bool:
    """None, or a text, list or map with nothing in it; a number or truth value is something."""
    if isinstance(value, Erased):
        raise ErasedRead
    return value is None or (isinstance(value, str | list | dict) and not value)


def _int(budget: Budget, value: Any) -> Any:
    try:
        return check_integer(int(_numeral(budget, value)))
    except ValueError as error:
        raise NotANumber from error


def _numeral(budget: Budget, value: Any) -> Any:
    """What Python reads as a number; a long text would take a step for each pair of its digits."""
    if isinstance(value, str):
        if len(value) > LARGEST_NUMERAL:
            raise LimitReached(
                f"số viết dài quá {LARGEST_NUMERAL} ký tự",
                f"a number written in more than {LARGEST_NUMERAL} characters",
            )
        budget.spend(len(value) ** 2 >> 13)
    return value


def get(_: Budget, values: Any, name: Any, default: Any = None) -> Any:
    """An entry of a map, or something else when there is none."""
    if isinstance(values, Erased):
        raise ErasedRead
    if not isinstance(values, dict):
        raise TypeError("get() is for maps")
    return values.get(name, default)


def _len(_: Budget, values: Any) -> int:
    return len(values)


def _max(budget: Budget, *values: Any) -> Any:
    return max(_candidates(budget, values))


def _min(budget: Budget, *values: Any) -> Any:
    return min(_candidates(budget, values))


def _candidates(budget: Budget, values: tuple[Any, ...]) -> Any:
    candidates = values[0] if len(values) == 1 else list(values)
    if not isinstance(candidates, int | float) and not len(candidates):
        raise NothingThere
    budget.read(candidates)
    return candidates


def _now(_: Budget) -> str:
    raise AssertionError("now() is compiled to a name")


def _range(budget: Budget, count: Any) -> list[int]:
    if count > LARGEST:
        raise LimitReached(f"danh sách dài quá {LARGEST}", f"a list longer than {LARGEST}")
    numbers = range(count)
    budget.spend(len(numbers))
    return list(numbers)


def _round(_: Budget, value: Any, digits: Any = 0) -> Any:
    """Half to even, as IEEE 754 rounds; without digits an integer."""
    if abs(digits) > 15:
        raise LimitReached("làm tròn quá 15 chữ số", "rounding to more than 15 digits")
    return round(value, digits) if digits else round(value)


def _sorted(budget: Budget, values: Any) -> list[Any]:
    """Each item is compared as often as the number of items has bits, about."""
    count, before = len(values), budget.units
    budget.read(values)
    budget.spend(max(before - budget.units, count) * count.bit_length() // 2)
    return sorted(values)


def _text(budget: Budget, value: Any) -> str:
    """``str`` of a plain value; of a list or map it could be far larger than the value."""
    if isinstance(value, list | dict):
        raise TypeError("str() is for plain values")
    if isinstance(value, int):
        budget.spend(check_integer(value).bit_length() ** 2 >> 16)
    return "" if value is None else str(value)


def _sum(budget: Budget, values: Any) -> Any:
    """Numbers only: adding lists up would copy each again and again."""
    budget.spend(len(values))
    return check_integer(sum(values))


_FIRST: dict[str, Callable[..., Any]] = {
    "abs": _abs,
    "all": _all,
    "any": _any,
    "bool": _bool,
    "float": _float,
    "get": get,
    "int": _int,
    "len": _len,
    "max": _max,
    "min": _min,
    "now": _now,
    "range": _range,
    "round": _round,
    "sorted": _sorted,
    "str": _text,
    "sum": _sum,
}
RESERVED = frozenset(_FIRST)
"""Functions that were there from the beginning: no variable has such a name.

The others are functions only where brackets follow: a diagram that was there before them may have such a variable.
"""
FUNCTIONS: dict[str, Callable[..., Any]] = {**_FIRST, **DATES, **LOOKUPS, "is_empty": _is_empty}
"""By the name that people write; the budget is each one's first argument, then what NEEDS says."""
NEEDS: dict[str, str] = {**DATES_NEED, **dict.fromkeys(LOOKUPS, TABLES)}
"""What a function needs of the instance, under a name that only its outermost scope answers."""
LOOKING = frozenset({"all", "any", "bool", "is_empty", "len", "sorted", "sum"})
"""Functions that keep nothing of what they are given."""

__all__ = [
    "CALENDAR",
    "FUNCTIONS",
    "LOOKING",
    "NEEDS",
    "NOW",
    "RESERVED",
    "TABLES",
    "NotANumber",
    "NothingThere",
    "get",
]
