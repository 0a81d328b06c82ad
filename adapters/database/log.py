"""Queries for the log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, Text, func, literal_column, select, tuple_

from adapters.database.listing import Listing
from adapters.database.reader import Reader, equal, rows_of
from adapters.database.rows import LOG
from adapters.database.statement import Statement, constant, given
from adapters.database.tables import instance_keys, log
from engine.domain.record import TENANT_STREAMS, LogRow
from engine.ports import Listed, Page

_AT_ONCE = 500
"""Streams that are read ahead."""


def holds(name: str) -> ColumnElement[bool]:
    """``kinds`` has the word given by this name: taking it out makes a difference. LIKE would take "_" for a joker and ignore case."""
    space = constant(" ")
    words = space + func.replace(log.c.kinds, ",", " ", type_=Text) + space
    return func.replace(words, space + given(name) + space, "") != words


_earlier = log.alias("earlier")
_holding = (
    select(func.max(_earlier.c.first_seq))
    .where(
        _earlier.c.tenant == given("tenant"),
        _earlier.c.stream == given("stream"),
        _earlier.c.first_seq <= given("after_seq"),
    )
    .scalar_subquery()
)
_ROWS = Statement(
    # Numbers are without gap: the row to begin with is the last that begins at or before after_seq, or the next.
    rows_of(LOG, *equal(LOG, "stream"))
    .where(
        log.c.first_seq >= func.coalesce(_holding, 0),
        log.c.first_seq + log.c["count"] - 1 > given("after_seq"),
    )
    .order_by(log.c.first_seq)
    .limit(given("limit"))
)
_LAST = Statement(rows_of(LOG, *equal(LOG, "stream")).order_by(log.c.first_seq.desc()).limit(1))
_SEARCH = Listing(
    LOG,
    "recorded_at",
    "stream",
    "first_seq",
    bounds={
        "since": log.c.recorded_at >= given("since"),
        "until": log.c.recorded_at <= given("until"),
        "kind": holds("kind"),
    },
)
_BEGINNINGS = Statement(
    select(log.c.recorded_at, log.c.stream)
    .where(
        log.c.tenant == given("tenant"),
        log.c.first_seq == literal_column("1"),
        *(log.c.stream != constant(stream) for stream in TENANT_STREAMS),
        tuple_(log.c.recorded_at, log.c.stream) > tuple_(given("recorded_at"), given("stream")),
    )
    .order_by(log.c.recorded_at, log.c.stream)
    .limit(given("limit"))
)
_INSTANCE_KEY = Statement(
    select(instance_keys.c["key"]).where(
        instance_keys.c.tenant == given("tenant"), instance_keys.c.instance_id == given("instance_id")
    )
)


class LogQueries(Reader):
    """What happened."""

    def log_rows(self, stream: str, after_seq: int, limit: int) -> Sequence[LogRow]:
        """Rows that hold records numbered above ``after_seq``, in order."""
        return self._all(LOG, _ROWS, stream=stream, after_seq=after_seq, limit=limit)

    def last_log_row(self, stream: str) -> LogRow | None:
        """The end of a stream."""
        return self._one(LOG, _LAST, stream=stream)

    def search_log(
        self,
        *,
        actor: str | None,
        since: str | None,
        until: str | None,
        kind: str | None,
        page: Page,
    ) -> Listed[LogRow]:
        """Rows of every stream recorded in a time (both ends count), newest first."""
        return _SEARCH.page(
            self._connection, page, tenant=self._tenant, actor=actor, since=since, until=until, kind=kind
        )

    def streams(self) -> Iterator[str]:
        """Every instance's stream, oldest first, read a few hundred at a time."""
        last = ("", "")
        while rows := self._rows(_BEGINNINGS, recorded_at=last[0], stream=last[1], limit=_AT_ONCE):
            yield from (stream for _, stream in rows)
            last = (rows[-1][0], rows[-1][1])

    def instance_key(self, instance_id: str) -> bytes | None:
        """The key of the person behind an instance's values, None when it was erased."""
        key: bytes | None = self._first(_INSTANCE_KEY, instance_id=instance_id)
        return key
