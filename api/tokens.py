"""Tokens of an OpenID provider (JWT, RFC 7519; what to beware of: RFC 8725): who somebody is, by another's word.

A token's header says nothing that is believed but which of the issuer's own keys to try: keys come from the issuer alone,
and whether key and algorithm go together is decided by the key.
"""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from threading import Lock
from time import monotonic
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from api.refusals import Unauthenticated
from engine.domain.errors import IssuerUnavailable
from engine.ports import Clock, IssuerKeys

LARGEST = 8 * 1024
"""Signs of a token; looked at before anything is read."""
LEEWAY = 30
"""Seconds by which two clocks may differ."""
KEPT = 300.0
"""Seconds after which the issuer is asked again, so that a key it gave up opens nothing for long."""
PATIENCE = 3600.0
"""Seconds for which keys stay good while the issuer does not answer."""
PAUSE = 10.0
"""Seconds between two questions, however many tokens come with keys that nobody knows."""
MOST_REMEMBERED = 5_000
LONGEST_NAME = 255
TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})
FOREIGN = frozenset({"crit", "b64", "jwk", "jku", "x5u", "x5c"})
"""Headers that would have us trust or process what the sender brought along."""
KINDS: Mapping[str, tuple[str, str | None]] = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), ("RSA", None)),
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "ES512": ("EC", "P-521"),
    "EdDSA": ("OKP", "Ed25519"),
}
"""The kind and curve of key that each algorithm needs; none of them works with a shared secret."""
SHORTEST_RSA = 2048
_KEY_CLASSES: Mapping[str, Any] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose tokens are believed, for whom they must be made, and how their claims are called."""

    issuer: str
    audience: str
    algorithms: tuple[str, ...]
    name: str
    roles: str
    unit: str
    groups: str


@dataclass(frozen=True, slots=True)
class Claims:
    """What a good token says of its bearer. ``roles`` is None where it says nothing of them."""

    name: str
    roles: tuple[str, ...] | None
    unit: str | None
    groups: tuple[str, ...]
    expires: float


class KeyRing:
    """The issuer's keys as they were last heard of."""

    def __init__(self, source: IssuerKeys) -> None:
        self._source = source
        self._lock = Lock()
        self._keys: tuple[Mapping[str, Any], ...] = ()
        self._heard = self._asked = -PATIENCE
        self.changes = 0
        """How often the keys became others: what was verified before has to be verified again."""

    def fitting(self, kid: str | None, algorithm: str) -> Any:
        """The one key for a token; the issuer is asked again where none is known.

        Raises:
            IssuerUnavailable: nothing was ever heard of it, or too long ago.
            Unauthenticated: there is none, or it cannot be told which.
        """
        self._refresh(older_than=KEPT)
        found = self._find(kid, algorithm)
        if found is None and self._refresh(older_than=PAUSE):
            found = self._find(kid, algorithm)
        if monotonic() - self._heard > PATIENCE:
            raise IssuerUnavailable
        if found is None:
            raise Unauthenticated
        return found

    def refresh_if_old(self) -> None:
        """Ask again when it is time."""
        self._refresh(older_than=KEPT)

    def _refresh(self, older_than: float) -> bool:
        with self._lock:
            now = monotonic()
            if now - self._heard <= older_than or now - self._asked < PAUSE:
                return False
            self._asked = now
            try:
                keys = tuple(self._source.fetch())
            except IssuerUnavailable:
                return False
            self._heard = now
            if keys != self._keys:
                self._keys, self.changes = keys, self.changes + 1
            return True

    def _find(self, kid: str | None, algorithm: str) -> Any:
        found = [key for key in self._keys if kid in (None, key.get("kid")) and fits(key, algorithm)]
        if len(found) != 1:
            return None
        public = {name: value for name, value in found[0].items() if name in ("kty", "crv", "x", "y", "n", "e")}
        try:
            return _KEY_CLASSES[public["kty"]].import_key(public)
        except (JoseError, ValueError, TypeError, KeyError):
            return None


def fits(key: Mapping[str, Any], algorithm: str) -> bool:
    """Whether a key of the issuer's is one to check signatures of this algorithm with."""
    kind, curve = KINDS[algorithm]
    if key.get("kty") != kind or key.get("crv") not in (curve, None) or (curve and key.get("crv") != curve):
        return False
    if key.get("use", "sig") != "sig" or key.get("alg", algorithm) != algorithm:
        return False
    if "verify" not in key.get("key_ops", ["verify"]):
        return False
    return kind != "RSA" or len(str(key.get("n", ""))) * 6 >= SHORTEST_RSA


