"""Makes every table beside the log again, from the log alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from engine.domain import instance
from engine.domain.definition import ProcessDefinition, StartEvent
from engine.domain.errors import NotFound
from engine.domain.instance import ProcessInstance, Scope
from engine.domain.projection import Setting, project
from engine.domain.record import ADMINISTRATION, LogRow
from engine.domain.values import moment
from engine.ports import Queries, Store, UnitOfWork, every
from engine.runtime.replay import Difference, Replay
from engine.runtime.sealing import GENESIS, records_of
from engine.service.catalog import Catalog
from engine.service.deployments import starts_of
from engine.service.history import new_replay, rows, stored_material
from engine.service.staged import Staged
from engine.service.work import next_head

_TOGETHER = 200
"""Instances written at once."""


class RebuildFailed(Exception):
    """A history does not come out the same; nothing was changed. The message names it."""

    def __init__(self, instance_id: str, difference: Difference) -> None:
        super().__init__(f"{instance_id}: record {difference.seq} ({difference.kind}): {difference.reason}")
        self.instance_id, self.difference = instance_id, difference


def rebuild(store: Store, catalog: Catalog, progress: Callable[[int], object] | None = None) -> int:
    """Empty and refill all derived tables in one transaction; how many instances there are.

    ``progress`` is called with the number done so far.

    Raises:
        RebuildFailed: a history is damaged; the tables stay as they were.
    """
    with store.begin() as unit:
        unit.clear_derived()
        staged, done = Staged(), 0
        for stream in list(unit.streams()):
            _rebuild_instance(unit, catalog, stream, staged)
            done += 1
            if done % _TOGETHER == 0:
                unit.write(staged.changes())
                staged = Staged()
            if progress is not None:
                progress(done)
        _rebuild_starts(unit, catalog, staged)
        unit.write(staged.changes())
        unit.commit()
    return done


def _rebuild_instance(unit: UnitOfWork, catalog: Catalog, stream: str, staged: Staged) -> None:
    history = rows(unit, stream)
    first = next(history)
    try:
        _replay_instance(unit, catalog, first, history, staged)
    except (KeyError, TypeError, ValueError, IndexError, NotFound) as error:
        raise RebuildFailed(stream, Difference(first.first_seq, None, f"unreadable: {error}")) from error


def _replay_instance(
    unit: UnitOfWork, catalog: Catalog, first: LogRow, history: Iterable[LogRow], staged: Staged
) -> None:
    stream = first.stream
    replay = new_replay(stored_material(unit, catalog, stream, first), stream, first)
    head, scopes = _new_head(unit, first), dict[str, bytes]()
    for row in [first, *history]:
        if difference := replay.row(row):
            raise RebuildFailed(stream, difference)
        if replay.blind:
            raise RebuildFailed(stream, Difference(row.first_seq, None, "depends on erased values"))
        head = _after(head, row, replay, scopes)
        _project(head, row, staged)
    staged.insert(head)
    for owner, content in scopes.items():
        staged.insert(Scope((stream, owner), content))


def _new_head(queries: Queries, first: LogRow) -> ProcessInstance:
    started = records_of(first)[0].payload
    definition = queries.process_definition(started["definition"])
    if definition is None:
        raise NotFound(what="process definition", id=started["definition"])
    return ProcessInstance(
        id=first.stream,
        definition_id=definition.id,
        key=started["key"],
        version=started["version"],
        name=definition.name,
        business_key=started.get("businessKey"),
        state=instance.RUNNING,
        seq=0,
        hash=GENESIS,
        tokens=b"",
        pins={key: pin["definition"] for key, pin in started["calls"].items()},
        calendar=started["calendar"],
        started_at=first.recorded_at,
        started_by=first.on_behalf_of or first.actor,
        updated_at=first.recorded_at,
    )


def _after(head: ProcessInstance, row: LogRow, replay: Replay, scopes: dict[str, bytes]) -> ProcessInstance:
    snapshot = replay.execution.snapshot()
    for owner, content in snapshot.scopes.items():
        if content is None:
            scopes.pop(owner, None)
        else:
            scopes[owner] = content
    kind = records_of(row)[0].kind
    return next_head(head, replay.execution, snapshot.tokens, kind, row)[0]


def _project(head: ProcessInstance, row: LogRow, staged: Staged) -> None:
    by = row.on_behalf_of or row.actor
    setting = Setting(head.id, head.definition_id, head.business_key, row.recorded_at, by)
    for record in records_of(row):
        staged.add(project(record.kind, record.payload, setting))


def _rebuild_starts(unit: UnitOfWork, catalog: Catalog, staged: Staged) -> None:
    """Start events of the newest definitions; their timers as the administration stream left them."""
    newest: dict[str, ProcessDefinition] = {}
    for definition in every(lambda page: unit.process_definitions(None, page)):
        if definition.key not in newest or definition.version > newest[definition.key].version:
            newest[definition.key] = definition
    hash = unit.calendar_hash()
    calendar = None if hash is None else catalog.calendar(unit, hash)
    starts: dict[str, StartEvent] = {}
    for definition in newest.values():
        compiled = catalog.load(unit, definition.id).compiled
        starts |= {
            start.id: start for start in starts_of(compiled, definition, calendar, moment(definition.created_at))
        }
    _refire(unit, starts, newest)
    for start in starts.values():
        staged.insert(start)


def _refire(unit: UnitOfWork, starts: dict[str, StartEvent], newest: dict[str, Any]) -> None:
    for row in rows(unit, ADMINISTRATION):
        for record in records_of(row):
            start = starts.get(record.payload.get("start", ""))
            if record.kind != "StartTimerFired" or start is None or record.recorded_at < newest[start.key].created_at:
                continue
            if record.payload["next"] is None:
                del starts[start.id]
            else:
                starts[start.id] = replace(start, due_at=record.payload["next"], repeats=record.payload["repeats"])
