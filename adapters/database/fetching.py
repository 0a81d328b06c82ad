"""Which jobs a worker is given: one question, however many topics it names.

Each topic is read in the order of its index and no further than needed: workers ask often, and much may be waiting.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Text, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.database.reader import rows_of, running
from adapters.database.rows import JOBS
from adapters.database.statement import OneOf, Statement, given
from adapters.database.tables import jobs


def _earliest_of(topic: ColumnElement[str], table: Any) -> Select[Any]:
    """What waits on one topic and nobody has."""
    found = select(table).where(table.c.tenant == given("tenant"), table.c.topic == topic, *_to_be_had(table))
    return _first(found, table)


def _to_be_had(table: Any) -> tuple[ColumnElement[bool], ...]:
    """Nobody has it, and its instance runs. The first is what the index of topics says of its rows."""
    return table.c.topic.is_not(None), table.c.run_at <= given("until"), running(table)


def _first(found: Select[Any], table: FromClause) -> Select[Any]:
    return found.order_by(table.c.run_at, table.c.id).limit(given("limit"))


def _on_postgresql(*, locked: bool) -> Select[Any]:
    """What another process is just being given is passed over, so that none waits for the other."""
    asked = func.unnest(cast(given("topics"), ARRAY(Text))).table_valued("asked", name="asked")
    found = _earliest_of(asked.c.asked, jobs)
    found = found.with_for_update(skip_locked=True, of=jobs) if locked else found
    earliest = found.correlate(asked).lateral("earliest")
    return _first(select(*(earliest.c[name] for name in JOBS.names)).select_from(asked, earliest), earliest)


def _on_sqlite() -> Select[Any]:
    """There is one process, so nothing to lock, and no LATERAL."""
    asked, waiting = func.json_each(given("topics")).table_valued("value", name="asked"), jobs.alias("waiting")
    earliest = _earliest_of(asked.c.value, waiting).with_only_columns(waiting.c.id).correlate(asked)
    return _first(rows_of(JOBS, jobs.c.id.in_(earliest)).select_from(asked, jobs), jobs)


ANY_FETCHABLE = Statement(rows_of(JOBS, OneOf(jobs.c.topic, "topics"), *_to_be_had(jobs)).limit(1))
FETCHABLE = Statement({"postgresql": _on_postgresql(locked=True), "sqlite": _on_sqlite()})
WAITING = Statement({"postgresql": _on_postgresql(locked=False), "sqlite": _on_sqlite()})
NEXT_TOPIC = Statement(
    select(jobs.c.topic)
    .where(jobs.c.tenant == given("tenant"), jobs.c.topic.is_not(None), jobs.c.topic > given("after"))
    .order_by(jobs.c.topic)
    .limit(1)
)
