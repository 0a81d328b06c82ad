"""The only wiring: which adapters stand behind the ports. Nothing else imports them."""

from __future__ import annotations

from pathlib import Path

from adapters.archive.folder import ArchiveFolder
from adapters.broker.bell import CeleryBell
from adapters.clock.ids import TimeOrderedIds
from adapters.clock.system import SystemClock
from adapters.database import copies, schema
from adapters.database.lock import StoreInUse
from adapters.database.store import DatabaseStore
from adapters.http.client import HttpClient
from adapters.oidc.client import IssuerClient
from adapters.papers.typesetter import TypstTypesetter
from api.bootstrap.files import read_retention, rulebook
from api.bootstrap.outside import SYSTEMS, connectors, mark, own_certificate, play, signer, simulators
from api.bootstrap.service import Service
from api.bootstrap.stores import hold, machine_time, opened, store_of, upgrade
from api.identities import Identities
from api.settings import Settings
from api.tokens import Tokens, Trust
from api.waiting_room import WaitingRoom
from engine.domain.retention import Retention
from engine.ports import Bell, Clock, Ids
from engine.service.archivist import Archivist
from engine.service.caller import Caller
from engine.service.catalog import Catalog
from engine.service.connectors import Connectors
from engine.service.delivery import Delivery, Webhooks
from engine.service.papermaker import Papermaker
from engine.service.runner import LEASE, Runner
from engine.service.sequencer import Sequencer
from engine.service.tail import Tail
from engine.service.teller import Teller
from engine.service.writer import Failpoint, Writer

WAITING = 16
"""Callers that may wait for work at once; a quarter of the threads, so that the others always find one."""
FOLLOWING = 8
"""Callers that may wait for events at once."""


def wire(settings: Settings, failpoint: Failpoint | None = None) -> Service:
    """Put a service together on a store with the newest schema. It does nothing before it is started.

    Raises:
        StoreInUse: another process has the SQLite file.
        SettingsRefused: the retention classes cannot be read, or the rulebook of figures.
        StoreUnavailable, StoreFull: the database cannot be used.
        SigningFailed: the certificate to sign papers with cannot be opened.
        ConnectorsRefused: the file of connectors cannot be used.
    """
    registered, retention, rules = connectors(settings), read_retention(settings), rulebook(settings)
    lock = hold(settings)
    try:
        store, clock = opened(settings)
    except BaseException:
        lock.release()
        raise
    ids, catalog = TimeOrderedIds(), _catalog(settings, registered, retention)
    writer = Writer(store, clock, ids, catalog, failpoint)
    runner = _runner(settings, store, writer, clock, registered)
    waiting_room, followers = WaitingRoom(WAITING), WaitingRoom(FOLLOWING)
    sequencer = Sequencer(store, alone=not settings.shared)
    delivery = _delivery(settings, store, writer, clock, ids)
    writer.wakes.append(waiting_room.ring)
    writer.grown.append(sequencer.wake)
    sequencer.told += [Tail(store, followers).tell, *(() if delivery is None else (delivery.wake,))]
    return Service(
        settings, settings.tenant, store, lock, clock, ids, catalog, writer, runner, waiting_room, followers, sequencer,
        delivery, Identities(store, clock, catalog, _tokens(settings)), rules,
        None if settings.archive is None else Archivist(store, writer, clock, _archive(settings.archive), retention),
    )  # fmt: skip


def _catalog(settings: Settings, registered: Connectors, retention: Retention) -> Catalog:
    return Catalog(
        registered,
        retention,
        approval_required=settings.approval == "required",
        can_sign=settings.signing is not None,
    )


def _runner(settings: Settings, store: DatabaseStore, writer: Writer, clock: Clock, registered: Connectors) -> Runner:
    """What is due is run by one process at a time, unless several share the store."""
    alone = settings.virtual or not settings.shared
    return Runner(
        store, writer, clock, alone=alone, bell=_bell(settings),
        caller=Caller(registered, HttpClient(), writer, clock, alone=alone),
        papermaker=Papermaker(TypstTypesetter(mark(settings)), signer(settings), writer, clock),
        teller=Teller(registered, HttpClient(), writer, clock),
    )  # fmt: skip


def _delivery(settings: Settings, store: DatabaseStore, writer: Writer, clock: Clock, ids: Ids) -> Delivery | None:
    if settings.webhook_key is None:
        return None
    webhooks = Webhooks(settings.tenant, settings.webhook_hosts, settings.webhook_key)
    return Delivery(store, writer, clock, ids, HttpClient(), webhooks, SystemClock(), alone=not settings.shared)


def _tokens(settings: Settings) -> Tokens | None:
    """Tokens are of real time, whatever the service's clock says."""
    if settings.oidc_issuer is None or settings.oidc_audience is None:
        return None
    trust = Trust(
        settings.oidc_issuer, settings.oidc_audience, settings.oidc_algorithms, settings.oidc_name_claim,
        settings.oidc_roles_claim, settings.oidc_unit_claim, settings.oidc_groups_claim,
    )  # fmt: skip
    return Tokens(trust, IssuerClient(settings.oidc_issuer, settings.oidc_jwks_url), SystemClock())


def _bell(settings: Settings) -> Bell | None:
    return None if settings.broker_url is None else CeleryBell(settings.broker_url, settings.tenant, LEASE)


def archivist(service: Service, folder: Path) -> Archivist:
    """Who archives a service's instances into a folder, now."""
    return Archivist(
        service.store, service.writer, service.clock, ArchiveFolder(folder), service.catalog.retention, pause=0
    )


def _archive(folder: str) -> ArchiveFolder:
    return ArchiveFolder(Path(folder))


__all__ = [
    "SYSTEMS",
    "Service",
    "StoreInUse",
    "archivist",
    "copies",
    "hold",
    "machine_time",
    "own_certificate",
    "play",
    "read_retention",
    "schema",
    "simulators",
    "store_of",
    "upgrade",
    "wire",
]
