"""Asking a system over a real connection, as often as the caller would."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.http.client import HttpClient
from engine import xml
from engine.domain.call import Done, Failed, Result
from engine.domain.exchange import Bounds
from engine.domain.system import Ask, Incoming, Site
from engine.domain.waiting import OUTCOME_UNKNOWN
from engine.ports import System

AT = "2021-01-04T01:30:00.000000Z"
NEAR = Bounds(networks=("127.0.0.0/8",), plain=True, seconds=0.5)


def site_of(url: str, settings: Mapping[str, str], **secrets: str) -> Site:
    """A system on this machine."""
    return Site(url, NEAR, settings, secrets)


def asked(system: System, site: Site, operation: str, values: dict[str, Any], key: str = "k1") -> Result:
    """What comes of asking once."""
    return system.ask(site, Ask(operation, values, AT, key), HttpClient())


def asked_until_done(system: System, site: Site, operation: str, values: dict[str, Any]) -> Result:
    """What comes of asking as the caller does: again where that is allowed, with the same key and time."""
    result: Result = Failed("never")
    for _ in range(4):
        result = asked(system, site, operation, values)
        if isinstance(result, Done) or not isinstance(result, Failed) or not result.again:
            return result
        if result.incident == OUTCOME_UNKNOWN and not system.idempotent:
            return result
    return result


def incoming(service: str, body: bytes, at: str = AT, **headers: str) -> Incoming:
    """A packet at our door."""
    return Incoming(service, body, headers, at, xml.packet)
