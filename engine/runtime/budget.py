"""What a script may use up: steps of loops and sizes of what it builds. Counted, never timed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.runtime.erasure import Erased, ErasedRead

MOST_STEPS = 10_000
"""Turns of loops in one script."""
LARGEST = 100_000
"""Characters of a text, items of a list, and items built by one script in all."""
LARGEST_INTEGER = 4_096
"""Bits of an intermediate result."""


class LimitReached(Exception):
    """An expression or script asked for more than its budget."""


def add(left: Any, right: Any) -> Any:
    """``+``: numbers, or two texts or lists that fit together."""
    if isinstance(left, str | list):
        _check(len(left) + (len(right) if isinstance(right, str | list) else 0))
    return left + right


def multiply(left: Any, right: Any) -> Any:
    """``*``: numbers, or a text or list repeated."""
    if isinstance(left, int) and isinstance(right, int):
        _check_bits(left.bit_length() + right.bit_length())
    elif isinstance(left, str | list) and isinstance(right, int):
        _check(len(left) * right)
    elif isinstance(right, str | list) and isinstance(left, int):
        _check(len(right) * left)
    return left * right


def remainder(left: Any, right: Any) -> Any:
    """``%`` of numbers; formatting a text with it is not offered."""
    if isinstance(left, str):
        raise TypeError("% is for numbers")
    return left % right


def _check(size: int) -> None:
    if size > LARGEST:
        raise LimitReached(f"a text or list of {size}, at most {LARGEST} are allowed")


def _check_bits(bits: int) -> None:
    if bits > LARGEST_INTEGER:
        raise LimitReached(f"an integer of {bits} bits, at most {LARGEST_INTEGER} are allowed")


def is_none(value: Any) -> bool:
    """``is None``."""
    if isinstance(value, Erased):
        raise ErasedRead
    return value is None


OPERATIONS: dict[str, Callable[..., Any]] = {
    "__add": add,
    "__is_none": is_none,
    "__multiply": multiply,
    "__remainder": remainder,
}
"""How ``+ * %`` are done where nothing repeats: each result is bounded, and the text bounds their number."""


class Budget:
    """The budget of one run of one script."""

    __slots__ = ("items", "steps")

    def __init__(self) -> None:
        self.steps = MOST_STEPS
        self.items = LARGEST

    def operations(self) -> dict[str, Callable[..., Any]]:
        """What the compiled script calls, under names that no script can write."""
        return {"__add": self.add, "__made": self.made, "__multiply": self.multiply, "__tick": self.tick}

    def tick(self) -> None:
        """One turn of a loop."""
        self.steps -= 1
        if self.steps < 0:
            raise LimitReached(f"more than {MOST_STEPS} turns of a loop")

    def add(self, left: Any, right: Any) -> Any:
        return self._grown(add(left, right))

    def multiply(self, left: Any, right: Any) -> Any:
        return self._grown(multiply(left, right))

    def made(self, value: Any) -> Any:
        """A list or map was written down: everything in it counts."""
        todo = [value]
        while todo:
            item = todo.pop()
            self._spend(1)
            if isinstance(item, list):
                todo.extend(item)
            elif isinstance(item, dict):
                todo.extend(item.values())
        return value

    def _grown(self, value: Any) -> Any:
        if isinstance(value, str):
            self._spend(len(value) // 16)
        elif isinstance(value, list):
            self._spend(len(value))
        return value

    def _spend(self, items: int) -> None:
        self.items -= items
        if self.items < 0:
            raise LimitReached(f"more than {LARGEST} items built")
