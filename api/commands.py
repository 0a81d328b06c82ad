"""Commands from requests: who sends them, under which Idempotency-Key, on which state, and how they are answered."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from json import dumps
from typing import Any

from flask import Response, g, request

from api import answers, problems
from api.caller import language_header, principal, sender
from api.discretion import discreetly
from api.language import preferred
from api.refusals import PreconditionMissing
from api.serving import reading, service
from engine.domain.errors import EngineError, Fault, InvalidValues
from engine.service.command import Command, Idempotency, Rendered

LONGEST_KEY = 255
NEVER = -1
"""A state that no instance has: what an ETag of somebody else's making stands for."""

Present = Callable[[Any], Rendered]


def perform(command: Command, present: Present, content: Any = None) -> Response:
    """Carry out a command and answer what came of it; a repeat under the same key gets the first answer.

    ``content`` is what was sent, for telling a repeat from another request.
    """
    present = discreet(present)
    idempotency = idempotency_of(present, content)
    result = service().writer.do(command, sender(), idempotency)
    return answers.response(present(result) if idempotency is None else result)


def discreet(present: Present) -> Present:
    """For callers who may not see values of persons: how the same is shown without them."""
    return _hiding(present, g.hidden) if g.hidden else present


def _hiding(present: Present, hidden: frozenset[str]) -> Present:
    """Runs in the writer's thread, where there is no request."""
    return lambda found: present(discreetly(found, hidden))


def idempotency_key() -> str | None:
    """The request's Idempotency-Key.

    Raises:
        InvalidValues: it is empty, too long, or not visible ASCII.
    """
    key = request.headers.get("Idempotency-Key")
    if key is not None and not (0 < len(key) <= LONGEST_KEY and all("!" <= sign <= "~" for sign in key)):
        raise InvalidValues(
            [
                Fault(
                    "/Idempotency-Key",
                    "badKey",
                    "Idempotency-Key gồm 1 đến 255 ký tự ASCII nhìn thấy được.",
                    "An Idempotency-Key has 1 to 255 visible ASCII characters.",
                )
            ]
        )
    return key


def idempotency_of(present: Present, content: Any) -> Idempotency | None:
    """How a repeat of this request is recognised and answered; None without a key."""
    key = idempotency_key()
    if key is None:
        return None
    return Idempotency(principal(), key, _fingerprint(content), _renderer(present, language_header(), g.trace))


def _fingerprint(content: Any) -> bytes:
    body = dumps(content, sort_keys=True).encode()  # orjson knows no integers beyond 64 bits
    return sha256(b"\n".join((request.method.encode(), request.path.encode(), body))).digest()


def _renderer(present: Present, languages: str | None, trace: str) -> Present:
    """Runs in the writer's thread, where there is no request."""

    def render(result: Any) -> Rendered:
        if isinstance(result, EngineError):
            return problems.rendered(result, preferred(languages), trace)
        return present(result)

    return render


def kept(idempotency: Idempotency | None) -> Response | None:
    """The answer given before under this key, for what takes more than one command.

    Raises:
        KeyReused: it was given to another request.
    """
    if idempotency is None:
        return None
    with reading() as queries:
        answer = queries.answers([idempotency.place]).get(idempotency.place)
    return None if answer is None else answers.response(idempotency.repeated(answer))


def expected_seq() -> int | None:
    """The state that the caller saw, from ``If-Match``; None when he names none or any will do."""
    header = request.headers.get("If-Match")
    if header is None or header.strip() == "*":
        return None
    seq = header.strip().removeprefix('"').removesuffix('"')
    return int(seq) if seq.isascii() and seq.isdigit() and len(seq) < 19 else NEVER


def required_seq() -> int:
    """The same, where it must be named.

    Raises:
        PreconditionMissing: it is not.
    """
    seq = expected_seq()
    if seq is None:
        raise PreconditionMissing
    return seq
