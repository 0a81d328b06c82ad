"""Runs a text of the language under observation: nothing may get out, and what it takes is measured."""

from __future__ import annotations

import builtins
import os
import sys
import time
import tracemalloc
from collections import Counter
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import orjson

from engine.domain.table import read_table
from engine.runtime import language
from engine.runtime.failure import StepFailed, evaluate, run
from engine.runtime.variables import Variables
from tests.engine.runtime.bench import CALENDAR

SLOW = 0.003
"""Seconds below which nothing large can have been built."""


def _deep(depth: int, inside: Any) -> Any:
    for _ in range(depth):
        inside = [inside]
    return inside


VALUES: dict[str, Any] = {
    "x": [0] * 60_000 + list(range(39_000)), "y": [0] * 60_000 + list(range(39_000)), "text": "ă" * 99_999 + "b", "long": "a b" * 300_000,
    "rows": [[i % 7, i] for i in range(30_000)], "m": {f"k{i}": i for i in range(15_000)} | {"a": 1}, "n": 9_007_199_254_740_992,
    "deep": _deep(60, 1), "deeper": _deep(60, 2), "s": "Đã nộp", "e": [], "f": 0.5, "none": None, "yes": True, "d": "2026-11-24",
    "ho_so": {"ten": "Lê An", "giay": ["to_khai", "cccd"], "phi": 75_000}, "i": 3, "k": 5, "z": [1, "a"],
}  # fmt: skip
"""As large as a process may hold them."""
_HELD = orjson.dumps(VALUES)
_TABLES = {
    "phi": read_table("phi", {"row": [{"loai": n % 7, "muc": n, "valid_from": "2026-01-01"} for n in range(2_000)]})[0]
}
_TOP: Any = SimpleNamespace(
    now_text="2026-11-24T01:00:00.000000Z", calendar=CALENDAR, program=SimpleNamespace(tables=lambda _: _TABLES)
)

_watching = False
_seen: list[str] = []


def _watch(event: str, _: tuple[Any, ...]) -> None:
    if _watching:
        _seen.append(event)


sys.addaudithook(_watch)
"""Python tells of whatever reaches outside: imports, files, processes, code, frames."""


@dataclass
class Outcome:
    """What became of a text: refused, failed, stopped or value; with the costs when it ran."""

    what: str
    said: str = ""
    seconds: float = 0.0
    megabytes: float = 0.0


@dataclass
class Tally:
    """Many outcomes, and the most that one took."""

    counts: Counter[str] = field(default_factory=Counter)
    slowest: tuple[float, str] = (0.0, "")
    largest: tuple[float, str] = (0.0, "")

    def add(self, text: str, outcome: Outcome) -> None:
        self.counts[outcome.what] += 1
        self.slowest = max(self.slowest, (outcome.seconds, text))
        self.largest = max(self.largest, (outcome.megabytes, text))

    def __str__(self) -> str:
        return (
            f"{sum(self.counts.values())} texts {dict(self.counts)}; "
            f"slowest {self.slowest[0] * 1000:.0f} ms: {self.slowest[1][:150]!r}; "
            f"largest {self.largest[0]:.1f} MB: {self.largest[1][:150]!r}"
        )


def observed(text: str, *, script: bool) -> Outcome:
    """Compile and run a text; anything but a refusal, a value or a failed step gets out of here as an exception."""
    try:
        compiled: Any = (language.script if script else language.expression)(text)
    except language.LanguageError as error:
        assert error.vi and error.en, text
        return Outcome("refused", error.en)
    work = run if script else evaluate
    outcome = _run(work, compiled)
    if outcome.seconds > SLOW:
        tracemalloc.start()
        _run(work, compiled)
        outcome.megabytes = tracemalloc.get_traced_memory()[1] / 2**20
        tracemalloc.stop()
    return outcome


def _run(work: Any, compiled: Any) -> Outcome:
    global _watching  # noqa: PLW0603 - the audit hook can only look at a name of the module
    scope = Variables(_TOP, "", values=VALUES)
    before = (len(sys.modules), len(vars(builtins)), len(os.environ))
    begun = time.process_time()
    _watching = True
    try:
        value = work(compiled, scope)
        outcome = Outcome("value")
    except language.BpmnError as error:
        value, outcome = error.assigned, Outcome("error", error.code)
    except StepFailed as failure:
        value, outcome = None, Outcome("stopped" if failure.code == "limitReached" else "failed", failure.en)
    finally:
        _watching = False
    outcome.seconds = time.process_time() - begun
    assert not _seen, (_seen, compiled.text)
    assert "not known" not in outcome.said, (outcome.said, compiled.text)
    assert before == (len(sys.modules), len(vars(builtins)), len(os.environ)), compiled.text
    _be_plain(value, compiled.text)
    return outcome


def _be_plain(value: Any, text: str) -> None:
    """Values are what JSON has; what occurs twice is looked at once."""
    looked_at: set[int] = set()
    todo = [value]
    while todo:
        item = todo.pop()
        assert type(item) in (int, float, str, bool, list, dict, type(None)), (type(item), text)
        if isinstance(item, list | dict) and id(item) not in looked_at:
            looked_at.add(id(item))
            todo += item if isinstance(item, list) else [*item, *item.values()]


def nothing_was_changed() -> bool:
    """Whether the process's values are what they were."""
    return orjson.dumps(VALUES) == _HELD
