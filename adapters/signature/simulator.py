"""A signing gateway in this process, for tests and for trying things out: it keeps a certificate, and has bad days on request."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import orjson

from engine.domain.exchange import Outcome, Request, Response, Unknown, Unreached

SignsBytes = Callable[[bytes], bytes]


class SimulatedGateway:
    """The port ``Http`` with a gateway at the other end.

    ``faults`` are taken one a request, before anything else: ``unreached``, ``lost`` (signed, and the answer never came),
    ``busy``, ``expired``, ``refused``, ``nonsense``, ``unsigned`` (the file as it came), ``garbage`` (cut off).
    """

    def __init__(self, sign: SignsBytes, token: str, serial_number: str = "5401") -> None:
        self._sign, self._token, self._serial = sign, token, serial_number
        self.faults: list[str] = []
        self.asked: list[str] = []

    def send(self, request: Request) -> Outcome:
        """Answer as the gateway does."""
        what = urlsplit(request.url).path.rpartition("/")[2]
        self.asked.append(what)
        fault = self.faults.pop(0) if self.faults else ""
        if fault in _INSTEAD:
            return _INSTEAD[fault]
        if request.headers.get("Authorization") != f"Bearer {self._token}":
            return Response(401, {}, b"{}")
        said = orjson.loads(request.body or b"{}")
        return self._certificates() if what == "get_certificate" else self._signed(said, fault)

    def _certificates(self) -> Outcome:
        held = {"cert_id": "1", "cert_data": "", "serial_number": self._serial, "transaction_id": "t1"}
        return _answer({"transaction_id": "t1", "user_certificates": [held]})

    def _signed(self, said: dict[str, Any], fault: str) -> Outcome:
        if said["serial_number"] != self._serial:
            return _answer({"status_code": 404, "message": "unknown certificate"})
        files = [{**file, "file_base64": b64encode(self._made(file, fault)).decode()} for file in said["sign_files"]]
        return Unknown("noAnswerInTime") if fault == "lost" else _answer({"status_code": 200, "signFiles": files})

    def _made(self, file: dict[str, Any], fault: str) -> bytes:
        content = b64decode(file["file_base64"])
        if fault == "unsigned":
            return content
        return self._sign(content)[:-40] if fault == "garbage" else self._sign(content)


def _answer(data: dict[str, Any]) -> Response:
    return Response(200, {}, orjson.dumps({"status_code": 200, "message": "", "data": data}))


_INSTEAD: dict[str, Outcome] = {
    "unreached": Unreached("noConnection"),
    "busy": Response(503, {}, b""),
    "expired": Response(401, {}, b"{}"),
    "refused": _answer({"status_code": 403, "message": "refused"}),
    "nonsense": Response(200, {}, b"<html>"),
}
