"""A URL taken apart, strictly: one that two programs could read differently is none."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

_URL = re.compile(
    r"(?P<scheme>https?)://"
    r"(?P<host>\[[0-9a-f:.]{2,45}\]|[a-z0-9](?:[a-z0-9_.-]{0,251}[a-z0-9])?)"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?"
    r"(?P<path>/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?"
    r"(?:\?(?P<query>[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*))?"
)
"""RFC 3986 in its normal form, without user, fragment, upper case in the host, or anything that has to be guessed."""
_NUMERIC = re.compile(r"[0-9]+|0x[0-9a-f]*")
_PORTS = {"http": 80, "https": 443}


class NotATarget(ValueError):
    """The text is no URL that is called."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes. ``literal`` is the address where the host is one."""

    scheme: str
    host: str
    port: int
    path: str
    literal: str | None

    @property
    def authority(self) -> str:
        """The value of the header ``Host``."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def target(url: str) -> Target:
    """Take a URL apart.

    Raises:
        NotATarget: it is not in normal form, or its host is a number written otherwise than as an address.
    """
    found = _URL.fullmatch(url)
    if found is None:
        raise NotATarget
    host, port = found["host"].strip("[]"), int(found["port"] or _PORTS[found["scheme"]])
    if port > 65535:
        raise NotATarget
    query = "" if found["query"] is None else f"?{found['query']}"
    return Target(found["scheme"], host, port, (found["path"] or "/") + query, _literal(found["host"]))


def _literal(host: str) -> str | None:
    """The address that a host is. A last label that is a number makes every resolver read it as an address, each its own way."""
    if not host.startswith("[") and _NUMERIC.fullmatch(host.rpartition(".")[2]) is None:
        if ".." in host:
            raise NotATarget
        return None
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        raise NotATarget from None
    if host.startswith("[") != (address.version == 6):
        raise NotATarget
    return str(address)
