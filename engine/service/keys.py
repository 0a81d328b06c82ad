"""Keys that open the API."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from engine.domain.access import ApiKey
from engine.domain.values import written
from engine.service.command import Command, Sender
from engine.service.work import Work


@dataclass(frozen=True, slots=True)
class CreateApiKey(Command):
    """Let whoever has this secret in; only its hash is kept."""

    name: str = "admin"
    hash: bytes = b""


def create(work: Work, command: CreateApiKey, by: Sender) -> ApiKey:
    """Keep a key."""
    cause = work.cause(by)
    key = ApiKey(work.ids.new(), command.name, command.hash, written(cause.at))
    work.current.insert(key)
    work.administer("ApiKeyCreated", {"key": key.id, "name": key.name}, cause)
    return key


def hashed(secret: str) -> bytes:
    """What is kept of a key. A random key of 32 bytes needs no slow hash."""
    return sha256(secret.encode()).digest()
