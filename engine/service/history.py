"""What happened to an instance: its records, its activities, its state at any record, its verification."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from engine.domain.calendar import Calendar
from engine.domain.errors import NotFound
from engine.domain.record import LogRow, Record
from engine.domain.state import InstanceState, fold
from engine.ports import Queries
from engine.runtime.execution import Execution
from engine.runtime.program import Program
from engine.runtime.replay import Difference, Replay, Verification
from engine.runtime.sealing import Seal, records_of
from engine.service.catalog import Catalog, Loaded
from engine.service.forms import public_names

_ROWS = 500


def rows(queries: Queries, stream: str, after: int = 0) -> Iterator[LogRow]:
    """A stream's rows that hold records numbered above ``after``."""
    while found := queries.log_rows(stream, after, _ROWS):
        yield from found
        after = found[-1].last_seq


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
        NotFound: there is no such instance or record.
    """
    state = fold(instance_id, _until(queries, instance_id, at_seq))
    if state.at_seq == 0 or (at_seq is not None and state.at_seq != at_seq):
        raise NotFound(what="record", id=f"{instance_id}/{at_seq or 1}")
    return state


def _until(queries: Queries, stream: str, at_seq: int | None) -> Iterator[Record]:
    for row in rows(queries, stream):
        for record in records_of(row):
            if at_seq is not None and record.seq > at_seq:
                return
            yield record


@dataclass(frozen=True, slots=True)
class Material:
    """What a history is executed with again: program, calendar, key; and whether the stored files are the pinned ones."""

    program: Program
    calendar: Calendar | None
    seal: Seal
    altered: str | None
    """Which of the pinned things is not what it was, None when all are."""


def verify(queries: Queries, catalog: Catalog, instance_id: str) -> Verification:
    """Check an instance's chain and values, and execute its history again.

    Raises:
        NotFound: there is no such instance.
    """
    head = queries.process_instances([instance_id]).get(instance_id)
    if head is None:
        raise NotFound(what="process instance", id=instance_id)
    history = rows(queries, instance_id)
    first = next(history, None)
    if first is None:
        return Verification(0, 0, 0, Difference(1, None, "missing"))
    try:
        material = stored_material(queries, catalog, instance_id, first)
    except (KeyError, TypeError, ValueError, IndexError, NotFound) as error:
        return Verification(0, 0, 0, Difference(first.first_seq, None, f"unreadable: {error}"))
    replay = new_replay(material, instance_id, first)
    verification = replay.verify(_chained(first, history))
    if verification.identical and (head.seq, head.hash) != (replay.next_seq - 1, replay.previous):
        return _but(verification, Difference(replay.next_seq, None, "truncated", replay.next_seq - 1, head.seq))
    return verification if material.altered is None else _altered(verification, material.altered)


def _altered(verification: Verification, what: str) -> Verification:
    """A pinned file was changed: where execution differs says more, else the first record, which pinned it."""
    if not verification.identical:
        return verification
    return _but(verification, Difference(1, "ProcessInstanceStarted", f"altered: {what}"))


def _but(verification: Verification, difference: Difference) -> Verification:
    return Verification(verification.records, verification.recomputed, verification.taken_from_record, difference)


def _chained(first: LogRow, rest: Iterable[LogRow]) -> Iterator[LogRow]:
    yield first
    yield from rest


def new_replay(material: Material, instance_id: str, first: LogRow) -> Replay:
    """A replay that has seen nothing yet."""
    business_key = _started(first)[1].get("businessKey")
    return Replay(Execution.new(material.program, instance_id, material.calendar, business_key), material.seal)


def _started(first: LogRow) -> tuple[Record, dict[str, Any]]:
    record = records_of(first)[0]
    return record, record.payload


def stored_material(queries: Queries, catalog: Catalog, instance_id: str, first: LogRow) -> Material:
    """What the first record pins, as it is stored now."""
    payload = _started(first)[1]
    main = catalog.read(queries, payload["definition"])
    calls = {key: catalog.read(queries, pin["definition"]) for key, pin in payload["calls"].items()}
    altered = _first_altered(payload, main, calls) or _altered_calendar(queries, payload["calendar"])
    calendar = _calendar(queries, payload["calendar"])
    public = public_names(form for loaded in (main, *calls.values()) for form in loaded.forms.values())
    program = Program(main.compiled, {key: loaded.compiled for key, loaded in calls.items()})
    return Material(program, calendar, Seal(instance_id, queries.instance_key(instance_id), public), altered)


def _first_altered(payload: dict[str, Any], main: Loaded, calls: dict[str, Loaded]) -> str | None:
    if (payload["key"], payload["version"]) != (main.definition.key, main.definition.version):
        return f"{payload['key']} version {payload['version']}"
    pinned = [(payload["hash"], main), *((payload["calls"][key]["hash"], loaded) for key, loaded in calls.items())]
    for hash, loaded in pinned:
        if (
            not loaded.intact
            or loaded.definition.hash != hash
            or definition_hash(loaded.definition.key, loaded.definition.files) != hash
        ):
            return f"{loaded.definition.key} version {loaded.definition.version}"
    return None


def definition_hash(key: str, files: dict[str, str]) -> str:
    """SHA-256 over a definition's key and the names and content hashes of every file it reaches."""
    return sha256(
        "\n".join([key, *(f"{name} {content}" for name, content in sorted(files.items()))]).encode()
    ).hexdigest()


def _altered_calendar(queries: Queries, hash: str) -> str | None:
    if not hash:
        return None
    content = queries.contents([hash]).get(hash)
    return None if content is not None and sha256(content).hexdigest() == hash else "calendar"


def _calendar(queries: Queries, hash: str) -> Calendar | None:
    content = queries.contents([hash]).get(hash) if hash else None
    return None if content is None else Calendar.from_json(orjson.loads(content))
