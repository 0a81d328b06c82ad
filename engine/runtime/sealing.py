"""Records as bytes: what is hashed, what is only committed to, and the chain over both.

A personal value stands in the hashed bytes as a commitment, SHA-256 over a salt and the value; the salt is an
HMAC under a key of the person's own. Whoever has the value and the key can show that it is the one; when value and
key are erased the commitment says nothing, and the chain still holds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from hashlib import sha256
from types import NoneType
from typing import Any, NamedTuple

import orjson

from engine.domain.record import HOLDS_VALUES, KINDS, Cause, Draft, LogRow, Payload, Record
from engine.domain.values import written
from engine.runtime.erasure import in_its_place, is_erased

GENESIS = bytes(32)
"""What the first row of a stream chains to."""
ENGINE_MADE = frozenset({"loopCounter", "nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances"})
"""Variables that say nothing about a person."""


class Sealed(NamedTuple):
    """What a row holds, before it is chained to the row before it."""

    at: str
    kinds: str
    body: bytes
    clear: bytes | None


class Seal:
    """Seals the rows of one stream.

    ``key`` is the person's key (None: nothing in the stream is personal), ``public`` the variables whose forms say
    ``"x-personal": false``.
    """

    def __init__(self, stream: str, key: bytes | None, public: Collection[str]) -> None:
        self.stream, self.key, self.public = stream, key, frozenset(public) | ENGINE_MADE
        self._salt = _hmac(key or b"", f"{stream}|".encode())

    def row(self, drafts: Sequence[Draft], cause: Cause, first_seq: int, previous: bytes) -> LogRow:
        """The row of one command."""
        sealed = self.sealed(drafts, cause, first_seq)
        hash = chain_hash(self.stream, first_seq, previous, sealed.body)
        return LogRow(
            self.stream, first_seq, len(drafts), cause.command, sealed.at, cause.actor, cause.on_behalf_of, sealed.kinds, hash,
            sealed.body, sealed.clear,
        )  # fmt: skip

    def sealed(self, drafts: Sequence[Draft], cause: Cause, first_seq: int, recorded: Sequence[Draft] = ()) -> Sealed:
        """The records of one command as bytes.

        ``recorded`` are the records of the same row as the log has them, where a history is executed again: the
        commitments to values that were erased can only come from there.
        """
        clear: list[list[Any]] = []
        records: list[Any] = list(drafts)
        for i, (kind, payload) in enumerate(drafts):
            if kind in HOLDS_VALUES and payload["values"]:
                before = recorded[i][1] if i < len(recorded) else None
                records[i] = self._sealed(first_seq + i, kind, payload, clear, before)
        at = written(cause.at)
        body = orjson.dumps(
            {
                "command": cause.command,
                "at": at,
                "actor": cause.actor,
                "onBehalfOf": cause.on_behalf_of,
                "records": records,
            },
            default=in_its_place,
        )
        return Sealed(at, kinds_of(dict(drafts)), body, orjson.dumps(clear, default=in_its_place) if clear else None)

    def _sealed(
        self, seq: int, kind: str, payload: Payload, clear: list[list[Any]], before: Payload | None
    ) -> tuple[str, Payload]:
        """A record whose personal values are committed to; ``before`` has the commitments to erased ones."""
        testified = {} if before is None else before.get("sealed", {})
        if self.key is None and not testified:
            return kind, payload
        shown, known, sealed = {}, {}, {}
        for name, value in payload["values"].items():
            if name in self.public:
                shown[name] = value
            elif self.key is None or (before is not None and is_erased(value)):
                sealed[name] = testified.get(name)
            else:
                known[name], sealed[name] = value, self.commitment(seq, name, value)
        if not sealed:
            return kind, payload
        clear.append([seq, known])
        return kind, {**payload, "values": shown, "sealed": sealed}

    def commitment(self, seq: int, name: str, value: Any) -> str:
        """What stands in the hashed bytes for a personal value."""
        salt = self._salt(f"{seq}|{name}".encode())
        return sha256(salt + orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()

    def unproven(self, row: LogRow, records: Sequence[Record]) -> tuple[Record, str, str] | None:
        """The first clear value that is not the one committed to: its record, why, its name; None when all are.

        ``valueForeign``: no record commits to it. ``valueMissing``: it is gone though the key is still there.
        ``valueUnproven``: it is there though the key is gone; who erases takes both. ``value``: it is another one.

        Raises:
            Unreadable: the clear values are none.
        """
        clear = _clear(row)
        for record in records:
            if found := self._unproven(record, clear.pop(record.seq, {})):
                return record, *found
        left = [name for beside in clear.values() for name in beside]
        return (records[0], "valueForeign", left[0]) if left else None

    def _unproven(self, record: Record, beside: dict[str, Any]) -> tuple[str, str] | None:
        sealed: dict[str, str] = record.payload.get("sealed", {}) if record.kind in HOLDS_VALUES else {}
        for name in beside:
            if name not in sealed:
                return "valueForeign", name
            if self.key is None:
                return "valueUnproven", name
        for name, commitment in sealed.items() if self.key is not None else ():
            if name not in beside:
                return "valueMissing", name
            if commitment != self.commitment(record.seq, name, beside[name]):
                return "value", name
        return None


def _hmac(key: bytes, before: bytes) -> Callable[[bytes], bytes]:
    """HMAC-SHA-256 under one key; its two blocks, and what all messages begin with, are hashed once (RFC 2104, section 4)."""
    block = (key if len(key) <= _BLOCK else sha256(key).digest()).ljust(_BLOCK, b"\0")
    inner, outer = sha256(block.translate(_INNER) + before), sha256(block.translate(_OUTER))

    def digest(message: bytes) -> bytes:
        within, around = inner.copy(), outer.copy()
        within.update(message)
        around.update(within.digest())
        return around.digest()

    return digest


_BLOCK = 64
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))
"""Each byte of the key combined with the pad."""


def chain_hash(stream: str, first_seq: int, previous: bytes, body: bytes) -> bytes:
    """SHA-256 over the row before, the row's place, and its bytes."""
    return sha256(previous + stream.encode() + first_seq.to_bytes(8, "big") + body).digest()


