"""A history as JSON lines that can be verified anywhere, without the database it came from.

The first line has what the history was executed with (definitions with their files, calendar, the key of the
commitments) and where it ends; each further line is one row of the log, byte for byte.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import chain
from typing import Any

import orjson

from engine.domain.definition import Resource
from engine.domain.errors import NotFound
from engine.domain.instance import ProcessInstance
from engine.domain.record import BEGINNING, LogRow
from engine.ports import Queries
from engine.runtime.compiled import CompiledProcess, compile_diagram
from engine.runtime.diagram import Diagram
from engine.runtime.execution import Execution
from engine.runtime.program import Program
from engine.runtime.replay import Difference, Replay, Verification, unchained
from engine.runtime.sealing import Seal, Unreadable, kinds_of, records_of
from engine.service.catalog import is_form
from engine.service.forms import Form, public_names
from engine.service.history import Brought, altered_calendar, first_altered, read_calendar, rows
from engine.service.reaching import missing
from engine.service.tables import read_tables

FORMAT, VERSION = "motcua-history", 1
HEADER = "header"
"""What a difference names when it is in the first line, which is no record."""


class NotAnExport(Exception):
    """The lines are no exported history; the message says why."""


def lines(queries: Queries, instance_id: str) -> Iterator[bytes]:
    """The lines of an instance's history.

    Raises:
        NotFound, InstanceArchived: there is no such instance here.
    """
    history = rows(queries, instance_id)
    first, head = next(history, None), queries.process_instances([instance_id]).get(instance_id)
    if first is None or head is None:
        raise missing(queries, instance_id)
    yield orjson.dumps(_header(queries, head, first)) + b"\n"
    for row in chain([first], history):
        yield _line(row)


def _header(queries: Queries, head: ProcessInstance, first: LogRow) -> dict[str, Any]:
    started = records_of(first)[0].payload
    ids = [started["definition"], *(pin["definition"] for pin in started["calls"].values())]
    key, calendar = queries.instance_key(head.id), started["calendar"]
    return {
        "format": FORMAT,
        "version": VERSION,
        "processInstanceId": head.id,
        "records": head.seq,
        "hash": head.hash.hex(),
        "definitions": [_definition(queries, id) for id in ids],
        "calendar": queries.contents([calendar])[calendar].decode() if calendar else None,
        "key": key and key.hex(),
    }


def _definition(queries: Queries, id: str) -> dict[str, Any]:
    definition = queries.process_definition(id)
    if definition is None:
        raise NotFound(what="process definition", id=id)
    contents = queries.contents(definition.files.values())
    files = {name: b64encode(contents[hash]).decode() for name, hash in definition.files.items()}
    return {
        "id": id,
        "key": definition.key,
        "version": definition.version,
        "hash": definition.hash,
        "file": definition.file,
        "files": files,
    }


def _line(row: LogRow) -> bytes:
    written = {
        "firstSeq": row.first_seq,
        "count": row.count,
        "hash": row.hash.hex(),
        "body": row.body.decode(),
        "clear": None if row.clear is None else row.clear.decode(),
    }
    return orjson.dumps(written) + b"\n"


def verify_export(source: Iterable[bytes | str]) -> Verification:
    """Verify an exported history with nothing but its lines. What is wrong with them is named, never raised.

    Raises:
        NotAnExport: the lines are something else.
    """
    lines = iter(source)
    header = _read_header(lines)
    try:
        stream, records, hash = header["processInstanceId"], header["records"], bytes.fromhex(header["hash"])
        history, difference = _read_rows(stream, lines)
        if not history:
            return Verification(0, 0, 0, difference or Difference(1, None, "missing"))
        material = _material(header, history[0])
    except Unreadable as error:
        return Verification(0, 0, 0, unchained(history[0]) or Difference(error.seq, error.kind, f"unreadable: {error}"))
    except Exception as error:  # noqa: BLE001 - what damaged bytes do cannot be listed
        return Verification(0, 0, 0, Difference(0, HEADER, f"unreadable: {type(error).__name__}: {error}"))
    return _executed(material, history, difference, (records, hash))


def _read_header(lines: Iterator[bytes | str]) -> dict[str, Any]:
    try:
        header = orjson.loads(next(lines))
    except (StopIteration, ValueError, TypeError) as error:
        raise NotAnExport(str(error) or "no lines") from error
    if not isinstance(header, dict) or (header.get("format"), header.get("version")) != (FORMAT, VERSION):
        raise NotAnExport(f"the first line does not say {FORMAT} {VERSION}")
    return header


def _read_rows(stream: str, lines: Iterator[bytes | str]) -> tuple[list[LogRow], Difference | None]:
    """The rows up to the first line that is none, and that line's difference."""
    history: list[LogRow] = []
    for line in lines:
        if not line.strip():
            continue
        try:
            history.append(_row(stream, orjson.loads(line)))
        except Exception as error:  # noqa: BLE001 - what damaged bytes do cannot be listed
            seq = history[-1].last_seq + 1 if history else 1
            return history, Difference(seq, None, f"unreadable: {type(error).__name__}: {error}")
    return history, None


