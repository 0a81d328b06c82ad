"""The archivist: what is past its class's time is written, read back, and only then let go of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import orjson
import structlog

from engine.domain.definition import ProcessDefinition
from engine.domain.errors import EngineError, InstanceArchived, NotFound, StillAtWork
from engine.domain.retention import Period, Retention, RetentionClass, class_of
from engine.domain.values import written
from engine.ports import Archive, Clock, Queries, Store, every
from engine.service.archive import ArchiveInstance, Entry, entry, pack
from engine.service.command import SERVICE
from engine.service.loop import Loop
from engine.service.writer import Writer

TOGETHER = 100
"""Instances of one file: as many are read and verified before a word is written."""
LARGEST = 64 * 1024 * 1024
"""Bytes of values, documents among them, after which a file takes no further instance."""
PAUSE = 0.02
"""Seconds between two instances, in which callers have their turn."""
DAY = 24 * 3600.0

log = structlog.get_logger()


@dataclass(slots=True)
class Outcome:
    """What became of one run."""

    archived: int = 0
    files: list[str] = field(default_factory=list)
    unlike: list[tuple[str, str]] = field(default_factory=list)
    """Instances that stay because their history does not verify, with the reason."""
    unknown: dict[str, int] = field(default_factory=dict)
    """Classes that there are not, and how many definitions name them: their instances stay."""


class Archivist(Loop):
    """Moves ended instances to the archive, one run after the other."""

    name = "archivist"
    rest = DAY

    def __init__(
        self, store: Store, writer: Writer, clock: Clock, archive: Archive, retention: Retention, pause: float = PAUSE
    ) -> None:
        super().__init__()
        self.store, self.writer, self.clock, self.archive, self.retention = store, writer, clock, archive, retention
        self._pause = pause

    def turn(self, woken: bool) -> None:
        """The day's run."""
        done = self.run()
        log.info("archived", instances=done.archived, files=len(done.files), notIdentical=len(done.unlike))

    def due(self, older_than: Period | None = None) -> Iterator[tuple[str, str, RetentionClass]]:
        """Each instance that is past its class's time: id, when it ended, class."""
        now = self.clock.now()
        for definition, kept in self._classes():
            before, after = written((older_than or kept.hot).before(now)), ("", "")
            while rows := self._ended(definition, before, after):
                yield from ((id, ended_at, kept) for ended_at, id in rows)
                after = rows[-1]

    def _ended(self, definition: ProcessDefinition, before: str, after: tuple[str, str]) -> Sequence[tuple[str, str]]:
        with self.store.read() as queries:
            return queries.archivable(definition.id, before, after, TOGETHER)

    def _classes(self) -> list[tuple[ProcessDefinition, RetentionClass]]:
        with self.store.read() as queries:
            found = [(each, self.retention.of(each.procedure)) for each in _definitions(queries)]
        return [(definition, kept) for definition, kept in found if kept is not None]

    def run(self, older_than: Period | None = None, progress: Callable[[int], object] | None = None) -> Outcome:
        """Archive all that is due; what a run before left half done is finished first.

        Raises:
            ArchiveInUse: another process is at it.
            ArchiveDamaged: what was written does not read back as it was.
        """
        outcome = Outcome(unknown=self._unknown())
        with self.archive.held():
            for name in self.archive.pending():
                self._finish(name, outcome)
            for month, together in _by_month(self.due(older_than)):
                if self._stopping.is_set():
                    break
                self._move(month, together, outcome)
                if progress is not None:
                    progress(outcome.archived)
        return outcome

    def _move(self, month: str, together: Sequence[tuple[str, RetentionClass]], outcome: Outcome) -> None:
        entries: list[Entry] = []
        for id, kept in together:
            if (made := self._entry(id, kept, outcome)) is not None:
                entries.append(made)
            self._stopping.wait(self._pause)
            if sum(len(each.values) for each in entries) >= LARGEST:
                self._write(month, entries, outcome)
                entries = []
        self._write(month, entries, outcome)

    def _write(self, month: str, entries: Sequence[Entry], outcome: Outcome) -> None:
        if entries:
            file = pack(month, entries)
            self.archive.write(file)
            self._finish(file.name, outcome)

    def _entry(self, id: str, kept: RetentionClass, outcome: Outcome) -> Entry | None:
        """An instance as it will stand in the archive; None for one that stays, or is there already."""
        try:
            with self.store.read() as queries:
                made = entry(queries, id, kept)
        except (NotFound, InstanceArchived):
            return None
        except EngineError:
            raise
        except Exception as error:  # noqa: BLE001 - what damaged bytes do cannot be listed, and the others must not wait
            outcome.unlike.append((id, f"unreadable: {type(error).__name__}: {error}"))
            return None
        if made.verification.first_difference is None:
            return made
        outcome.unlike.append((id, made.verification.first_difference.reason))
        return None

    def _finish(self, name: str, outcome: Outcome) -> None:
        """Let go of every instance of a file that reads back as it was written; one that was never finished is thrown away."""
        manifest = self.archive.read_back(name)
        if manifest is None:
            self.archive.discard(name)
            return
        said = orjson.loads(manifest)
        for instance in said["processInstances"]:
            outcome.archived += self._let_go(name, said["sha256"], instance)
            if self._stopping.wait(self._pause):
                return
        self.archive.settle(name)
        outcome.files.append(name)

    def _let_go(self, name: str, hash: str, said: dict[str, Any]) -> bool:
        id, last = said["processInstanceId"], bytes.fromhex(said["hash"])
        try:
            self.writer.do(ArchiveInstance(id, said["records"], last, name, hash), SERVICE)
        except (
            NotFound,
            InstanceArchived,
            StillAtWork,
        ):  # it went with a run before, or was restored and is not what it was
            return False
        return True

    def _unknown(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        with self.store.read() as queries:
            for definition in _definitions(queries):
                if self.retention.of(definition.procedure) is None:
                    name = class_of(definition.procedure)
                    counts[name] = counts.get(name, 0) + 1
        return counts


def _definitions(queries: Queries) -> list[ProcessDefinition]:
    return list(every(lambda page: queries.process_definitions(None, page)))


def _by_month(
    due: Iterator[tuple[str, str, RetentionClass]],
) -> Iterator[tuple[str, list[tuple[str, RetentionClass]]]]:
    """Some instances that ended in the same month, at a time."""
    for month, found in groupby(due, key=lambda row: row[1][:7]):
        together: list[tuple[str, RetentionClass]] = []
        for id, _, kept in found:
            together.append((id, kept))
            if len(together) == TOGETHER:
                yield month, together
                together = []
        if together:
            yield month, together
