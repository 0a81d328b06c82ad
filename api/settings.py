"""Settings: what the environment says, read once."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from engine.domain.webhook import Receiver

PREFIX = "MOTCUA_"
OF_SECRETS = "MOTCUA_SECRET_"
"""What the name of a variable begins with that holds a secret of a connector."""
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Of tokens; all are signed with a key that the issuer alone has."""
LOG_LEVELS = ("debug", "info", "warning", "error")
OF_CLIENTS = frozenset({"MOTCUA_TOKEN", "MOTCUA_URL"})
"""Variables of those who call the service; harmless when the service sees them."""


class SettingsRefused(Exception):
    """A variable that does not exist, or a value that it cannot have. The message says it in both languages."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(f"{en}\n{vi}")
        self.vi, self.en = vi, en


@dataclass(frozen=True, slots=True)
class Settings:
    """How this service runs."""

    database_url: str = "sqlite:///var/motcua.db"
    bind: tuple[str, int] = ("127.0.0.1", 8000)
    admin_key: str | None = field(default=None, repr=False)
    clock: str = "system"
    log_level: str = "info"
    broker_url: str | None = field(default=None, repr=False)
    tenant: str = "default"
    oidc_issuer: str | None = None
    oidc_audience: str | None = None
    oidc_jwks_url: str | None = None
    oidc_algorithms: tuple[str, ...] = ("RS256", "ES256")
    oidc_name_claim: str = "preferred_username"
    oidc_roles_claim: str = "roles"
    oidc_unit_claim: str = "unit"
    oidc_groups_claim: str = "groups"
    rate_limit: int = 3000
    webhook_hosts: tuple[Receiver, ...] = ()
    webhook_key: bytes | None = field(default=None, repr=False)
    hsts: int = 0
    connectors: str | None = None
    secrets_dir: str | None = None
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By name, those that the environment has."""
    signing: str | None = None
    archive: str | None = None
    retention: str | None = None
    approval: str = "not-required"
    largest_document: int = 20
    largest_dossier: int = 200
    sandbox: bool = False
    """Outside systems are played, papers are signed for trial: no variable says so, only who starts the service."""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Settings:
        """Read ``MOTCUA_*``; an empty value counts as none.

        Raises:
            SettingsRefused: an unknown variable or a bad value.
        """
        ours = {name: text.strip() for name, text in environment.items() if name.startswith(PREFIX)}
        values: dict[str, Any] = {
            "secrets": {
                name.removeprefix(OF_SECRETS): ours.pop(name) for name in list(ours) if name.startswith(OF_SECRETS)
            }
        }
        for name, text in sorted(ours.items()):
            if name not in _READERS and name not in OF_CLIENTS:
                raise _unknown(name)
            if text and name in _READERS:
                values[name.removeprefix(PREFIX).lower()] = _READERS[name](name, text)
        settings = cls(**values)
        settings.check_reachability()
        settings.check_broker()
        settings.check_issuer()
        settings.check_webhooks()
        return settings

    def check_reachability(self) -> None:
        """Other machines may reach the service only when somebody has thought about who gets in.

        Raises:
            SettingsRefused: it would listen beyond this machine without a key of its operator's or an issuer of tokens.
        """
        if not _is_loopback(self.bind[0]) and self.admin_key is None and self.oidc_issuer is None:
            raise SettingsRefused(
                f"MOTCUA_BIND={self.bind[0]} cho phép máy khác kết nối; khi đó phải tự đặt MOTCUA_ADMIN_KEY hoặc MOTCUA_OIDC_ISSUER.",
                f"MOTCUA_BIND={self.bind[0]} lets other machines connect; that needs a MOTCUA_ADMIN_KEY of your own "
                "or a MOTCUA_OIDC_ISSUER.",
            )

    def in_sandbox(self) -> Settings:
        """The same, with outside systems played on this machine.

        Raises:
            SettingsRefused: others could reach it, or it has real systems or a real certificate.
        """
        if not _is_loopback(self.bind[0]):
            raise SettingsRefused(
                f"--sandbox chỉ chạy trên máy này; MOTCUA_BIND={self.bind[0]} cho phép máy khác kết nối.",
                f"--sandbox is for this machine only; MOTCUA_BIND={self.bind[0]} lets other machines connect.",
            )
        if self.connectors is not None or self.signing is not None:
            raise SettingsRefused(
                "--sandbox giả lập mọi hệ thống bên ngoài và chữ ký; hãy bỏ MOTCUA_CONNECTORS và MOTCUA_SIGNING, hoặc bỏ --sandbox.",
                "--sandbox plays all outside systems and the signature; leave out MOTCUA_CONNECTORS and MOTCUA_SIGNING, or --sandbox.",
            )
        return replace(self, sandbox=True)

    def check_issuer(self) -> None:
        """A token has to be made for this service, or any other's would do.

        Raises:
            SettingsRefused: an issuer without an audience.
        """
        if self.oidc_issuer is not None and self.oidc_audience is None:
            raise SettingsRefused(
                "MOTCUA_OIDC_ISSUER cần đi cùng MOTCUA_OIDC_AUDIENCE.",
                "MOTCUA_OIDC_ISSUER needs a MOTCUA_OIDC_AUDIENCE beside it.",
            )

    def check_webhooks(self) -> None:
        """A receiver has to be able to tell that events are ours.

        Raises:
            SettingsRefused: places without a key to sign with, or a key without places.
        """
        if bool(self.webhook_hosts) != (self.webhook_key is not None):
            raise SettingsRefused(
                "MOTCUA_WEBHOOK_HOSTS và MOTCUA_WEBHOOK_KEY phải đi cùng nhau.",
                "MOTCUA_WEBHOOK_HOSTS and MOTCUA_WEBHOOK_KEY go together.",
            )

    def check_broker(self) -> None:
        """A broker is of use only between processes that share a database and its time.

        Raises:
            SettingsRefused: it is set where there is one process, or where time stands still.
        """
        if self.broker_url is not None and (self.virtual or not self.shared):
            raise SettingsRefused(
                "MOTCUA_BROKER_URL chỉ dùng với PostgreSQL và giờ thật (MOTCUA_CLOCK=system).",
                "MOTCUA_BROKER_URL goes with PostgreSQL and real time (MOTCUA_CLOCK=system) only.",
            )

    @property
    def shared(self) -> bool:
        """Whether other processes may work on the same database."""
        return self.database_url.startswith("postgresql")

    @property
    def virtual(self) -> bool:
        """Whether time stands still until somebody moves it."""
        return self.clock == "virtual"