def _row(stream: str, line: dict[str, Any]) -> LogRow:
    """A row as its line has it; what stands in its columns is not exported, and is taken from its hashed bytes."""
    if type(line["firstSeq"]) is not int or type(line["count"]) is not int:
        raise TypeError("firstSeq and count are numbers")
    body, clear = line["body"].encode(), line["clear"]
    row = LogRow(
        stream, line["firstSeq"], line["count"], "", "", "", None, "",
        bytes.fromhex(line["hash"]), body, None if clear is None else clear.encode(),
    )  # fmt: skip
    try:
        records = records_of(row)
        first = records[0]
    except (Unreadable, IndexError):
        return row
    kinds = kinds_of(record.kind for record in records)
    return replace(
        row, command=first.cause, recorded_at=first.recorded_at, actor=first.actor, on_behalf_of=first.on_behalf_of, kinds=kinds
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Material:
    """What the file brings to execute its history with."""

    replay: Replay
    altered: str | None


def _material(header: dict[str, Any], first: LogRow) -> _Material:
    stream, started = header["processInstanceId"], records_of(first)[0].payload
    brought = {d["id"]: d for d in header["definitions"]}
    main = brought[started["definition"]]
    calls = {key: brought[pin["definition"]] for key, pin in started["calls"].items()}
    program = Program(_compiled(main), {key: _compiled(called) for key, called in calls.items()})
    public = public_names(form for definition in (main, *calls.values()) for form in _forms(definition))
    key, calendar = header["key"], header["calendar"]
    content = None if calendar is None else calendar.encode()
    seal = Seal(stream, None if key is None else bytes.fromhex(key), public)
    execution = Execution.new(program, stream, read_calendar(content), started.get("businessKey"))
    pinned = {key: _brought(called) for key, called in calls.items()}
    altered = first_altered(started, _brought(main), pinned) or altered_calendar(started["calendar"], content)
    return _Material(Replay(execution, seal), altered)


def _executed(
    material: _Material, history: list[LogRow], damage: Difference | None, end: tuple[Any, bytes]
) -> Verification:
    """The verdict: where execution differs says most, then a line that is none, the end, a pinned file."""
    replay = material.replay
    verification = replay.verify(history)
    difference = verification.first_difference or damage
    if difference is None and end != (replay.next_seq - 1, replay.previous):
        difference = Difference(replay.next_seq, None, "truncated", replay.next_seq - 1, end[0])
    if difference is None and material.altered:
        difference = Difference(1, BEGINNING, f"altered: {material.altered}")
    return replay.so_far(difference)


def _compiled(definition: dict[str, Any]) -> CompiledProcess:
    files = {name: b64decode(content) for name, content in definition["files"].items()}
    compiled = compile_diagram(Diagram(definition["file"], files[definition["file"]]))[definition["key"]]
    return replace(compiled, tables=read_tables(Resource(name, content) for name, content in files.items()))


def _forms(definition: dict[str, Any]) -> Iterator[Form]:
    for name, content in definition["files"].items():
        if is_form(name):
            yield Form(b64decode(content))


def _brought(definition: dict[str, Any]) -> Brought:
    files = {name: sha256(b64decode(content)).hexdigest() for name, content in definition["files"].items()}
    return Brought(definition["key"], definition["version"], definition["hash"], files)
