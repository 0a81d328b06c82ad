"""Callers: whose key a request carries, and for whom he acts."""

from __future__ import annotations

from threading import Lock
from time import monotonic
from urllib.parse import unquote

from flask import Request, g, request

from api.refusals import Unauthenticated
from engine.domain.access import ApiKey
from engine.domain.errors import Fault, InvalidValues
from engine.ports import Store
from engine.service.command import Sender
from engine.service.keys import hashed

REMEMBERED = 30.0
"""Seconds for which a key that was found good is not looked up again."""
MOST_REMEMBERED = 1_000
LONGEST_NAME = 255


class Keys:
    """The keys that opened the service lately, by their hash."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Lock()
        self._good: dict[bytes, tuple[float, ApiKey]] = {}

    def holder(self, secret: str) -> ApiKey:
        """Whose key it is.

        Raises:
            Unauthenticated: nobody's.
        """
        hash = hashed(secret)
        until, key = self._good.get(hash, (0.0, None))
        if key is None or until < monotonic():
            key = self._looked_up(hash)
        return key

    def _looked_up(self, hash: bytes) -> ApiKey:
        with self._store.read() as queries:
            key = queries.api_key_by_hash(hash)
        if key is None:
            raise Unauthenticated
        with self._lock:
            if len(self._good) >= MOST_REMEMBERED:
                self._good.clear()
            self._good[hash] = (monotonic() + REMEMBERED, key)
        return key


def admit(keys: Keys, asked: Request) -> None:
    """Let a request in and remember who sent it.

    Raises:
        Unauthenticated: it carries no good key.
        InvalidValues: the name in ``On-Behalf-Of`` cannot be one.
    """
    scheme, _, secret = asked.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret:
        raise Unauthenticated
    key = keys.holder(secret.strip())
    g.sender = Sender(key.name, _person(asked.headers.get("On-Behalf-Of")))


def _person(header: str | None) -> str | None:
    """The server hands on ASCII only; a name with other letters is sent in UTF-8, percent-encoded (RFC 3986, 2.1)."""
    if header is None:
        return None
    name = _decoded(header.strip())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidValues(
            [
                Fault(
                    "/On-Behalf-Of",
                    "badName",
                    "On-Behalf-Of phải là tên đăng nhập, tối đa 255 ký tự.",
                    "On-Behalf-Of must be a user's name of at most 255 characters.",
                )
            ]
        )
    return name


def _decoded(text: str) -> str:
    """The name; nothing where the bytes are no UTF-8."""
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        return ""


def sender() -> Sender:
    """Who sends the request being served."""
    known: Sender = g.sender
    return known


def principal() -> str:
    """Whose key it carries: the name, so that a new key in place of an old one still recognises a repeat."""
    return sender().actor


def language_header() -> str | None:
    """What the request says about languages."""
    return request.headers.get("Accept-Language")
