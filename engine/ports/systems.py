"""Outside systems, and those who play them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from engine.domain.call import Result
from engine.domain.exchange import Outcome, Request
from engine.domain.news import News, Written
from engine.domain.system import Ask, Expected, Incoming, Notice, Offer, Said, Site, Verdict


class Http(Protocol):
    """Carries a request to another system. Nothing that the other side does makes it raise."""

    def send(self, request: Request) -> Outcome: ...


class System(Protocol):
    """An outside system: how it is asked and what it sends, in its own packets."""

    @property
    def settings(self) -> Collection[str]:
        """What the operator has to set for it."""
        ...

    @property
    def secrets(self) -> Collection[str]:
        """Secrets that it needs."""
        ...

    @property
    def idempotent(self) -> bool:
        """Whether it, or its client, recognises what was asked before, so that an asking of unknown outcome can be made again."""
        ...

    @property
    def offers(self) -> Mapping[str, Offer]:
        """Its operations by name."""
        ...

    @property
    def services(self) -> Collection[str]:
        """What it can send to us."""
        ...

    @property
    def pays(self) -> Collection[str]:
        """By which of them it says that money was paid."""
        ...

    def expected(self, ask: Ask) -> Expected | None:
        """What an asking makes us expect of it."""
        ...

    def ask(self, site: Site, ask: Ask, http: Http) -> Result:
        """Ask it; all the requests that this takes.

        Raises:
            PacketRefused: the values do not make a packet; nothing was sent.
        """
        ...

    def receive(self, site: Site, incoming: Incoming) -> Sequence[Notice]:
        """What it tells, after it was proved that it is told by this system.

        Raises:
            PacketRefused: it is forged, or cannot be read.
        """
        ...

    def reply(self, site: Site, incoming: Incoming, verdict: Verdict) -> Said:
        """What it is answered."""
        ...


@runtime_checkable
class TellsDossiers(System, Protocol):
    """An outside system that can be told of every dossier by itself: how it stands, and each status that it comes to."""

    @property
    def tells_by(self) -> Collection[str]:
        """What the operator has to set for that, beside the rest."""
        ...

    def written(self, site: Site, news: News) -> Written:
        """What is to be said.

        Raises:
            PacketRefused: data is missing, or what would be said is not true.
        """
        ...

    def say(self, site: Site, written: Written, http: Http) -> Result:
        """Say it; the system recognises what it was told before."""
        ...


@dataclass(frozen=True, slots=True)
class Reply:
    """What a simulator answers."""

    status: int
    body: bytes
    content_type: str = "application/json"


class Simulator(Protocol):
    """An outside system that is played: it keeps what it was sent, and answers as the real one does."""

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Do what is asked (names of headers in lower case)."""
        ...

    def happen(self, service: str, values: Mapping[str, Any]) -> Sent | None:
        """Let something happen on its side; what it sends us of it, where it sends anything.

        Raises:
            KeyError: nothing of that name can happen there, or a value is missing.
        """
        ...


@dataclass(frozen=True, slots=True)
class Sent:
    """What a system that is played sends to one of our services."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A request as it came to a simulator."""

    method: str
    path: str
    body: bytes


class Played(Protocol):
    """A simulator that listens on this machine."""

    @property
    def url(self) -> str: ...
    @property
    def arrived(self) -> Sequence[Arrived]: ...
    def close(self) -> None: ...
