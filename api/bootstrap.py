"""The only wiring: which adapters stand behind the ports. Nothing else imports them."""

from __future__ import annotations

import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

from adapters.archive.folder import ArchiveFolder
from adapters.broker import worker
from adapters.broker.bell import CeleryBell
from adapters.bundle.client import BirthDeathBundle
from adapters.bundle.simulator import BundleSimulator
from adapters.bus.client import ProvincialBus
from adapters.bus.simulator import BusSimulator
from adapters.clock.ids import TimeOrderedIds
from adapters.clock.system import SystemClock
from adapters.clock.virtual import StoredVirtualClock
from adapters.database import connection, copies, schema
from adapters.database.lock import StoreInUse, StoreLock
from adapters.database.store import DatabaseStore
from adapters.http.client import HttpClient
from adapters.land_tax.client import LandAndTax
from adapters.land_tax.simulator import LandTaxSimulator
from adapters.notification.client import Notification
from adapters.notification.simulator import NotificationSimulator
from adapters.oidc.client import IssuerClient
from adapters.papers.typesetter import TypstTypesetter
from adapters.payment.client import PaymentPlatform
from adapters.payment.simulator import PaymentSimulator
from adapters.police.client import PoliceRecord
from adapters.police.simulator import PoliceSimulator
from adapters.portal.client import NationalPortal
from adapters.portal.simulator import PortalSimulator
from adapters.post.client import PublicPost
from adapters.post.simulator import PostSimulator
from adapters.sandbox.server import Sandbox
from api.identities import Identities
from api.settings import Settings, SettingsRefused
from api.signing import read_signing
from api.tokens import Tokens, Trust
from api.waiting_room import WaitingRoom
from engine.domain.errors import ConnectorsRefused, EngineError
from engine.domain.retention import BUILT_IN, Retention
from engine.domain.values import moment, written
from engine.ports import Bell, Clock, Ids, Played, Signer, Simulator, System
from engine.service.archivist import Archivist
from engine.service.calendars import PublishCalendar
from engine.service.caller import Caller
from engine.service.catalog import Catalog
from engine.service.clock import SetVirtualTime
from engine.service.command import SERVICE
from engine.service.connectors import Connectors, registered
from engine.service.delivery import Delivery, Webhooks
from engine.service.keys import PREFIX, CreateApiKey, hashed
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
SYSTEMS: Mapping[str, System] = {
    "bundle": BirthDeathBundle(),
    "bus": ProvincialBus(),
    "land_tax": LandAndTax(),
    "notification": Notification(),
    "payment": PaymentPlatform(),
    "police": PoliceRecord(),
    "portal": NationalPortal(),
    "post": PublicPost(),
}
"""Outside systems with packets of their own: what an entry of the operator's file may name as its ``system``."""
DEFAULT_CALENDAR = Path(__file__).parent.parent / "adapters" / "calendar" / "vietnam.json"


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
    archivist: Archivist | None = None
    """Archives by itself, once a day."""
    new_admin_key: str | None = field(default=None, repr=False)
    """The key that the first start made; it is shown once and kept nowhere."""

    def start(self) -> None:
        """Take commands, bring in what the first start needs, then look for what is due."""
        self.writer.start()
        self._keep_virtual_time()
        self._publish_first_calendar()
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
        found = {"writer": self.writer.alive, "runner": self.runner.alive, **_store_state(self.settings, self.store)}
        return [name for name, well in found.items() if not well]

    def _keep_virtual_time(self) -> None:
        if self.settings.virtual:
            self.writer.do(SetVirtualTime(self.clock.now()), SERVICE)

    def _publish_first_calendar(self) -> None:
        with self.store.read() as queries:
            published = queries.calendar_hash() is not None
        if not published:
            self.writer.do(PublishCalendar(DEFAULT_CALENDAR.read_bytes()), SERVICE)

    def _admit_administrator(self) -> None:
        given = self.settings.admin_key
        with self.store.read() as queries:
            known = queries.has_api_keys() if given is None else queries.api_key_by_hash(hashed(given)) is not None
        if known:
            return
        if given is None:
            given = self.new_admin_key = secrets.token_urlsafe(32)
        self.writer.do(CreateApiKey("admin", hashed(given), given[:PREFIX]), SERVICE)


