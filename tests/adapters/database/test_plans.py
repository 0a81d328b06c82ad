"""No query walks a whole table, for a page must come as quickly from a million dossiers as from ten."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from adapters.database.schema import upgrade
from adapters.database.store import DatabaseStore
from engine.domain.access import Reach
from engine.ports import Page, Queries, UnitOfWork
from tests.contracts.samples import at
from tests.contracts.steps import tasks_on

PAGE = Page(50)
HIS = Reach(None, "lan", ("", "g", "h"), ("X1", "X2"))


def records(queries: Queries, **filters: str | None) -> object:
    """The first page of a search of the log."""
    asked: dict[str, Any] = {**dict.fromkeys(("actor", "since", "until", "kind")), **filters}
    return queries.search_log(**asked, page=PAGE)


LOOKUPS: list[Callable[[UnitOfWork], object]] = [
    lambda q: q.process_definition("a"),
    lambda q: q.latest_definitions(["a"]),
    lambda q: q.process_definitions("a", PAGE),
    lambda q: q.deployment("a"),
    lambda q: q.contents(["a"]),
    lambda q: q.start_events("message", "a"),
    lambda q: q.start_events_of(["a"]),
    lambda q: q.process_instances(["a", "b"]),
    lambda q: q.running_with_business_key("a"),
    lambda q: q.scopes(["a", "b"]),
    lambda q: q.user_tasks(["a", "b"]),
    lambda q: q.jobs_of("a"),
    lambda q: q.jobs(["a", "b"]),
    lambda q: q.locked_jobs(["a", "b"]),
    lambda q: q.fetchable_jobs(["a", "b"], at(0), 10),
    lambda q: q.has_fetchable_job(["a", "b"], at(0)),
    lambda q: q.waiting_jobs(["a", "b"], at(0), 10),
    lambda q: q.topics_asked("connector:"),
    lambda q: q.subscriptions_of("a"),
    lambda q: q.open_user_tasks_of("a"),
    lambda q: q.open_incidents_of("a"),
    lambda q: q.incident("a"),
    lambda q: q.receivers("message", "a", "b"),
    lambda q: q.receivers("message", "a", None),
    lambda q: q.message_with_id("a", "b"),
    lambda q: q.buffered_messages(["a"]),
    lambda q: q.log_rows("a", 5, 10),
    lambda q: q.instance_key("a"),
    lambda q: q.api_key_by_hash(b"a"),
    lambda q: q.answers([("a", "b")]),
    lambda q: q.virtual_time(),
    lambda q: q.backlog(at(0)),
    lambda q: q.outbox_entry("a", "b"),
    lambda q: q.outbox_of("a"),
    lambda q: q.count_untold("a"),
    lambda q: q.organisation_hash(),
    lambda q: q.api_key("a"),
    lambda q: q.api_key_named("a"),
    lambda q: q.user("a"),
    lambda q: q.had_user_task("a", "lan", ["g"]),
    lambda q: q.completers("a", ["b"]),
    lambda q: q.list_process_instances(None, None, "a", PAGE, HIS),
    lambda q: tasks_on(q, "createdAt", PAGE, HIS, instance_id="a", state="open"),
    lambda q: tasks_on(q, "createdAt", PAGE, HIS, assignee="a", state="open"),
]
"""Few rows, found by an index."""

WALKS: list[Callable[[UnitOfWork], object]] = [
    lambda q: q.process_definitions(None, PAGE),
    lambda q: q.list_process_instances(None, None, None, PAGE),
    lambda q: q.list_process_instances("a", None, None, PAGE),
    lambda q: q.list_process_instances("a", "running", None, PAGE),
    lambda q: q.list_process_instances(None, "running", None, PAGE),
    lambda q: q.list_process_instances(None, None, "a", PAGE),
    lambda q: q.instances_of_definition("a", PAGE),
    lambda q: tasks_on(q, "createdAt", PAGE),
    lambda q: tasks_on(q, "-createdAt", PAGE, state="open"),
    lambda q: tasks_on(q, "dueAt", PAGE, state="open"),
    lambda q: tasks_on(q, "-dueAt", PAGE, state="open"),
    lambda q: tasks_on(q, "createdAt", PAGE, state="open", candidate_group="a"),
    lambda q: tasks_on(q, "dueAt", PAGE, state="open", candidate_group="a"),
    lambda q: tasks_on(q, "-dueAt", PAGE, state="open", candidate_group="a"),
    lambda q: tasks_on(q, "createdAt", PAGE, state="open", assignee="a"),
    lambda q: tasks_on(q, "createdAt", PAGE, instance_id="a"),
    lambda q: tasks_on(q, "createdAt", PAGE, state="open", element_id="a"),
    lambda q: q.list_api_keys(PAGE),
    lambda q: q.list_users(PAGE),
    lambda q: q.list_process_instances(None, "running", None, PAGE, Reach(starter="a")),
    lambda q: q.list_incidents(None, None, PAGE),
    lambda q: q.list_incidents("a", "open", PAGE),
    lambda q: q.due_start_events(at(0), 10),
    lambda q: q.due_jobs(at(0), 10),
    lambda q: q.takeable_jobs(at(0), 10),
    lambda q: q.next_due(),
    lambda q: q.untold("a", at(0), 10),
    lambda q: q.deliverable_messages(10),
    lambda q: q.expired_messages(at(0), 10),
    lambda q: q.last_log_row("a"),
    records,
    lambda q: records(q, since=at(0), until=at(9)),
    lambda q: records(q, actor="a", since=at(0)),
    lambda q: list(q.streams()),
]
"""Many rows, already in the order of an index: nothing is sorted. (By due time that goes for open tasks.)"""


SCOPED: list[Callable[[UnitOfWork], object]] = [
    lambda q: tasks_on(q, "createdAt", PAGE, HIS, state="open"),
    lambda q: tasks_on(q, "-createdAt", PAGE, HIS, state="open"),
    lambda q: tasks_on(q, "dueAt", PAGE, HIS, state="open"),
    lambda q: tasks_on(q, "-dueAt", PAGE, HIS, state="open"),
    lambda q: q.list_process_instances(None, "running", None, PAGE, HIS),
]
"""Many walks, each in the order of an index and no further than needed; what they come to, a page from each, is sorted."""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new database."""
    file = tmp_path_factory.mktemp("plans") / "store.db"
    upgrade(f"sqlite:///{file}")
    return file


