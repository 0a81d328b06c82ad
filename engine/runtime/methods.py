"""The methods of texts, lists and maps that give a value. Each is charged by what it reads and builds, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.runtime.budget import Budget
from engine.runtime.erasure import Erased, ErasedRead
from engine.runtime.functions import get

_PIECE = 4
"""What a piece of a text costs: it is a text of its own."""
_PAIR = 8
"""What a name with its value costs: it is a list of two."""


def _upper(budget: Budget, text: Any) -> str:
    return _built(budget, text).upper()


def _lower(budget: Budget, text: Any) -> str:
    return _built(budget, text).lower()


def _strip(budget: Budget, text: Any, characters: Any = None) -> str:
    return _built(budget, text).strip(None if characters is None else _text(characters))


def _startswith(budget: Budget, text: Any, beginning: Any) -> bool:
    budget.read(_text(beginning))
    return _text(text).startswith(beginning)


def _endswith(budget: Budget, text: Any, end: Any) -> bool:
    budget.read(_text(end))
    return _text(text).endswith(end)


def _split(budget: Budget, text: Any, separator: Any = None) -> list[str]:
    """At each separator, or at white space; at most every second character is white space between two pieces."""
    budget.search(_text(text))
    pieces = len(text) // 2 if separator is None else text.count(_text(separator))
    budget.spend(_PIECE * pieces)
    return text.split(separator)


def _join(budget: Budget, separator: Any, texts: Any) -> str:
    if isinstance(texts, Erased) or isinstance(separator, Erased):
        raise ErasedRead
    if not isinstance(texts, list):
        raise TypeError("a list is joined")
    budget.spend(len(texts))
    size = sum(len(_text(text)) for text in texts) + len(_text(separator)) * len(texts)
    budget.build(separator, size, size)
    return separator.join(texts)


def _replace(budget: Budget, text: Any, old: Any, new: Any) -> str:
    budget.search(_text(text))
    size = len(text) + text.count(_text(old)) * (len(_text(new)) - len(old))
    budget.build(text, size, size)
    return text.replace(old, new)


def _keys(budget: Budget, entries: Any) -> list[Any]:
    budget.spend(len(_map(entries)))
    return list(entries)


def _values(budget: Budget, entries: Any) -> list[Any]:
    budget.spend(len(_map(entries)))
    return list(entries.values())


def _items(budget: Budget, entries: Any) -> list[list[Any]]:
    budget.spend(_PAIR * len(_map(entries)))
    return [[name, value] for name, value in entries.items()]


def _built(budget: Budget, text: Any) -> str:
    """A text of which another of about its size is made."""
    budget.build(_text(text), len(text), len(text))
    return text


def _text(value: Any) -> str:
    if isinstance(value, Erased):
        raise ErasedRead
    if not isinstance(value, str):
        raise TypeError("this is for texts")
    return value


def _map(value: Any) -> dict[str, Any]:
    if isinstance(value, Erased):
        raise ErasedRead
    if not isinstance(value, dict):
        raise TypeError("this is for maps")
    return value


METHODS: dict[str, Callable[..., Any]] = {
    "endswith": _endswith,
    "get": get,
    "items": _items,
    "join": _join,
    "keys": _keys,
    "lower": _lower,
    "replace": _replace,
    "split": _split,
    "startswith": _startswith,
    "strip": _strip,
    "upper": _upper,
    "values": _values,
}
"""By the name that people write; the budget is each one's first argument, then the value before the point."""
