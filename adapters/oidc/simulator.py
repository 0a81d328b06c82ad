"""An OpenID provider on this machine, for tests and for trying things out: it says its keys, and signs what it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey


class SimulatedIssuer:
    """Listens on a port of its own choosing until it is closed. ``asked`` counts how often its keys were."""

    def __init__(self) -> None:
        self.keys: list[Any] = []
        self.asked = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def add_key(self, kid: str, kind: str = "RSA") -> Any:
        """A new key to sign with."""
        parameters: Any = {"kid": kid, "use": "sig"}
        key: Any = RSAKey.generate_key(2048, parameters) if kind == "RSA" else ECKey.generate_key("P-256", parameters)
        self.keys.append(key)
        return key

    def token(self, claims: Mapping[str, Any], key: Any = None, **header: Any) -> str:
        """A token with these claims, signed with a key of its own unless another is given."""
        key = key or self.keys[0]
        algorithm = "RS256" if isinstance(key, RSAKey) else "ES256"
        return jwt.encode({"alg": algorithm, "kid": key.kid, **header}, dict(claims), key, algorithms=[algorithm])

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = json.dumps(issuer.answer(self.path)).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Nobody reads it."""

        return Handler

    def answer(self, path: str) -> Mapping[str, Any]:
        """What it says under a path."""
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
        self.asked += 1
        return {"keys": [key.as_dict(private=False) for key in self.keys]}