def plan(file: Path, ask: Callable[[UnitOfWork], object]) -> list[str]:
    """How SQLite does what a query asks, step by step."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, values: object, *_: object) -> None:
        sent.append((statement, values))

    store = DatabaseStore(f"sqlite:///{file}")
    event.listen(Engine, "before_cursor_execute", note)
    with store.begin() as unit:
        ask(unit)
    event.remove(Engine, "before_cursor_execute", note)
    store.close()
    with closing(sqlite3.connect(file)) as connection:
        return [
            step
            for statement, values in sent
            if statement.startswith("SELECT")
            for *_, step in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)
        ]


@pytest.mark.parametrize("ask", [*LOOKUPS, *WALKS, *SCOPED])
def test_every_table_is_entered_by_an_index(file: Path, ask: Callable[[UnitOfWork], object]) -> None:
    """To walk a table is to read everybody's rows for the sake of one."""
    steps = plan(file, ask)

    assert steps
    assert [] == [
        step
        for step in steps
        if step.startswith("SCAN") and not step.endswith(" near") and "VIRTUAL TABLE" not in step and "anon" not in step
    ]


@pytest.mark.parametrize("ask", LOOKUPS)
def test_a_lookup_is_by_more_than_the_tenant(file: Path, ask: Callable[[UnitOfWork], object]) -> None:
    """An index of which only the tenant is used leads to the whole table."""
    assert [] == [step for step in plan(file, ask) if step.endswith("(tenant=?)")]


@pytest.mark.parametrize("ask", WALKS)
def test_a_walk_needs_no_sorting(file: Path, ask: Callable[[UnitOfWork], object]) -> None:
    """To sort a million rows for the first fifty is to read them all."""
    assert [] == [step for step in plan(file, ask) if "TEMP B-TREE" in step]


@pytest.mark.parametrize("ask", SCOPED)
def test_each_walk_of_a_scoped_list_needs_no_sorting(file: Path, ask: Callable[[UnitOfWork], object]) -> None:
    """An officer's first page reads a page from each group and unit, never all that they have."""
    steps = plan(file, ask)
    walks = [step for step in steps if "unit=?" in step and "state=?" in step]
    if not any("unit=?" in step for step in steps):
        pytest.fail(str(steps))

    assert walks
    assert not [step for step in steps if "TEMP B-TREE" in step and "ORDER BY" in step and "LIST" in step]
