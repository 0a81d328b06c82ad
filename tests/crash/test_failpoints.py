"""A process that dies before the commit, after it, or before the answer: nothing lost, nothing done twice."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from adapters.clock.ids import TimeOrderedIds
from adapters.database.tables import METADATA
from engine.domain.errors import EngineError
from engine.service.command import Command, Idempotency, Rendered
from engine.service.handlers import HANDLERS
from engine.service.process_instances import MendVariables
from engine.service.rebuild import rebuild
from tests.crash.scenarios import SCENARIOS, Scenario
from tests.engine.service.office import CLERK, Office

POINTS = ("beforeCommit", "afterCommit", "beforeAnswer")
DIED = 77


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh(
    request: pytest.FixtureRequest,
    new_store: Callable[[str, Path], str],
    empty_postgresql: Callable[[], str],
    tmp_path: Path,
) -> Callable[[], str]:
    """Gives the address of an empty database each time it is called."""
    if request.param == "postgresql":
        return empty_postgresql
    return lambda: new_store(request.param, Path(tempfile.mkdtemp(dir=tmp_path)))


def test_every_kind_of_command_is_here():
    """A new command without a crash test would be a promise that nobody checks."""
    assert {scenario.name for scenario in SCENARIOS} == {command.__name__ for command in HANDLERS}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_death_at_every_failpoint(scenario: Scenario, fresh: Callable[[], str]) -> None:
    """The client did not get its answer and asks again: the outcome is that of asking once."""
    undisturbed = lived(scenario, fresh(), None)

    for point in POINTS:
        assert lived(scenario, fresh(), point) == undisturbed, point


def lived(scenario: Scenario, url: str, point: str | None) -> Any:
    """Do the command, in a process that dies at ``point``, then again; what stands in the tables afterwards."""
    office = Office(url, ids=TimeOrderedIds())
    needed = scenario.prepare(office)
    command = scenario.command(office, needed)
    if isinstance(command, MendVariables):
        command = MendVariables(
            command.instance_id, command.values, command.reason, office.head(command.instance_id).seq
        )
    now = office.clock.now()
    office.close()
    if point is not None:
        assert die(url, command, point) == DIED
    return afterwards(url, command, now)


def die(url: str, command: Command, point: str) -> int:
    """Carry out the command in a child process that ends at the failpoint, without any farewell; its exit status."""
    child = os.fork()
    if child == 0:
        try:
            office = Office(url, ids=TimeOrderedIds(), failpoint=dying(type(command), point))
            office.do(command, idempotency=once())
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def dying(kind: type, point: str) -> Callable[[str, Sequence[Command]], None]:
    """A failpoint that ends the process there, when such a command is in the batch."""

    def reached(name: str, commands: Sequence[Command]) -> None:
        if name == point and any(isinstance(command, kind) for command in commands):
            os._exit(DIED)

    return reached


def once() -> Idempotency:
    """The key under which the command is sent, both times."""

    def render(outcome: Any) -> Rendered:
        return Rendered(409 if isinstance(outcome, EngineError) else 200, {}, b"")

    return Idempotency("portal", "k", b"f", render)


def afterwards(url: str, command: Command, now: Any) -> Any:
    """A new process on the same database: the command again, then whatever is due within ten minutes; all histories verify."""
    office = Office(url, ids=TimeOrderedIds())
    office.clock.set(now)
    office.do(command, CLERK, once())
    office.advance(minutes=10)
    with office.store.read() as queries:
        streams = list(queries.streams())
    assert all(office.verify(stream).identical for stream in streams)
    before = office.derived()
    rebuild(office.store, office.catalog)
    assert office.derived() == before
    histories = sorted(tuple(office.kinds(stream)) for stream in [*streams, "administration"])
    counts = Counter({table.name: len(rows) for table, rows in _rows(office).items()})
    office.close()
    return histories, counts


def _rows(office: Office) -> dict[Any, list[Any]]:
    with office.store._reader.connect() as connection:
        return {table: list(connection.execute(table.select())) for table in METADATA.sorted_tables}
