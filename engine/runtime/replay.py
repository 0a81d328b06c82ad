"""A history executed again must come out the same, record by record: the audit, and the way back after damage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from engine.domain.record import INPUTS, Cause, Draft, LogRow, Record
from engine.domain.values import moment
from engine.runtime.erasure import ErasedRead, Testimony, Unexpected, with_erased
from engine.runtime.execution import Execution
from engine.runtime.sealing import GENESIS, Seal, chain_hash, erased, records_of


@dataclass(frozen=True, slots=True)
class Difference:
    """The first record that is not what it must be: why, what the log has, what comes out."""

    seq: int
    kind: str | None
    reason: str
    recorded: Any = None
    computed: Any = None


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of executing a history again.

    ``recomputed`` records came out the same; ``taken_from_record`` could not be computed because values they depend
    on were erased, and only their chain was checked.
    """

    records: int
    recomputed: int
    taken_from_record: int
    first_difference: Difference | None

    @property
    def identical(self) -> bool:
        return self.first_difference is None


class Replay:
    """Feeds the inputs of a history, row by row, and compares what follows."""

    def __init__(self, execution: Execution, seal: Seal) -> None:
        self.execution, self.seal = execution, seal
        self.previous, self.next_seq = GENESIS, 1
        self.recomputed = self.taken = 0
        self.erased = False
        """A value was erased: what depends on it is taken from the record."""
        self.blind = False
        """Something that the record does not tell depended on it: from here on only the chain can be checked."""

    def verify(self, rows: Iterable[LogRow]) -> Verification:
        """Stop at the first difference."""
        for row in rows:
            if difference := self.row(row):
                return Verification(self.next_seq - 1 + row.count, self.recomputed, self.taken, difference)
        return Verification(self.next_seq - 1, self.recomputed, self.taken, None)

    def row(self, row: LogRow) -> Difference | None:
        """Check one row against the chain, its values against their commitments, its records against execution."""
        try:
            records = records_of(row)
        except (ValueError, KeyError, TypeError) as error:
            return Difference(row.first_seq, None, f"unreadable: {error}")
        difference = self._unchained(row, records) or self._uncommitted(records) or self._executed(row, records)
        self.previous, self.next_seq = row.hash, row.first_seq + row.count
        return difference

    def _unchained(self, row: LogRow, records: list[Record]) -> Difference | None:
        kind = records[0].kind if records else None
        if row.first_seq != self.next_seq or row.count != len(records) or not records:
            return Difference(row.first_seq, kind, "gap", row.first_seq, self.next_seq)
        expected = chain_hash(row.stream, row.first_seq, self.previous, row.body)
        if row.hash != expected:
            return Difference(row.first_seq, kind, "chain", row.hash.hex(), expected.hex())
        return None

    def _uncommitted(self, records: list[Record]) -> Difference | None:
        for record in records:
            for name, commitment in record.payload.get("sealed", {}).items():
                if self.seal.key is None or name not in record.payload["values"]:
                    self.erased = True
                elif commitment != self.seal.commitment(record.seq, name, record.payload["values"][name]):
                    return Difference(record.seq, record.kind, "value", name, None)
        return None

    def _executed(self, row: LogRow, records: list[Record]) -> Difference | None:
        if self.blind:
            self.taken += len(records)
            return None
        first = records[0]
        if first.kind not in INPUTS:
            return Difference(first.seq, first.kind, "notAnInput", first.kind)
        testimony = Testimony([(record.kind, record.payload) for record in records]) if self.erased else None
        try:
            drafts = self.execution.handle(first.kind, _input(first), moment(first.recorded_at), testimony)
            return self._compared(row, records, drafts, testimony)
        except ErasedRead:
            self.blind = True
            self.taken += len(records)
            return None
        except (Unexpected, KeyError, TypeError, ValueError) as error:
            return Difference(first.seq, first.kind, "impossible", first.payload, str(error))

    def _compared(
        self, row: LogRow, records: list[Record], drafts: list[Draft], testimony: Testimony | None
    ) -> Difference | None:
        first = records[0]
        cause = Cause(first.cause, moment(first.recorded_at), first.actor, first.on_behalf_of)
        recorded = [] if testimony is None else testimony.records
        again = self.seal.row(drafts, cause, row.first_seq, self.previous, recorded)
        if again.body != row.body or (row.actor, row.recorded_at, row.command) != (
            again.actor,
            again.recorded_at,
            again.command,
        ):
            return self._first_difference(row, again)
        taken = (
            0 if testimony is None else sum(self._is_taken(i, record, testimony) for i, record in enumerate(records))
        )
        self.taken += taken
        self.recomputed += len(records) - taken
        return None

    def _is_taken(self, at: int, record: Record, testimony: Testimony) -> bool:
        return at in testimony.used or (self.seal.key is None and "sealed" in record.payload) or erased(record)

    def _first_difference(self, row: LogRow, again: LogRow) -> Difference:
        recorded, computed = orjson.loads(row.body)["records"], orjson.loads(again.body)["records"]
        for i in range(max(len(recorded), len(computed))):
            was = recorded[i] if i < len(recorded) else None
            comes = computed[i] if i < len(computed) else None
            if was != comes:
                self.recomputed += i
                kind = (was or comes or [None])[0]
                return Difference(row.first_seq + i, kind, "differs", _shown(was), _shown(comes))
        return Difference(row.first_seq, recorded[0][0], "envelope", None, None)


def _input(record: Record) -> dict[str, Any]:
    """What is fed to the execution."""
    payload = {key: value for key, value in record.payload.items() if key != "sealed"}
    return payload | {"values": with_erased(record.payload)} if "sealed" in record.payload else payload


def _shown(record: Any) -> Any:
    return None if record is None else {"kind": record[0], "payload": record[1]}
