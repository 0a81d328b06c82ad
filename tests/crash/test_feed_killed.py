"""The feed while processes die: every record has one position, without gap, and each stream is in its order."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from dataclasses import replace
from multiprocessing.process import BaseProcess

import psycopg

from adapters.database.schema import upgrade
from adapters.database.store import DatabaseStore
from engine.domain.feed import Wanted
from engine.ports import Changes
from engine.service.sequencer import Sequencer
from tests.conftest import Databases
from tests.contracts.samples import LOG_ROW

WRITERS, SEQUENCERS, ROWS = 3, 2, 400
SPAWN = multiprocessing.get_context("spawn")


def write(url: str, name: str) -> None:
    """Commands one after the other on a few streams, each row of two records."""
    store = DatabaseStore(url)
    for n in range(ROWS):
        row = replace(LOG_ROW, stream=f"{name}-{n % 3}", first_seq=1 + 2 * (n // 3), count=2)
        with store.begin() as unit:
            unit.write(Changes(log=[row]))
            if n % 10 == 0:
                time.sleep(0.05)  # others commit meanwhile: this comes late
            unit.commit()
        time.sleep(0.01)
    store.close()


def number(url: str) -> None:
    """A sequencer that never rests."""
    sequencer = Sequencer(DatabaseStore(url), alone=False)
    while True:
        sequencer.number()


def started(target: object, *arguments: str) -> BaseProcess:
    """A process that does it."""
    process = SPAWN.Process(target=target, args=arguments, daemon=True)  # type: ignore[arg-type]
    process.start()
    return process


def test_no_record_is_missed_when_sequencers_are_killed(postgresql_url: Databases) -> None:
    """A reader that follows sees each record once, whoever dies between a commit and its number."""
    url = postgresql_url()
    upgrade(url)
    writers = [started(write, url, f"w{n}") for n in range(WRITERS)]
    sequencers = [started(number, url) for _ in range(SEQUENCERS)]
    store = DatabaseStore(url)
    seen: list[tuple[int, str, int]] = []

    def follow() -> None:
        with store.read() as queries:
            after = seen[-1][0] + 1 if seen else 0
            rows = queries.feed_rows(after, queries.feed_end(), 10_000, Wanted())
        seen.extend((found.position, found.row.stream, found.row.first_seq) for found in rows)

    kills = 0
    while any(writer.is_alive() for writer in writers):
        before = len(seen)
        follow()
        if len(seen) == before:
            time.sleep(0.01)
            continue
        victim = sequencers[kills % SEQUENCERS]
        assert victim.pid is not None
        os.kill(victim.pid, signal.SIGKILL)
        victim.join()
        sequencers[kills % SEQUENCERS] = started(number, url)
        kills += 1
    for writer in writers:
        writer.join(60)
        assert 0 == writer.exitcode
    for sequencer in sequencers:
        sequencer.kill()
        sequencer.join()
    Sequencer(store, alone=False).number()
    follow()
    store.close()

    assert kills > 2
    assert [1 + 2 * n for n in range(WRITERS * ROWS)] == [position for position, _, _ in seen]
    for stream in {stream for _, stream, _ in seen}:
        mine = [seq for _, name, seq in seen if name == stream]
        assert sorted(mine) == mine
    with psycopg.connect(url) as connection:
        log = connection.execute("SELECT stream, first_seq FROM log").fetchall()
    assert sorted(log) == sorted((stream, seq) for _, stream, seq in seen)
