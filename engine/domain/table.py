"""Data tables beside a diagram: fees, tiers, codes. Each row says from when until when it holds; nothing is overwritten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

from engine.domain.errors import Fault
from engine.domain.reading import Reading
from engine.domain.values import fault_in

MOST_ROWS, MOST_COLUMNS = 2_000, 50
LONGEST_CELL = 1_000
"""Characters."""

Cell: TypeAlias = str | int | float | bool | None
Tables: TypeAlias = "Mapping[str, Table]"
"""The tables of a definition, by name."""


@dataclass(frozen=True, slots=True)
class Row:
    """What holds from one day to another, both included; without an end until further notice."""

    valid_from: str
    valid_until: str | None
    cells: Mapping[str, Cell]

    def holds(self, day: str) -> bool:
        """Whether it holds on a day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it was published with a diagram. ``key`` are the columns that, with the day, tell one row."""

    name: str
    title: str
    source: str
    confirmed: bool
    key: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read_table(name: str, content: Any) -> tuple[Table, list[Fault]]:
    """A table from its file, and everything that is wrong with it."""
    reading = Reading(content)
    title, source = reading.text("name"), reading.text("source")
    confirmed, key = reading.flag("confirmed"), reading.texts("key")
    rows = tuple(_row(each) for each in reading.each("row"))
    reading.end()
    columns = tuple(rows[0].cells) if rows else ()
    table = Table(name, title, source, confirmed, key, columns, rows)
    _check(table, reading)
    return table, reading.faults


def _row(reading: Reading) -> Row:
    first, last = reading.days(required=True)
    cells = reading.rest()
    for name, value in cells.items():
        if not name.isidentifier():
            reading.refuse(
                name,
                "tên cột chỉ gồm chữ, số và gạch dưới",
                "a column's name has letters, digits and _ only; rename it",
            )
        if not _is_plain(value):
            reading.refuse(
                name,
                f"phải là văn bản (tối đa {LONGEST_CELL} ký tự), số, true hoặc false",
                f"it must be a text (at most {LONGEST_CELL} characters), a number, true or false",
            )
    return Row(first or "", last, cells)


def _is_plain(value: Any) -> bool:
    plain = (
        value is None
        or isinstance(value, bool | int | float)
        or (isinstance(value, str) and len(value) <= LONGEST_CELL)
    )
    return plain and fault_in(value) is None


def _check(table: Table, reading: Reading) -> None:
    """What can only be said of all rows together."""
    if not table.rows:
        reading.refuse("row", "bảng chưa có dòng nào; thêm [[row]]", "the table has no row; add [[row]]")
    if len(table.rows) > MOST_ROWS or len(table.columns) > MOST_COLUMNS:
        reading.refuse(
            "row",
            f"tối đa {MOST_ROWS} dòng, {MOST_COLUMNS} cột",
            f"at most {MOST_ROWS} rows and {MOST_COLUMNS} columns",
        )
        return
    for number, row in enumerate(table.rows):
        if row.cells.keys() != set(table.columns):
            _uneven(table, number, row, reading)
    for column in table.key:
        if column not in table.columns:
            reading.refuse("key", f"không có cột “{column}”", f"there is no column '{column}'; correct the name")
    if not reading.faults and table.key:
        _check_key(table, reading)


def _uneven(table: Table, number: int, row: Row, reading: Reading) -> None:
    differing = ", ".join(sorted(row.cells.keys() ^ set(table.columns)))
    reading.refuse(
        f"row/{number}",
        f"mọi dòng phải có cùng các cột; khác nhau ở: {differing}",
        f"all rows must have the same columns; these differ: {differing}",
    )


def _check_key(table: Table, reading: Reading) -> None:
    """On no day may two rows have the same key: nobody could say which counts."""
    groups: dict[tuple[Any, ...], list[tuple[str, str, int]]] = {}
    for number, row in enumerate(table.rows):
        place = tuple(repr(row.cells[column]) for column in table.key)
        groups.setdefault(place, []).append((row.valid_from, row.valid_until or "9999-12-31", number))
    for spans in groups.values():
        for (_, ends, one), (begins, _, other) in pairwise(sorted(spans)):
            if begins <= ends:
                reading.refuse(
                    f"row/{other}",
                    f"cùng khóa và trùng ngày hiệu lực với dòng {one + 1}; ghi valid_until cho dòng cũ",
                    f"it has the key of row {one + 1} and days in common with it; give the older one a valid_until",
                )


def matching(table: Table, day: str, wanted: Sequence[tuple[str, Any]]) -> Iterator[Row]:
    """The rows that hold on a day and have these values, in the file's order."""
    for row in table.rows:
        if row.holds(day) and all(_same(row.cells[column], value) for column, value in wanted):
            yield row


def _same(cell: Cell, value: Any) -> bool:
    """1 and 1.0 are the same, 1 and true are not."""
    return isinstance(cell, bool) == isinstance(value, bool) and cell == value
