"""A request to another system, and what can become of it: an answer, a refusal, nothing sent, or nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a request may go. Only the operator says it, never a diagram or a value of a process.

    ``networks`` are the networks, closed to everybody else, that may be reached (``10.20.0.0/16``); ``plain`` allows
    ``http``; ``authority`` is the file of the certificate authority to trust in place of the machine's own list.
    ``seconds`` is the time for the whole call, ``size`` the most bytes of an answer, unpacked.
    """

    networks: tuple[str, ...] = ()
    plain: bool = False
    authority: str | None = None
    seconds: float = 10.0
    size: int = 1_000_000


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent. It may hold secrets: only its method and the host are ever shown."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    reach: Reach = field(default_factory=Reach, repr=False)


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, whatever its status. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """Not sent, and it never will be: where it would go, or what it holds, is not allowed."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unreached:
    """Surely not sent: the other system was not there. It may be tried again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Sent at least in part, and no usable answer came: whether the other system has done it nobody here knows."""

    reason: str


Outcome: TypeAlias = Response | Refused | Unreached | Unknown
