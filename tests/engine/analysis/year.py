"""A year of a province that nobody lived: dossiers and papers as plain events, and the same in a store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert

from adapters.database.store import DatabaseStore
from adapters.database.tables import dossiers, papers, process_instances
from engine.domain.values import written

BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
PROCEDURES, UNITS = 18, 150
LEVELS = ("province", "department", "district", "commune")
STEPS = ("intake", "appraisal", "approval", "return")


@dataclass(slots=True)
class Event:
    """Something that happened to a dossier: what, when, and a number or word of it."""

    at: datetime
    what: str
    value: Any = None


@dataclass(slots=True)
class Told:
    """One dossier: what happened to it, in order, some of it after the year; and its papers (form, drafted, out, withdrawn)."""

    id: str
    key: str
    unit: str
    channel: str
    events: list[Event] = field(default_factory=list)
    papers: list[tuple[str, datetime, datetime | None, datetime | None]] = field(default_factory=list)


def year(number: int, seed: int = 7) -> list[Told]:
    """So many dossiers, some handed in before it and some not over at its end."""
    random = Random(seed)
    return [_told(random, n) for n in range(number)]


def _told(random: Random, n: int) -> Told:
    told = _lived(random, n)
    told.events.sort(key=lambda event: event.at)
    return told


def _lived(random: Random, n: int) -> Told:
    channel = random.choice(("online", "online", "counter", "post"))
    told = Told(f"{n:09}", f"p{n % PROCEDURES}", f"u{n % UNITS}", channel)
    at = BEGIN + random.randrange(-1_500 * 3600, 365 * 24 * 3600) * timedelta(seconds=1)
    told.events.append(Event(at, "status", "1"))
    at += random.randrange(1, 30) * HOUR
    if random.random() < 0.05:
        told.events.append(Event(at, "status", random.choice(("3", "7"))))
        return told
    _accept(random, told, at)
    at = _work(random, told, at)
    if random.random() < 0.1:
        return told
    _settle(random, told, at + random.randrange(1, 400) * HOUR)
    return told


def _accept(random: Random, told: Told, at: datetime) -> None:
    told.events.append(Event(at, "status", "2"))
    if random.random() < 0.97:
        told.events.append(Event(at, "due", at + random.randrange(8, 500) * HOUR))
    if random.random() < 0.6:
        told.events.append(Event(at, "fee", random.choice((0, 8_000, 75_000))))
    for _ in range(random.randrange(4)):
        told.events.append(Event(at, "document", random.choice(("paper", "digitised", "reused", "shared"))))
    _draft(random, told, "mau_01", at)
    told.events.append(Event(at, "step", ("intake", random.random() < 0.9)))


def _draft(random: Random, told: Told, form: str, at: datetime) -> None:
    later = at + random.randrange(1, 48) * HOUR
    out = random.random()
    published = later if out < 0.9 else None
    told.papers.append((form, at, published, later if 0.9 <= out < 0.95 else None))
    if published is not None:
        told.events.append(Event(published, "paper", form))


def _work(random: Random, told: Told, at: datetime) -> datetime:
    at += HOUR
    told.events.append(Event(at, "status", "4"))
    for _ in range(random.choice((0, 0, 0, 1, 1, 2))):
        at = _wait(random, told, at + random.randrange(1, 200) * HOUR)
        if told.events[-1].what == "asked":
            return at
    if random.random() < 0.7:
        told.events.append(Event(at + HOUR, "paid", (random.choice((8_000, 75_000)), random.random() < 0.5)))
    if random.random() < 0.1:
        told.events.append(Event(at + HOUR, "extended", at + random.randrange(10, 400) * HOUR))
    for step in STEPS[1:3]:
        told.events.append(Event(at + 2 * HOUR, "step", (step, random.random() < 0.9)))
    return at + 2 * HOUR


def _wait(random: Random, told: Told, at: datetime) -> datetime:
    told.events += [Event(at, "status", random.choice(("5", "5", "6"))), Event(at, "asked")]
    if random.random() < 0.1:
        return at
    back = at + random.randrange(1, 300) * HOUR
    told.events += [Event(back, "answered"), Event(back, "status", "4")]
    return back


def _settle(random: Random, told: Told, at: datetime) -> None:
    if told.events[-1].what == "asked":
        told.events += [Event(at, "answered"), Event(at, "status", random.choice(("3", "7", "4")))]
        return
    code = random.choice(("9", "9", "9", "9", "8", "7"))
    told.events.append(Event(at, "status", code))
    told.events.append(Event(at, "net", random.randrange(60, 9_600)))
    if code != "9":
        return
    _draft(random, told, "quyet_dinh", at)
    if random.random() < 0.2:
        told.events.append(Event(at + 50 * HOUR, "paid", (75_000, random.random() < 0.5)))
    if random.random() < 0.05:
        told.events.append(Event(at + 60 * HOUR, "status", "4"))
        at += 200 * HOUR
        told.events += [Event(at, "status", "9"), Event(at, "net", random.randrange(60, 9_600))]
    told.events += [Event(at + 100 * HOUR, "step", ("return", True)), Event(at + 100 * HOUR, "status", "10")]
    if random.random() < 0.5:
        rating = random.choice(("verySatisfied", "satisfied", "dissatisfied"))
        told.events.append(Event(at + 120 * HOUR, "rated", rating))


def milestones(told: Told) -> list[list[Any]]:
    """The course of a dossier, as the service keeps it."""
    so_far = _Standing()
    return [[written(event.at), changed] for event in told.events if (changed := so_far.after(event))]


class _Standing:
    """How a dossier stands while its events are read."""

    def __init__(self) -> None:
        self.known: dict[str, Any] = {"supplements": 0}

    def after(self, event: Event) -> dict[str, Any]:
        changed = dict(self._changes(event.what, event.value, written(event.at)))
        self.known |= changed
        return changed

    def _changes(self, what: str, value: Any, at: str) -> Iterator[tuple[str, Any]]:
        known = self.known
        if what == "status":
            yield from self._moved(value, at)
        elif what == "due":
            yield from (("due_at", written(value)), ("due_by_law", written(value)))
        elif what == "extended":
            if "due_at" in known:
                yield "due_at", written(value)
        elif what in ("asked", "answered"):
            if "due_at" in known:
                yield "waits_since", at if what == "asked" else None
        elif what == "paper":
            if value not in known.get("papers", ()):
                yield "papers", [*known.get("papers", ()), value]
        elif what == "step":
            step, centre = value
            yield "steps", {**known.get("steps", {}), step: centre and known.get("steps", {}).get(step, True)}
        elif what == "document":
            yield "documents", known.get("documents", 0) + 1
            if value != "paper":
                yield value, known.get(value, 0) + 1
        elif what == "paid":
            amount, online = value
            yield "paid", known.get("paid", 0) + amount
            if online:
                yield "paid_online", known.get("paid_online", 0) + amount
        elif what == "rated":
            yield from (("rating", value), ("rated", 1))
        else:
            yield {"fee": "fee", "net": "net_minutes"}[what], value

    def _moved(self, code: str, at: str) -> Iterator[tuple[str, Any]]:
        yield "status", code
        if code == "2":
            yield "accepted_at", at
        if code == "5":
            yield "supplements", self.known["supplements"] + 1
        if code in ("3", "7", "8", "9"):
            yield "ended_at", at
        elif code == "4" and self.known.get("ended_at"):
            yield from (("ended_at", None), ("rated", 0))


def stored(told: Sequence[Told], url: str) -> DatabaseStore:
    """The same dossiers and papers in a store."""
    store = DatabaseStore(url)
    with store.begin() as unit:
        connection = unit._connection
        connection.execute(insert(dossiers), [_dossier(each) for each in told])
        connection.execute(insert(process_instances), [_instance(each) for each in told])
        connection.execute(insert(papers), [row for each in told for row in _papers(each)])
        unit.commit()
    return store


def _dossier(told: Told) -> dict[str, Any]:
    course = milestones(told)
    state: dict[str, Any] = {}
    for _, changed in course:
        state |= changed
    at = written(told.events[0].at)
    return {
        "tenant": "default", "id": told.id, "key": told.key, "unit": told.unit, "channel": told.channel, "submitted_at": at,
        "status_at": at, "accepted_at": state.get("accepted_at"), "ended_at": state.get("ended_at"), "supplements": 0, "course": course,
        "counted_at": course[-1][0] if state.get("ended_at") else None,
    } | {name: 0 for name in ("paid", "paid_online", "documents", "digitised", "reused", "shared", "rated") if name in dossiers.c}  # fmt: skip


def _instance(told: Told) -> dict[str, Any]:
    empty = {
        column.name: "" for column in process_instances.c if not column.nullable and column.type.python_type is str
    }
    numbers = {
        column.name: 0 for column in process_instances.c if not column.nullable and column.type.python_type is int
    }
    return (
        empty | numbers | {"tenant": "default", "id": told.id, "key": told.key, "pins": {}, "tokens": b"", "hash": b""}
    )


def _papers(told: Told) -> Iterator[dict[str, Any]]:
    for number, (form, drafted, published, withdrawn) in enumerate(told.papers):
        out = None if published is None else written(published)
        yield {
            "tenant": "default", "id": f"{told.id}/{number}", "instance_id": told.id, "form": form, "activity": "a", "element_id": "e",
            "unit": told.unit, "state": "published" if out else "withdrawn" if withdrawn else "drafted", "drafted_at": written(drafted),
            "published_at": out, "signer": "CN" if out else None, "withdrawn_at": None if withdrawn is None else written(withdrawn),
        }  # fmt: skip
