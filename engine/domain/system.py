"""An outside system as the engine sees it: what it can be asked, what it sends, and what is expected of it."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeAlias

from engine.domain.call import Failed
from engine.domain.exchange import Bounds, Outcome, Refused, Request, Response, Unreached
from engine.domain.packet import PacketRefused, as_json, from_json
from engine.domain.values import moment, written
from engine.domain.waiting import OUTCOME_UNKNOWN


@dataclass(frozen=True, slots=True)
class Site:
    """Where a system is, how far a call may go, and what the operator has set for it."""

    url: str
    bounds: Bounds
    settings: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Offer:
    """What an operation needs and may be given, what it gives, and in which BPMN errors it can end."""

    needs: tuple[str, ...]
    takes: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ask:
    """One asking of an operation. ``at`` is when the process asked and ``key`` its own: both are the same at each attempt."""

    operation: str
    values: Mapping[str, Any]
    at: str
    key: str


@dataclass(frozen=True, slots=True)
class Tag:
    """An element of an XML packet: its name without namespace, its text, what is in it."""

    name: str
    text: str
    within: tuple[Tag, ...] = ()

    def all(self, name: str) -> tuple[Tag, ...]:
        """The elements of a name in it."""
        return tuple(tag for tag in self.within if tag.name == name)

    def value(self, name: str) -> str | None:
        """The text of the only element of a name in it; None where there is none, or more."""
        found = self.all(name)
        return found[0].text.strip() if len(found) == 1 else None


Send: TypeAlias = Callable[[Request], Outcome]
ReadXml: TypeAlias = Callable[[bytes], Tag]
"""Raises :class:`~engine.domain.packet.PacketRefused`."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a system sent: to which service of ours, with which headers (names in lower case)."""

    service: str
    body: bytes
    headers: Mapping[str, str]
    at: str
    read_xml: ReadXml


@dataclass(frozen=True, slots=True)
class Expected:
    """What a system is expected to send: under which reference, over which amount, for which dossier."""

    reference: str
    amount: int | None = None
    dossier: str | None = None


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A dossier that a citizen handed in at an outside system: its code there, and when."""

    code: str
    at: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that a system tells: ``reference`` is the system's own, by which a repeat is recognised.

    ``key`` is what the message is correlated by. ``settles`` names what was expected and is settled by it, with the amount that
    it was expected with; ``expects`` what is expected from now on. ``doubt`` says why nothing may follow from it: it is parked.
    ``opens`` is the dossier that was handed in by it: an instance that it begins is that of this dossier.
    """

    reference: str
    key: str | None
    values: Mapping[str, Any]
    settles: Expected | None = None
    expects: tuple[Expected, ...] = ()
    doubt: str | None = None
    opens: HandedIn | None = None
    channel: str | None = None
    """Which way the money came, where it is money."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of what a system sent: whether it was taken (now or before), else why not."""

    taken: bool
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What is answered to a system."""

    status: int
    body: bytes
    content_type: str = "application/json"


def unusable(outcome: Outcome, *, done: bool = True) -> Failed | None:
    """Why there is no answer to work with; None where there is one. ``done`` says whether it may have been done nevertheless."""
    if isinstance(outcome, Response):
        return _of_status(outcome.status, done=done)
    if isinstance(outcome, Refused):
        return Failed(outcome.reason, "callRefused")
    if isinstance(outcome, Unreached):
        return Failed(outcome.reason, again=True)
    return Failed(outcome.reason, OUTCOME_UNKNOWN if done else None, again=True)


def _of_status(status: int, *, done: bool) -> Failed | None:
    if 200 <= status <= 299:
        return None
    said = f"HTTP {status}"
    if status in (502, 504):
        return Failed(said, OUTCOME_UNKNOWN if done else None, again=True)
    return Failed(said, again=status >= 500 or status in (408, 425, 429))


def told(send: Send, request: Request, *, done: bool = True) -> Failed | dict[str, Any]:
    """The JSON object that a system answers; else why there is none."""
    outcome = send(request)
    failed = unusable(outcome, done=done)
    if failed is not None:
        return failed
    assert isinstance(outcome, Response)
    try:
        found = from_json(outcome.body)
    except PacketRefused:
        found = None
    if isinstance(found, dict):
        return found
    return NOT_READ if done else Failed("answerNotRead", again=True)


def post(site: Site, path: str, packet: Any, **headers: str) -> Request:
    """A packet on its way."""
    own = {"Content-Type": "application/json", "Accept": "application/json"}
    return Request("POST", site.url + path, {**own, **headers}, as_json(packet), site.bounds)


def succeeded(text: object) -> bool:
    """Whether a sentence says that it was done; ``không thành công`` says that it was not."""
    said = str(text).casefold()
    return "thành công" in said and "không thành công" not in said and "chưa thành công" not in said


def exists(text: object) -> bool:
    """Whether a sentence says that it is there already."""
    said = str(text).casefold()
    return "đã tồn tại" in said or "đã được tiếp nhận" in said


def proves(said: object, secret: str) -> bool:
    """Whether a key that was sent is the one that was agreed; how long it takes tells nothing."""
    return isinstance(said, str) and hmac.compare_digest(said.encode(), secret.encode())


def is_to_come(said: str, at: str) -> bool:
    """Whether a time lies ahead, which nothing that is told as done can; clocks may differ by a day at most."""
    return said > written(moment(at) + timedelta(days=1))


NOT_READ = Failed("answerNotRead", OUTCOME_UNKNOWN, again=True)
"""It may have been done: the repeat is recognised by the other side, or by our reference."""
