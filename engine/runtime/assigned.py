"""What a running script has assigned, and how it changes a list or map that a variable holds.

Values are never changed in place where anybody else could see it: not in the process, not under another name. The
first change of a variable's list or map copies it; the copy is then the script's own until its variable is read as a
whole, for then it may stand in two places. What lies inside is copied at each change. So every change is a write of
the variable, and a loop that appends costs no more than what it appends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.runtime.budget import Budget
from engine.runtime.erasure import Erased, ErasedRead

ENTRY = 8
"""What a new entry of a map costs: it takes as much room as several items of a list."""


class Assigned(dict[str, Any]):
    """What a script has assigned, before what the process has. Kept apart until the script has succeeded."""

    __slots__ = ("private", "variables")

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self.variables = variables
        self.private: dict[str, Any] = {}
        """The copies that nothing but their variable refers to."""

    def __missing__(self, name: str) -> Any:
        return self.variables[name]

    def given(self, name: str) -> Any:
        """A variable is read as a whole: what it holds may from now on stand elsewhere too."""
        self.private.pop(name, None)
        return self[name]

    def opened(self, name: str, budget: Budget) -> Any:
        """The list or map that a variable holds, to be changed."""
        value = self[name]
        if self.private.get(name) is not value or value is None:
            value = budget.copy(value)
            self[name] = self.private[name] = value
        return value


Change = Callable[..., None]


def _changing(change: Change) -> Callable[..., None]:
    """The change of what lies behind a path of indexes and keys in a variable."""

    def changed(own: Assigned, budget: Budget, name: str, path: list[Any], *arguments: Any) -> None:
        inside = own.opened(name, budget)
        for key in path:
            copy = budget.copy(inside[key])
            inside[key] = copy
            inside = copy
        change(budget, inside, *arguments)

    return changed


def _append(budget: Budget, items: Any, item: Any) -> None:
    _extend(budget, items, [item])


def _extend(budget: Budget, items: Any, more: Any) -> None:
    _be_list(items)
    _be_list(more)
    budget.build(items, len(more), len(items) + len(more))
    items.extend(more)


def _insert(budget: Budget, items: Any, place: Any, item: Any) -> None:
    _be_list(items)
    _move(budget, items)
    budget.build(items, 1, len(items) + 1)
    items.insert(place, item)


def _remove(budget: Budget, items: Any, item: Any) -> None:
    """The first of this value; there must be one."""
    _be_list(items)
    budget.read(items)
    budget.read(item)
    items.remove(item)


def _pop(budget: Budget, values: Any, place: Any = -1) -> None:
    """An item by its place, else the last; an entry by its name."""
    if isinstance(place, Erased):
        raise ErasedRead
    if isinstance(values, list):
        _move(budget, values)
    values.pop(place)


def _update(budget: Budget, entries: Any, more: Any) -> None:
    if isinstance(more, Erased):
        raise ErasedRead
    if not isinstance(more, dict):
        raise TypeError("a map is updated with a map")
    for name, value in more.items():
        _set(budget, entries, name, value)


def _set(budget: Budget, values: Any, place: Any, value: Any) -> None:
    """An item that there is, or an entry, new or not."""
    if isinstance(values, dict) and place not in values:
        # Numbers can be chosen so that finding one takes as long as looking at all of them; texts cannot.
        if not isinstance(place, str):
            raise TypeError("an entry of a map has a text as its name")
        budget.build(values, ENTRY, len(values) + 1)
    values[place] = value


def _be_list(value: Any) -> None:
    if isinstance(value, Erased):
        raise ErasedRead
    if not isinstance(value, list):
        raise TypeError("this is for lists")


def _move(budget: Budget, items: list[Any]) -> None:
    """Everything behind a place moves up or down; that is a matter of memory only."""
    budget.spend(len(items) >> 6)


CHANGES: dict[str, Change] = {
    "append": _append,
    "extend": _extend,
    "insert": _insert,
    "pop": _pop,
    "remove": _remove,
    "update": _update,
}
"""Methods that change a variable, by the name that people write."""
SET = "="
"""The change that an assignment to an index or key is."""
CHANGING: dict[str, Callable[..., None]] = {name: _changing(change) for name, change in (CHANGES | {SET: _set}).items()}
"""What a script calls for them: with what it has assigned, the budget, the variable's name and the path in it."""
