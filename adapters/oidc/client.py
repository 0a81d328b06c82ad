"""Asks an OpenID provider for the keys that it signs with."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http.client import HTTPException
from ipaddress import ip_address
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from engine.domain.errors import IssuerUnavailable

TIMEOUT = 5.0
"""Seconds."""
LARGEST = 256 * 1024
"""Bytes of an answer."""
MOST_KEYS = 100


class _NoRedirect(HTTPRedirectHandler):
    """Who could have us sent elsewhere could have us believe his keys."""

    def redirect_request(self, *_: Any) -> None:
        return None


class IssuerClient:
    """The port ``IssuerKeys``: the keys at an address, or where the issuer's own description says that they are."""

    def __init__(self, issuer: str, jwks_url: str | None = None) -> None:
        self._issuer, self._jwks_url = issuer, jwks_url
        for url in (issuer, jwks_url or issuer):
            if not is_safe(url):
                raise ValueError(f"{url} is neither https nor on this machine")

    def fetch(self) -> Sequence[Mapping[str, Any]]:
        """The keys that it has now."""
        keys = self._read(self._jwks_url or self._discovered()).get("keys")
        if not isinstance(keys, list) or len(keys) > MOST_KEYS or not all(isinstance(key, dict) for key in keys):
            raise IssuerUnavailable
        return keys

    def _discovered(self) -> str:
        """Where the keys are, by OpenID Connect Discovery 1.0."""
        said = self._read(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        url = said.get("jwks_uri")
        if said.get("issuer") != self._issuer or not isinstance(url, str) or not is_safe(url):
            raise IssuerUnavailable
        return url

    def _read(self, url: str) -> Mapping[str, Any]:
        proxies = [ProxyHandler({})] if _is_local(url) else []
        try:
            asked = Request(url, headers={"Accept": "application/json"})  # noqa: S310 - its scheme was looked at
            with build_opener(_NoRedirect, *proxies).open(asked, timeout=TIMEOUT) as answer:
                content = answer.read(LARGEST + 1)
            found = json.loads(content) if len(content) <= LARGEST else None
        except (URLError, HTTPException, OSError, ValueError, RecursionError):
            raise IssuerUnavailable from None
        if not isinstance(found, dict):
            raise IssuerUnavailable
        return found


def is_safe(url: str) -> bool:
    """Whether nobody on the way can answer in its place."""
    parts = urlsplit(url)
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and _is_local(url)))


def _is_local(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
