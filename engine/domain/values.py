"""What a process variable may hold, and how moments in time are written."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

LARGEST_EXACT = 2**53
"""Beyond it a double, which is what JSON readers use for numbers, skips integers (RFC 8259, section 6)."""

DEEPEST = 64
"""Levels of nesting that a value may have."""

MOST_NODES = 100_000
"""Numbers, texts, lists and maps that one value may be made of; what occurs twice counts twice."""

MOST_CHARACTERS = 1_000_000
"""Characters that the texts and names in one value may have in all."""


def fault_in(value: object, where: str = "") -> tuple[str, str] | None:
    """Say what keeps ``value`` from being stored exactly: (JSON pointer, code), or None when nothing does."""
    if value is None or value is True or value is False or (type(value) is int and abs(value) <= LARGEST_EXACT):
        return None
    if type(value) is str and len(value) <= MOST_CHARACTERS and is_unicode(value):
        return None
    fault = _Examination().fault(value, 0)
    if fault is None:
        return None
    place, code = fault
    return (where, code) if code == "tooLarge" else (where + place, code)


class _Examination:
    """Looks through one value; ends at the first fault, or where the value is too large. Places are relative to it."""

    __slots__ = ("characters", "nodes")

    def __init__(self) -> None:
        self.nodes, self.characters = MOST_NODES, MOST_CHARACTERS

    def fault(self, value: object, depth: int) -> tuple[str, str] | None:
        self.nodes -= 1
        if self.nodes < 0:
            return ("", "tooLarge")
        if value is None or isinstance(value, bool):
            return None
        if isinstance(value, str):
            return self._in_text(value)
        if isinstance(value, int):
            return ("", "integerTooLarge") if abs(value) > LARGEST_EXACT else None
        if isinstance(value, float):
            return None if math.isfinite(value) else ("", "numberNotFinite")
        if depth >= DEEPEST:
            return ("", "nestedTooDeep")
        return self._inside(value, depth + 1)

    def _in_text(self, text: str) -> tuple[str, str] | None:
        self.characters -= len(text)
        if self.characters < 0:
            return ("", "tooLarge")
        return None if is_unicode(text) else ("", "notUnicode")

    def _inside(self, value: object, depth: int) -> tuple[str, str] | None:
        if isinstance(value, list):
            for number, item in enumerate(value):
                if type(item) is int and -LARGEST_EXACT <= item <= LARGEST_EXACT and self.nodes > 0:
                    self.nodes -= 1
                elif fault := self.fault(item, depth):
                    return (f"/{number}{fault[0]}", fault[1])
            return None
        if isinstance(value, Mapping):
            return self._in_map(value, depth)
        return ("", "notJson")

    def _in_map(self, value: Mapping[object, object], depth: int) -> tuple[str, str] | None:
        for key, item in value.items():
            if not isinstance(key, str):
                return ("", "notJson")
            if fault := self._in_text(key):
                return fault
            if fault := self.fault(item, depth):
                return (f"/{escape_pointer(key)}{fault[0]}", fault[1])
        return None


def is_unicode(text: str) -> bool:
    """Whether every database and JSON reader can hold a text: no half of a surrogate pair, no NUL."""
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def escape_pointer(part: str) -> str:
    """One step of a JSON pointer (RFC 6901, section 3)."""
    return part.replace("~", "~0").replace("/", "~1")


@lru_cache(maxsize=64)
def written(moment: datetime) -> str:
    """A moment as the log and the API write it: UTC, microseconds, sorts as text."""
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return f"{utc.isoformat(timespec='microseconds')[:26]}Z"


def moment(text: str) -> datetime:
    """Read back what :func:`written` wrote, or any ISO 8601 time with an offset.

    Raises:
        ValueError: the text is no such time.
    """
    read = datetime.fromisoformat(text)
    if read.tzinfo is UTC:
        return read
    if read.tzinfo is None:
        raise ValueError(f"a time without offset: {text}")
    return read.astimezone(UTC)
