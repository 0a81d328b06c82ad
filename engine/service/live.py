"""Instances in memory: in the hands of a batch, and between two batches."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from engine.domain.instance import ProcessInstance
from engine.runtime.execution import Execution
from engine.runtime.sealing import Seal

HOT = 2_000
"""Executions kept in memory between commands."""


@dataclass(slots=True)
class Live:
    """An instance in the hands of a batch: its head, its variables as stored, its execution once it is needed."""

    head: ProcessInstance
    scopes: dict[str, bytes] | None
    seal: Seal
    execution: Execution | None = None

    @property
    def variables(self) -> dict[str, Any]:
        """The variables of the process itself, as the records so far left them."""
        content: dict[str, Any] = orjson.loads((self.scopes or {}).get("", b"{}"))
        return content


class Hot:
    """Executions as the last commit left them, valid only while the head's seq is the one they had."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[int, Live]] = OrderedDict()

    def take(self, head: ProcessInstance) -> Live | None:
        """Out of the cache: whoever decides on it puts it back after the commit."""
        seq, live = self._kept.pop(head.id, (0, None))
        if live is None or seq != head.seq or live.head.hash != head.hash:
            return None
        live.head = head
        return live

    def put(self, lives: Iterable[Live]) -> None:
        for live in lives:
            if live.execution is not None and not live.head.ended:
                self._kept[live.head.id] = (live.head.seq, live)
        while len(self._kept) > HOT:
            self._kept.popitem(last=False)
