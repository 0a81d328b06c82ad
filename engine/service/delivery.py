"""Delivery: sends each subscription its events one after the other, outside of every command."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
import structlog

from engine.domain.errors import EngineError
from engine.domain.exchange import Bounds, Outcome, Refused, Request, Response
from engine.domain.feed import Event, cloud_event
from engine.domain.values import written
from engine.domain.webhook import EventSubscription, Receiver, receiver_of, secret, signature
from engine.ports import Clock, Http, Ids, Store
from engine.service.command import SERVICE, Command
from engine.service.feed import Found, read
from engine.service.loop import Loop
from engine.service.subscriptions import NoteDelivered, NoteUndelivered, TakeSubscription
from engine.service.writer import Writer

AT_ONCE = 4
"""Receivers that are sent to at the same time: a slow one does not hold up the others."""
IN_A_TURN = 50
"""Events that one receiver is sent before others have their turn."""
LEASE = timedelta(seconds=60)
"""How long a subscription is left to one process; far longer than one request may take."""
TIMEOUT = 15.0
"""Seconds in which a receiver has to answer."""
LARGEST_ANSWER = 64 * 1024
SEEN = 1_000
"""Positions that are passed over without a note of it."""
RECHECK = 1.0
GONE = 410

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Webhooks:
    """What the operator lets be sent, where to, and the key that secrets are made of."""

    tenant: str
    receivers: Sequence[Receiver]
    master: bytes


class Delivery(Loop):
    """A thread that looks who is behind, and a few that send."""

    name = "delivery"
    rest = RECHECK

    def __init__(
        self,
        store: Store,
        writer: Writer,
        clock: Clock,
        ids: Ids,
        http: Http,
        webhooks: Webhooks,
        stamps: Clock,
        *,
        alone: bool = True,
    ) -> None:
        super().__init__()
        self.store, self.writer, self.clock, self.http, self.webhooks = store, writer, clock, http, webhooks
        self._stamps = stamps
        """Real time, whatever the service's clock says: a receiver tells by it what is a replay."""
        self._sender, self._alone = ids.new(), alone
        self._seen: dict[str, tuple[int, int]] = {}
        """Where each subscription was said to stand, and up to where there was nothing for it since."""
        self._busy: dict[str, Future[None]] = {}
        self._pool = ThreadPoolExecutor(AT_ONCE, "delivery")

    def stop(self) -> None:
        """End when the requests that are under way have ended."""
        super().stop()
        self._pool.shutdown()

    def turn(self, woken: bool) -> None:
        """Send to everybody who is behind, and to whom nobody does."""
        self._busy = {id: turn for id, turn in self._busy.items() if not turn.done()}
        with self.store.read() as queries:
            behind = queries.subscriptions_behind(queries.feed_end())
            end = queries.feed_end()
        for subscription in behind:
            if subscription.id not in self._busy and self._is_due(subscription, end):
                self._busy[subscription.id] = self._pool.submit(self._turn, subscription)

    def _is_due(self, subscription: EventSubscription, end: int) -> bool:
        if self._start(subscription) >= end:
            return False
        is_left_behind = self._alone and subscription.sender not in (None, self._sender)
        return is_left_behind or subscription.due_at <= written(self.clock.now())

    def _start(self, subscription: EventSubscription) -> int:
        """From where on there may be something for it; what was seen counts only until somebody sets it back."""
        noted, seen = self._seen.get(subscription.id, (-1, 0))
        return seen if noted == subscription.position else subscription.position

    def _turn(self, subscription: EventSubscription) -> None:
        try:
            if self._deliver(subscription):
                self.wake()
        except EngineError as error:
            log.warning("delivery waits", subscription=subscription.id, error=str(error))
        except Exception:
            log.exception("delivery stumbled", subscription=subscription.id)

    def _deliver(self, subscription: EventSubscription) -> bool:
        """Send a receiver what it is behind; whether there may be more."""
        with self.store.read() as queries:
            found = read(queries, self._start(subscription), IN_A_TURN, subscription.wanted)
        if not found.events and found.next - subscription.position < SEEN:
            self._seen[subscription.id] = (subscription.position, found.next)
            return found.next < found.end
        taken: EventSubscription | None = self._do(TakeSubscription(subscription.id, self._sender, LEASE, self._alone))
        if taken is None:
            return False
        if taken.position != subscription.position:
            self._let_go(taken.id, taken.position)
            return True
        return self._send_all(taken, found)

    def _send_all(self, taken: EventSubscription, found: Found) -> bool:
        reached = taken.position
        for event in found.events:
            if self._stopping.is_set():
                self._let_go(taken.id, reached)
                return False
            if not self._sent(taken, event):
                return False
            reached = event.position
        self._let_go(taken.id, found.next)
        return found.next < found.end

    def _let_go(self, id: str, position: int) -> None:
        self._do(NoteDelivered(id, self._sender, position, None, sent=False))

    def _do(self, command: Command) -> Any:
        return self.writer.do(command, SERVICE)

    def _sent(self, subscription: EventSubscription, event: Event) -> bool:
        """Send one event; whether it was taken, and the next may be sent."""
        outcome = self._send(subscription, event)
        if isinstance(outcome, Response) and 200 <= outcome.status < 300:
            held: bool = self._do(NoteDelivered(subscription.id, self._sender, event.position, LEASE))
            return held
        said = f"HTTP {outcome.status}" if isinstance(outcome, Response) else outcome.reason
        is_gone = isinstance(outcome, Response) and outcome.status == GONE
        self._do(NoteUndelivered(subscription.id, self._sender, said, is_gone))
        log.warning("event not delivered", subscription=subscription.id, error=said)
        return False

    def _send(self, subscription: EventSubscription, event: Event) -> Outcome:
        receiver = receiver_of(subscription.url, self.webhooks.receivers)
        if receiver is None:
            return Refused("receiverNotAllowed")
        bounds = Bounds(receiver.networks, receiver.is_plain, None, TIMEOUT, LARGEST_ANSWER)
        body = orjson.dumps(cloud_event(event, self.webhooks.tenant))
        return self.http.send(Request("POST", subscription.url, self._headers(subscription, event, body), body, bounds))

    def _headers(self, subscription: EventSubscription, event: Event, body: bytes) -> dict[str, str]:
        """As Standard Webhooks has them; the id is the event's, so that whoever gets it twice can tell."""
        timestamp = int(self._stamps.now().timestamp())
        live = subscription.live_secrets(written(self.clock.now()))
        secrets = [secret(self.webhooks.master, subscription.id, id) for id in live]
        return {
            "Content-Type": "application/cloudevents+json",
            "webhook-id": event.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(secrets, event.id, timestamp, body),
        }
