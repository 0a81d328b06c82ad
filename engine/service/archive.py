"""The archive: which instances go there, as what, and how it is proved that they arrived.

An archived history is an exported one in two parts. What was hashed stands in one file that is never changed; personal values
the key of their commitments and the files of the dossier stand in another, a line for each instance. To erase is to take that
line out: the history still verifies, as one whose values were erased.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from engine.domain.archive import Archived, ArchiveFile
from engine.domain.course import course_of
from engine.domain.errors import StillAtWork
from engine.domain.retention import RetentionClass
from engine.domain.values import written
from engine.ports import Queries, every
from engine.runtime.replay import Verification
from engine.service.command import Sender
from engine.service.export import FORMAT, NotAnExport, verify_export
from engine.service.export import lines as exported
from engine.service.process_instances import OnInstance
from engine.service.work import Work

MANIFEST, VERSION = "motcua-archive", 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One instance on its way to the archive: its history in two parts, and what the manifest says of it."""

    id: str
    histories: bytes
    values: bytes
    said: dict[str, Any]
    verification: Verification


def entry(queries: Queries, id: str, retention: RetentionClass) -> Entry:
    """An instance's history as it will stand in the archive, verified from what will stand there.

    Raises:
        NotFound: there is no such instance.
    """
    histories, values = split(exported(queries, id), documents_of(queries, id))
    head = queries.process_instances([id])[id]
    lines = histories.splitlines()
    (joined,) = join(lines, values.splitlines())
    said = {
        "processInstanceId": id,
        "key": head.key,
        "definitionId": head.definition_id,
        "endedAt": head.ended_at,
        "records": head.seq,
        "rows": len(lines) - 1,
        "firstHash": orjson.loads(lines[1])["hash"],
        "hash": head.hash.hex(),
        "retention": {"class": retention.name, "destroyable": retention.destroyable},
    }
    return Entry(id, histories, values, said, verify_export(joined))


def pack(month: str, entries: Sequence[Entry]) -> ArchiveFile:
    """One file of some instances. It is named by its content, so that the same ones never make two."""
    histories = b"".join(entry.histories for entry in entries)
    values = b"".join(entry.values for entry in entries)
    hash = sha256(histories).hexdigest()
    said = {
        "format": MANIFEST,
        "version": VERSION,
        "month": month,
        "sha256": hash,
        "bytes": len(histories),
        "valuesSha256": sha256(values).hexdigest(),
        "processInstances": [entry.said for entry in entries],
    }
    manifest = orjson.dumps(said, option=orjson.OPT_INDENT_2) + b"\n"
    return ArchiveFile(f"{month}/{hash[:32]}", histories, values, manifest)


def documents_of(queries: Queries, id: str) -> dict[str, str]:
    """The files of an instance, documents and papers, in base64 by their hash."""
    papers = every(lambda page: queries.list_papers(id, None, None, page))
    hashes = [attachment.hash for attachment in queries.attachments_of(id)] + [paper.hash for paper in papers]
    contents = {hash: queries.document(hash) for hash in hashes if hash is not None}
    return {hash: b64encode(content).decode() for hash, content in contents.items() if content is not None}


def split(lines: Iterable[bytes], documents: Mapping[str, str]) -> tuple[bytes, bytes]:
    """An exported history without anything personal, and the line of what was taken out, with the files beside it."""
    parsed = [orjson.loads(line) for line in lines]
    header, rows = parsed[0], parsed[1:]
    clear = {str(row["firstSeq"]): row["clear"] for row in rows if row["clear"] is not None}
    taken = {"processInstanceId": header["processInstanceId"], "key": header["key"], "clear": clear}
    if documents:
        taken["documents"] = documents
    bare = [header | {"key": None}, *(row | {"clear": None} for row in rows)]
    return b"".join(orjson.dumps(line) + b"\n" for line in bare), orjson.dumps(taken) + b"\n"


