"""Records as bytes: what is hashed, what is only committed to, and the chain over both.

A personal value stands in the hashed bytes as a commitment, SHA-256 over a salt and the value; the salt is an
HMAC under a key of the person's own. Whoever has the value and the key can show that it is the one; when value and
key are erased the commitment says nothing, and the chain still holds.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from typing import Any

import orjson

from engine.domain.record import HOLDS_VALUES, Cause, Draft, LogRow, Payload, Record
from engine.domain.values import written
from engine.runtime.erasure import is_erased

GENESIS = bytes(32)
"""What the first row of a stream chains to."""
ENGINE_MADE = frozenset({"loopCounter", "nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances"})
"""Variables that say nothing about a person."""


class Seal:
    """Seals the rows of one stream.

    ``key`` is the person's key (None: nothing in the stream is personal), ``public`` the variables whose forms say
    ``"x-personal": false``.
    """

    def __init__(self, stream: str, key: bytes | None, public: Collection[str]) -> None:
        self.stream, self.key, self.public = stream, key, frozenset(public) | ENGINE_MADE

    def row(
        self, drafts: Sequence[Draft], cause: Cause, first_seq: int, previous: bytes, recorded: Sequence[Draft] = ()
    ) -> LogRow:
        """The row of one command.

        ``recorded`` are the records of the same row as the log has them, where a history is executed again: the
        commitments to values that were erased can only come from there.
        """
        clear: list[list[Any]] = []
        records = []
        for i, (kind, payload) in enumerate(drafts):
            before = recorded[i][1].get("sealed", {}) if i < len(recorded) else {}
            records.append(self._sealed(first_seq + i, kind, payload, clear, before))
        at = written(cause.at)
        body = orjson.dumps(
            {
                "command": cause.command,
                "at": at,
                "actor": cause.actor,
                "onBehalfOf": cause.on_behalf_of,
                "records": records,
            }
        )
        return LogRow(
            self.stream,
            first_seq,
            len(records),
            cause.command,
            at,
            cause.actor,
            cause.on_behalf_of,
            f",{','.join(dict.fromkeys(kind for kind, _ in drafts))},",
            chain_hash(self.stream, first_seq, previous, body),
            body,
            orjson.dumps(clear) if clear else None,
        )

    def _sealed(
        self, seq: int, kind: str, payload: Payload, clear: list[list[Any]], before: Mapping[str, str]
    ) -> list[Any]:
        if kind not in HOLDS_VALUES or not payload["values"] or (self.key is None and not before):
            return [kind, payload]
        values = payload["values"]
        personal = {name: value for name, value in values.items() if name not in self.public}
        if not personal:
            return [kind, payload]
        known = {name: value for name, value in personal.items() if self.key is not None and not is_erased(value)}
        clear.append([seq, known])
        sealed = {
            name: self.commitment(seq, name, known[name]) if name in known else before.get(name) for name in personal
        }
        shown = {name: value for name, value in values.items() if name in self.public}
        return [kind, {**payload, "values": shown, "sealed": sealed}]

    def commitment(self, seq: int, name: str, value: Any) -> str:
        """What stands in the hashed bytes for a personal value."""
        assert self.key is not None
        salt = hmac.digest(self.key, f"{self.stream}|{seq}|{name}".encode(), "sha256")
        return sha256(salt + orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()


def chain_hash(stream: str, first_seq: int, previous: bytes, body: bytes) -> bytes:
    """SHA-256 over the row before, the row's place, and its bytes."""
    return sha256(previous + stream.encode() + first_seq.to_bytes(8, "big") + body).digest()


def records_of(row: LogRow) -> list[Record]:
    """The records of a row, with the personal values that are still there put back; ``sealed`` has the commitments.

    Raises:
        ValueError: the bytes are no row.
    """
    body = orjson.loads(row.body)
    clear = dict(orjson.loads(row.clear or b"[]"))
    return [
        Record(
            row.stream,
            row.first_seq + i,
            kind,
            body["at"],
            body["actor"],
            body["onBehalfOf"],
            body["command"],
            _opened(payload, clear.get(row.first_seq + i)),
        )
        for i, (kind, payload) in enumerate(body["records"])
    ]


def _opened(payload: Payload, clear: dict[str, Any] | None) -> Payload:
    return payload if clear is None else {**payload, "values": {**payload["values"], **clear}}


def erased(record: Record) -> bool:
    """Whether a value of the record is no longer there."""
    return any(name not in record.payload["values"] for name in record.payload.get("sealed", ()))