def wire(settings: Settings, failpoint: Failpoint | None = None) -> Service:
    """Put a service together on a store with the newest schema. It does nothing before it is started.

    Raises:
        StoreInUse: another process has the SQLite file.
        SettingsRefused: the retention classes cannot be read.
        StoreUnavailable, StoreFull: the database cannot be used.
        SigningFailed: the certificate to sign papers with cannot be opened.
        ConnectorsRefused: the file of connectors cannot be used.
    """
    connectors, retention = _connectors(settings), read_retention(settings)
    lock = hold(settings)
    try:
        _upgrade(settings.database_url)
        store = DatabaseStore(settings.database_url, settings.tenant)
        clock = _clock(settings, store)
    except BaseException:
        lock.release()
        raise
    ids, catalog = TimeOrderedIds(), Catalog(connectors, retention, approval_required=settings.approval == "required")
    writer = Writer(store, clock, ids, catalog, failpoint)
    alone = settings.virtual or not settings.shared
    caller = Caller(connectors, HttpClient(), writer, clock, alone=alone)
    papermaker = Papermaker(TypstTypesetter(_mark(settings)), _signer(settings), writer, clock)
    runner = Runner(
        store, writer, clock, alone=alone, bell=_bell(settings), caller=caller, papermaker=papermaker,
        teller=Teller(connectors, HttpClient(), writer, clock),
    )  # fmt: skip
    waiting_room = WaitingRoom(WAITING)
    writer.wakes.append(waiting_room.ring)
    followers, sequencer = WaitingRoom(FOLLOWING), Sequencer(store, alone=not settings.shared)
    writer.grown.append(sequencer.wake)
    sequencer.told.append(Tail(store, followers).tell)
    delivery = _delivery(settings, store, writer, clock, ids)
    if delivery is not None:
        sequencer.told.append(delivery.wake)
    identities = Identities(store, clock, catalog, _tokens(settings))
    return Service(
        settings, settings.tenant, store, lock, clock, ids, catalog, writer, runner, waiting_room,
        followers, sequencer, delivery, identities,
        None if settings.archive is None else Archivist(store, writer, clock, _archive(settings.archive), retention),
    )  # fmt: skip


def _delivery(settings: Settings, store: DatabaseStore, writer: Writer, clock: Clock, ids: Ids) -> Delivery | None:
    if settings.webhook_key is None:
        return None
    webhooks = Webhooks(settings.tenant, settings.webhook_hosts, settings.webhook_key)
    return Delivery(store, writer, clock, ids, HttpClient(), webhooks, SystemClock(), alone=not settings.shared)


def _connectors(settings: Settings) -> Connectors:
    """The operator's file, read once: a change of it, or of a secret, takes effect at the next start."""
    if settings.connectors is None:
        return Connectors()
    try:
        content = Path(settings.connectors).read_bytes()
    except OSError as error:
        raise ConnectorsRefused.unread(settings.connectors, error) from None
    return registered(content, partial(_secret, settings), SYSTEMS)


def _signer(settings: Settings) -> Signer | None:
    """Who signs papers; read once, as connectors are."""
    if settings.signing is None:
        return None
    from adapters.signature.certificate import CertificateSigner  # noqa: PLC0415 - a tenth of a start, for who signs
    from adapters.signature.gateway import Account, GatewaySigner  # noqa: PLC0415 - the same

    said = read_signing(settings.signing, partial(_secret, settings))
    if said.certificate is not None:
        return CertificateSigner(said.certificate, said.secret, said.authorities)
    account = Account(said.place["url"], said.place["user"], said.place["authority"], said.secret)
    return GatewaySigner(account, HttpClient(), said.authorities, said.bounds)


def _mark(settings: Settings) -> str:
    """What stands across papers that nobody may take for real ones."""
    return "BẢN THỬ" if settings.sandbox else ""


def _secret(settings: Settings, name: str) -> str | None:
    """A secret's value: a file of that name, else a variable of the environment."""
    if settings.secrets_dir is not None and name.replace("_", "").replace("-", "").isalnum():
        try:
            return (Path(settings.secrets_dir) / name).read_text().strip()
        except (OSError, UnicodeDecodeError):
            pass
    return settings.secrets.get(name)


def play(secret: str) -> Mapping[str, Played]:
    """Every outside system, played on this machine until it is closed; all of them take the one secret."""
    return {system: Sandbox(simulator) for system, simulator in simulators(secret).items()}