def join(histories: Iterable[bytes], values: Iterable[bytes]) -> Iterator[list[bytes]]:
    """The lines of each history, with the personal values that are still there in their places.

    Raises:
        NotAnExport: the lines begin with something else.
    """
    kept = {line["processInstanceId"]: line for line in map(orjson.loads, values)}
    history: list[bytes] = []
    taken: dict[str, Any] | None = None
    for line in histories:
        if not line.strip():
            continue
        if (header := _header(line)) is not None:
            if history:
                yield history
            taken = kept.get(header["processInstanceId"])
            history = [line if taken is None else orjson.dumps(header | {"key": taken["key"]})]
        elif not history:
            raise NotAnExport("the first line is no header")
        else:
            history.append(line if taken is None else _filled(line, taken["clear"]))
    if not history:
        raise NotAnExport("no lines")
    yield history


def _header(line: bytes) -> dict[str, Any] | None:
    """The line where it begins a history; what cannot be read is left to verification."""
    try:
        found = orjson.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) and found.get("format") == FORMAT else None


def _filled(line: bytes, clear: dict[str, str]) -> bytes:
    try:
        row = orjson.loads(line)
        return orjson.dumps(row | {"clear": clear.get(str(row["firstSeq"]))})
    except (ValueError, TypeError, KeyError):
        return line


def verify_file(histories: Iterable[bytes], values: Iterable[bytes]) -> Iterator[tuple[str, Verification]]:
    """Verify every history of an archived or exported file, with nothing but its lines.

    Raises:
        NotAnExport: the lines are something else.
    """
    for history in join(histories, values):
        yield orjson.loads(history[0])["processInstanceId"], verify_export(history)


@dataclass(frozen=True, slots=True)
class ArchiveInstance(OnInstance):
    """Let go of an instance that stands in the archive, as it stands there."""

    records: int
    hash: bytes
    file: str
    sha256: str


def archive(work: Work, command: ArchiveInstance, by: Sender) -> Archived:
    """Take an instance out of the database. The administration's log has where it went and what it came to.

    Raises:
        NotFound, StillAtWork
    """
    head = work.live(command.instance_id).head
    if not head.ended or (head.seq, head.hash) != (command.records, command.hash) or work.unit.jobs_of(head.id):
        raise StillAtWork(id=head.id)
    cause, counted = work.cause(by), _counted(work, head.id)
    gone = Archived(
        head.id, head.definition_id, head.key, head.business_key, head.state, head.unit, head.starter, head.started_at,
        str(head.ended_at), written(cause.at), head.seq, head.hash, command.file, command.sha256, counted,
        None if counted is None else _counted_at(counted, str(head.ended_at)),
    )  # fmt: skip
    work.administer("InstanceArchived", _record(gone), cause)
    work.current.insert(gone)
    work.current.archived.append(head.id)
    return gone


def _counted(work: Work, id: str) -> dict[str, Any] | None:
    """What figures of its time need; None where it was no dossier and made no paper."""
    dossier = work.dossier(id)
    papers = every(lambda page: work.unit.list_papers(id, None, None, page))
    counted = {
        "dossier": None if dossier is None else course_of(dossier).said(),
        "papers": [
            [paper.form, paper.drafted_at, paper.published_at, paper.withdrawn_at, paper.signer is not None]
            for paper in papers
        ],
    }
    return counted if any(counted.values()) else None


def _counted_at(counted: dict[str, Any], ended_at: str) -> str | None:
    """When the last of it changed: a dossier may be rated when its instance has ended."""
    papers = [published or withdrawn for _, _, published, withdrawn, _ in counted["papers"]]
    milestones = counted["dossier"]["milestones"] if counted["dossier"] else []
    return None if None in papers else max(ended_at, *papers, *(at for at, _ in milestones[-1:]))


def _record(gone: Archived) -> dict[str, Any]:
    said = {} if gone.counted is None else {"counted": gone.counted}
    return {
        "instance": gone.id,
        "definition": gone.definition_id,
        "endedAt": gone.ended_at,
        "records": gone.records,
        "hash": gone.hash.hex(),
        "file": gone.file,
        "sha256": gone.sha256,
        **said,
    }
