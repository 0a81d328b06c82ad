"""What SQLite is told about the tables, so that it chooses the same indexes on the first day as after years.

Left alone it takes every first column of an index to lead to ten rows. Our first column is the tenant, which leads to
all of them. PostgreSQL counts for itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from adapters.database.tables import METADATA

_ROWS = 1_000_000
_FEW = {
    "tenant": 1,
    "state": 4,
    "kind": 4,
    "outcome": 4,
    "definition_id": 100,
    "candidate_group": 100,
    "unit": 200,
    "starter": 4,
    "name": 10_000,
}
"""How many values a column has, where they are few; others are taken to differ from row to row."""


def assume(connection: Connection) -> None:
    """Write down what is assumed, as ANALYZE would write down what it finds."""
    if connection.dialect.name != "sqlite":
        return
    connection.exec_driver_sql("ANALYZE sqlite_schema")  # makes the table; a plain ANALYZE would read every index
    connection.exec_driver_sql("DELETE FROM sqlite_stat1")
    for row in list(_assumptions(connection)):
        connection.exec_driver_sql("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)", row)
    connection.exec_driver_sql("ANALYZE sqlite_schema")  # has them read


def _assumptions(connection: Connection) -> Iterator[tuple[str, str, str]]:
    for table in METADATA.tables:
        for _, index, *_ in connection.exec_driver_sql(f"PRAGMA index_list({table})").fetchall():
            columns = [row[2] for row in connection.exec_driver_sql(f"PRAGMA index_info({index})").fetchall()]
            yield table, index, " ".join(str(rows) for rows in (_ROWS, *_rows_behind(columns)))


def _rows_behind(columns: Sequence[str]) -> Iterator[int]:
    """How many rows share the first column, the first two, and so on."""
    rows = _ROWS
    for column in columns:
        rows = max(1, rows // _FEW.get(column, _ROWS))
        yield rows
