"""Reads of dossiers, and the counters that their codes come from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import literal_column, select
from sqlalchemy.dialects import postgresql, sqlite

from adapters.database.listing import Listing
from adapters.database.reader import Reader, by_ids, equal, rows_of
from adapters.database.rows import DOSSIERS
from adapters.database.statement import Statement, given
from adapters.database.tables import counters, dossiers
from engine.domain.access import Reach
from engine.domain.dossier import Dossier
from engine.ports import Listed, Page

_BY_ID = Statement(by_ids(DOSSIERS))
_BY_CODE = Statement(rows_of(DOSSIERS, *equal(DOSSIERS, "code")))
_LIST = Listing(DOSSIERS, "submitted_at", "id")
_OF_UNITS = Listing(DOSSIERS, "submitted_at", "id", across=("unit",))
_OPEN = Statement(
    rows_of(DOSSIERS, dossiers.c.ended_at.is_(None), dossiers.c.due_at.is_not(None), dossiers.c.id > given("after"))
    .order_by(dossiers.c.id)
    .limit(given("limit"))
)
FIRST_NUMBER = Statement(
    {
        name: dialect.insert(counters)
        .values(tenant=given("tenant"), series=given("series"), value=literal_column("0"))
        .on_conflict_do_nothing()
        for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
    }
)
LAST_NUMBER = Statement(
    select(counters.c.value)
    .where(counters.c.tenant == given("tenant"), counters.c.series == given("series"))
    .with_for_update()
)


class DossierQueries(Reader):
    """What citizens handed in."""

    def dossiers(self, ids: Collection[str]) -> Mapping[str, Dossier]:
        """Dossiers by id, which is that of their instance."""
        return self._by_id(DOSSIERS, _BY_ID, ids)

    def dossier_by_code(self, code: str) -> Dossier | None:
        """The dossier that people call so."""
        return self._one(DOSSIERS, _BY_CODE, code=code)

    def list_dossiers(
        self, key: str | None, status: str | None, page: Page, reach: Reach | None = None
    ) -> Listed[Dossier]:
        """Dossiers, the last submitted first."""
        filters: dict[str, Any] = {"tenant": self._tenant, "key": key, "status": status}
        if reach is None:
            return _LIST.page(self._connection, page, **filters)
        if reach.starter is not None:
            return _LIST.page(self._connection, page, **filters, starter=reach.starter)
        if not reach.units:
            return Listed([], None)
        return _OF_UNITS.page(self._connection, page, **filters, unit=list(reach.units))

    def open_dossiers(self, after: str, limit: int) -> Sequence[Dossier]:
        """Those with a due time that are not settled, after an id, in order."""
        return self._all(DOSSIERS, _OPEN, after=after, limit=limit)
