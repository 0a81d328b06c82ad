"""Looking up what stands in the data tables beside a diagram: ``row("le_phi", ngay_nop, "loai", "ban_sao")``.

Which table and which columns are constant texts, so that a misspelt one is found at deploy and not before a citizen.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from engine.domain.table import Row, Table, Tables, matching
from engine.runtime.budget import Budget
from engine.runtime.dates import day_of
from engine.runtime.erasure import Erased, ErasedRead

TABLES = "__tables"
"""The tables of the process that is running, which its outermost scope answers."""


class NoSuchRow(ValueError):
    """No row of a table holds on the day and has the values."""


class SeveralRows(ValueError):
    """More than one does."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """What a text asks of a table; ``node`` is where."""

    table: str
    columns: tuple[str, ...]
    node: ast.AST


def _row(budget: Budget, tables: Tables, name: Any, day: Any, *wanted: Any) -> dict[str, Any]:
    """The one row; none or several are an incident, never a guess."""
    found = _found(budget, tables[name], day, wanted)
    if not found:
        raise NoSuchRow
    if len(found) > 1:
        raise SeveralRows
    return dict(found[0].cells)


def _rows(budget: Budget, tables: Tables, name: Any, day: Any, *wanted: Any) -> list[dict[str, Any]]:
    """All of them, in the order of the file."""
    table = tables[name]
    found = _found(budget, table, day, wanted)
    budget.spend(len(found) * len(table.columns))
    return [dict(row.cells) for row in found]


def _found(budget: Budget, table: Table, day: Any, wanted: tuple[Any, ...]) -> list[Row]:
    on = day_of(budget, day)
    pairs = list(zip(wanted[::2], wanted[1::2], strict=True))
    if any(isinstance(value, Erased) for _, value in pairs):
        raise ErasedRead
    budget.spend(len(table.rows) * (1 + len(pairs)))
    return list(matching(table, on, pairs))


LOOKUPS: dict[str, Callable[..., Any]] = {"row": _row, "rows": _rows}


def lookup_of(node: ast.Call) -> Lookup | None:
    """What a call of ``row`` or ``rows`` asks for; None when the names in it are no constants."""
    if not node.args or len(node.args) % 2:
        return None
    names = [node.args[0], *node.args[2::2]]
    constants = [name.value for name in names if isinstance(name, ast.Constant) and isinstance(name.value, str)]
    if len(constants) < len(names):
        return None
    return Lookup(constants[0], tuple(constants[1:]), node)


def unknown_in(lookup: Lookup, tables: Tables) -> tuple[str, str] | None:
    """Which table or column there is not, as two sentences; None when all are there."""
    table = tables.get(lookup.table)
    if table is None:
        return _unknown("bảng dữ liệu", "data table", lookup.table, list(tables))
    for column in lookup.columns:
        if column not in table.columns:
            return _unknown(
                f"cột trong bảng “{table.name}” tên", f"column of table '{table.name}'", column, table.columns
            )
    return None


def _unknown(vi: str, en: str, name: str, known: Any) -> tuple[str, str]:
    near = get_close_matches(name, known, 1)
    also_vi, also_en = (f" Có phải là “{near[0]}”?", f" Did you mean '{near[0]}'?") if near else ("", "")
    return f"Không có {vi} “{name}”.{also_vi}", f"There is no {en} '{name}'.{also_en}"
