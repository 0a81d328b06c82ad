"""Where an instance stands by its log: the head and the variables that its history comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from engine.domain.definition import ProcessDefinition
from engine.domain.instance import ProcessInstance
from engine.domain.record import LogRow, Record
from engine.runtime.replay import Difference, Replay
from engine.service.command import Sender
from engine.service.heads import first_head, next_head

_STATE = ("state", "ended_at", "error_code", "incidents")
"""What cannot be said of an instance once something depended on erased values that no record tells."""
_LOG = ("seq", "hash", "updated_at")
_BEGINNING = (
    "definition_id", "key", "version", "name", "business_key", "pins", "calendar", "started_at", "started_by",
    "unit", "starter",
)  # fmt: skip


@dataclass(slots=True)
class Reckoning:
    """What a replay comes to, row by row."""

    replay: Replay
    head: ProcessInstance
    scopes: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.replay.executed = self._fold

    @classmethod
    def before(cls, replay: Replay, started: Record, definition: ProcessDefinition) -> Reckoning:
        """Nothing has happened yet."""
        by = Sender(started.actor, started.on_behalf_of)
        return cls(replay, first_head(started.stream, definition, started.payload, started.recorded_at, by))

    def take(self, rows: Sequence[LogRow]) -> Difference | None:
        """Execute these rows next."""
        return self.replay.take(rows)

    def _fold(self, row: LogRow) -> None:
        if self.replay.blind_from is not None:
            self.head = replace(self.head, seq=row.last_seq, hash=row.hash, updated_at=row.recorded_at)
        else:
            kind = row.kinds[1:].partition(",")[0]
            self.head, _ = next_head(self.head, self.replay.execution, self.head.tokens, kind, row)

    def settle(self) -> None:
        """After the last row: tokens and variables; once."""
        snapshot = self.replay.execution.snapshot()
        self.head = replace(self.head, tokens=snapshot.tokens)
        self.scopes = {owner: content for owner, content in snapshot.scopes.items() if content is not None}

    def unlike(self, head: ProcessInstance, scopes: dict[str, bytes]) -> Difference | None:
        """What a stored head and its variables have other than the history comes to."""
        if head.seq != self.head.seq and self.head.seq < _number(head.seq):
            return Difference(self.head.seq + 1, None, "truncated", self.head.seq, head.seq)
        if difference := self._unlike_head(head):
            return difference
        if self.replay.erased:
            return None
        self.settle()
        if not _alike(head.tokens, self.head.tokens):
            return self._difference("tokensDiffer", _text(head.tokens), _text(self.head.tokens))
        return self._unlike_scopes(scopes)

    def _unlike_head(self, head: ProcessInstance) -> Difference | None:
        for name in (*_BEGINNING, *_LOG, *(() if self.replay.blind_from else _STATE)):
            stored, computed = getattr(head, name), getattr(self.head, name)
            if stored != computed or type(stored) is not type(computed):
                return self._difference("headDiffers", {name: _text(stored)}, {name: _text(computed)})
        return None

    def _unlike_scopes(self, scopes: dict[str, bytes]) -> Difference | None:
        for owner in sorted(scopes.keys() | self.scopes.keys()):
            stored, computed = scopes.get(owner), self.scopes.get(owner)
            if not _alike(stored, computed):
                return self._difference("variablesDiffer", {owner: _text(stored)}, {owner: _text(computed)})
        return None

    def _difference(self, reason: str, stored: Any, computed: Any) -> Difference:
        return Difference(self.head.seq, None, reason, stored, computed)


def _alike(stored: bytes | None, computed: bytes | None) -> bool:
    """The same values under the same names. Their order is no part of the history: the log has public values first."""
    if stored == computed:
        return True
    try:
        return _in_order(stored) == _in_order(computed)
    except (ValueError, TypeError):
        return False


def _in_order(content: bytes | None) -> bytes:
    return orjson.dumps(orjson.loads(content or b""), option=orjson.OPT_SORT_KEYS)


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _text(value: Any) -> Any:
    """As it can be shown, whatever it is."""
    return value.decode(errors="replace") if isinstance(value, bytes) else value
