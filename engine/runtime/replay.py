"""A history executed again must come out the same, record by record: the audit, and the way back after damage."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson

from engine.domain.input import misshapen
from engine.domain.record import BEGINNING, INPUTS, KNOWN_RULES, Cause, Draft, LogRow, Record
from engine.domain.values import moment
from engine.runtime.erasure import ErasedRead, Testimony, with_erased
from engine.runtime.execution import Execution
from engine.runtime.sealing import GENESIS, Seal, Unreadable, chain_hash, erased, first_of, kinds_of, records_of


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


_TOGETHER = 64
"""Rows that are checked together."""


class _Again:
    """A row on its way through the three rounds."""

    __slots__ = ("cause", "drafts", "records", "row", "testimony")

    def __init__(self, row: LogRow, records: list[Record]) -> None:
        self.row, self.records = row, records
        self.cause: Cause
        self.testimony: Testimony | None = None
        self.drafts: list[Draft] | None = None
        """What came out; None where only the chain could be checked."""


class Replay:
    """Feeds the inputs of a history to an execution, and compares what follows.

    Rows are read, executed and compared in rounds of many: each
    round's code then stays close to the processor, which makes it a fifth faster than row by row.
    """

    def __init__(self, execution: Execution, seal: Seal) -> None:
        self.execution, self.seal = execution, seal
        self.executed: Callable[[LogRow], None] | None = None
        """Told of every row once it was executed."""
        self.previous, self.next_seq = GENESIS, 1
        self.recomputed = self.taken = 0
        self.erased = False
        """A value was erased: what depends on it is taken from the record."""
        self.blind_from: int | None = None
        """Something that the record does not tell depended on it: from this one on only the chain can be checked."""
        self.heard: dict[str, str] = {}
        """Subscriptions to the name of the message or signal they are for, as executed."""

    def verify(self, rows: Iterable[LogRow]) -> Verification:
        """Stop at the first difference."""
        return self.so_far(next((found for block in blocks(rows) if (found := self.take(block))), None))

    def so_far(self, difference: Difference | None) -> Verification:
        """What came of it up to here."""
        checked = max(self.next_seq - 1, self.recomputed + self.taken)
        return Verification(checked, self.recomputed, self.taken, difference)

    def take(self, rows: Sequence[LogRow]) -> Difference | None:
        """Check rows against the chain, their values against their commitments, their records against execution.

        Whatever a row holds, it is named, never raised.
        """
        read, unreadable = self._read(rows)
        done, impossible = self._round(read, self._execute)
        _, different = self._round(done, self._compare)
        return different or impossible or unreadable

    def _read(self, rows: Sequence[LogRow]) -> tuple[list[_Again], Difference | None]:
        """Everything can be computed while the key is there: then the records are taken apart only where they differ."""
        read: list[_Again] = []
        previous, seq = self.previous, self.next_seq
        for row in rows:
            try:
                if difference := unchained(row, previous, seq):
                    return read, difference
                read.append(_Again(row, [first_of(row)] if self.seal.key is not None else records_of(row)))
            except Unreadable as error:
                return read, Difference(error.seq, error.kind, f"unreadable: {error}")
            except Exception as error:  # noqa: BLE001 - what damaged columns do cannot be listed
                return read, Difference(seq, None, f"unreadable: {_said(error)}")
            previous, seq = row.hash, seq + row.count
        return read, None

    def _round(
        self, rows: list[_Again], check: Callable[[_Again], Difference | None]
    ) -> tuple[list[_Again], Difference | None]:
        """The rows that passed, and the difference of the first that did not."""
        for passed, again in enumerate(rows):
            try:
                difference = check(again)
            except Exception as error:  # noqa: BLE001 - what a forged row makes the execution do cannot be listed
                difference = Difference(again.row.first_seq, again.records[0].kind, "impossible", None, _said(error))
            if difference is not None or (self.seal.key is None and again.row.clear is not None):
                difference = self._explained(again, difference)
            if difference is not None:
                return rows[:passed], difference
        return rows, None

    def _explained(self, again: _Again, difference: Difference | None) -> Difference | None:
        """A value that is not the one committed to: it explains more than what came of it."""
        try:
            records = again.records if self.seal.key is None else records_of(again.row)
            if (found := self.seal.unproven(again.row, records)) is None:
                return difference
        except Unreadable as error:
            return Difference(error.seq, error.kind, f"unreadable: {error}")
        record, reason, name = found
        return Difference(record.seq, record.kind, reason, name)

    def _execute(self, again: _Again) -> Difference | None:
        difference = None if self.seal.key is not None else self._misstated_columns(again)
        if difference is None:
            difference = self._executed(again)
        if self.executed is not None and difference is None:
            self.executed(again.row)
        return difference

    def _misstated_columns(self, again: _Again) -> Difference | None:
        """Without the key not all can be computed, so that the columns are compared with what the bytes say."""
        row, records, first = again.row, again.records, again.records[0]
        self.erased = self.erased or any("sealed" in record.payload for record in records)
        hashed = (
            first.cause, first.recorded_at, first.actor, first.on_behalf_of,
            kinds_of(record.kind for record in records), len(records),
        )  # fmt: skip
        return _misstated(row, hashed, first.kind)

    def _executed(self, again: _Again) -> Difference | None:
        if self.blind_from is not None:
            return None
        first = again.records[0]
        if difference := self._refused(first):
            return difference
        if self.erased:
            again.testimony = Testimony([(record.kind, record.payload) for record in again.records])
        try:
            again.cause = Cause(first.cause, moment(first.recorded_at), first.actor, first.on_behalf_of)
            again.drafts = self.execution.handle(first.kind, _input(first), again.cause.at, again.testimony)
        except ErasedRead:
            return self._blinded(first)
        except Exception as error:  # noqa: BLE001 - what a forged input makes the execution do cannot be listed
            return Difference(first.seq, first.kind, "impossible", first.payload, _said(error))
        self._listen(again.drafts)
        return None

    def _refused(self, first: Record) -> Difference | None:
        """An input that cannot be fed at all."""
        if first.kind not in INPUTS:
            return Difference(first.seq, first.kind, "notAnInput", first.kind)
        if (first.kind == BEGINNING) != (first.seq == 1):
            return Difference(first.seq, first.kind, "impossible", first.payload, "an instance begins once")
        if first.kind == BEGINNING:
            rules = first.payload.get("rules")
            if type(rules) is not int or rules not in KNOWN_RULES:
                return Difference(first.seq, first.kind, "unknownRules", rules, sorted(KNOWN_RULES))
        if (field := misshapen(first.kind, first.payload)) is not None:
            return Difference(first.seq, first.kind, "impossible", first.payload, f"field {field}")
        return self._misheard(first)

    def _misheard(self, first: Record) -> Difference | None:
        """A message or signal of another name than the place that it reached is for."""
        if first.kind not in ("MessageDelivered", "SignalDelivered"):
            return None
        for place in [first.payload] if first.kind == "MessageDelivered" else first.payload["receivers"]:
            name = self.heard.get(place["subscription"])
            if name is not None and name != first.payload["name"]:
                return Difference(first.seq, first.kind, "differs", first.payload, {**first.payload, "name": name})
        return None

    def _blinded(self, first: Record) -> Difference | None:
        """It looked at an erased value where the record does not tell what came of it."""
        if not self.erased:
            return Difference(first.seq, first.kind, "valueMissing")
        self.blind_from = first.seq
        return None

    def _compare(self, again: _Again) -> Difference | None:
        row = again.row
        if again.drafts is None:
            self.taken += len(again.records)
            difference = None
        else:
            difference = self._compared(again, again.drafts)
        if difference is None:
            self.previous, self.next_seq = row.hash, self.next_seq + row.count
        return difference

    def _compared(self, again: _Again, drafts: list[Draft]) -> Difference | None:
        row, cause, testimony, kind = again.row, again.cause, again.testimony, again.records[0].kind
        sealed = self.seal.sealed(drafts, cause, row.first_seq, [] if testimony is None else testimony.records)
        if sealed.body != row.body:
            return self._first_difference(row, sealed.body)
        hashed = cause.command, sealed.at, cause.actor, cause.on_behalf_of, sealed.kinds, len(drafts)
        if difference := _misstated(row, hashed, kind):
            return difference
        if sealed.clear != row.clear and self.seal.key is not None:
            return Difference(row.first_seq, kind, "envelope")
        if testimony is not None:
            self._count_taken(again.records, testimony)
        self.recomputed += row.count
        return None

    def _count_taken(self, records: list[Record], testimony: Testimony) -> None:
        taken = sum(self._is_taken(i, record, testimony) for i, record in enumerate(records))
        self.taken += taken
        self.recomputed -= taken

    def _listen(self, drafts: list[Draft]) -> None:
        for kind, payload in drafts:
            if kind == "SubscriptionOpened":
                self.heard[payload["subscription"]] = payload["name"]

    def _is_taken(self, at: int, record: Record, testimony: Testimony) -> bool:
        return at in testimony.used or (self.seal.key is None and "sealed" in record.payload) or erased(record)

    def _first_difference(self, row: LogRow, again: bytes) -> Difference:
        recorded, computed = orjson.loads(row.body)["records"], orjson.loads(again)["records"]
        for i in range(max(len(recorded), len(computed))):
            was = recorded[i] if i < len(recorded) else None
            comes = computed[i] if i < len(computed) else None
            if orjson.dumps(was) != orjson.dumps(comes):  # 1, 1.0 and true are equal in Python
                self.recomputed += i
                kind = (was or comes or [None])[0]
                return Difference(row.first_seq + i, kind, "differs", _shown(was), _shown(comes))
        return Difference(row.first_seq, recorded[0][0], "envelope")


def blocks(rows: Iterable[LogRow]) -> Iterator[list[LogRow]]:
    """Rows, as many at a time as are checked together."""
    rest = iter(rows)
    while block := list(islice(rest, _TOGETHER)):
        yield block


def unchained(row: LogRow, previous: bytes = GENESIS, seq: int = 1) -> Difference | None:
    """Whether a row does not follow the one before, or its bytes are not those that were hashed."""
    if row.first_seq != seq:
        return Difference(seq, _first_kind(row), "gap", showable(row.first_seq), seq)
    expected = chain_hash(row.stream, row.first_seq, previous, row.body)
    if row.hash == expected:
        return None
    return Difference(seq, _first_kind(row), "chain", showable(row.hash), expected.hex())


def _columns(row: LogRow) -> tuple[Any, ...]:
    return row.command, row.recorded_at, row.actor, row.on_behalf_of, row.kinds, row.count


def _misstated(row: LogRow, hashed: tuple[Any, ...], kind: str) -> Difference | None:
    """What stands in the row's columns must be what its hashed bytes say."""
    columns = _columns(row)
    if columns == hashed:
        return None
    reason = "gap" if columns[:-1] == hashed[:-1] else "envelope"
    return Difference(row.first_seq, kind, reason, list(map(showable, columns)), list(hashed))


def showable(value: Any) -> Any:
    """A column's value as an answer can have it, whatever a damaged table holds."""
    if isinstance(value, bytes):
        return value.hex()
    return value if value is None or isinstance(value, int | str) else str(value)


def _input(record: Record) -> dict[str, Any]:
    """What is fed to the execution."""
    if "sealed" not in record.payload:
        return record.payload
    payload = record.payload.copy()
    if payload.pop("sealed").keys() != payload["values"].keys():
        payload["values"] = with_erased(record.payload)
    return payload


def _shown(record: Any) -> Any:
    return None if record is None else {"kind": record[0], "payload": record[1]}


def _first_kind(row: LogRow) -> str | None:
    """The kind of a row's first record, where it can be read."""
    try:
        return records_of(row)[0].kind
    except Exception:  # noqa: BLE001 - it only names what was found out already
        return None


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".encode(errors="replace").decode()
