"""Damage by chance: whatever the bytes, verification and rebuilding name a place instead of breaking down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import orjson
import pytest

from engine.domain.record import LogRow
from engine.runtime.replay import Verification
from engine.runtime.sealing import GENESIS, chain_hash
from engine.service import export, history
from engine.service.rebuild import RebuildFailed, rebuild
from tests.engine.service.office import Office
from tests.engine.service.test_verification import everything

JUNK: list[Any] = [
    None, True, 0, -1, 2**60, 1.5, "", "x", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", [], ["x"], {}, {"x": 1},
    [[[[]]]], "\u0000", "ProcessInstanceStarted", "UserTaskCompleted", "FlowTaken", "u#1", 10**15,
]  # fmt: skip
COLUMNS = ("first_seq", "count", "command", "recorded_at", "actor", "on_behalf_of", "kinds", "hash", "body", "clear")
SMALL = 300
"""Records of a history that is verified thousands of times."""


@dataclass
class Damage:
    """A history with one thing changed."""

    rows: list[LogRow]
    what: str
    contents: bool = False
    forged_consequence: bool = False
    """A record that must follow from its input was changed, and the chain computed anew."""


class Tampered:
    """What a database answers whose rows or files were changed."""

    def __init__(self, queries: Any, stream: str, damage: Damage, random: Random) -> None:
        self._queries, self._stream, self._damage, self._random = queries, stream, damage, random

    def __getattr__(self, name: str) -> Any:
        return getattr(self._queries, name)

    def streams(self) -> Iterator[str]:
        yield self._stream

    def log_rows(self, stream: str, after: int, limit: int) -> Any:
        if stream != self._stream:
            return self._queries.log_rows(stream, after, limit)
        return self._damage.rows if after == 0 else []

    def process_instances(self, ids: Any) -> Any:
        heads = self._queries.process_instances(ids)
        return {id: replace(head, hash=self._damage.rows[-1].hash) for id, head in heads.items()}

    def contents(self, hashes: Any) -> Any:
        found = dict(self._queries.contents(hashes))
        if self._damage.contents and found:
            hash = self._random.choice(sorted(found))
            found[hash] = scrambled(found[hash], self._random)
        return found

    def commit(self) -> None:
        """Nothing is kept."""


class TamperedStore:
    """A store whose units answer so."""

    def __init__(self, office: Office, stream: str, damage: Damage, random: Random) -> None:
        self._office, self._rest = office, (stream, damage, random)

    @contextmanager
    def begin(self) -> Iterator[Any]:
        with self._office.store.begin() as unit:
            yield Tampered(unit, *self._rest)


def scrambled(content: bytes, random: Random) -> bytes:
    """Some bytes changed, taken out or put in."""
    changed = bytearray(content)
    for _ in range(random.randint(1, 3)):
        at = random.randrange(len(changed) + 1)
        changed[at : at + random.randint(0, 4)] = random.randbytes(random.randint(0, 3))
    return bytes(changed)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) inside."""
    for key, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
        yield value, key
        if isinstance(inner, dict | list):
            yield from places(inner)


def alter(value: Any, random: Random) -> None:
    """Change one place inside a JSON value."""
    container, key = random.choice(list(places(value)))
    how = random.random()
    if how < 0.7:
        container[key] = random.choice(JUNK)
    elif how < 0.85:
        del container[key]
    elif isinstance(container, dict):
        container[random.choice(["x", "values", "sealed", "scope"])] = random.choice(JUNK)
    else:
        container.insert(key, random.choice(JUNK))


def damaged(rows: list[LogRow], random: Random) -> Damage:
    """One history with one thing changed."""
    rows, at = list(rows), random.randrange(len(rows))
    row, how = rows[at], random.random()
    if how < 0.1:
        return Damage(rows, "contents", contents=True)
    if how < 0.25:
        column = random.choice(COLUMNS)
        rows[at] = replace(row, **{column: random.choice([*JUNK, b"", b"{}", b"null"])})
        return Damage(rows, column)
    if how < 0.4 and row.clear is not None:
        said = orjson.loads(row.clear)
        alter(said, random)
        rows[at] = replace(row, clear=random.choice([orjson.dumps(said), scrambled(row.clear, random)]))
        return Damage(rows, f"clear {rows[at].clear!r}")
    if how < 0.5:
        rows[at] = replace(row, body=scrambled(row.body, random))
        return Damage(rechained(rows) if random.random() < 0.7 else rows, f"body {rows[at].body!r}")
    return forged(rows, at, random)


def forged(rows: list[LogRow], at: int, random: Random) -> Damage:
    """A body that says something else, with a chain that fits."""
    row = rows[at]
    said = orjson.loads(row.body)
    input = orjson.dumps([{**said, "records": None}, said["records"][0]])
    alter(said, random)
    body = orjson.dumps(said)
    rows[at] = replace(row, body=body)
    records = said.get("records")
    same_input = (
        isinstance(records, list) and records and input == orjson.dumps([{**said, "records": None}, records[0]])
    )
    return Damage(rechained(rows), f"forged {body!r}", forged_consequence=bool(same_input) and body != row.body)


