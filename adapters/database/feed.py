"""The feed: positions of records, given without gap, and what stands at them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, insert, literal_column, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from adapters.database.log import holds
from adapters.database.reader import Reader
from adapters.database.rows import LOG
from adapters.database.settings import SEQUENCER
from adapters.database.statement import Statement, constant, given
from adapters.database.tables import feed, log, process_instances, settings, unnumbered
from engine.domain.feed import Numbered, Wanted
from engine.domain.record import LogRow

_HEADS = process_instances
_LAST = Statement(
    select(feed.c.position + feed.c["count"] - 1)
    .where(feed.c.tenant == given("tenant"))
    .order_by(feed.c.position.desc())
    .limit(1)
)
_earlier = feed.alias("earlier")
_HOLDING = (
    select(func.max(_earlier.c.position))
    .where(_earlier.c.tenant == given("tenant"), _earlier.c.position <= given("after"))
    .scalar_subquery()
)


def _in_feed() -> ColumnElement[bool]:
    return and_(log.c.tenant == feed.c.tenant, log.c.stream == feed.c.stream, log.c.first_seq == feed.c.first_seq)


def _wanted(names: tuple[str, ...], kinds: int) -> Iterable[ColumnElement[bool]]:
    if kinds:
        yield or_(*(holds(f"kind_{n}") for n in range(kinds)))
    if "stream" in names:
        yield feed.c.stream == given("stream")
    if "key" in names:
        yield _HEADS.c["key"] == given("key")
    if "starter" in names:
        yield _HEADS.c.starter == given("starter")


@cache
def _rows(names: tuple[str, ...], kinds: int) -> Statement:
    """Positions are without gap: the row to begin with is the last that begins at or before ``after``, or the next."""
    heads = and_(_HEADS.c.tenant == feed.c.tenant, _HEADS.c.id == feed.c.stream)
    return Statement(
        select(feed.c.position, _HEADS.c["key"], *LOG.columns)
        .select_from(feed.join(log, _in_feed()).outerjoin(_HEADS, heads))
        .where(
            feed.c.tenant == given("tenant"),
            feed.c.position >= func.coalesce(_HOLDING, 0),
            feed.c.position + feed.c["count"] - 1 > given("after"),
            feed.c.position <= given("until"),
            *_wanted(names, kinds),
        )
        .order_by(feed.c.position)
        .limit(given("limit"))
    )


class FeedQueries(Reader):
    """What happened, over all streams, in one order."""

    def feed_end(self) -> int:
        """The last position."""
        return int(self._first(_LAST) or 0)

    def feed_rows(self, after: int, until: int, limit: int, wanted: Wanted) -> Sequence[Numbered]:
        """Rows with wanted records above a position, in order."""
        said = wanted.said
        kinds = {f"kind_{n}": kind for n, kind in enumerate(wanted.kinds)}
        statement = _rows(tuple(said), len(kinds))
        rows = self._rows(statement, after=after, until=until, limit=limit, **said, **kinds)
        found = LOG.entities(row[2:] for row in rows)
        return [Numbered(row[0], row[1], of) for row, of in zip(rows, found, strict=True)]


_ADDING = Statement(insert(feed))
_WAITING = Statement(insert(unnumbered))
_LOCK_ROW = Statement(
    {
        name: dialect.insert(settings)
        .values(tenant=given("tenant"), name=constant(SEQUENCER), value=constant(""))
        .on_conflict_do_nothing()
        for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
    }
)
_LOCKED = Statement(
    select(settings.c.name)
    .where(settings.c.tenant == given("tenant"), settings.c.name == constant(SEQUENCER))
    .with_for_update()
)
_ANY_UNNUMBERED = Statement(select(literal_column("1")).where(unnumbered.c.tenant == given("tenant")).limit(1))
_taken = delete(unnumbered).where(unnumbered.c.tenant == given("tenant")).returning(*unnumbered.c).cte("taken")
_ready = select(
    _taken,
    # A stream is in its own order, whatever the clocks of several machines said.
    func.max(_taken.c.recorded_at).over(partition_by=_taken.c.stream, order_by=_taken.c.first_seq).label("ready"),
).cte("ready")
_before = func.sum(_ready.c["count"]).over(order_by=(_ready.c.ready, _ready.c.stream, _ready.c.first_seq))
_NUMBERING = Statement(
    insert(feed).from_select(
        ["tenant", "position", "stream", "first_seq", "count"],
        select(
            _ready.c.tenant,
            # The driver of PostgreSQL sends a number as the smallest type that holds it: a sum has to begin with a column.
            _before - _ready.c["count"] + 1 + given("end"),
            _ready.c.stream,
            _ready.c.first_seq,
            _ready.c["count"],
        ),
    )
)


class Sequencing(FeedQueries):
    """How records get their positions.

    Where one process has the store, in the commit that writes them: nobody can commit before it. Where several
    write, a counter in every commit would let each wait for all others, so a record first is only noted; whoever
    holds the sequencer's row then numbers what was committed. What commits late comes late, and is not missed.
    """

    def _put_into_feed(self, rows: Sequence[LogRow]) -> None:
        if not rows:
            return
        if self._connection.dialect.name == "sqlite":
            _ADDING.run_many(self._connection, self._numbered(rows))
        else:
            noted = [(self._tenant, row.stream, row.first_seq, row.count, row.recorded_at) for row in rows]
            _WAITING.run_many(self._connection, noted)

    def _numbered(self, rows: Iterable[LogRow]) -> list[tuple[Any, ...]]:
        position, numbered = self.feed_end() + 1, []
        for row in rows:
            numbered.append((self._tenant, position, row.stream, row.first_seq, row.count))
            position += row.count
        return numbered

    def _number(self) -> int:
        if self._connection.dialect.name == "sqlite" or self._first(_ANY_UNNUMBERED) is None:
            return 0
        self._become_sequencer()
        return _NUMBERING.run(self._connection, tenant=self._tenant, end=self.feed_end()).rowcount

    def _become_sequencer(self) -> None:
        """Wait until nobody else is; what he numbered is then seen."""
        if not self._rows(_LOCKED):
            _LOCK_ROW.run(self._connection, tenant=self._tenant)
            self._rows(_LOCKED)
