"""Tokens of an OpenID provider: every known way to forge one, and none gets in."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any

import pytest

from adapters.clock.system import SystemClock
from adapters.oidc.client import IssuerClient, is_safe
from adapters.oidc.simulator import SimulatedIssuer
from api import tokens
from api.app import make_app
from api.bootstrap import wire
from api.refusals import Unauthenticated
from api.settings import Settings
from api.tokens import KeyRing, Tokens, Trust
from engine.domain.errors import IssuerUnavailable
from tests.api.models import ONE_TASK
from tests.api.office import KEY, Office, refused

AUDIENCE = "motcua"


@pytest.fixture(scope="module")
def issuer() -> Iterator[SimulatedIssuer]:
    """A provider with one key of each kind."""
    issuer = SimulatedIssuer()
    issuer.add_key("r1")
    issuer.add_key("e1", "EC")
    yield issuer
    issuer.close()


@pytest.fixture(scope="module")
def office(issuer: SimulatedIssuer) -> Iterator[Office]:
    """A service that believes it."""
    settings = Settings(
        database_url="sqlite:///:memory:",
        clock="virtual",
        admin_key=KEY,
        oidc_issuer=issuer.url,
        oidc_audience=AUDIENCE,
    )
    service = wire(settings)
    service.start()
    yield Office(service, make_app(service).test_client())
    service.stop()


def claims(issuer: SimulatedIssuer, **other: Any) -> dict[str, Any]:
    """What a good token says; None leaves a claim out."""
    now = int(time.time())
    good = {
        "iss": issuer.url, "aud": AUDIENCE, "iat": now, "exp": now + 600, "preferred_username": "lan",
        "roles": ["officer"], "groups": ["g"],
    }  # fmt: skip
    return {name: value for name, value in {**good, **other}.items() if value is not None}


def b64(content: Any) -> str:
    """A part of a token, whatever it holds."""
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return urlsafe_b64encode(raw).decode().rstrip("=")


def signed(issuer: SimulatedIssuer, header: Any, payload: Any, key: Any = None) -> str:
    """Signed by the issuer's own key over any bytes at all: what only its rules can keep out."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    text = f"{b64(header)}.{b64(payload)}"
    signature = (key or issuer.keys[0]).private_key.sign(text.encode(), PKCS1v15(), SHA256())
    return f"{text}.{b64(signature)}"


def shared(issuer: SimulatedIssuer, secret: bytes, algorithm: str = "HS256", **header: Any) -> str:
    """Signed with a secret, as which a public key would do."""
    text = f"{b64({'alg': algorithm, 'kid': 'r1', **header})}.{b64(claims(issuer))}"
    digest = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}[algorithm]
    return f"{text}.{b64(hmac.new(secret, text.encode(), digest).digest())}"


