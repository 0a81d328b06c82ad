"""Outside systems: what the operator has registered, who signs, and who plays them all on one machine."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from adapters.bundle.client import BirthDeathBundle
from adapters.bundle.simulator import BundleSimulator
from adapters.bus.client import ProvincialBus
from adapters.bus.simulator import BusSimulator
from adapters.http.client import HttpClient
from adapters.land_tax.client import LandAndTax
from adapters.land_tax.simulator import LandTaxSimulator
from adapters.notification.client import Notification
from adapters.notification.simulator import NotificationSimulator
from adapters.payment.client import PaymentPlatform
from adapters.payment.simulator import PaymentSimulator
from adapters.police.client import PoliceRecord
from adapters.police.simulator import PoliceSimulator
from adapters.portal.client import NationalPortal
from adapters.portal.simulator import PortalSimulator
from adapters.post.client import PublicPost
from adapters.post.simulator import PostSimulator
from adapters.sandbox.server import Sandbox
from api.settings import Settings
from api.signing import read_signing
from engine.domain.errors import ConnectorsRefused
from engine.ports import Played, Signer, Simulator, System
from engine.service.connectors import Connectors, registered

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


def connectors(settings: Settings) -> Connectors:
    """The operator's file, read once: a change of it, or of a secret, takes effect at the next start."""
    if settings.connectors is None:
        return Connectors()
    try:
        content = Path(settings.connectors).read_bytes()
    except OSError as error:
        raise ConnectorsRefused.unread(settings.connectors, error) from None
    return registered(content, partial(_secret, settings), SYSTEMS)


def signer(settings: Settings) -> Signer | None:
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


def mark(settings: Settings) -> str:
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
