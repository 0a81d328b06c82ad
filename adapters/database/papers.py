"""Queries for papers, and for the files that belong to dossiers."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from adapters.database.listing import Listing
from adapters.database.reader import Reader, equal, rows_of
from adapters.database.rows import PAPERS
from adapters.database.statement import Statement, given
from adapters.database.tables import documents
from engine.domain.paper import Paper
from engine.ports import Listed, Page

_ONE = Statement(rows_of(PAPERS, *equal(PAPERS, "id")))
_LIST = Listing(PAPERS, "drafted_at", "id")
_OF_UNITS = Listing(PAPERS, "drafted_at", "id", across=("unit",))
_DOCUMENT = Statement(
    select(documents.c.content).where(documents.c.tenant == given("tenant"), documents.c.hash == given("hash"))
)


class PaperQueries(Reader):
    """What offices hand out."""

    def paper(self, id: str) -> Paper | None:
        """One paper by its id."""
        return self._one(PAPERS, _ONE, id=id)

    def list_papers(
        self,
        instance_id: str | None,
        form: str | None,
        state: str | None,
        page: Page,
        units: Collection[str] | None = None,
    ) -> Listed[Paper]:
        """Papers, the last drafted first."""
        filters: dict[str, Any] = {"tenant": self._tenant, "instance_id": instance_id, "form": form, "state": state}
        if units is None:
            return _LIST.page(self._connection, page, **filters)
        return _OF_UNITS.page(self._connection, page, **filters, unit=list(units)) if units else Listed([], None)

    def document(self, hash: str) -> bytes | None:
        """A file by the SHA-256 of its bytes."""
        return next((bytes(row[0]) for row in self._rows(_DOCUMENT, hash=hash)), None)