def attacks(i: SimulatedIssuer) -> dict[str, str]:
    """Every forgery, by what it tries."""
    now, good = int(time.time()), i.token(claims(i))
    head, body, signature = good.split(".")
    stranger = SimulatedIssuer()
    other, other_ec = stranger.add_key("r1"), stranger.add_key("e1", "EC")
    stranger.close()
    pem, public = i.keys[0].as_pem(private=False), json.dumps(i.keys[0].as_dict(private=False)).encode()
    std = {"alg": "RS256", "kid": "r1"}
    return {
        "none": f"{b64({'alg': 'none'})}.{body}.",
        "none with the signature": f"{b64({'alg': 'none'})}.{body}.{signature}",
        "None": f"{b64({'alg': 'None', 'kid': 'r1'})}.{body}.{signature}",
        "NONE": f"{b64({'alg': 'NONE'})}.{body}.{b64(b'x')}",
        "no alg": f"{b64({'kid': 'r1'})}.{body}.{signature}",
        "alg null": f"{b64({'alg': None, 'kid': 'r1'})}.{body}.{signature}",
        "alg list": f"{b64({'alg': ['RS256'], 'kid': 'r1'})}.{body}.{signature}",
        "alg lower case": signed(i, {"alg": "rs256", "kid": "r1"}, claims(i)),
        "alg not allowed": i.token(claims(i), alg="RS256")[: -len(signature)] + b64(b"x" * 256),
        "HS256 with the PEM": shared(i, pem),
        "HS256 with the JWK": shared(i, public),
        "HS384 with the PEM": shared(i, pem, "HS384"),
        "HS512 with the PEM": shared(i, pem, "HS512"),
        "HS256 with nothing": shared(i, b""),
        "HS256 without kid": shared(i, pem, kid=None),
        "ES256 named on an RSA key": signed(i, {"alg": "ES256", "kid": "r1"}, claims(i)),
        "RS256 named on an EC key": signed(i, {"alg": "RS256", "kid": "e1"}, claims(i)),
        "PS256 named": signed(i, {"alg": "PS256", "kid": "r1"}, claims(i)),
        "EC signature of zeros": f"{b64({'alg': 'ES256', 'kid': 'e1'})}.{body}.{b64(bytes(64))}",
        "EC signature in DER": f"{b64({'alg': 'ES256', 'kid': 'e1'})}.{body}.{b64(b'0' * 70)}",
        "another's RSA key": i.token(claims(i), other),
        "another's EC key": i.token(claims(i), other_ec),
        "another issuer": i.token(claims(i, iss=stranger.url)),
        "no issuer": i.token(claims(i, iss=None)),
        "issuer with a slash": i.token(claims(i, iss=i.url + "/")),
        "issuer list": signed(i, std, claims(i, iss=[i.url])),
        "another audience": i.token(claims(i, aud="account")),
        "no audience": i.token(claims(i, aud=None)),
        "audience in part": i.token(claims(i, aud="motcua-admin")),
        "audience number": signed(i, std, claims(i, aud=7)),
        "audience object": signed(i, std, claims(i, aud={"motcua": True})),
        "audience list of lists": signed(i, std, claims(i, aud=[[AUDIENCE]])),
        "audience empty": signed(i, std, claims(i, aud=[])),
        "expired": i.token(claims(i, exp=now - 60)),
        "no exp": i.token(claims(i, exp=None)),
        "exp text": signed(i, std, claims(i, exp=str(now + 600))),
        "exp true": signed(i, std, claims(i, exp=True)),
        "exp infinite": signed(i, std, b'{"exp": Infinity}'),
        "exp NaN": signed(i, std, json.dumps(claims(i, exp="NOW")).replace('"NOW"', "NaN").encode()),
        "exp beyond time": signed(i, std, claims(i, exp=10**30)),
        "exp negative": signed(i, std, claims(i, exp=-1)),
        "not yet": i.token(claims(i, nbf=now + 300)),
        "nbf text": signed(i, std, claims(i, nbf="0")),
        "nbf null": signed(i, std, json.dumps({**claims(i), "nbf": None}).encode()),
        "from the future": i.token(claims(i, iat=now + 300)),
        "no iat": i.token(claims(i, iat=None)),
        "kid of a file": i.token(claims(i), kid="../../../dev/null"),
        "kid with SQL": i.token(claims(i), kid="r1' OR '1'='1"),
        "kid of an address": i.token(claims(i), kid="http://127.0.0.1:1/keys"),
        "kid with a command": i.token(claims(i), kid="r1|sleep 1"),
        "kid empty": signed(i, {"alg": "RS256", "kid": ""}, claims(i)),
        "kid number": signed(i, {"alg": "RS256", "kid": 1}, claims(i)),
        "kid list": signed(i, {"alg": "RS256", "kid": ["r1"]}, claims(i)),
        "kid object": signed(i, {"alg": "RS256", "kid": {"$ne": ""}}, claims(i)),
        "kid long": signed(i, {"alg": "RS256", "kid": "r1" * 500}, claims(i)),
        "kid with NUL": signed(i, {"alg": "RS256", "kid": "r1\0"}, claims(i)),
        "unknown kid": i.token(claims(i), kid="r2"),
        "jku": signed(i, {**std, "jku": "http://127.0.0.1:1/keys"}, claims(i)),
        "jku and another's key": signed(i, {**std, "jku": stranger.url}, claims(i), other),
        "jwk and another's key": signed(i, {**std, "jwk": other.as_dict(private=False)}, claims(i), other),
        "x5u": signed(i, {**std, "x5u": "http://127.0.0.1:1/c"}, claims(i), other),
        "x5c": signed(i, {**std, "x5c": ["AA=="]}, claims(i), other),
        "crit": signed(i, {**std, "crit": ["exp"], "exp": 1}, claims(i)),
        "crit empty": signed(i, {**std, "crit": []}, claims(i)),
        "b64 false": signed(i, {**std, "b64": False, "crit": ["b64"]}, claims(i)),
        "typ of a logout": signed(i, {**std, "typ": "logout+jwt"}, claims(i)),
        "typ number": signed(i, {**std, "typ": 1}, claims(i)),
        "changed payload": f"{head}.{b64(claims(i, preferred_username='admin'))}.{signature}",
        "changed header": f"{b64({**std, 'x': 1})}.{body}.{signature}",
        "changed signature": f"{head}.{body}.{('B' if signature[0] != 'B' else 'C') + signature[1:]}",
        "truncated": good[:-20],
        "cut at the dot": f"{head}.{body}",
        "empty signature": f"{head}.{body}.",
        "empty payload": f"{head}..{signature}",
        "empty header": f".{body}.{signature}",
        "a dot too many": f"{good}.x",
        "two dots too many": f"{good}..",
        "encrypted": f"{b64({'alg': 'RSA-OAEP', 'enc': 'A256GCM'})}.a.b.c.d",
        "dots only": "....",
        "oversize": i.token(claims(i, extra="x" * 9000)),
        "padded": f"{head}=.{body}.{signature}",
        "standard base64": f"{head}.{body}+/.{signature}",
        "no base64": f"{head}.\u00e9.{signature}".encode().decode("latin-1"),
        "payload no JSON": signed(i, std, b"{"),
        "payload a list": signed(i, std, [claims(i)]),
        "payload a text": signed(i, std, '"x"'),
        "payload deep": signed(i, std, b'{"a":' + b"[" * 2000 + b"]" * 2000 + b"}"),
        "payload no UTF-8": signed(i, std, b'{"a":"\xff"}'),
        "header a list": signed(i, [std], claims(i)),
        "claim twice": signed(i, std, json.dumps(claims(i))[:-1].encode() + b', "aud": "motcua"}'),
        "header twice": signed(i, b'{"alg":"none","alg":"RS256","kid":"r1"}', claims(i)),
        "no name": i.token(claims(i, preferred_username=None)),
        "name empty": i.token(claims(i, preferred_username="")),
        "name number": signed(i, std, claims(i, preferred_username=1)),
        "name list": signed(i, std, claims(i, preferred_username=["lan"])),
        "name of the service": i.token(claims(i, preferred_username="service")),
        "name of a key": i.token(claims(i, preferred_username="admin")),
        "name with control": signed(i, std, claims(i, preferred_username="la\nn")),
        "roles object": signed(i, std, claims(i, roles={"admin": True})),
        "groups number": signed(i, std, claims(i, groups=[1])),
        "unit list": signed(i, std, claims(i, unit=["X1"])),
    }  # fmt: skip


