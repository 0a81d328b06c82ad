"""The functions that conditions and scripts may call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.runtime.budget import LARGEST, LimitReached

NOW = "__now"
"""What ``now()`` compiles to: the recorded time of the command, which the process's outermost scope answers."""


def _text(value: Any) -> str:
    """``str`` of a plain value; of a list or map it could be far larger than the value."""
    if isinstance(value, list | dict):
        raise TypeError("str() is for plain values")
    return "" if value is None else str(value)


def _range(count: int) -> list[int]:
    if count > LARGEST:
        raise LimitReached(f"range({count}), at most {LARGEST} are allowed")
    return list(range(count))


def _sum(values: list[Any]) -> Any:
    """Numbers only: adding lists up would copy each again and again."""
    return sum(values)


def _round(value: float, digits: int = 0) -> float:
    """Half to even, as IEEE 754 rounds; without digits an integer."""
    if abs(digits) > 15:
        raise LimitReached(f"round to {digits} digits, at most 15 are allowed")
    return round(value, digits) if digits else round(value)


def _get(values: dict[str, Any], name: str, default: Any = None) -> Any:
    return values.get(name, default)


def _now() -> str:
    raise AssertionError("now() is compiled to a name")


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "all": all,
    "any": any,
    "bool": bool,
    "float": float,
    "get": _get,
    "int": int,
    "len": len,
    "max": max,
    "min": min,
    "now": _now,
    "range": _range,
    "round": _round,
    "sorted": sorted,
    "str": _text,
    "sum": _sum,
}
