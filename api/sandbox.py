"""A sandbox: all outside systems played on this machine, and papers signed with a certificate that nobody else trusts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from api.bootstrap import Service, own_certificate, play, wire
from api.settings import Settings
from engine.ports import Played

PASSPHRASE = "bi-mat-thu"  # noqa: S105 - everybody may know it: it opens nothing but simulators on this machine
SECRET = "MOTCUA_SANDBOX"  # noqa: S105 - the name of a secret
NAMES: Mapping[str, str] = {
    "bundle": "lien_thong",
    "bus": "truc_tinh",
    "land_tax": "dat_thue",
    "notification": "thong_bao",
    "payment": "thanh_toan",
    "police": "cong_an",
    "portal": "cong_quoc_gia",
    "post": "buu_dien",
}
"""What diagrams call the systems."""
SIGNER = "BẢN THỬ – không có giá trị pháp lý"
"""The name in the certificate: whoever looks at a signature sees that it is none."""
PATH = {"payment": "/ppdvcqg"}
SETTINGS: Mapping[str, Mapping[str, str]] = {
    "bundle": {"username": "h62"},
    "bus": {"client_id": "h62"},
    "notification": {
        "labelid": "1", "contracttypeid": "1", "contractid": "1", "agentid": "1", "apiuser": "h62", "username": "h62",
        "from": "motcua@example.vn",
    },
    "payment": {"partner": "VPHUC", "ip": "10.0.0.5"},
    "portal": {
        "profile": "2023", "agency": "000.00.00.H62", "username": "h62", "dstcode": "VN:GOV:G22", "auth": "/auth",
        "integration": "/integration", "share": "/share", "files": "https://motcua.example/v1",
    },
    "post": {"customer_code": "H62", "customer_key": "h62"},
}  # fmt: skip
TOLD = frozenset({"portal"})
"""Those that are told of every dossier by themselves."""
SECRETS: Mapping[str, tuple[str, ...]] = {
    "bundle": ("password", "inbound"),
    "bus": ("client_secret",),
    "land_tax": ("security_key",),
    "notification": ("apipass",),
    "payment": ("checksum",),
    "police": ("token",),
    "portal": ("password", "inbound"),
    "post": ("secret_key",),
}


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Simulators that listen, and the one secret that all of them take."""

    played: Mapping[str, Played]
    secret: str

    @classmethod
    def open(cls, secret: str = PASSPHRASE) -> Sandbox:
        """Begin to play every outside system."""
        return cls(play(secret), secret)

    def close(self) -> None:
        """Stop playing."""
        for place in self.played.values():
            place.close()

    def connectors(self) -> str:
        """The file of connectors that leads to them."""
        return "\n".join(_connector(system, place.url) for system, place in self.played.items())

    def write_signing(self, file: Path) -> None:
        """The file that has papers signed for trial, and beside it what it names."""
        authority, certificate = own_certificate(SIGNER, self.secret)
        file.with_suffix(".pem").write_bytes(authority)
        file.with_suffix(".p12").write_bytes(certificate)
        file.write_text(
            f'authorities = "{file.stem}.pem"\n\n[certificate]\nfile = "{file.stem}.p12"\nsecret = "{SECRET}"\n'
        )


def _connector(system: str, url: str) -> str:
    settings = "".join(f"{name} = {json.dumps(value)}\n" for name, value in SETTINGS.get(system, {}).items())
    secrets = "".join(f'{name} = "{SECRET}"\n' for name in SECRETS[system])
    name, told = NAMES[system], "dossiers = true\n" if system in TOLD else ""
    return (
        f'[{name}]\nsystem = "{system}"\nurl = "{url}{PATH.get(system, "")}"\nplain = true\nnetworks = ["127.0.0.0/8"]\n{told}'
        f"[{name}.settings]\n{settings}[{name}.secrets]\n{secrets}"
    )


def wire_in_sandbox(settings: Settings) -> Service:
    """A service in a sandbox of its own, for as long as the process lives.

    Raises:
        as :func:`~api.bootstrap.wire`.
    """
    sandbox = Sandbox.open()
    with TemporaryDirectory(prefix="motcua-sandbox-") as folder:  # both files are read once, while it is wired
        connectors, signing = Path(folder, "connectors.toml"), Path(folder, "signing.toml")
        connectors.write_text(sandbox.connectors())
        sandbox.write_signing(signing)
        secrets = {**settings.secrets, SECRET: sandbox.secret}
        return wire(replace(settings, connectors=str(connectors), signing=str(signing), secrets=secrets))
