"""Rows that wait to be written, at most one change a row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain
from typing import Any

from engine.domain.access import Answer
from engine.domain.projection import Change, Delete, DeleteIfThere, Insert, Update
from engine.domain.record import LogRow
from engine.ports import Changes


class Staged:
    """What one command changes, or what several have changed so far."""

    def __init__(self) -> None:
        self.rows: dict[type, dict[Any, Change]] = {}
        """What becomes of each row, by its type and id."""
        self._never: set[tuple[type, Any]] = set()
        """Rows that came and went before anything was written."""
        self.log: list[LogRow] = []
        self.answers: list[Answer] = []
        self.contents: dict[str, bytes] = {}
        self.documents: dict[str, bytes] = {}
        self.instance_keys: dict[str, bytes] = {}
        self.archived: list[str] = []
        self.counters: dict[str, int] = {}
        self.calendar: str | None = None
        self.organisation: str | None = None
        self.virtual_time: str | None = None

    def add(self, changes: Iterable[Change]) -> None:
        for change in changes:
            self._add(change)

    def insert(self, entity: Any) -> None:
        self._add(Insert(entity))

    def update(self, type_: type, id: Any, **fields: Any) -> None:
        self._add(Update(type_, id, fields))

    def delete(self, type_: type, id: Any) -> None:
        self._add(Delete(type_, id))

    def _add(self, change: Change) -> None:
        type_, id = (type(change.entity), change.entity.id) if isinstance(change, Insert) else (change.type, change.id)
        rows = self.rows.setdefault(type_, {})
        before = rows.get(id)
        if isinstance(change, Delete) and (isinstance(before, Insert) or (type_, id) in self._never):
            rows.pop(id, None)
            self._never.add((type_, id))
        else:
            rows[id] = change if before is None else _after(before, change)

    def latest(self, type_: type, id: Any, stored: Any) -> Any:
        """A row as it will be: ``stored`` is what the database has, None when it has none."""
        change = self.rows.get(type_, {}).get(id)
        if isinstance(change, Insert):
            return change.entity
        if isinstance(change, Update) and stored is not None:
            return replace(stored, **change.fields)
        return None if isinstance(change, Delete) else stored

    def inserted(self, type_: type) -> list[Any]:
        """New rows of a type."""
        return [change.entity for change in self.rows.get(type_, {}).values() if isinstance(change, Insert)]

    def take(self, later: Staged) -> None:
        """What another command changed, after this."""
        for rows in later.rows.values():
            self.add(rows.values())
        self.log += later.log
        self.answers += later.answers
        self.contents |= later.contents
        self.documents |= later.documents
        self.instance_keys |= later.instance_keys
        self.archived += later.archived
        self.counters |= later.counters
        self.calendar = later.calendar or self.calendar
        self.organisation = later.organisation or self.organisation
        self.virtual_time = later.virtual_time or self.virtual_time

    def changes(self) -> Changes:
        """The rows by kind of change, for the database."""
        changes = Changes(
            log=self.log, answers=self.answers, contents=self.contents, documents=self.documents,
            instance_keys=self.instance_keys,
            archived=self.archived, counters=self.counters,
            calendar=self.calendar, organisation=self.organisation, virtual_time=self.virtual_time,
        )  # fmt: skip
        for change in chain.from_iterable(rows.values() for rows in self.rows.values()):
            if isinstance(change, Insert):
                changes.inserts.setdefault(type(change.entity), []).append(change.entity)
            elif isinstance(change, Update):
                changes.updates.setdefault(change.type, []).append((change.id, change.fields))
            elif isinstance(change, DeleteIfThere):
                changes.deletes_if_there.setdefault(change.type, []).append(change.id)
            else:
                changes.deletes.setdefault(change.type, []).append(change.id)
        return changes

    @property
    def empty(self) -> bool:
        return not (
            any(self.rows.values()) or self.log or self.answers or self.contents or self.documents
            or self.counters or self.virtual_time or self.calendar or self.organisation
        )  # fmt: skip


def _after(before: Change, change: Change) -> Change:
    """Two changes of one row as one."""
    if isinstance(change, Update) and isinstance(before, Insert):
        return Insert(replace(before.entity, **change.fields))
    if isinstance(change, Update) and isinstance(before, Update):
        return Update(change.type, change.id, {**before.fields, **change.fields})
    if isinstance(change, Insert) and isinstance(before, Delete):
        fields = {name: getattr(change.entity, name) for name in change.entity.__dataclass_fields__ if name != "id"}
        return Update(type(change.entity), change.entity.id, fields)
    return change
