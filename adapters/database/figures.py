"""Walks for figures: what counts in a period, of what is still here and of what went to the archive.

A walk is paged along an index, and begins at the period: what was over before it, and has not changed since, is never read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Select, Table, or_, select, tuple_

from adapters.database.reader import Reader
from adapters.database.statement import OneOf, Statement, given
from adapters.database.tables import Json, archived, dossiers, papers, process_instances
from engine.domain.course import Course
from engine.domain.paper import CountedPaper

PAGE = 5_000
"""Rows read at once."""
_COURSE, _COUNTED = Json(list).process_result_value, Json().process_result_value


class _Walk:
    """Rows of which the last thing happened at the beginning of the period or later, and those of which it is still to come.

    A page begins behind the last row of the one before; the first one at the beginning of the period.
    """

    def __init__(self, rows: Select[Any], table: Table, column: str) -> None:
        at, id = table.c[column], table.c.id
        mine = rows.where(table.c.tenant == given("tenant"))
        happened = mine.add_columns(at, id).where(tuple_(at, id) > tuple_(given("at"), given("id")))
        still_to = mine.add_columns(id, id).where(at.is_(None), id > given("id"))
        walks = (happened.order_by(at, id), still_to.order_by(id))
        self._of_all = [Statement(walk.limit(given("limit"))) for walk in walks]
        self._of_units = [Statement(walk.where(OneOf(table.c.unit, "units")).limit(given("limit"))) for walk in walks]

    def statements(self, *, of_units: bool) -> list[Statement]:
        return self._of_units if of_units else self._of_all


_DOSSIERS = _Walk(
    select(dossiers.c.key, dossiers.c.unit, dossiers.c.channel, dossiers.c.course).where(
        or_(dossiers.c.submitted_at < given("end"), dossiers.c.accepted_at < given("end"))
    ),
    dossiers,
    "counted_at",
)
_PAPERS = _Walk(
    select(
        process_instances.c.key,
        *(papers.c[name] for name in ("unit", "form", "drafted_at", "published_at", "withdrawn_at", "signer")),
    )
    .join_from(
        papers,
        process_instances,
        (process_instances.c.tenant == papers.c.tenant) & (process_instances.c.id == papers.c.instance_id),
    )
    .where(papers.c.drafted_at < given("end")),
    papers,
    "published_at",
)
_ARCHIVED = _Walk(
    select(archived.c.key, archived.c.unit, archived.c.counted).where(
        archived.c.counted.is_not(None), archived.c.started_at < given("end")
    ),
    archived,
    "counted_at",
)


class FigureQueries(Reader):
    """What figures are made of."""

    def courses(self, begin: str, end: str, units: Collection[str] | None = None) -> Iterator[Course]:
        """Of every dossier that there was before ``end``, those in the archive too, but not of what lay still from ``begin`` on."""
        for key, unit, channel, course, *_ in self._walked(_DOSSIERS, begin, end, units):
            yield Course(key, unit, channel, _COURSE(course) or [])
        for key, unit, counted, *_ in self._walked(_ARCHIVED, begin, end, units):
            if (dossier := _COUNTED(counted)["dossier"]) is not None:
                yield Course(key, unit, dossier["channel"], dossier["milestones"])

    def counted_papers(self, begin: str, end: str, units: Collection[str] | None = None) -> Iterator[CountedPaper]:
        """Every paper that was drafted before ``end`` and not out before ``begin``, those of archived instances too."""
        for key, unit, form, drafted_at, published_at, withdrawn_at, signer, *_ in self._walked(
            _PAPERS, begin, end, units
        ):
            yield CountedPaper(key, unit, form, drafted_at, published_at, withdrawn_at, signer is not None)
        for key, unit, counted, *_ in self._walked(_ARCHIVED, begin, end, units):
            for form, drafted_at, published_at, withdrawn_at, signed in _COUNTED(counted)["papers"]:
                if drafted_at < end and (published_at is None or published_at >= begin):
                    yield CountedPaper(key, unit, form, drafted_at, published_at, withdrawn_at, signed)

    def _walked(self, walk: _Walk, begin: str, end: str, units: Collection[str] | None) -> Iterator[Any]:
        asked = {"end": end, "limit": PAGE} | ({} if units is None else {"units": list(units)})
        for statement in walk.statements(of_units=units is not None):
            at, id, rows = begin, "", None
            while rows is None or len(rows) == PAGE:
                rows = self._plain(statement, **asked, at=at, id=id)
                yield from rows
                if rows:
                    at, id = rows[-1][-2:]

    def _plain(self, statement: Statement, **values: Any) -> Sequence[Any]:
        """Rows as the driver has them: what SQLAlchemy makes of each costs as much as to read it."""
        found = statement.run(self._connection, tenant=self._tenant, **values)
        rows: Sequence[Any] = found.cursor.fetchall() if found.cursor is not None else ()
        found.close()
        return rows
