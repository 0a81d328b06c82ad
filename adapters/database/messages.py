"""Queries for messages from outside."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import exists, or_

from adapters.database.reader import Reader, equal, rows_of, running
from adapters.database.rows import MESSAGES
from adapters.database.statement import OneOf, Statement, constant, given
from adapters.database.tables import messages, subscriptions
from engine.domain.waiting import Message

_OLDEST_FIRST = (messages.c.received_at, messages.c.id)
_BUFFERED = messages.c.outcome == constant("buffered")
_AWAITED = exists().where(
    subscriptions.c.tenant == messages.c.tenant,
    subscriptions.c.kind == constant("message"),
    subscriptions.c.name == messages.c.name,
    running(subscriptions),
)

_WITH_ID = Statement(rows_of(MESSAGES, *equal(MESSAGES, "name", "message_id")))
_BY_NAME = Statement(rows_of(MESSAGES, _BUFFERED, OneOf(messages.c.name, "names")).order_by(*_OLDEST_FIRST))
_DELIVERABLE = Statement(
    # Two lookups rather than one with OR inside, which would visit every subscription of the name.
    rows_of(
        MESSAGES,
        _BUFFERED,
        or_(
            messages.c["key"].is_(None) & _AWAITED,
            messages.c["key"].is_not(None) & _AWAITED.where(subscriptions.c["key"] == messages.c["key"]),
        ),
    )
    .order_by(*_OLDEST_FIRST)
    .limit(given("limit"))
)
_EXPIRED = Statement(
    rows_of(MESSAGES, messages.c.expires_at <= given("at"))
    .order_by(messages.c.expires_at, messages.c.id)
    .limit(given("limit"))
)


class MessageQueries(Reader):
    """Messages that came from outside and are remembered."""

    def message_with_id(self, name: str, message_id: str) -> Message | None:
        """The message that was sent under this id."""
        return self._one(MESSAGES, _WITH_ID, name=name, message_id=message_id)

    def buffered_messages(self, names: Collection[str]) -> Sequence[Message]:
        """Messages of these names that were not delivered yet, oldest first."""
        return self._all(MESSAGES, _BY_NAME, names=list(names)) if names else []

    def deliverable_messages(self, limit: int) -> Sequence[Message]:
        """Messages not delivered yet for which a running instance waits, oldest first."""
        return self._all(MESSAGES, _DELIVERABLE, limit=limit)

    def expired_messages(self, at: str, limit: int) -> Sequence[Message]:
        """Messages that need not be remembered after ``at``, the first to expire first."""
        return self._all(MESSAGES, _EXPIRED, at=at, limit=limit)
