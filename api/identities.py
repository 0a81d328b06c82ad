"""Identities: who comes with a key or a token, and as what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from threading import Lock
from time import monotonic

from api.refusals import Unauthenticated
from api.tokens import Claims, Tokens
from engine.domain.access import ApiKey, Principal, Role
from engine.domain.calendar import local_day
from engine.domain.values import moment
from engine.ports import Clock, Queries, Store
from engine.service.catalog import Catalog
from engine.service.command import SERVICE
from engine.service.keys import hashed

REMEMBERED = 30.0
"""Seconds for which somebody who was found good is not looked up again, here; so long may what is revoked elsewhere last."""
MOST_REMEMBERED = 5_000


@dataclass(frozen=True, slots=True)
class _Known:
    until: float
    principal: Principal
    expires: datetime | None


class Identities:
    """Who entered lately, by the hash of the key or the name in the token."""

    def __init__(self, store: Store, clock: Clock, catalog: Catalog, tokens: Tokens | None) -> None:
        self._store, self._clock, self._catalog, self._tokens = store, clock, catalog, tokens
        self._lock = Lock()
        self._good: dict[bytes | Claims, _Known] = {}

    def principal(self, secret: str) -> Principal:
        """Whose key or token it is.

        Raises:
            Unauthenticated: nobody's.
            IssuerUnavailable: it is a token, and nobody can say whether it is good.
        """
        if self._tokens is not None and secret.count(".") >= 2:
            return self._of_claims(self._tokens.claims(secret))
        return self._of_key(secret)

    def forget(self) -> None:
        """Look everybody up again: somebody's rights have changed."""
        with self._lock:
            self._good.clear()

    def _of_key(self, secret: str) -> Principal:
        hash = hashed(secret)
        known = self._good.get(hash)
        if known is None or known.until < monotonic():
            with self._store.read() as queries:
                known = self._remember(hash, self._keyed(queries, hash))
        if known.expires is not None and known.expires <= self._clock.now():
            raise Unauthenticated
        return known.principal

    def _keyed(self, queries: Queries, hash: bytes) -> _Known:
        key = queries.api_key_by_hash(hash)
        if key is None or key.revoked_at is not None or not compare_digest(key.hash, hash):
            raise Unauthenticated
        expires = None if key.expires_at is None else moment(key.expires_at)
        return _Known(monotonic() + REMEMBERED, self._named_by(queries, key), expires)

    def _named_by(self, queries: Queries, key: ApiKey) -> Principal:
        topics = frozenset(key.topics) if key.topics and Role.ADMIN not in key.roles else None
        return Principal(key.name, frozenset(key.roles), key.unit, key.groups, topics, self._below(queries, key.unit))

    def _of_claims(self, claims: Claims) -> Principal:
        known = self._good.get(claims)
        if known is None or known.until < monotonic():
            with self._store.read() as queries:
                known = self._remember(claims, self._claimed(queries, claims))
        return known.principal

    def _claimed(self, queries: Queries, claims: Claims) -> _Known:
        """What was published of a user wins over what the token says; keys and the service have names of their own."""
        if claims.name == SERVICE.actor or queries.api_key_named(claims.name) is not None:
            raise Unauthenticated
        user = queries.user(claims.name)
        roles, unit, groups = (
            (claims.roles or (), claims.unit, claims.groups) if user is None else (user.roles, user.unit, user.groups)
        )
        principal = Principal(
            claims.name, frozenset(roles) & frozenset(Role), unit, groups, None, self._below(queries, unit)
        )
        return _Known(monotonic() + REMEMBERED, principal, None)

    def _below(self, queries: Queries, unit: str | None) -> frozenset[str]:
        if unit is None:
            return frozenset()
        tree = self._catalog.organisation_in_force(queries)
        return frozenset({unit}) if tree is None else tree.below(unit, local_day(self._clock.now()))

    def _remember(self, what: bytes | Claims, known: _Known) -> _Known:
        with self._lock:
            if len(self._good) >= MOST_REMEMBERED:
                self._good.clear()
            self._good[what] = known
        return known