ATTACKS = 60


def test_no_forgery_gets_in(office: Office, issuer: SimulatedIssuer) -> None:
    """Each is refused like no token at all, so nobody learns how far it came."""
    assert 200 == get(office, issuer.token(claims(issuer))).status_code
    tried = attacks(issuer)
    accepted = [name for name, token in tried.items() if get(office, token).status_code != 401]

    assert len(tried) >= ATTACKS
    assert [] == accepted


def get(office: Office, token: str) -> Any:
    """One request with a token."""
    return office.call("GET", "/v1/tasks", Authorization=f"Bearer {token}")


@pytest.mark.parametrize(
    ("key", "header", "other"),
    [
        (0, {}, {}), (1, {}, {}), (0, {"typ": "at+jwt"}, {}), (0, {"typ": "JWT"}, {}), (0, {}, {"aud": ["x", AUDIENCE]}),
        (0, {}, {"nbf": 1}), (0, {}, {"exp": int(time.time()) + 10**6}), (0, {}, {"roles": "officer"}),
    ],
)  # fmt: skip
def test_good_tokens_get_in(
    office: Office, issuer: SimulatedIssuer, key: int, header: dict[str, Any], other: dict[str, Any]
) -> None:
    """The other half: what providers send is taken."""
    assert 200 == get(office, issuer.token(claims(issuer, **other), issuer.keys[key], **header)).status_code


