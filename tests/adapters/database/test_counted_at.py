"""A store that is there already: what is over keeps the place at which figures begin to read it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, MetaData, Table, create_engine, insert, select

from adapters.database import connection
from adapters.database.schema import migrate, upgrade
from tests.conftest import Databases

END, PAID = "2026-03-01T00:00:00.000000Z", "2026-04-02T00:00:00.000000Z"
PAID_LATER = f'[["{END}", {{"ended_at": "{END}"}}], ["{PAID}", {{"paid": 75000}}]]'


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_was_paid_after_the_end_is_found_again(kind: str, postgresql_url: Databases, tmp_path: Path) -> None:
    """A fee that was paid on fetching the result counts in its month without any rebuild, of archived dossiers, too."""
    url = postgresql_url() if kind == "postgresql" else f"sqlite:///{tmp_path}/old.db"
    upgrade(url)
    engine = create_engine(connection.parsed(url))
    with engine.begin() as opened:
        _step_back(opened)
        _put(opened, "dossiers", id="paid", ended_at=END, course=PAID_LATER)
        _put(opened, "dossiers", id="open", ended_at=None, course=PAID_LATER)
        archived = f'{{"dossier": {{"channel": "counter", "milestones": {PAID_LATER}}}, "papers": []}}'
        _put(opened, "archived", id="paid", ended_at=END, counted=archived)
        _put(opened, "archived", id="paper", ended_at=END, counted='{"dossier": null, "papers": []}')
        migrate(opened, "0017")
        found = {name: _counted(opened, name) for name in ("dossiers", "archived")}
    engine.dispose()

    assert {"dossiers": {"paid": PAID, "open": None}, "archived": {"paid": PAID, "paper": END}} == found


def _step_back(opened: Connection) -> None:
    """The tables as the version before had them."""
    for table in ("dossiers", "archived"):
        opened.exec_driver_sql(f"DROP INDEX {table}_counted")
        opened.exec_driver_sql(f"ALTER TABLE {table} DROP COLUMN counted_at")
    for table in ("papers", "attachments"):
        opened.exec_driver_sql(f"DROP INDEX {table}_hash")
    opened.exec_driver_sql("CREATE INDEX dossiers_ended ON dossiers (tenant, ended_at, id)")
    opened.exec_driver_sql("CREATE INDEX archived_counted ON archived (tenant, ended_at, id)")
    opened.exec_driver_sql("UPDATE alembic_version SET version_num = '0016'")


def _put(opened: Connection, name: str, **values: Any) -> None:
    table = Table(name, MetaData(), autoload_with=opened)
    empty: dict[type, Any] = {str: "", int: 0, bytes: b""}
    needed = {column.name: empty[column.type.python_type] for column in table.c if not column.nullable}
    opened.execute(insert(table), {**needed, **values})


def _counted(opened: Connection, name: str) -> dict[str, str | None]:
    table = Table(name, MetaData(), autoload_with=opened)
    return {row.id: row.counted_at for row in opened.execute(select(table.c.id, table.c.counted_at))}