def _unknown(name: str) -> SettingsRefused:
    known = ", ".join(_READERS)
    return SettingsRefused(
        f"Không có biến cấu hình {name}. Các biến có thể dùng: {known}.",
        f"There is no setting {name}. Settings are: {known}.",
    )


def _bad(name: str, text: str, vi: str, en: str) -> SettingsRefused:
    known = ", ".join(_READERS)
    return SettingsRefused(
        f"{name}={text!r} không hợp lệ: {vi}. Các biến có thể dùng: {known}.",
        f"{name}={text!r} is not valid: {en}. Settings are: {known}.",
    )


def _database_url(name: str, text: str) -> str:
    if not text.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        shown = text.partition(":")[0]  # the rest may hold a password
        raise _bad(name, shown, "phải là sqlite:///… hoặc postgresql://…", "it must be sqlite:///… or postgresql://…")
    return text


def _broker_url(name: str, text: str) -> str:
    scheme, there, _ = text.partition("://")
    if not there or not scheme.isascii() or not scheme.replace("+", "").isalnum():
        raise _bad(
            name,
            "…",  # it may hold a password
            "phải là địa chỉ của một hàng đợi, ví dụ amqp://máy:5672//",
            "it must be a broker's address, as amqp://host:5672//",
        )
    return text


_ORIGIN = re.compile(r"https?://(\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(:[1-9][0-9]{0,4})?")


def _receivers(name: str, text: str) -> tuple[Receiver, ...]:
    return tuple(_receiver(name, part.strip()) for part in text.split(",") if part.strip())


def _receiver(name: str, text: str) -> Receiver:
    place, _, network = text.partition("=")
    origin = place if "://" in place else f"https://{place}"
    match = _ORIGIN.fullmatch(origin)
    try:
        networks = (str(ipaddress.ip_network(network)),) if network else ()
    except ValueError:
        match = None
    if match is None:
        raise _bad(
            name,
            text,
            "phải là danh sách https://máy[:cổng][=mạng], cách nhau bằng dấu phẩy",
            "it must be a list of https://host[:port][=network], with commas between",
        )
    return Receiver(origin, networks or _own_network(match[1].strip("[]")))


def _own_network(host: str) -> tuple[str, ...]:
    """An address that is listed itself is allowed, closed or not."""
    try:
        return (str(ipaddress.ip_network(host)),)
    except ValueError:
        return ()


