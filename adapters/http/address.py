"""Which addresses may be reached: those of the public internet, and the networks that the operator names."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import TypeAlias

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
_SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")
_TEREDO = ipaddress.IPv6Network("2001::/32")
_LAST_32_BITS = tuple(map(ipaddress.IPv6Network, ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96")))
"""IPv6 addresses that end in an IPv4 address: compatible, mapped, translated, NAT64."""
_ISATAP = 0x5EFE
_NEVER_V4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "192.0.0.0/24",  # protocol assignments; Python's list has a part of them only
            "192.88.99.0/24",  # relays to 6to4
            "168.63.129.16/32",  # a public address by its form; the host's own services on some clouds
        ),
    )
)
"""Closed though they look public."""


def may_be_reached(text: str, networks: Sequence[str]) -> bool:
    """Whether an address, as a resolver or a URL gives it, is public or in one of the operator's networks.

    An IPv6 address that carries an IPv4 address is judged by what it carries.
    """
    address = _carried(ipaddress.ip_address(text))
    if address.is_multicast or address.is_unspecified:
        return False
    return _is_public(address) or any(address in ipaddress.ip_network(network) for network in networks)


def _is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        return address in _PUBLIC_V6 and address.is_global
    return address.is_global and not address.is_reserved and not any(address in network for network in _NEVER_V4)


def _carried(address: Address) -> Address:
    if not isinstance(address, ipaddress.IPv6Address):
        return address
    bits = int(address)
    if address in _SIX_TO_FOUR:
        return ipaddress.IPv4Address(bits >> 80 & 0xFFFFFFFF)
    if address in _TEREDO:
        return ipaddress.IPv4Address(~bits & 0xFFFFFFFF)
    is_own = bits <= 1  # :: and ::1 carry nothing
    if not is_own and (any(address in prefix for prefix in _LAST_32_BITS) or bits >> 32 & 0xFDFFFFFF == _ISATAP):
        return ipaddress.IPv4Address(bits & 0xFFFFFFFF)
    return address
