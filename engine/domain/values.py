"""What a process variable may hold, and how moments in time are written."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

LARGEST_EXACT = 2**53
"""Beyond it a double, which is what JSON readers use for numbers, skips integers (RFC 8259, section 6)."""

DEEPEST = 64
"""Levels of nesting that a value may have."""


def fault_in(value: object, where: str = "", depth: int = 0) -> tuple[str, str] | None:
    """Say what keeps ``value`` from being stored exactly: (JSON pointer, code), or None when nothing does."""
    if value is None or isinstance(value, bool | str):
        return None
    if isinstance(value, int):
        return (where, "integerTooLarge") if abs(value) > LARGEST_EXACT else None
    if isinstance(value, float):
        return None if math.isfinite(value) else (where, "numberNotFinite")
    if depth >= DEEPEST:
        return (where, "nestedTooDeep")
    return _fault_inside(value, where, depth + 1)


def _fault_inside(value: object, where: str, depth: int) -> tuple[str, str] | None:
    if isinstance(value, list):
        inside: list[tuple[object, object]] = list(enumerate(value))
    elif isinstance(value, Mapping):
        inside = list(value.items())
    else:
        return (where, "notJson")
    for key, item in inside:
        if isinstance(value, Mapping) and not isinstance(key, str):
            return (where, "notJson")
        if fault := fault_in(item, f"{where}/{escape_pointer(str(key))}", depth):
            return fault
    return None


def escape_pointer(part: str) -> str:
    """One step of a JSON pointer (RFC 6901, section 3)."""
    return part.replace("~", "~0").replace("/", "~1")


def written(moment: datetime) -> str:
    """A moment as the log and the API write it: UTC, microseconds, sorts as text."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment(text: str) -> datetime:
    """Read back what :func:`written` wrote, or any ISO 8601 time with an offset.

    Raises:
        ValueError: the text is no such time.
    """
    read = datetime.fromisoformat(text)
    if read.tzinfo is None:
        raise ValueError(f"a time without offset: {text}")
    return read.astimezone(UTC)
