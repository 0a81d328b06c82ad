"""Queries for who is sent events."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.database.listing import Listing
from adapters.database.reader import Reader, equal, rows_of
from adapters.database.rows import EVENT_SUBSCRIPTIONS
from adapters.database.statement import Statement, constant, given
from adapters.database.tables import event_subscriptions
from engine.domain.webhook import ACTIVE, EventSubscription
from engine.ports import Listed, Page

_ONE = rows_of(EVENT_SUBSCRIPTIONS, *equal(EVENT_SUBSCRIPTIONS, "id"))
_BY_ID = Statement(_ONE)
LOCKED = Statement(_ONE.with_for_update())
_LIST = Listing(EVENT_SUBSCRIPTIONS, "id")
_BEHIND = Statement(
    rows_of(
        EVENT_SUBSCRIPTIONS,
        event_subscriptions.c.state == constant(ACTIVE),
        event_subscriptions.c.position < given("end"),
    ).order_by(event_subscriptions.c.due_at, event_subscriptions.c.id)
)


class EventSubscriptionQueries(Reader):
    """Who is sent events."""

    def event_subscription(self, id: str) -> EventSubscription | None:
        """One subscription by its id."""
        return self._one(EVENT_SUBSCRIPTIONS, _BY_ID, id=id)

    def list_event_subscriptions(self, state: str | None, page: Page) -> Listed[EventSubscription]:
        """Subscriptions, the last made first."""
        return _LIST.page(self._connection, page, tenant=self._tenant, state=state)

    def subscriptions_behind(self, end: int) -> Sequence[EventSubscription]:
        """Active subscriptions that do not have all, those that wait longest first."""
        return self._all(EVENT_SUBSCRIPTIONS, _BEHIND, end=end)
