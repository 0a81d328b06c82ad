"""What happened to an instance: its records, its activities, its state at any record, its verification."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain

import orjson

from engine.domain.calendar import Calendar
from engine.domain.definition import ProcessDefinition
from engine.domain.errors import NotFound
from engine.domain.instance import ProcessInstance
from engine.domain.record import BEGINNING, LogRow, Payload, Record
from engine.domain.state import InstanceState, fold
from engine.ports import Queries
from engine.runtime.execution import Execution
from engine.runtime.program import Program
from engine.runtime.replay import Difference, Replay, Verification, blocks, unchained
from engine.runtime.sealing import Seal, records_of
from engine.service.catalog import Catalog, Loaded
from engine.service.forms import public_names
from engine.service.reaching import missing
from engine.service.reckoning import Reckoning

_ROWS = 500


def rows(queries: Queries, stream: str, after: int = 0) -> Iterator[LogRow]:
    """A stream's rows that hold records numbered above ``after``."""
    while found := queries.log_rows(stream, after, _ROWS):
        yield from found
        after = max(found[-1].first_seq, found[-1].last_seq)  # a damaged count must not lead backwards for ever


def records(queries: Queries, stream: str, after: int, limit: int) -> list[Record]:
    """At most ``limit`` records numbered above ``after``."""
    page: list[Record] = []
    for row in rows(queries, stream, after):
        page += [record for record in records_of(row) if record.seq > after]
        if len(page) >= limit:
            break
    return page[:limit]


def state_at(queries: Queries, instance_id: str, at_seq: int | None = None) -> InstanceState:
    """The state after record ``at_seq``, or after the last.

    Raises:
        NotFound, InstanceArchived: there is no such instance or record here.
    """
    state = fold(instance_id, _until(queries, instance_id, at_seq))
    if state.at_seq == 0:
        raise missing(queries, instance_id)
    if at_seq is not None and state.at_seq != at_seq:
        raise NotFound(what="record", id=f"{instance_id}/{at_seq}")
    return state


def _until(queries: Queries, stream: str, at_seq: int | None) -> Iterator[Record]:
    for row in rows(queries, stream):
        for record in records_of(row):
            if at_seq is not None and record.seq > at_seq:
                return
            yield record


@dataclass(frozen=True, slots=True)
class Material:
    """What a history is executed with again: its first record, program, calendar, key; and whether the stored files are the pinned ones."""

    started: Record
    definition: ProcessDefinition
    program: Program
    calendar: Calendar | None
    seal: Seal
    altered: str | None
    """Which of the pinned things is not what it was, None when all are."""


def verify(queries: Queries, catalog: Catalog, instance_id: str) -> Verification:
    """Check an instance's chain and values, execute its history again, and compare what stands beside the log.

    Whatever the tables hold, it is named, never raised.

    Raises:
        NotFound, InstanceArchived: there is no such instance here.
    """
    try:
        head = queries.process_instances([instance_id]).get(instance_id)
        if head is not None:
            return _verified(queries, catalog, head)
    except Exception as error:  # noqa: BLE001 - what damaged bytes do cannot be listed
        return Verification(0, 0, 0, Difference(1, None, f"unreadable: {type(error).__name__}: {error}"))
    raise missing(queries, instance_id)


def _verified(queries: Queries, catalog: Catalog, head: ProcessInstance) -> Verification:
    history = rows(queries, head.id)
    first = next(history, None)
    if first is None:
        return Verification(0, 0, 0, Difference(1, None, "missing"))
    try:
        material = stored_material(queries, catalog, head.id, first)
    except Exception:
        if (difference := unchained(first)) is not None:
            return Verification(0, 0, 0, difference)
        raise
    reckoning = new_reckoning(material)
    difference = next((found for block in blocks(chain([first], history)) if (found := reckoning.take(block))), None)
    if difference is None and material.altered is not None:
        difference = Difference(1, BEGINNING, f"altered: {material.altered}")
    if difference is None:
        difference = reckoning.unlike(head, {scope.id[1]: scope.content for scope in queries.scopes([head.id])})
    return reckoning.replay.so_far(difference)


def new_reckoning(material: Material) -> Reckoning:
    """A replay that has seen nothing yet, and where it stands."""
    return Reckoning.before(new_replay(material), material.started, material.definition)


def new_replay(material: Material) -> Replay:
    """A replay that has seen nothing yet."""
    started = material.started
    business_key = started.payload.get("businessKey")
    return Replay(Execution.new(material.program, started.stream, material.calendar, business_key), material.seal)


def stored_material(queries: Queries, catalog: Catalog, instance_id: str, first: LogRow) -> Material:
    """What the first record pins, as it is stored now."""
    started = records_of(first)[0]
    payload = started.payload
    main = catalog.read(queries, payload["definition"])
    calls = {key: catalog.read(queries, pin["definition"]) for key, pin in payload["calls"].items()}
    content = queries.contents([payload["calendar"]]).get(payload["calendar"]) if payload["calendar"] else None
    stored = {key: _stored(loaded) for key, loaded in calls.items()}
    altered = first_altered(payload, _stored(main), stored) or altered_calendar(payload["calendar"], content)
    public = public_names(form for loaded in (main, *calls.values()) for form in loaded.forms.values())
    program = Program(main.compiled, {key: loaded.compiled for key, loaded in calls.items()})
    seal = Seal(instance_id, queries.instance_key(instance_id), public)
    return Material(started, main.definition, program, read_calendar(content), seal, altered)


@dataclass(frozen=True, slots=True)
class Brought:
    """A definition as it is there now, to be compared with what was pinned; ``files`` are content hashes by name."""

    key: str
    version: int
    hash: str
    files: Mapping[str, str]
    intact: bool = True
    """Whether the files themselves still have those hashes."""


def _stored(loaded: Loaded) -> Brought:
    definition = loaded.definition
    return Brought(definition.key, definition.version, definition.hash, definition.files, loaded.intact)


def first_altered(started: Payload, main: Brought, calls: Mapping[str, Brought]) -> str | None:
    """Which definition is not the one that the first record pinned, None when all are."""
    if (started["key"], started["version"]) != (main.key, main.version):
        return f"{started['key']} version {started['version']}"
    pinned = [(started["hash"], main), *((started["calls"][key]["hash"], called) for key, called in calls.items())]
    for hash, found in pinned:
        if not found.intact or found.hash != hash or definition_hash(found.key, found.files) != hash:
            return f"{found.key} version {found.version}"
    return None


def definition_hash(key: str, files: Mapping[str, str]) -> str:
    """SHA-256 over a definition's key and the names and content hashes of every file it reaches."""
    return sha256(
        "\n".join([key, *(f"{name} {content}" for name, content in sorted(files.items()))]).encode()
    ).hexdigest()


def altered_calendar(hash: str, content: bytes | None) -> str | None:
    """Says ``calendar`` when a content is not the calendar that was pinned, if one was."""
    intact = content is None if not hash else content is not None and sha256(content).hexdigest() == hash
    return None if intact else "calendar"


def read_calendar(content: bytes | None) -> Calendar | None:
    """A working calendar, where there is one."""
    return None if content is None else Calendar.from_json(orjson.loads(content))