def _webhook_key(name: str, text: str) -> bytes:
    if len(text) < 32 or not text.isascii() or not text.isprintable() or " " in text:
        raise _bad(
            name,
            "…",
            "cần ít nhất 32 ký tự ASCII không có khoảng trắng",
            "it needs 32 visible ASCII characters or more",
        )
    return text.encode()


def _bind(name: str, text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isascii() or not port.isdigit() or not 0 <= int(port) <= 65535:
        raise _bad(
            name, text, "phải là địa chỉ:cổng, ví dụ 127.0.0.1:8000", "it must be address:port, as 127.0.0.1:8000"
        )
    return host.removeprefix("[").removesuffix("]"), int(port)


def _admin_key(name: str, text: str) -> str:
    if len(text) < 16 or not text.isascii() or not text.isprintable() or " " in text:
        raise _bad(
            name,
            "…",
            "cần ít nhất 16 ký tự ASCII không có khoảng trắng",
            "it needs 16 visible ASCII characters or more",
        )
    return text


def _one_of(*choices: str) -> Callable[[str, str], str]:
    def read(name: str, text: str) -> str:
        if text.lower() not in choices:
            raise _bad(
                name, text, f"phải là một trong: {', '.join(choices)}", f"it must be one of: {', '.join(choices)}"
            )
        return text.lower()

    return read


def _line(name: str, text: str) -> str:
    if len(text) > 255 or not text.isprintable() or " " in text:
        raise _bad(name, text, "tối đa 255 ký tự, không có khoảng trắng", "at most 255 characters without spaces")
    return text


def _path(name: str, text: str) -> str:
    if "\0" in text:
        raise _bad(name, "…", "phải là đường dẫn", "it must be a path")
    return text


def _url(name: str, text: str) -> str:
    parts = urlsplit(text)
    safe = parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname or ""))
    if not safe or not parts.hostname:
        raise _bad(name, text, "phải là https://… (http chỉ trên máy này)", "it must be https://… (http on this machine only)")  # fmt: skip
    return text


def _algorithms(name: str, text: str) -> tuple[str, ...]:
    found = tuple(part.strip() for part in text.split(",") if part.strip())
    if not found or not set(found) <= set(ALGORITHMS):
        known = ", ".join(ALGORITHMS)
        raise _bad(name, text, f"chỉ dùng: {known}", f"known are: {known}")
    return found


def _number(least: int, most: int) -> Callable[[str, str], int]:
    def read(name: str, text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise _bad(name, text, f"phải là số từ {least} đến {most}", f"it must be a number from {least} to {most}")
        return int(text)

    return read


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


_READERS: Mapping[str, Callable[[str, str], Any]] = {
    "MOTCUA_DATABASE_URL": _database_url,
    "MOTCUA_BIND": _bind,
    "MOTCUA_ADMIN_KEY": _admin_key,
    "MOTCUA_CLOCK": _one_of("system", "virtual"),
    "MOTCUA_LOG_LEVEL": _one_of(*LOG_LEVELS),
    "MOTCUA_BROKER_URL": _broker_url,
    "MOTCUA_TENANT": _line,
    "MOTCUA_OIDC_ISSUER": _url,
    "MOTCUA_OIDC_AUDIENCE": _line,
    "MOTCUA_OIDC_JWKS_URL": _url,
    "MOTCUA_OIDC_ALGORITHMS": _algorithms,
    "MOTCUA_OIDC_NAME_CLAIM": _line,
    "MOTCUA_OIDC_ROLES_CLAIM": _line,
    "MOTCUA_OIDC_UNIT_CLAIM": _line,
    "MOTCUA_OIDC_GROUPS_CLAIM": _line,
    "MOTCUA_WEBHOOK_HOSTS": _receivers,
    "MOTCUA_WEBHOOK_KEY": _webhook_key,
    "MOTCUA_RATE_LIMIT": _number(1, 1_000_000),
    "MOTCUA_HSTS": _number(0, 100_000_000),
    "MOTCUA_CONNECTORS": _path,
    "MOTCUA_SECRETS_DIR": _path,
    "MOTCUA_SIGNING": _path,
    "MOTCUA_ARCHIVE": _line,
    "MOTCUA_RETENTION": _line,
    "MOTCUA_APPROVAL": _one_of("required", "not-required"),
    "MOTCUA_LARGEST_DOCUMENT": _number(1, 100),
    "MOTCUA_LARGEST_DOSSIER": _number(1, 10_000),
}

NAMES = tuple(_READERS)
"""Every setting."""
