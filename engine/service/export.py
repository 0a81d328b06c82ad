"""A history as JSON lines that can be verified anywhere, without the database it came from.

The first line has what the history was executed with (definitions with their files, calendar, the key of the
commitments); each further line is one row of the log, byte for byte.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any

import orjson

from engine.domain.calendar import Calendar
from engine.domain.errors import NotFound
from engine.domain.record import LogRow
from engine.ports import Queries
from engine.runtime.compiled import CompiledProcess, compile_diagram
from engine.runtime.diagram import Diagram
from engine.runtime.execution import Execution
from engine.runtime.program import Program
from engine.runtime.replay import Difference, Replay, Verification
from engine.runtime.sealing import Seal, records_of
from engine.service.forms import Form, public_names
from engine.service.history import definition_hash, rows

FORMAT, VERSION = "motcua-history", 1


class NotAnExport(Exception):
    """The lines are no exported history; the message says why."""


def lines(queries: Queries, instance_id: str) -> Iterator[bytes]:
    """The lines of an instance's history.

    Raises:
        NotFound: there is no such instance.
    """
    history = rows(queries, instance_id)
    first = next(history, None)
    if first is None:
        raise NotFound(what="process instance", id=instance_id)
    yield orjson.dumps(_header(queries, instance_id, first)) + b"\n"
    yield _line(first)
    for row in history:
        yield _line(row)


def _header(queries: Queries, instance_id: str, first: LogRow) -> dict[str, Any]:
    started = records_of(first)[0].payload
    ids = [started["definition"], *(pin["definition"] for pin in started["calls"].values())]
    key, calendar = queries.instance_key(instance_id), started["calendar"]
    return {
        "format": FORMAT,
        "version": VERSION,
        "processInstanceId": instance_id,
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
    """Verify an exported history with nothing but its lines.

    Raises:
        NotAnExport: the lines are something else.
    """
    lines = iter(source)
    try:
        header = orjson.loads(next(lines))
        if (header["format"], header["version"]) != (FORMAT, VERSION):
            raise NotAnExport(f"{header['format']} {header['version']}")
        history = [_row(header["processInstanceId"], orjson.loads(line)) for line in lines if line.strip()]
        return _verify(header, history)
    except (StopIteration, KeyError, ValueError, TypeError) as error:
        raise NotAnExport(str(error) or "no lines") from error


def _row(stream: str, line: dict[str, Any]) -> LogRow:
    body = line["body"].encode()
    said = orjson.loads(body)
    clear = line["clear"]
    return LogRow(
        stream, line["firstSeq"], line["count"], said["command"], said["at"], said["actor"], said["onBehalfOf"], "",
        bytes.fromhex(line["hash"]), body, None if clear is None else clear.encode(),
    )  # fmt: skip


def _verify(header: dict[str, Any], history: list[LogRow]) -> Verification:
    if not history:
        return Verification(0, 0, 0, Difference(1, None, "missing"))
    started = records_of(history[0])[0].payload
    definitions = {d["id"]: d for d in header["definitions"]}
    main = definitions[started["definition"]]
    calls = {key: definitions[pin["definition"]] for key, pin in started["calls"].items()}
    program = Program(_compiled(main), {key: _compiled(called) for key, called in calls.items()})
    public = public_names(form for definition in definitions.values() for form in _forms(definition))
    key = header["key"]
    seal = Seal(header["processInstanceId"], None if key is None else bytes.fromhex(key), public)
    calendar = header["calendar"]
    execution = Execution.new(
        program, header["processInstanceId"], calendar and Calendar.from_json(orjson.loads(calendar)), started.get("businessKey")
    )  # fmt: skip
    verification = Replay(execution, seal).verify(history)
    altered = _altered(started, main, calls, calendar)
    if altered and verification.identical:
        difference = Difference(1, "ProcessInstanceStarted", f"altered: {altered}")
        return Verification(verification.records, verification.recomputed, verification.taken_from_record, difference)
    return verification


def _compiled(definition: dict[str, Any]) -> CompiledProcess:
    content = b64decode(definition["files"][definition["file"]])
    return compile_diagram(Diagram(definition["file"], content))[definition["key"]]


def _forms(definition: dict[str, Any]) -> Iterator[Form]:
    for name, content in definition["files"].items():
        if name.endswith(".json"):
            yield Form(b64decode(content))


def _altered(started: dict[str, Any], main: dict[str, Any], calls: dict[str, Any], calendar: str | None) -> str | None:
    if (started["key"], started["version"]) != (main["key"], main["version"]):
        return f"{started['key']} version {started['version']}"
    pinned = [(started["hash"], main), *((started["calls"][key]["hash"], called) for key, called in calls.items())]
    for hash, definition in pinned:
        files = {name: sha256(b64decode(content)).hexdigest() for name, content in definition["files"].items()}
        if definition_hash(definition["key"], files) != hash:
            return f"{definition['key']} version {definition['version']}"
    if calendar is not None and sha256(calendar.encode()).hexdigest() != started["calendar"]:
        return "calendar"
    return None
