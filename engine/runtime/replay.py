"""A history executed again must come out the same, record by record: the audit, and the way back after damage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
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
        self.heard: dict[str, str] = {}
        """Subscriptions to the name of the message or signal they are for, as executed."""

    def verify(self, rows: Iterable[LogRow]) -> Verification:
        """Stop at the first difference."""
        difference = next((found for row in rows if (found := self.row(row))), None)
        return self.so_far(difference)

    def so_far(self, difference: Difference | None) -> Verification:
        """What came of it up to here."""
        checked = max(self.next_seq - 1, self.recomputed + self.taken)
        return Verification(checked, self.recomputed, self.taken, difference)

    def row(self, row: LogRow) -> Difference | None:
        """Check one row against the chain, its values against their commitments, its records against execution.

        Whatever a row holds, it is named, never raised.
        """
        try:
            difference = self._row(row)
        except Unreadable as error:
            return Difference(error.seq, error.kind, f"unreadable: {error}")
        except Exception as error:  # noqa: BLE001 - what a forged row makes the execution do cannot be listed
            return Difference(self.next_seq, _first_kind(row), "impossible", None, _said(error))
        if difference is None:
            self.previous, self.next_seq = row.hash, self.next_seq + row.count
        return difference

    def _row(self, row: LogRow) -> Difference | None:
        if difference := unchained(row, self.previous, self.next_seq):
            return difference
        return self._with_key(row) if self.seal.key is not None else self._without_key(row)

    def _with_key(self, row: LogRow) -> Difference | None:
        """Everything can be computed, so it is compared byte for byte, and taken apart only where it differs.

        A row that comes out the same has the same commitments and clear values.
        """
        first = first_of(row)
        difference = self._executed(row, [first])
        return None if difference is None else self._unproven(row, records_of(row)) or difference

    def _without_key(self, row: LogRow) -> Difference | None:
        records = records_of(row)
        first = records[0]
        hashed = [
            first.cause, first.recorded_at, first.actor, first.on_behalf_of,
            kinds_of(record.kind for record in records), len(records),
        ]  # fmt: skip
        difference = _misstated(row, hashed, first.kind)
        if difference is None:
            self.erased = self.erased or any("sealed" in record.payload for record in records)
            difference = self._executed(row, records)
        if difference is not None or row.clear is not None:
            return self._unproven(row, records) or difference
        return None

    def _unproven(self, row: LogRow, records: list[Record]) -> Difference | None:
        """A value that is not the one committed to: it explains more than what came of it."""
        if (found := self.seal.unproven(row, records)) is None:
            return None
        record, reason, name = found
        return Difference(record.seq, record.kind, reason, name)

    def _executed(self, row: LogRow, records: list[Record]) -> Difference | None:
        if self.blind:
            self.taken += len(records)
            return None
        first = records[0]
        if difference := self._refused(first):
            return difference
        testimony = Testimony([(record.kind, record.payload) for record in records]) if self.erased else None
        try:
            cause = Cause(first.cause, moment(first.recorded_at), first.actor, first.on_behalf_of)
            drafts = self.execution.handle(first.kind, _input(first), cause.at, testimony)
            return self._compared(row, records, drafts, cause, testimony)
        except ErasedRead:
            return self._blinded(records)
        except Exception as error:  # noqa: BLE001 - what a forged input makes the execution do cannot be listed
            return Difference(first.seq, first.kind, "impossible", first.payload, _said(error))

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
        places = [first.payload] if first.kind == "MessageDelivered" else first.payload.get("receivers", ())
        if first.kind not in ("MessageDelivered", "SignalDelivered"):
            return None
        for place in places:
            name = self.heard.get(place["subscription"])
            if name is not None and name != first.payload["name"]:
                return Difference(first.seq, first.kind, "differs", first.payload, {**first.payload, "name": name})
        return None

    def _blinded(self, records: list[Record]) -> Difference | None:
        """It looked at an erased value where the record does not tell what came of it."""
        if not self.erased:
            return Difference(records[0].seq, records[0].kind, "valueMissing")
        self.blind = True
        self.taken += len(records)
        return None

    def _compared(
        self, row: LogRow, records: list[Record], drafts: list[Draft], cause: Cause, testimony: Testimony | None
    ) -> Difference | None:
        first = records[0]
        recorded = [] if testimony is None else testimony.records
        again = self.seal.sealed(drafts, cause, row.first_seq, recorded)
        if again.body != row.body:
            return self._first_difference(row, again.body)
        hashed = [cause.command, again.at, cause.actor, cause.on_behalf_of, again.kinds, len(drafts)]
        if difference := _misstated(row, hashed, first.kind):
            return difference
        if again.clear != row.clear and self.seal.key is not None:
            return Difference(first.seq, first.kind, "envelope")
        self._listen(drafts)
        taken = (
            0 if testimony is None else sum(self._is_taken(i, record, testimony) for i, record in enumerate(records))
        )
        self.taken += taken
        self.recomputed += row.count - taken
        return None

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


def unchained(row: LogRow, previous: bytes = GENESIS, seq: int = 1) -> Difference | None:
    """Whether a row does not follow the one before, or its bytes are not those that were hashed."""
    if row.first_seq != seq:
        return Difference(seq, _first_kind(row), "gap", showable(row.first_seq), seq)
    expected = chain_hash(row.stream, row.first_seq, previous, row.body)
    if row.hash == expected:
        return None
    return Difference(seq, _first_kind(row), "chain", showable(row.hash), expected.hex())


def _columns(row: LogRow) -> list[Any]:
    return [row.command, row.recorded_at, row.actor, row.on_behalf_of, row.kinds, row.count]


def _misstated(row: LogRow, hashed: list[Any], kind: str) -> Difference | None:
    """What stands in the row's columns must be what its hashed bytes say."""
    columns = _columns(row)
    if columns == hashed:
        return None
    reason = "gap" if columns[:-1] == hashed[:-1] else "envelope"
    return Difference(row.first_seq, kind, reason, list(map(showable, columns)), hashed)


def showable(value: Any) -> Any:
    """A column's value as an answer can have it, whatever a damaged table holds."""
    if isinstance(value, bytes):
        return value.hex()
    return value if value is None or isinstance(value, int | str) else str(value)


def _input(record: Record) -> dict[str, Any]:
    """What is fed to the execution."""
    payload = {key: value for key, value in record.payload.items() if key != "sealed"}
    return payload | {"values": with_erased(record.payload)} if "sealed" in record.payload else payload


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