def simulators(secret: str) -> Mapping[str, Simulator]:
    """Who plays each outside system, knowing nothing yet."""
    return {
        "bundle": BundleSimulator(secret),
        "bus": BusSimulator(secret),
        "land_tax": LandTaxSimulator(secret),
        "notification": NotificationSimulator(secret),
        "payment": PaymentSimulator(secret),
        "police": PoliceSimulator(secret),
        "portal": PortalSimulator(password=secret),
        "post": PostSimulator(secret),
    }


def own_certificate(name: str, passphrase: str) -> tuple[bytes, bytes]:
    """A certificate and its key (PKCS#12) by an authority made for it alone, and that authority's own (PEM), which comes first."""
    from adapters.signature.authority import OwnAuthority  # noqa: PLC0415 - a sandbox needs it, nobody else

    authority = OwnAuthority.new()
    return authority.pem, authority.issue(name, passphrase)


def archivist(service: Service, folder: Path) -> Archivist:
    """Who archives a service's instances into a folder, now."""
    return Archivist(
        service.store, service.writer, service.clock, ArchiveFolder(folder), service.catalog.retention, pause=0
    )


def _archive(folder: str) -> ArchiveFolder:
    return ArchiveFolder(Path(folder))


def read_retention(settings: Settings) -> Retention:
    """The retention classes of the settings.

    Raises:
        SettingsRefused: the file cannot be read, or what it says.
    """
    if settings.retention is None:
        return BUILT_IN
    try:
        return Retention.read(tomllib.loads(Path(settings.retention).read_text()))
    except (OSError, ValueError) as error:
        raise SettingsRefused(
            f"MOTCUA_RETENTION={settings.retention} không dùng được: {error}.",
            f"MOTCUA_RETENTION={settings.retention} cannot be used: {error}.",
        ) from error


def _tokens(settings: Settings) -> Tokens | None:
    """Tokens are of real time, whatever the service's clock says."""
    if settings.oidc_issuer is None or settings.oidc_audience is None:
        return None
    trust = Trust(
        settings.oidc_issuer, settings.oidc_audience, settings.oidc_algorithms, settings.oidc_name_claim,
        settings.oidc_roles_claim, settings.oidc_unit_claim, settings.oidc_groups_claim,
    )  # fmt: skip
    return Tokens(trust, IssuerClient(settings.oidc_issuer, settings.oidc_jwks_url), SystemClock())


def hold(settings: Settings) -> StoreLock:
    """Take the store for this process alone.

    Raises:
        StoreInUse: another process has it.
    """
    _make_folder(settings.database_url)
    lock = StoreLock(settings.database_url)
    lock.acquire()
    return lock


def upgrade(settings: Settings) -> None:
    """Bring the database to the newest schema.

    Raises:
        StoreInUse: a service is running on it.
    """
    with hold(settings):
        _upgrade(settings.database_url)


def store_of(url: str, tenant: str) -> DatabaseStore:
    """The store of one tenant, as it is."""
    return DatabaseStore(url, tenant)


def machine_time() -> str:
    """Now, by the machine's clock."""
    return written(SystemClock().now())


def _upgrade(url: str) -> None:
    if not _in_memory(url):
        schema.upgrade(url)


def _in_memory(url: str) -> bool:
    return connection.in_memory(connection.parsed(url))


def _make_folder(url: str) -> None:
    address = connection.parsed(url)
    if address.get_backend_name() == "sqlite" and not _in_memory(url):
        Path(str(address.database)).resolve().parent.mkdir(parents=True, exist_ok=True)


def _bell(settings: Settings) -> Bell | None:
    return None if settings.broker_url is None else CeleryBell(settings.broker_url, settings.tenant, LEASE)


def _clock(settings: Settings, store: DatabaseStore) -> Clock:
    if not settings.virtual:
        return store.clock() if settings.shared else SystemClock()
    with store.read() as queries:
        stored = queries.virtual_time()
    if stored is not None:
        return StoredVirtualClock(moment(stored))
    return StoredVirtualClock(SystemClock().now().replace(second=0, microsecond=0) + timedelta(minutes=1))


def _store_state(settings: Settings, store: DatabaseStore) -> dict[str, bool]:
    try:
        version = store.schema_version()
    except EngineError:
        return {"store": False}
    return {"store": True, "schema": _in_memory(settings.database_url) or version == schema.head()}


__all__ = [
    "Service",
    "StoreInUse",
    "archivist",
    "copies",
    "hold",
    "machine_time",
    "own_certificate",
    "play",
    "schema",
    "store_of",
    "upgrade",
    "wire",
]
