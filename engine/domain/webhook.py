"""Webhooks: who is sent events, how far he is, and how he knows that they are ours."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from engine.domain.feed import Wanted

ACTIVE, PAUSED, FAILING, DISABLED = "active", "paused", "failing", "disabled"
STATES = (ACTIVE, PAUSED, FAILING, DISABLED)
"""``failing``: given up after many failures; ``disabled``: the receiver said that it wants nothing more (410)."""

GIVEN_UP_AFTER = timedelta(days=3)
"""How long a receiver may fail before it is left alone."""
OLD_SECRET = timedelta(hours=24)
"""How long a secret goes on after it was replaced."""


@dataclass(frozen=True, slots=True)
class EventSubscription:
    """A receiver of events.

    ``position`` is up to where it has all it wants; the next event is sent from ``due_at`` on, by one process at a time: ``sender``
    is the one that has it until then. ``secrets`` are {id, endsAt} each, the newest last: they are made of the service's key, and
    stand nowhere.
    """

    id: str
    url: str
    types: tuple[str, ...]
    key: str | None
    description: str
    state: str
    position: int
    due_at: str
    sender: str | None
    failures: int
    failing_since: str | None
    last_error: str | None
    delivered_at: str | None
    secrets: tuple[dict[str, Any], ...]
    created_at: str
    created_by: str

    @property
    def wanted(self) -> Wanted:
        """Which records it wants."""
        return Wanted(self.types, self.key)

    def live_secrets(self, at: str) -> list[str]:
        """Ids of the secrets that sign now."""
        return [secret["id"] for secret in self.secrets if secret["endsAt"] is None or secret["endsAt"] > at]


@dataclass(frozen=True, slots=True)
class Receiver:
    """A place to which the operator lets events be sent: scheme, host and port; and the closed networks that it may be in."""

    origin: str
    networks: tuple[str, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether it is reached without TLS."""
        return self.origin.startswith("http://")


def receiver_of(url: str, receivers: Iterable[Receiver]) -> Receiver | None:
    """The place to which a URL leads, None where nothing may be sent there."""
    return next((receiver for receiver in receivers if url.startswith(receiver.origin + "/")), None)


def secret(master: bytes, subscription_id: str, secret_id: str) -> bytes:
    """A secret of a subscription: whoever has the database only has none."""
    return hmac.digest(master, f"{subscription_id}|{secret_id}".encode(), "sha256")


def shown(secret: bytes) -> str:
    """As receivers are told it (Standard Webhooks)."""
    return "whsec_" + b64encode(secret).decode()


def signature(secrets: Iterable[bytes], id: str, timestamp: int, body: bytes) -> str:
    """The header ``webhook-signature``: one signature for each live secret."""
    message = f"{id}.{timestamp}.".encode() + body
    return " ".join("v1," + b64encode(hmac.digest(each, message, sha256)).decode() for each in secrets)
