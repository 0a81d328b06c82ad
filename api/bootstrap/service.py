"""A running service."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from adapters.broker import worker
from adapters.calendar.vietnam import computed
from adapters.database.lock import StoreLock
from adapters.database.store import DatabaseStore
from api.bootstrap.stores import store_state
from api.identities import Identities
from api.rulebook import Rulebook
from api.settings import Settings
from api.waiting_room import WaitingRoom
from engine.ports import Clock, Ids
from engine.service.archivist import Archivist
from engine.service.calendars import PublishCalendar
from engine.service.catalog import Catalog
from engine.service.clock import SetVirtualTime
from engine.service.command import SERVICE
from engine.service.delivery import Delivery
from engine.service.keys import PREFIX, CreateApiKey, hashed
from engine.service.runner import Runner
from engine.service.sequencer import Sequencer
from engine.service.writer import Writer

YEARS_AHEAD = 5
"""How far the working calendar reaches at least when the service starts."""


@dataclass(slots=True)
class Service:
    """A running engine and what it is made of."""

    settings: Settings
    tenant: str
    store: DatabaseStore
    lock: StoreLock
    clock: Clock
    ids: Ids
    catalog: Catalog
    writer: Writer
    runner: Runner
    waiting_room: WaitingRoom
    followers: WaitingRoom
    """Where callers wait for events."""
    sequencer: Sequencer
    delivery: Delivery | None
    """Sends events to other systems, where the operator lets any be sent."""
    identities: Identities
    rulebook: Rulebook
    """By what figures are made."""
    archivist: Archivist | None = None
    """Archives by itself, once a day."""
    new_admin_key: str | None = field(default=None, repr=False)
    """The key that the first start made; it is shown once and kept nowhere."""

    def start(self) -> None:
        """Take commands, bring in what the first start needs, then look for what is due."""
        self.writer.start()
        self._keep_virtual_time()
        self._publish_computed_calendar()
        self._admit_administrator()
        self.runner.start()
        self.sequencer.start()
        if self.delivery is not None:
            self.delivery.start()
        if self.archivist is not None:
            self.archivist.start()

    def work(self) -> int:
        """Run jobs of which other processes tell through the broker, until told to stop; the exit code."""
        assert self.settings.broker_url is not None
        self.writer.start()
        self.runner.start()
        self.sequencer.start()
        return worker.work(self.settings.broker_url, self.tenant, self.runner.run)

    def stop(self) -> None:
        """Send home who waits, finish what is queued and let go of the store."""
        self.send_home()
        if self.archivist is not None:
            self.archivist.stop()
        self.runner.stop()
        if self.delivery is not None:
            self.delivery.stop()
        self.writer.stop()
        self.sequencer.stop()
        self.store.close()
        self.lock.release()

    def send_home(self) -> None:
        """Let nobody wait any more."""
        self.waiting_room.close()
        self.followers.close()

    def troubles(self) -> list[str]:
        """What keeps the service from doing its work: store, schema, writer, runner; nothing when all is well."""
        found = {"writer": self.writer.alive, "runner": self.runner.alive, **store_state(self.settings, self.store)}
        return [name for name, well in found.items() if not well]

    def _keep_virtual_time(self) -> None:
        if self.settings.virtual:
            self.writer.do(SetVirtualTime(self.clock.now()), SERVICE)

    def _publish_computed_calendar(self) -> None:
        """At the first start, and when its last year has come close."""
        year = self.clock.now().year
        with self.store.read() as queries:
            known = self.catalog.calendar_in_force(queries)
        if known is None or max(known.years) < year + YEARS_AHEAD:
            self.writer.do(PublishCalendar(computed(year)), SERVICE)

    def _admit_administrator(self) -> None:
        given = self.settings.admin_key
        with self.store.read() as queries:
            known = queries.has_api_keys() if given is None else queries.api_key_by_hash(hashed(given)) is not None
        if known:
            return
        if given is None:
            given = self.new_admin_key = secrets.token_urlsafe(32)
        self.writer.do(CreateApiKey("admin", hashed(given), given[:PREFIX]), SERVICE)
