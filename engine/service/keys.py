"""Keys that open the API."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256

from engine.domain.access import ApiKey, Role
from engine.domain.errors import NameTaken, NotFound
from engine.domain.values import written
from engine.service.command import SERVICE, Command, Sender
from engine.service.work import Work

PREFIX = 6
"""Signs of a key that are kept, by which people tell keys apart."""


@dataclass(frozen=True, slots=True)
class CreateApiKey(Command):
    """Let whoever has this secret in; only its hash is kept, and its first signs."""

    name: str = "admin"
    hash: bytes = b""
    prefix: str = ""
    roles: tuple[str, ...] = (Role.ADMIN.value,)
    unit: str | None = None
    groups: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    expires_at: str | None = None


def create(work: Work, command: CreateApiKey, by: Sender) -> ApiKey:
    """Keep a key. Several may have one name: who exchanges a key stays who he was.

    Raises:
        NameTaken: a user has the name, or the service itself.
    """
    work.flush()
    if command.name == SERVICE.actor or work.unit.user(command.name) is not None:
        raise NameTaken(name=command.name, what="a user")
    cause = work.cause(by)
    key = ApiKey(
        work.ids.new(), command.name, command.hash, written(cause.at), command.prefix, command.roles, command.unit,
        command.groups, command.topics, command.expires_at,
    )  # fmt: skip
    work.current.insert(key)
    work.administer("ApiKeyCreated", _described(key), cause)
    return key


def _described(key: ApiKey) -> dict[str, object]:
    return {
        "key": key.id, "name": key.name, "prefix": key.prefix, "roles": list(key.roles), "unit": key.unit,
        "groups": list(key.groups), "topics": list(key.topics), "expiresAt": key.expires_at,
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class RevokeApiKey(Command):
    """Let nobody in with a key any more."""

    key_id: str


def revoke(work: Work, command: RevokeApiKey, by: Sender) -> ApiKey:
    """Revoke a key; one that is revoked stays as it is.

    Raises:
        NotFound: there is no such key.
    """
    work.flush()
    key = work.unit.api_key(command.key_id)
    if key is None:
        raise NotFound(what="API key", id=command.key_id)
    if key.revoked_at is not None:
        return key
    cause = work.cause(by)
    at = written(cause.at)
    work.current.update(ApiKey, key.id, revoked_at=at)
    work.administer("ApiKeyRevoked", {"key": key.id, "name": key.name}, cause)
    return replace(key, revoked_at=at)


def hashed(secret: str) -> bytes:
    """What is kept of a key. A random key of 32 bytes needs no slow hash."""
    return sha256(secret.encode()).digest()
