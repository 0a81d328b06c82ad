"""What an instance executes: a compiled process and everything it calls, in the versions it is bound to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.domain.table import Tables
from engine.runtime.compiled import CompiledProcess


@dataclass(frozen=True, slots=True)
class Program:
    """``calls`` has every process that call activities can reach, by key."""

    main: CompiledProcess
    calls: Mapping[str, CompiledProcess]

    def called(self, key: str) -> CompiledProcess:
        """The process behind a call activity."""
        return self.calls[key]

    def tables(self, called: str | None) -> Tables:
        """The data tables of the process itself (None), or of one that it calls."""
        return (self.main if called is None else self.calls[called]).tables
