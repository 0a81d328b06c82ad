"""Queries for the outbox: how far outside systems have been told of dossiers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import func, select

from adapters.database.reader import Reader, equal, rows_of
from adapters.database.rows import OUTBOX
from adapters.database.statement import Statement, given
from adapters.database.tables import outbox
from engine.domain.outbox import OutboxEntry

_ONE = Statement(rows_of(OUTBOX, *equal(OUTBOX, "instance_id", "connector")))
_OF_DOSSIER = Statement(rows_of(OUTBOX, *equal(OUTBOX, "instance_id")).order_by(outbox.c.connector))
_DUE = Statement(
    rows_of(OUTBOX, *equal(OUTBOX, "connector"), outbox.c.due_at.is_not(None), outbox.c.due_at <= given("until"))
    .order_by(outbox.c.due_at, outbox.c.instance_id)
    .limit(given("limit"))
)
_WITH_INCIDENT = Statement(rows_of(OUTBOX, outbox.c.incident_at.is_not(None)))
_COUNT = [
    Statement(
        select(func.count())
        .select_from(outbox)
        .where(outbox.c.tenant == given("tenant"), *equal(OUTBOX, "connector"), column.is_not(None))
    )
    for column in (outbox.c.due_at, outbox.c.incident_at)
]


class OutboxQueries(Reader):
    """How far outside systems have been told of dossiers."""

    def outbox_entry(self, dossier_id: str, connector: str) -> OutboxEntry | None:
        """How far one system has been told of one dossier."""
        return self._one(OUTBOX, _ONE, instance_id=dossier_id, connector=connector)

    def outbox_of(self, dossier_id: str) -> Sequence[OutboxEntry]:
        """The same for every system, by connector."""
        return self._all(OUTBOX, _OF_DOSSIER, instance_id=dossier_id)

    def untold(self, connector: str, until: str, limit: int) -> Sequence[OutboxEntry]:
        """What a system can be told now, the longest due first."""
        return self._all(OUTBOX, _DUE, connector=connector, until=until, limit=limit)

    def refused_tellings(self) -> Iterator[OutboxEntry]:
        """What needs a person."""
        yield from self._all(OUTBOX, _WITH_INCIDENT)

    def count_untold(self, connector: str) -> tuple[int, int]:
        """Of how many dossiers a system is still to be told, and of how many a person has to look."""
        pending, untellable = (self._first(count, connector=connector) for count in _COUNT)
        return pending, untellable
