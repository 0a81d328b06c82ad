"""Files as a browser would send them (RFC 7578)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from engine.domain.definition import Resource


def encoded(parts: Sequence[Resource], field: str = "files") -> tuple[bytes, str]:
    """The body and its content type."""
    boundary = secrets.token_hex(16)
    body = b"".join(_head(boundary, field, part.name) + part.content + b"\r\n" for part in parts)
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def _head(boundary: str, field: str, name: str) -> bytes:
    escaped = name.replace("\\", "\\\\").replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    return (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; filename="{escaped}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    ).encode()