def rechained(rows: list[LogRow]) -> list[LogRow]:
    """The same rows with every hash computed anew."""
    previous, chained = GENESIS, []
    for row in rows:
        previous = chain_hash(row.stream, row.first_seq, previous, row.body)
        chained.append(replace(row, hash=previous))
    return chained


@pytest.fixture(scope="module")
def archive() -> Iterator[tuple[Office, dict[str, list[LogRow]]]]:
    """Histories with every kind of record between them."""
    office = Office()
    histories = {instance: office.rows(instance) for instance in everything(office)}
    yield office, {id: rows for id, rows in histories.items() if rows[-1].last_seq < SMALL}
    office.close()


def fuzz(archive: Any, seed: int, mutations: int) -> int:
    """How many of so many damaged histories were found out."""
    office, histories = archive
    random, found = Random(seed), 0
    with office.store.read() as queries:
        for number in range(mutations):
            instance = random.choice(sorted(histories))
            damage = damaged(histories[instance], random)
            verification = history.verify(Tampered(queries, instance, damage, random), office.catalog, instance)
            where = f"seed {seed}, mutation {number}: {damage.what}"
            check_answer(verification, where)
            assert not (damage.forged_consequence and verification.identical), where
            found += not verification.identical
    return found


def check_answer(verification: Verification, where: str) -> None:
    """It can be sent, and it names a record."""
    difference = verification.first_difference
    assert orjson.dumps(verification), where
    assert difference is None or (isinstance(difference.seq, int) and difference.reason), where


def fuzz_export(archive: Any, seed: int, mutations: int) -> int:
    """The same with the lines of a file."""
    office, histories = archive
    random, found = Random(seed), 0
    with office.store.read() as queries:
        exported = [list(export.lines(queries, instance)) for instance in sorted(histories)]
    for number in range(mutations):
        lines = list(random.choice(exported))
        at = random.choice([0, random.randrange(len(lines))])
        said = orjson.loads(lines[at])
        alter(said, random)
        lines[at] = random.choice([orjson.dumps(said), scrambled(lines[at], random)])
        try:
            verification = export.verify_export(lines)
        except export.NotAnExport:
            assert at == 0
            found += 1
            continue
        check_answer(verification, f"seed {seed}, mutation {number}: {lines[at]!r}")
        found += not verification.identical
    return found


def fuzz_rebuild(archive: Any, seed: int, mutations: int) -> None:
    """Rebuilding either does it or names the stream."""
    office, histories = archive
    random = Random(seed)
    for _ in range(mutations):
        instance = random.choice(sorted(histories))
        damage = damaged(histories[instance], random)
        try:
            store: Any = TamperedStore(office, instance, damage, random)
            rebuild(store, office.catalog)
        except RebuildFailed as failed:
            assert failed.instance_id == instance


def test_damaged_histories_are_named(archive):
    """Whoever brings a damaged history wants to know where, not a traceback."""
    assert 300 < fuzz(archive, 1, 400)


def test_damaged_exports_are_named(archive):
    """The same for a file that was damaged on its way."""
    assert 150 < fuzz_export(archive, 2, 200)


def test_damaged_histories_are_not_rebuilt(archive):
    """A damaged history stops the rebuilding with its name."""
    fuzz_rebuild(archive, 3, 60)


def test_a_record_about_what_its_history_has_not_made_is_named(archive):
    """A payment of nobody's, or of another dossier: the rebuild would stop at the database, or write into the other."""
    office, histories = archive
    rows = next(rows for rows in histories.values() if any("PaymentRefunded" in row.kinds for row in rows))
    at = next(n for n, row in enumerate(rows) if "PaymentRefunded" in row.kinds)
    said = orjson.loads(rows[at].body)
    next(payload for kind, payload in said["records"] if kind == "PaymentRefunded")["payment"] = "another"
    forged = [*rows[:at], replace(rows[at], body=orjson.dumps(said)), *rows[at + 1 :]]
    store: Any = TamperedStore(office, rows[0].stream, Damage(rechained(forged), "refund"), Random(1))

    with pytest.raises(RebuildFailed, match="another") as failed:
        rebuild(store, office.catalog)
    assert failed.value.instance_id == rows[0].stream


@pytest.mark.chaos
def test_thousands_of_damaged_histories_are_named(archive, capsys):
    """The same with other damage each time."""
    seed = Random().getrandbits(32)
    found, files = fuzz(archive, seed, 5_000), fuzz_export(archive, seed, 4_000)
    fuzz_rebuild(archive, seed, 500)
    with capsys.disabled():
        print(f"\n  seed {seed}: {found} of 5000 damaged histories found out, {files} of 4000 files")