class Tokens:
    """Verifies tokens, and remembers those that it found good: a request costs no signature check."""

    def __init__(self, trust: Trust, source: IssuerKeys, clock: Clock) -> None:
        self._trust, self._ring, self._clock = trust, KeyRing(source), clock
        self._lock = Lock()
        self._good: OrderedDict[bytes, tuple[int, Claims]] = OrderedDict()

    def claims(self, token: str) -> Claims:
        """What a token says.

        Raises:
            Unauthenticated: it is not good.
            IssuerUnavailable: nobody can say whether it is.
        """
        if len(token) > LARGEST:
            raise Unauthenticated
        hash, now = sha256(token.encode()).digest(), self._clock.now().timestamp()
        self._ring.refresh_if_old()
        changes, known = self._good.get(hash, (-1, None))
        if known is None or changes != self._ring.changes:
            known = self._verified(token, now)
            self._remember(hash, known)
        if known.expires + LEEWAY <= now:
            raise Unauthenticated
        return known

    def _remember(self, hash: bytes, claims: Claims) -> None:
        with self._lock:
            self._good[hash] = (self._ring.changes, claims)
            while len(self._good) > MOST_REMEMBERED:
                self._good.popitem(last=False)

    def _verified(self, token: str, now: float) -> Claims:
        parts = token.split(".")
        if len(parts) != 3 or not all(parts):
            raise Unauthenticated
        header, payload = _object(parts[0]), _object(parts[1])
        algorithm = self._algorithm(header)
        key = self._ring.fitting(_kid(header), algorithm)
        try:
            jws.deserialize_compact(token, key, algorithms=[algorithm])
        except (JoseError, ValueError, TypeError, KeyError):
            raise Unauthenticated from None
        return self._read(payload, now)

    def _algorithm(self, header: Mapping[str, Any]) -> str:
        algorithm, kind = header.get("alg"), header.get("typ", "JWT")
        if not isinstance(algorithm, str) or algorithm not in self._trust.algorithms or FOREIGN & header.keys():
            raise Unauthenticated
        if not isinstance(kind, str) or kind.lower() not in TYPES:
            raise Unauthenticated
        return algorithm

    def _read(self, payload: Mapping[str, Any], now: float) -> Claims:
        trust = self._trust
        expires = _time(payload, "exp", needed=True)
        begins = max(_time(payload, "nbf"), _time(payload, "iat", needed=True))
        if payload.get("iss") != trust.issuer or trust.audience not in _texts(payload.get("aud")):
            raise Unauthenticated
        if expires + LEEWAY <= now or begins - LEEWAY > now:
            raise Unauthenticated
        name, unit, roles = _at(payload, trust.name), _at(payload, trust.unit), _at(payload, trust.roles)
        if not _is_name(name) or not (unit is None or _is_name(unit)):
            raise Unauthenticated
        return Claims(
            name,
            None if roles is None else tuple(_texts(roles)),
            unit,
            tuple(_texts(_at(payload, trust.groups) or [])),
            expires,
        )


def _object(part: str) -> dict[str, Any]:
    """A part of a token. Base64 and JSON are taken strictly: what two readers could read two ways is not read."""
    try:
        content = urlsafe_b64decode((part + "=" * (-len(part) % 4)).encode("ascii"))
        if "=" in part or "+" in part or "/" in part or len(part) % 4 == 1:
            raise Unauthenticated
        found = json.loads(content.decode(), object_pairs_hook=_once, parse_constant=_no_number)
    except (binascii.Error, ValueError, RecursionError):
        raise Unauthenticated from None
    if not isinstance(found, dict):
        raise Unauthenticated
    return found


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a claim that is there twice")
    return dict(pairs)


def _no_number(text: str) -> Any:
    raise ValueError(text)


def _kid(header: Mapping[str, Any]) -> str | None:
    kid = header.get("kid")
    if kid is not None and not _is_name(kid):
        raise Unauthenticated
    return kid


def _time(payload: Mapping[str, Any], claim: str, *, needed: bool = False) -> float:
    value = payload.get(claim)
    if value is None and not needed and claim not in payload:
        return 0.0
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _LATEST:
        raise Unauthenticated
    return float(value)


_LATEST = datetime.fromisoformat("9999-01-01T00:00:00+00:00").timestamp()


def _texts(value: Any) -> list[str]:
    """A text, or a list of them."""
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list) or not all(_is_name(text) for text in found):
        raise Unauthenticated
    return found


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_NAME and value.isprintable()


def _at(payload: Mapping[str, Any], claim: str) -> Any:
    """A claim by its name, else by its path: providers put roles as deep as ``realm_access.roles``."""
    if claim in payload:
        return payload[claim]
    found: Any = payload
    for step in claim.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found
