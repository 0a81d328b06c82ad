"""Makes every table beside the log again, from the log alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from typing import Any

import structlog

from engine.domain.approval import approved
from engine.domain.definition import ProcessDefinition, StartEvent
from engine.domain.dossier import Dossier, Ruling
from engine.domain.errors import IllegalStatusMove
from engine.domain.instance import ProcessInstance, Scope
from engine.domain.projection import Delete, DeleteIfThere, Insert, Setting, Update, project
from engine.domain.record import ADMINISTRATION, BEGINNING, Draft, LogRow
from engine.domain.user_task import UserTask
from engine.domain.values import moment
from engine.ports import Store, UnitOfWork, every
from engine.runtime.replay import Difference, blocks
from engine.runtime.sealing import Unreadable, records_of
from engine.service import escalations
from engine.service.catalog import Catalog
from engine.service.deployments import starts_of
from engine.service.following import folded, ruling_of
from engine.service.history import new_reckoning, rows, stored_material
from engine.service.staged import Staged

_TOGETHER = 200
"""Instances written at once."""

log = structlog.get_logger()


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
        _rebuild_approvals(unit, staged)
        for entry in unit.refused_tellings():
            staged.insert(entry.incident)
        unit.write(staged.changes())
        unit.commit()
    return done


def _rebuild_instance(unit: UnitOfWork, catalog: Catalog, stream: str, staged: Staged) -> None:
    with _naming(stream):
        history = rows(unit, stream)
        first = next(history)
        material = stored_material(unit, catalog, stream, first)
        reckoning = new_reckoning(material)
        ruling, dossier = ruling_of(unit, catalog, reckoning.head.definition_id), None
        for block in blocks(chain([first], history)):
            difference = reckoning.take(block)
            if difference is None and (erased := reckoning.replay.blind_from) is not None:
                difference = Difference(erased, None, "erased")
            if difference is not None:
                raise RebuildFailed(stream, difference)
            for row in block:
                drafts = [(record.kind, record.payload) for record in records_of(row)]
                _project(reckoning.head, row, drafts, staged)
                dossier = _followed(reckoning.head, row, drafts, dossier, ruling)
        if material.altered is not None:
            raise RebuildFailed(stream, Difference(1, BEGINNING, f"altered: {material.altered}"))
        reckoning.settle()
        staged.insert(reckoning.head)
        if dossier is not None:
            staged.insert(dossier)
        tasks = [task for task in staged.inserted(UserTask) if task.instance_id == stream]
        for job in escalations.armed(unit, catalog, reckoning.head, dossier, tasks):
            staged.insert(job)
        for owner, content in reckoning.scopes.items():
            staged.insert(Scope((stream, owner), content))


@contextmanager
def _naming(stream: str) -> Iterator[None]:
    """Whatever a damaged stream makes go wrong, it is the stream that is named."""
    try:
        yield
    except RebuildFailed:
        raise
    except Unreadable as error:
        raise RebuildFailed(stream, Difference(error.seq, error.kind, f"unreadable: {error}")) from error
    except Exception as error:
        raise RebuildFailed(stream, Difference(1, None, f"unreadable: {type(error).__name__}: {error}")) from error


def _project(head: ProcessInstance, row: LogRow, drafts: list[Draft], staged: Staged) -> None:
    by = row.on_behalf_of or row.actor
    setting = Setting(head.id, head.definition_id, head.business_key, row.recorded_at, by, head.unit)
    for kind, payload in drafts:
        changes = list(project(kind, payload, setting))
        staged.add(changes)
        for change in changes:
            if not isinstance(change, Insert) and not _is_own(change, head.id, staged):
                what = f"changes {change.type.__name__} {change.id!r}, which it has not made"
                raise RebuildFailed(head.id, Difference(row.last_seq, kind, what))


def _is_own(change: Update | Delete, stream: str, staged: Staged) -> bool:
    """All rows of a stream wait to be written: what it changes and has not made is not there, or is another's."""
    now = staged.rows.get(change.type, {}).get(change.id)
    if isinstance(now, Insert):
        return bool(getattr(now.entity, "instance_id", stream) == stream)
    return now is None or isinstance(now, DeleteIfThere)


def _followed(
    head: ProcessInstance, row: LogRow, drafts: list[Draft], dossier: Dossier | None, ruling: Ruling
) -> Dossier | None:
    """The dossier after a row; a row with a status that may not follow left it as it was when it was written, too."""
    try:
        return folded(dossier, drafts, head.id, head.key, row.recorded_at, head.starter, ruling)
    except IllegalStatusMove as refused:
        log.warning("dossier not followed", instance=head.id, record=row.last_seq, error=str(refused))
        return dossier


def _rebuild_starts(unit: UnitOfWork, catalog: Catalog, staged: Staged) -> None:
    """Start events of the newest definitions; their timers as the administration stream left them."""
    newest: dict[str, ProcessDefinition] = {}
    for definition in every(lambda page: unit.process_definitions(None, page)):
        if definition.key not in newest or definition.version > newest[definition.key].version:
            newest[definition.key] = definition
    calendar = catalog.calendar_in_force(unit)
    starts: dict[str, StartEvent] = {}
    for definition in newest.values():
        compiled = catalog.load(unit, definition.id).compiled
        starts |= {
            start.id: start for start in starts_of(compiled, definition, calendar, moment(definition.created_at))
        }
    with _naming(ADMINISTRATION):
        _refire(unit, starts, newest)
    for start in starts.values():
        staged.insert(start)


def _rebuild_approvals(unit: UnitOfWork, staged: Staged) -> None:
    """The last approval of each definition counts."""
    with _naming(ADMINISTRATION):
        found = {}
        for row in rows(unit, ADMINISTRATION):
            for record in records_of(row):
                if record.kind == "DefinitionApproved":
                    found[record.payload["definition"]] = approved(
                        record.payload, row.recorded_at, row.on_behalf_of or row.actor
                    )
        for approval in found.values():
            staged.insert(approval)


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