def kinds_of(kinds: Iterable[str]) -> str:
    """The kinds of a row's records as they are searched for."""
    return f",{','.join(dict.fromkeys(kinds))},"


class Unreadable(ValueError):
    """The bytes of a row or record are not what the log writes; the message says what is wrong with them."""

    def __init__(self, seq: int, kind: str | None, what: str) -> None:
        super().__init__(what)
        self.seq, self.kind = seq, kind


def records_of(row: LogRow) -> list[Record]:
    """The records of a row, with the personal values that are still there put back; ``sealed`` has the commitments.

    Raises:
        Unreadable: the bytes are no row.
    """
    body, clear = _body(row), _clear(row)
    return [_record(row, seq, body, record, clear) for seq, record in enumerate(body["records"], row.first_seq)]


def first_of(row: LogRow) -> Record:
    """The first record of a row, which is its input; the others may be anything.

    Raises:
        Unreadable: the bytes are no row.
    """
    body = _body(row)
    return _record(row, row.first_seq, body, body["records"][0], _clear(row))


def _record(row: LogRow, seq: int, body: dict[str, Any], record: Any, clear: Mapping[int, dict[str, Any]]) -> Record:
    kind, payload = _checked(seq, record)
    if seq in clear and kind in HOLDS_VALUES:
        payload = _opened(payload, clear[seq])
    return Record(row.stream, seq, kind, body["at"], body["actor"], body["onBehalfOf"], body["command"], payload)


_ENVELOPE: dict[str, Any] = {"command": str, "at": str, "actor": str, "onBehalfOf": (str, NoneType), "records": list}


def _body(row: LogRow) -> dict[str, Any]:
    body = _read(row, row.body, "row")
    if not isinstance(body, dict):
        raise Unreadable(row.first_seq, None, "a row that is no object")
    for name, type in _ENVELOPE.items():
        if name not in body or not isinstance(body[name], type):
            raise Unreadable(row.first_seq, None, f"{name} of the row")
    if not body["records"]:
        raise Unreadable(row.first_seq, None, "a row without records")
    return body


def _read(row: LogRow, content: bytes, what: str) -> Any:
    try:
        return orjson.loads(content)
    except ValueError as error:
        raise Unreadable(row.first_seq, None, f"{what}: {error}") from error


def _checked(seq: int, record: Any) -> tuple[str, Payload]:
    """Kind and payload of a record whose shape is that of its kind."""
    if not isinstance(record, list) or len(record) != 2:
        raise Unreadable(seq, None, "a record that is no pair of kind and payload")
    kind, payload = record
    if not isinstance(kind, str):
        raise Unreadable(seq, None, "a kind that is no text")
    if kind not in KINDS:
        raise Unreadable(seq, kind, f"unknown kind {kind}")
    if not isinstance(payload, dict):
        raise Unreadable(seq, kind, "a payload that is no object")
    if kind in HOLDS_VALUES:
        _check_values(seq, kind, payload)
    return kind, payload


def _check_values(seq: int, kind: str, payload: Payload) -> None:
    if not isinstance(payload.get("values"), dict):
        raise Unreadable(seq, kind, "values that are no object")
    if "sealed" in payload:
        sealed = payload["sealed"]
        if not isinstance(sealed, dict) or not _TEXT.issuperset(map(type, sealed.values())):
            raise Unreadable(seq, kind, "commitments that are no object of texts")


_TEXT = frozenset({str})


def _clear(row: LogRow) -> dict[int, dict[str, Any]]:
    """The clear values beside a row, by record."""
    if row.clear is None:
        return {}
    clear = _read(row, row.clear, "clear values")
    try:
        beside = dict(clear)
    except (TypeError, ValueError):
        raise Unreadable(row.first_seq, None, "clear values that are no pairs") from None
    for seq, values in beside.items():
        if type(seq) is not int or not isinstance(values, dict):
            raise Unreadable(row.first_seq, None, "clear values that are no objects")
    return beside


def _opened(payload: Payload, beside: dict[str, Any]) -> Payload:
    """Only what the record commits to comes back: whatever else stands beside it is not part of the history."""
    values, sealed = payload["values"], payload.get("sealed", {})
    if values or not beside.keys() <= sealed.keys():
        beside = {name: value for name, value in beside.items() if name in sealed and name not in values}
    return {**payload, "values": {**values, **beside}} if beside else payload


def erased(record: Record) -> bool:
    """Whether a value of the record is no longer there."""
    return any(name not in record.payload["values"] for name in record.payload.get("sealed", ()))
