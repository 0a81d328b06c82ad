"""Walks for figures: what counts in a period, of what is still here and of what went to the archive.

A walk is paged along an index, and begins at the period: what was over before it is never read.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from sqlalchemy import Select, Table, or_, select, tuple_

from adapters.database.reader import Reader
from adapters.database.statement import Statement, given
from adapters.database.tables import Json, archived, dossiers, papers, process_instances
from engine.domain.course import Course
from engine.domain.paper import CountedPaper

_PAGE = 5_000
_COURSE, _COUNTED = Json(list).process_result_value, Json().process_result_value
_BEFORE_ALL = ""


def _walk(rows: Select[Any], table: Table, column: str) -> Statement:
    """Rows of which something happened at the beginning of the period or later, in the order of that."""
    at = table.c[column]
    place = tuple_(at, table.c.id)
    return Statement(
        rows.add_columns(at, table.c.id)
        .where(table.c.tenant == given("tenant"), at >= given("begin"), place > tuple_(given("at"), given("id")))
        .order_by(at, table.c.id)
        .limit(given("limit"))
    )


def _open(rows: Select[Any], table: Table, column: str) -> Statement:
    """Rows of which it has not happened yet."""
    return Statement(
        rows.add_columns(table.c.id, table.c.id)
        .where(table.c.tenant == given("tenant"), table.c[column].is_(None), table.c.id > given("id"))
        .order_by(table.c.id)
        .limit(given("limit"))
    )


_DOSSIERS = select(dossiers.c.key, dossiers.c.unit, dossiers.c.channel, dossiers.c.course).where(
    or_(dossiers.c.submitted_at < given("end"), dossiers.c.accepted_at < given("end"))
)
_PAPERS = (
    select(
        process_instances.c.key,
        *(papers.c[name] for name in ("unit", "form", "drafted_at", "published_at", "withdrawn_at", "signer")),
    )
    .join_from(
        papers,
        process_instances,
        (process_instances.c.tenant == papers.c.tenant) & (process_instances.c.id == papers.c.instance_id),
    )
    .where(papers.c.drafted_at < given("end"))
)
_ARCHIVED = select(archived.c.key, archived.c.unit, archived.c.counted).where(
    archived.c.counted.is_not(None), archived.c.started_at < given("end")
)
_DOSSIER_WALKS = (_walk(_DOSSIERS, dossiers, "ended_at"), _open(_DOSSIERS, dossiers, "ended_at"))
_PAPER_WALKS = (_walk(_PAPERS, papers, "published_at"), _open(_PAPERS, papers, "published_at"))
_ARCHIVED_WALK = _walk(_ARCHIVED, archived, "ended_at")


class FigureQueries(Reader):
    """What figures are made of."""

    def courses(self, begin: str, end: str) -> Iterator[Course]:
        """Of every dossier that there was before ``end`` and that was not over before ``begin``, those in the archive too."""
        for key, unit, channel, course, *_ in self._walked(_DOSSIER_WALKS, begin, end):
            yield Course(key, unit, channel, _COURSE(course) or [])
        for key, unit, counted in self._archived(begin, end):
            if (dossier := counted["dossier"]) is not None:
                yield Course(key, unit, dossier["channel"], dossier["milestones"])

    def counted_papers(self, begin: str, end: str) -> Iterator[CountedPaper]:
        """Every paper that was drafted before ``end`` and not out before ``begin``, those of archived instances too."""
        for key, unit, form, drafted_at, published_at, withdrawn_at, signer, *_ in self._walked(
            _PAPER_WALKS, begin, end
        ):
            yield CountedPaper(key, unit, form, drafted_at, published_at, withdrawn_at, signer is not None)
        for key, unit, counted in self._archived(begin, end):
            for form, drafted_at, published_at, withdrawn_at, signed in counted["papers"]:
                yield CountedPaper(key, unit, form, drafted_at, published_at, withdrawn_at, signed)

    def _archived(self, begin: str, end: str) -> Iterator[tuple[str, str | None, Any]]:
        for key, unit, counted, *_ in self._pages(_ARCHIVED_WALK, begin, end):
            yield key, unit, _COUNTED(counted)

    def _walked(self, walks: tuple[Statement, ...], begin: str, end: str) -> Iterator[Any]:
        return chain.from_iterable(self._pages(walk, begin, end) for walk in walks)

    def _pages(self, walk: Statement, begin: str, end: str) -> Iterator[Any]:
        at, id, rows = _BEFORE_ALL, _BEFORE_ALL, None
        while rows is None or len(rows) == _PAGE:
            rows = self._rows(walk, begin=begin, end=end, at=at, id=id, limit=_PAGE)
            yield from rows
            if rows:
                at, id = rows[-1][-2:]
