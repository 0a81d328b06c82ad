"""The operator's file of MOTCUA_SIGNING: with what papers are signed, and whose certificates are believed."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from api.settings import SettingsRefused
from engine.domain.exchange import Bounds

_CERTIFICATE = {"file": str, "secret": str}
_GATEWAY = {"url": str, "user": str, "authority": str, "secret": str}
_BOUNDS = {"networks": list, "plain": bool, "seconds": int}


@dataclass(frozen=True, slots=True)
class Signing:
    """What the file says, secrets looked up. ``place`` holds ``certificate`` or ``gateway``, whichever it is."""

    authorities: bytes
    place: Mapping[str, Any]
    secret: str = field(repr=False)
    certificate: bytes | None = field(default=None, repr=False)
    bounds: Bounds = field(default_factory=Bounds)


def read_signing(path: str, secret: Callable[[str], str | None]) -> Signing:
    """Read the file strictly: a paper must not wait for what was misspelt here.

    Raises:
        SettingsRefused: it, or what it names, cannot be read.
    """
    try:
        return _read(Path(path), secret)
    except (OSError, ValueError, TypeError) as error:
        raise SettingsRefused(
            f"MOTCUA_SIGNING={path} không dùng được: {error}.", f"MOTCUA_SIGNING={path} cannot be used: {error}."
        ) from error


def _read(path: Path, secret: Callable[[str], str | None]) -> Signing:
    said = tomllib.loads(path.read_text())
    kinds = said.keys() - {"authorities"}
    if kinds not in ({"certificate"}, {"gateway"}) or not isinstance(said.get("authorities"), str):
        raise ValueError(
            "cần authorities và đúng một trong [certificate], [gateway] / needs authorities and one of the two"
        )
    [kind] = kinds
    place = _fields(
        said[kind], _CERTIFICATE if kind == "certificate" else _GATEWAY, {} if kind == "certificate" else _BOUNDS
    )
    known = secret(place["secret"])
    if known is None:
        raise ValueError(f"không có khóa bí mật {place['secret']} / there is no secret {place['secret']}")
    folder, more = path.parent, {name: place[name] for name in _BOUNDS if name in place}
    certificate = (folder / place["file"]).read_bytes() if kind == "certificate" else None
    more["networks"] = tuple(more.get("networks", ()))
    bounds = Bounds(**{"seconds": 60, "size": 20_000_000, **more})
    return Signing((folder / said["authorities"]).read_bytes(), place, known, certificate, bounds)


def _fields(table: Any, needed: Mapping[str, type], allowed: Mapping[str, type]) -> Mapping[str, Any]:
    if not isinstance(table, dict) or not needed.keys() <= table.keys() <= needed.keys() | allowed.keys():
        raise ValueError(f"các mục / entries: {', '.join([*needed, *allowed])}")
    wrong = [name for name, value in table.items() if not isinstance(value, {**needed, **allowed}[name])]
    if wrong:
        raise ValueError(f"sai kiểu / wrong type: {', '.join(wrong)}")
    return table