def test_the_published_user_wins(office: Office, issuer: SimulatedIssuer) -> None:
    """What the administrator of this service says of a person counts more than what the token says; also at once."""
    token = issuer.token(claims(issuer, preferred_username="binh", roles=None))
    refused(get(office, token), 403, "forbidden")
    office.call("PUT", "/v1/users/binh", {"roles": ["officer"], "groups": ["tham_dinh"]})
    office.deploy("p", ONE_TASK)
    task = office.tasks(office.start("p")["id"])[0]["id"]
    assert task in get(office, token).text
    done = office.call("POST", f"/v1/tasks/{task}/complete", {}, Authorization=f"Bearer {token}")
    assert "binh" == done.json["task"]["completedBy"]
    office.call("PUT", "/v1/users/binh", {"roles": []})
    refused(get(office, token), 403, "forbidden")


def test_a_token_is_verified_once(issuer: SimulatedIssuer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A signature check costs more than all else of a request."""
    mine, token = verifier(issuer), issuer.token(claims(issuer))
    first = mine.claims(token)
    monkeypatch.setattr("joserfc.jws.deserialize_compact", None)

    assert first is mine.claims(token)


def verifier(issuer: SimulatedIssuer, **other: Any) -> Tokens:
    """Verifies the issuer's tokens."""
    trust = Trust(issuer.url, AUDIENCE, ("RS256", "ES256"), "preferred_username", "roles", "unit", "groups")
    return Tokens(trust, IssuerClient(issuer.url), SystemClock())


def test_keys_come_and_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new key is found when a token names it; one that is gone opens nothing any more, remembered token or not."""
    issuer = SimulatedIssuer()
    issuer.add_key("old")
    monkeypatch.setattr(tokens, "PAUSE", 0.0)
    mine, old = verifier(issuer), issuer.token(claims(issuer))
    assert "lan" == mine.claims(old).name
    issuer.keys.clear()
    issuer.add_key("new")
    assert "lan" == mine.claims(issuer.token(claims(issuer))).name
    with pytest.raises(Unauthenticated):
        mine.claims(old)
    issuer.close()


def test_unknown_keys_do_not_make_us_ask_again_and_again(issuer: SimulatedIssuer) -> None:
    """Whoever sends nonsense would have us flood the issuer."""
    mine, before = verifier(issuer), issuer.asked
    for number in range(20):
        with pytest.raises(Unauthenticated):
            mine.claims(issuer.token(claims(issuer), kid=f"k{number}"))

    assert 1 == issuer.asked - before


def test_without_the_issuer_nobody_can_say(issuer: SimulatedIssuer) -> None:
    """That it cannot be told now is another answer than no."""

    class Silent:
        def fetch(self) -> Any:
            raise IssuerUnavailable

    with pytest.raises(IssuerUnavailable):
        KeyRing(Silent()).fitting("r1", "RS256")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org",
        "ftp://127.0.0.1",
        "http://127.0.0.1.example.org",
        "https://",
        "http://localhost.example.org",
    ],
)
def test_keys_come_over_safe_ways_only(url: str) -> None:
    """Who can answer in the issuer's place can let anybody in."""
    assert not is_safe(url)
    with pytest.raises(ValueError, match="neither https"):
        IssuerClient(url)


def test_weak_and_foreign_keys_are_none() -> None:
    """What the issuer publishes for encryption, for another algorithm, too short, or secret, is no key to check with."""
    rsa = {"kty": "RSA", "n": "x" * 342, "e": "AQAB"}
    assert tokens.fits(rsa, "RS256")
    for other in (
        {"use": "enc"},
        {"alg": "RS512"},
        {"key_ops": ["sign"]},
        {"n": "x" * 171},
        {"kty": "oct"},
        {"kty": "EC"},
    ):
        assert not tokens.fits({**rsa, **other}, "RS256")
    assert not tokens.fits({"kty": "EC", "crv": "P-384"}, "ES256")
