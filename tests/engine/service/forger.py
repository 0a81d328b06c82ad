"""Whoever may write to the tables: changes what he likes, and makes the chain fit again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from sqlalchemy import update

from adapters.database.tables import log, process_instances
from engine.domain.record import LogRow
from engine.runtime.sealing import GENESIS, chain_hash
from tests.engine.service.office import Office


class Forger:
    """Works on the history of one instance."""

    def __init__(self, office: Office, instance: str) -> None:
        self.office, self.instance = office, instance

    def set_row(self, row: LogRow, **columns: Any) -> None:
        """Write columns of one row, and nothing else."""
        self._execute(update(log).where(log.c.stream == row.stream, log.c.first_seq == row.first_seq).values(**columns))

    def set_head(self, **columns: Any) -> None:
        """Write columns of the head."""
        self._execute(update(process_instances).where(process_instances.c.id == self.instance).values(**columns))

    def delete(self, statement: Any) -> None:
        self._execute(statement)

    def rewrite(self, row: LogRow, change: Callable[[Any], Any]) -> None:
        """Change what a row's body says, then compute every hash after it, the head's too."""
        said = orjson.loads(row.body)
        body = change(said)
        self.rebind({row.first_seq: body if isinstance(body, bytes) else orjson.dumps(said if body is None else body)})

    def rebind(self, bodies: dict[int, bytes]) -> None:
        """Put these bodies in, and make the chain fit."""
        previous = GENESIS
        for row in self.office.rows(self.instance):
            body = bodies.get(row.first_seq, row.body)
            previous = chain_hash(self.instance, row.first_seq, previous, body)
            self.set_row(row, body=body, hash=previous)
        self.set_head(hash=previous)

    def row_of(self, kind: str) -> LogRow:
        """The first row that has a record of this kind."""
        return next(row for row in self.office.rows(self.instance) if f",{kind}," in row.kinds)

    def clear_of(self, row: LogRow) -> Any:
        return orjson.loads(row.clear or b"[]")

    def _execute(self, statement: Any) -> None:
        with self.office.store._writer.begin() as connection:
            connection.execute(statement)
