"""Has papers signed by a gateway that keeps the office's certificate (``get_certificate``, ``sign_file``)."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

import orjson

from adapters.signature.check import Check
from engine.domain.errors import SigningFailed
from engine.domain.exchange import Bounds, Request, Response
from engine.domain.paper import Signed
from engine.ports import Http

_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses after which a signature may be asked for again: a paper that was signed and not published is thrown away."""
BOUNDS = Bounds(seconds=60, size=20_000_000)


@dataclass(frozen=True, slots=True)
class Account:
    """The office at the gateway."""

    url: str
    user: str
    authority: str
    """The name by which the gateway knows who issued the certificate (``ca_name``)."""
    token: str = field(repr=False)


class GatewaySigner:
    """The port ``Signer`` over a signing gateway. What it sends back is not believed but checked."""

    def __init__(self, account: Account, http: Http, authorities: bytes, bounds: Bounds = BOUNDS) -> None:
        self._account, self._http, self._bounds = account, http, replace(bounds)
        self._check = Check(authorities)

    def sign(self, content: bytes) -> bytes:
        """Have the paper signed by the newest certificate that the gateway keeps for the office.

        Raises:
            SigningFailed: the gateway was not reached, refused, or answered something else.
        """
        asked = {"user_id": self._account.user, "ca_name": self._account.authority}
        certificate = self._certificate(self._asked("get_certificate", asked))
        id = sha256(content).hexdigest()
        file = {"doc_id": id, "file_name": f"{id[:16]}.pdf", "file_base64": b64encode(content).decode()}
        chosen = {name: certificate.get(name, "") for name in ("cert_data", "serial_number", "transaction_id")}
        answer = self._asked("sign_file", {**asked, **chosen, "sign_files": [file]})
        return _file(answer, id)

    def checked(self, content: bytes, signed: bytes) -> Signed | None:
        """What was signed, and by whom."""
        return self._check(content, signed)

    def _certificate(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        found = answer.get("user_certificates")
        if not isinstance(found, list) or not found or not isinstance(found[-1], dict):
            raise SigningFailed(
                "cổng ký số không có chứng thư của cơ quan / the gateway has no certificate of the office"
            )
        return found[-1]

    def _asked(self, what: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._account.token}"}
        url = f"{self._account.url.rstrip('/')}/{what}"
        outcome = self._http.send(Request("POST", url, headers, orjson.dumps(body), self._bounds))
        if not isinstance(outcome, Response):
            raise SigningFailed(f"{what}: {outcome.reason}", again=True)
        if outcome.status != 200:
            raise SigningFailed(f"{what}: HTTP {outcome.status}", again=outcome.status in _LATER)
        return _data(what, outcome.body)


def _data(what: str, body: bytes) -> Mapping[str, Any]:
    """The part of an answer that says something; a status beside it other than success is a refusal."""
    try:
        answer = orjson.loads(body)
        data = answer["data"]
        status = str(data.get("status_code", answer.get("status_code", "200")))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SigningFailed(f"{what}: câu trả lời sai dạng / not an answer", again=True) from None
    if status not in ("200", "0", "00"):
        raise SigningFailed(f"{what}: status_code {status[:20]}")
    found: Mapping[str, Any] = data
    return found


def _file(answer: Mapping[str, Any], id: str) -> bytes:
    """The paper that was asked for, among those that came back."""
    try:
        [encoded] = [file["file_base64"] for file in answer["signFiles"] if file["doc_id"] == id]
        return b64decode(encoded, validate=True)
    except (KeyError, TypeError, ValueError, NotBase64):
        raise SigningFailed(
            "sign_file: không trả về tệp đã ký / the signed file did not come back", again=True
        ) from None
