"""Queries for the archive: what may go there, and what went."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import exists, select, tuple_

from adapters.database.reader import Reader, by_ids
from adapters.database.rows import ARCHIVED
from adapters.database.statement import Statement, constant, given
from adapters.database.tables import jobs, outbox, process_instances
from engine.domain.archive import Archived
from engine.domain.outbox import TOLD

_ARCHIVABLE = Statement(
    select(process_instances.c.ended_at, process_instances.c.id)
    .where(
        process_instances.c.tenant == given("tenant"),
        process_instances.c.definition_id == given("definition_id"),
        process_instances.c.ended_at.is_not(None),
        process_instances.c.ended_at < given("before"),
        tuple_(process_instances.c.ended_at, process_instances.c.id) > tuple_(given("ended_at"), given("id")),
        ~exists().where(jobs.c.tenant == process_instances.c.tenant, jobs.c.instance_id == process_instances.c.id),
        ~exists().where(
            outbox.c.tenant == process_instances.c.tenant,
            outbox.c.instance_id == process_instances.c.id,
            outbox.c.state != constant(TOLD),
        ),
    )
    .order_by(process_instances.c.ended_at, process_instances.c.id)
    .limit(given("limit"))
)
_BY_ID = Statement(by_ids(ARCHIVED))


class ArchivedQueries(Reader):
    """Instances on their way to the archive, and what is left of those that are there."""

    def archivable(
        self, definition_id: str, before: str, after: tuple[str, str], limit: int
    ) -> Sequence[tuple[str, str]]:
        """(ended, id) of instances that ended before a moment and have nothing left to do, after a place, in order."""
        rows = self._rows(
            _ARCHIVABLE, definition_id=definition_id, before=before, ended_at=after[0], id=after[1], limit=limit
        )
        return [(row[0], row[1]) for row in rows]

    def archived(self, ids: Collection[str]) -> Mapping[str, Archived]:
        """What is left of archived instances, by id."""
        return self._by_id(ARCHIVED, _BY_ID, ids)
