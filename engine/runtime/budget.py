"""What one evaluation may use up: turns of loops, and the sizes that it reads and builds. Counted, never timed.

A unit is one item of a list or map, or a few characters; measuring stops where the budget ends, so that it is bounded too.
"""

from __future__ import annotations

from typing import Any

from engine.domain.values import DEEPEST
from engine.runtime.erasure import Erased, ErasedRead

MOST_STEPS = 10_000
"""Turns of loops in one script."""
MOST_UNITS = 500_000
"""What one expression or script may read and build in all."""
LARGEST = 100_000
"""Characters of a text and items of a list that an expression or script builds."""
LARGEST_INTEGER = 4_096
"""Bits of an intermediate result."""
LARGEST_NUMERAL = 1_300
"""Characters of a text that is read as a number."""

_CHARACTERS = 8
"""Characters of a text that cost as much as one item."""
_SCALARS = frozenset((int, float, bool, type(None)))


class LimitReached(Exception):
    """An expression or script asked for more than its budget. The sentences hold no value."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi, self.en = vi, en


class Budget:
    """The budget of one evaluation; its methods are what the compiled text calls."""

    __slots__ = ("turns", "units")

    def __init__(self) -> None:
        self.turns = MOST_STEPS
        self.units = MOST_UNITS

    def spend(self, units: int) -> None:
        """Take units away.

        Raises:
            LimitReached: there are not so many left.
        """
        self.units -= units
        if self.units < 0:
            raise LimitReached(
                f"đọc và tạo quá {MOST_UNITS} đơn vị dữ liệu", f"more than {MOST_UNITS} units read and built"
            )

    def turn(self, units: int) -> None:
        """One turn of a loop whose body is so large."""
        self.turns -= 1
        if self.turns < 0:
            raise LimitReached(f"quá {MOST_STEPS} vòng lặp", f"more than {MOST_STEPS} turns of a loop")
        self.spend(units)

    def read(self, value: Any) -> Any:
        """A value is looked at with all that is in it, shared parts each time."""
        if type(value) not in _SCALARS:
            if type(value) is str:
                self.spend(len(value) // _CHARACTERS)
            else:
                self._read_inside([value])
        return value

    def store(self, value: Any) -> None:
        """A value is kept: written to the log with all that is in it. An erased one is passed on unseen."""
        if type(value) not in _SCALARS and not isinstance(value, Erased):
            self.read(value)

    def _read_inside(self, level: list[Any]) -> None:
        """Level by level: comparing goes down as far, and must not run out of stack."""
        for _ in range(DEEPEST + 2):
            self.spend(len(level))
            below: list[Any] = []
            for value in level:
                if type(value) in _SCALARS:
                    continue
                self._open(value, below)
            if not below:
                return
            level = below
        raise LimitReached(f"lồng quá {DEEPEST} cấp", f"nested deeper than {DEEPEST} levels")

    def _open(self, value: Any, below: list[Any]) -> None:
        if isinstance(value, str):
            self.spend(len(value) // _CHARACTERS)
        elif isinstance(value, list | dict):
            if len(below) + len(value) > self.units:
                self.spend(len(below) + len(value))
            if isinstance(value, list):
                below += value
            else:
                below += value.values()
                self.spend(len(value) + sum(map(_length, value)) // _CHARACTERS)
        elif isinstance(value, Erased):
            raise ErasedRead

    def search(self, value: Any) -> Any:
        """Something is looked for in a list, map or text. In a short text that can take a step for each pair of characters."""
        if isinstance(value, str):
            self.spend(len(value) // _CHARACTERS + min(3 * len(value), 15_000))
            return value
        return value if isinstance(value, dict) else self.read(value)

    def search_constant(self, value: Any) -> Any:
        """What is looked for stands in the text: the items of a list are not gone into."""
        if isinstance(value, list):
            self.spend(len(value))
            return value
        return self.search(value)

    def add(self, left: Any, right: Any) -> Any:
        """``+``: numbers, or two texts or lists that fit together."""
        if isinstance(left, str | list) and type(left) is type(right):
            self._make(left, len(left) + len(right))
        return check_integer(left + right)

    def subtract(self, left: Any, right: Any) -> Any:
        """``-`` of numbers."""
        return check_integer(left - right)

    def multiply(self, left: Any, right: Any) -> Any:
        """``*``: numbers, or a text or list repeated."""
        if isinstance(left, int) and isinstance(right, int):
            self._reckon(left, right)
            _check_bits(left.bit_length() + right.bit_length())
        elif isinstance(left, str | list) and isinstance(right, int):
            self._make(left, len(left) * right)
        elif isinstance(right, str | list) and isinstance(left, int):
            self._make(right, len(right) * left)
        return left * right

    def divide(self, left: Any, right: Any) -> Any:
        """``//`` of numbers."""
        self._reckon(left, right)
        return left // right

    def remainder(self, left: Any, right: Any) -> Any:
        """``%`` of numbers; formatting a text with it is not offered."""
        if isinstance(left, str):
            raise TypeError("% is for numbers")
        self._reckon(left, right)
        return left % right

    def _reckon(self, left: Any, right: Any) -> None:
        """What long integers cost."""
        if isinstance(left, int) and isinstance(right, int):
            self.spend(left.bit_length() * right.bit_length() >> 16)

    def _make(self, like: str | list[Any], size: int) -> None:
        self.build(like, max(size, 0), size)

    def build(self, like: str | list[Any] | dict[str, Any], more: int, size: int) -> None:
        """So much is added to something, which is then of this size."""
        if size > LARGEST:
            raise LimitReached(f"văn bản hay danh sách dài quá {LARGEST}", f"a text or list longer than {LARGEST}")
        self.spend(more // _CHARACTERS if isinstance(like, str) else more)

    def copy(self, value: Any) -> Any:
        """A list or map of one's own, with the same things in it; of a list only places in memory are copied."""
        if isinstance(value, list):
            self.spend(4 + len(value) // 8)
            return list(value)
        if isinstance(value, Erased):
            raise ErasedRead
        if not isinstance(value, dict):
            raise TypeError("only lists and maps have something in them to change")
        self.spend(8 + len(value))
        return dict(value)


def _length(key: Any) -> int:
    return len(key) if isinstance(key, str) else 1


def check_integer(value: Any) -> Any:
    """The value, if it is no integer beyond all bounds.

    Raises:
        LimitReached: it is.
    """
    if isinstance(value, int):
        _check_bits(value.bit_length())
    return value


def _check_bits(bits: int) -> None:
    if bits > LARGEST_INTEGER:
        raise LimitReached(
            f"số nguyên dài quá {LARGEST_INTEGER} bit", f"an integer of more than {LARGEST_INTEGER} bits"
        )


def is_none(value: Any) -> bool:
    """``is None``."""
    if isinstance(value, Erased):
        raise ErasedRead
    return value is None
