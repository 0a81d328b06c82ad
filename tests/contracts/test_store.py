"""What every store must do, on each database that we offer: keep what it is given, all of it or nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, event

from adapters.database.store import DatabaseStore
from engine.domain.access import User
from engine.domain.batch import Batch, BatchItem
from engine.domain.errors import StoreUnavailable
from engine.domain.inbound import Expectation
from engine.domain.instance import ProcessInstance, Scope
from engine.domain.user_task import UserTask
from engine.domain.waiting import Incident, Job, Message, Subscription
from engine.ports import Changes, Page, Queries, Store, WriteConflict
from tests.contracts.samples import (
    ANSWER,
    API_KEY,
    BATCH,
    BATCH_ITEM,
    DEFINITION,
    DEPLOYMENT,
    ENTITIES,
    EVENT_SUBSCRIPTION,
    EXPECTATION,
    INBOUND_PACKET,
    INCIDENT,
    INSTANCE,
    JOB,
    LOG_ROW,
    MESSAGE,
    OUTBOX_ENTRY,
    SCOPE,
    START_EVENT,
    START_TIMER,
    TIMER,
    USER,
    USER_TASK,
    at,
)
from tests.contracts.steps import commit, keep, worklist

# ---- everything comes back as it was


def found(queries: Queries, entity: Any) -> Any:
    """The same entity, by the query that finds it."""
    lookups: dict[type, Callable[[], Any]] = {
        type(DEPLOYMENT): lambda: queries.deployment(entity.id),
        type(DEFINITION): lambda: queries.process_definition(entity.id),
        type(START_EVENT): lambda: next(iter(queries.start_events_of([entity.key])), None),
        ProcessInstance: lambda: queries.process_instances([entity.id]).get(entity.id),
        Scope: lambda: next((s for s in queries.scopes([entity.id[0]]) if s.id == entity.id), None),
        UserTask: lambda: queries.user_tasks([entity.id]).get(entity.id),
        Subscription: lambda: next(iter(queries.subscriptions_of(entity.instance_id)), None),
        Incident: lambda: queries.incident(entity.id),
        Job: lambda: queries.jobs([entity.id]).get(entity.id),
        Message: lambda: queries.message_with_id(entity.name, entity.message_id),
        Batch: lambda: queries.batch(entity.id),
        BatchItem: lambda: queries.batch_item(entity.id),
        type(EVENT_SUBSCRIPTION): lambda: queries.event_subscription(entity.id),
        type(INBOUND_PACKET): lambda: queries.inbound_packet(entity.id),
        type(EXPECTATION): lambda: next(iter(queries.expectations_of(entity.connector, entity.dossier)), None),
        type(OUTBOX_ENTRY): lambda: queries.outbox_entry(*entity.id),
        User: lambda: queries.user(entity.id),
        type(API_KEY): lambda: queries.api_key_by_hash(entity.hash),
    }
    return lookups[type(entity)]()


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: type(entity).__name__)
def test_an_entity_comes_back_as_it_was(store: DatabaseStore, entity: Any) -> None:
    """Replay compares what was written with what is read; a type changed on the way would look like damage."""
    keep(store, entity)

    with store.read() as queries:
        assert entity == found(queries, entity)
    with store.begin() as unit:
        assert entity == found(unit, entity)


CHANGED: list[tuple[Any, dict[str, Any]]] = [
    (START_TIMER, {"due_at": at(60), "repeats": 4}),
    (INSTANCE, {"state": "completed", "seq": 7, "tokens": b"", "ended_at": at(9), "pins": {}, "incidents": 2}),
    (SCOPE, {"content": b'{"a":2}'}),
    (USER_TASK, {"assignee": "lan", "candidate_groups": (), "due_at": None}),
    (TIMER, {"run_at": at(31)}),
    (INCIDENT, {"state": "resolved", "resolved_at": at(21), "values": {}}),
    (JOB, {"run_at": at(41), "payload": {"n": 2}}),
    (MESSAGE, {"outcome": "correlated", "instance_ids": ("i-1", "i-2")}),
]


@pytest.mark.parametrize(("entity", "values"), CHANGED, ids=lambda part: type(part).__name__)
def test_only_the_fields_named_are_changed(store: DatabaseStore, entity: Any, values: dict[str, Any]) -> None:
    """A command rewrites what it touched, not the blob beside it."""
    keep(store, entity)

    commit(store, Changes(updates={type(entity): [(entity.id, values)]}))

    with store.read() as queries:
        assert replace(entity, **values) == found(queries, entity)


def test_updates_of_different_fields_go_together(store: DatabaseStore) -> None:
    """A batch holds many commands, and each touches other fields."""
    first, second, third = (replace(USER_TASK, id=f"t-{n}") for n in (1, 2, 3))
    keep(store, first, second, third)

    commit(
        store,
        Changes(
            updates={
                UserTask: [
                    ("t-1", {"assignee": "lan"}),
                    ("t-2", {"state": "completed", "completed_by": "minh"}),
                    ("t-3", {"assignee": "hoa"}),
                ]
            }
        ),
    )

    with store.read() as queries:
        assert {
            "t-1": replace(first, assignee="lan"),
            "t-2": replace(second, state="completed", completed_by="minh"),
            "t-3": replace(third, assignee="hoa"),
        } == queries.user_tasks(["t-1", "t-2", "t-3", "t-4"])


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: type(entity).__name__)
def test_a_deleted_row_is_gone(store: DatabaseStore, entity: Any) -> None:
    """A timer that was cancelled must not fire."""
    keep(store, entity)

    commit(store, Changes(deletes={type(entity): [entity.id]}))

    with store.read() as queries:
        assert found(queries, entity) is None


@pytest.mark.parametrize(
    "changes",
    [Changes(deletes={Job: ["gone"]}), Changes(updates={UserTask: [("gone", {"assignee": "lan"})]})],
    ids=["delete", "update"],
)
def test_what_somebody_else_took_first_is_a_conflict(store: DatabaseStore, changes: Changes) -> None:
    """Two processes that see the same job due must not both do it: the second finds it gone."""
    with store.begin() as unit, pytest.raises(WriteConflict):
        unit.write(changes)


def test_asking_for_nothing_gives_nothing(store: DatabaseStore) -> None:
    """Commands ask for lists that are often empty."""
    with store.begin() as unit:
        assert {} == {**unit.process_instances([]), **unit.user_tasks([]), **unit.latest_definitions([])}
        assert {} == unit.contents([])
        assert {} == unit.answers([])
        assert [] == [*unit.scopes([]), *unit.start_events_of([]), *unit.buffered_messages([])]
        assert unit.process_definition("none") is None
        assert unit.deployment("none") is None
        assert {} == unit.jobs(["none"]) == unit.locked_jobs([])
        assert unit.incident("none") is None
        unit.write(Changes())


def test_a_thousand_ids_are_one_question(store: DatabaseStore) -> None:
    """Databases limit the number of values in a statement; a signal may reach more instances than that."""
    keep(store, *(replace(INSTANCE, id=f"i-{n}", business_key=None) for n in range(0, 40_000, 400)))

    with store.begin() as unit:
        assert 100 == len(unit.process_instances([f"i-{n}" for n in range(40_000)]))


# ---- transactions


def test_leaving_without_commit_leaves_nothing(store: DatabaseStore) -> None:
    """A command that fails half way has not happened."""

    def fail() -> None:
        with store.begin() as unit:
            unit.write(Changes(inserts={Job: [TIMER]}, log=[LOG_ROW], contents={"h": b"x"}, calendar="c"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with store.begin() as unit:
        unit.write(Changes(inserts={Job: [TIMER]}))

    with store.read() as queries:
        assert {} == queries.jobs([TIMER.id])
        assert queries.last_log_row("i-1") is None
        assert {} == queries.contents(["h"])
        assert queries.calendar_hash() is None


def test_a_unit_sees_what_it_wrote_and_others_do_not(store: DatabaseStore) -> None:
    """The second command of a batch decides on what the first left; a page must not show what may be rolled back."""
    with store.begin() as unit:
        unit.write(Changes(inserts={UserTask: [USER_TASK]}))

        assert {"t-1": USER_TASK} == unit.user_tasks(["t-1"])
        with store.read() as queries:
            assert {} == queries.user_tasks(["t-1"])


def test_a_read_sees_one_state_while_somebody_writes(store: DatabaseStore) -> None:
    """A task list and the instance beside it must belong together, and neither may wait for the other."""
    keep(store, INSTANCE)
    with store.read() as before:
        assert 0 == before.process_instances(["i-1"])["i-1"].incidents
        commit(store, Changes(updates={ProcessInstance: [("i-1", {"incidents": 1})]}))

        assert 0 == before.process_instances(["i-1"])["i-1"].incidents
    with store.read() as after:
        assert 1 == after.process_instances(["i-1"])["i-1"].incidents


def test_a_read_can_change_nothing(store: DatabaseStore) -> None:
    """What is wired for reading stays harmless whatever a mistake above does."""
    with store.read() as queries, pytest.raises(StoreUnavailable):
        queries._connection.exec_driver_sql("DELETE FROM log")


def test_heads_are_locked_until_the_unit_ends(store: DatabaseStore) -> None:
    """Two processes that decide on one instance must decide one after the other, or one decision is lost."""
    keep(store, replace(INSTANCE, seq=0), replace(INSTANCE, id="i-2", business_key=None, seq=0))

    def count_up(order: list[str]) -> None:
        for _ in range(5):
            with store.begin() as unit:
                heads = unit.process_instances(order)
                unit.write(Changes(updates={ProcessInstance: [(i, {"seq": heads[i].seq + 1}) for i in order]}))
                unit.commit()

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(count_up, [["i-1", "i-2"], ["i-2", "i-1"]] * 3))

    with store.read() as queries:
        assert [30, 30] == [head.seq for head in queries.process_instances(["i-1", "i-2"]).values()]


def race(store: Store, changes: Callable[[int], Changes], runners: int = 4) -> list[str]:
    """What became of units that all try at the same moment."""
    ready = threading.Barrier(runners)

    def run(number: int) -> str:
        ready.wait()
        try:
            commit(store, changes(number))
        except WriteConflict:
            return "lost"
        return "won"

    with ThreadPoolExecutor(runners) as threads:
        return sorted(threads.map(run, range(runners)))


@pytest.mark.parametrize(
    "changes",
    [
        lambda n: Changes(log=[replace(LOG_ROW, command=f"c-{n}")]),
        lambda n: Changes(inserts={ProcessInstance: [replace(INSTANCE, id=f"i-{n}")]}),
        lambda n: Changes(answers=[replace(ANSWER, status=200 + n)]),
        lambda n: Changes(inserts={Message: [replace(MESSAGE, id=f"m-{n}")]}),
        lambda n: Changes(inserts={type(DEFINITION): [replace(DEFINITION, id=f"pd-{n}")]}),
    ],
    ids=["log row", "business key", "answer", "message id", "version"],
)
def test_of_two_writers_one_wins(store: DatabaseStore, changes: Callable[[int], Changes]) -> None:
    """The last line of defence: a history with two rows of one number, or a dossier started twice, cannot be kept."""
    assert ["lost", "lost", "lost", "won"] == race(store, changes)


def test_only_one_takes_a_job(store: DatabaseStore) -> None:
    """A job that two processes saw due is done once."""
    keep(store, JOB)

    assert ["lost", "lost", "lost", "won"] == race(store, lambda _: Changes(deletes={Job: [JOB.id]}))


def test_a_business_key_is_free_again_after_the_end(store: DatabaseStore) -> None:
    """A citizen may file again when the first dossier is done; instances without key never collide."""
    ended = replace(INSTANCE, id="i-0", state="completed", ended_at=at(3))
    keep(store, ended, INSTANCE, *(replace(INSTANCE, id=f"n-{n}", business_key=None) for n in range(2)))

    with store.read() as queries:
        assert INSTANCE == queries.running_with_business_key("HS-1")
        assert queries.running_with_business_key("HS-2") is None


def test_many_read_while_one_writes(store: DatabaseStore) -> None:
    """Pages stay quick and right while the writer is busy."""
    keep(store, INSTANCE, SCOPE)
    stop = threading.Event()

    def read_on() -> int:
        reads = 0
        while not stop.is_set():
            with store.read() as queries:
                head = queries.process_instances(["i-1"])["i-1"]
                assert [Scope(("i-1", ""), str(head.incidents).encode())] == queries.scopes(["i-1"]) or reads == 0
            reads += 1
        return reads

    commit(store, Changes(updates={Scope: [(("i-1", ""), {"content": b"0"})]}))
    with ThreadPoolExecutor(4) as threads:
        readers = [threads.submit(read_on) for _ in range(4)]
        for n in range(1, 60):
            commit(
                store,
                Changes(
                    updates={
                        ProcessInstance: [("i-1", {"incidents": n})],
                        Scope: [(("i-1", ""), {"content": str(n).encode()})],
                    }
                ),
            )
        stop.set()

        assert all(reader.result() > 0 for reader in readers)


def test_tenants_do_not_see_each_other(two_tenants: dict[str, DatabaseStore]) -> None:
    """One database may serve two offices; a foreign row must not exist for either."""
    here, there = two_tenants.values()
    for tenant, store in two_tenants.items():
        keep(store, *ENTITIES, log=[LOG_ROW], answers=[ANSWER], calendar=tenant, contents={"h": b"x"})

    for entity in ENTITIES:
        commit(there, Changes(deletes={type(entity): [entity.id]}))
    with there.begin() as unit:
        unit.clear_derived()
        unit.forget_answers(at(9999))
        unit.commit()

    with here.read() as queries:
        assert list(ENTITIES) == [found(queries, entity) for entity in ENTITIES]
        assert "lao-cai" == queries.calendar_hash()
        assert 1 == len(queries.answers([("portal", "idem-1")]))
    with there.read() as queries:
        assert [None] * len(ENTITIES) == [found(queries, entity) for entity in ENTITIES]
        assert "yen-bai" == queries.calendar_hash()


# ---- set-based


def batch(size: int) -> Changes:
    """What ``size`` commands write, each on an instance of its own."""
    changes = Changes()
    for n in range(size):
        changes.updates.setdefault(ProcessInstance, []).append((f"i-{n}", {"seq": n, "tokens": b"t"}))
        changes.updates.setdefault(UserTask, []).append((f"t-{n}", {"state": "completed", "ended_at": at(n)}))
        changes.inserts.setdefault(UserTask, []).append(replace(USER_TASK, id=f"new-{n}", instance_id=f"i-{n}"))
        changes.deletes.setdefault(Job, []).append(f"tm-{n}")
        changes.log.append(replace(LOG_ROW, stream=f"i-{n}"))
        changes.answers.append(replace(ANSWER, key=f"idem-{n}"))
        changes.contents[f"h-{n}"] = b"x"
    return changes


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """The statements that were sent, as they are sent."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield sent
    event.remove(Engine, "before_cursor_execute", note)


def test_a_batch_takes_as_many_statements_as_a_command(store: DatabaseStore, statements: list[str]) -> None:
    """Sixty-four commands cost one round trip for each kind of change, not one each."""
    sent = {}
    for size in (1, 40):
        others = [f"{size}-{n}" for n in range(size)]
        with store.begin() as unit:
            unit.write(
                Changes(
                    inserts={
                        ProcessInstance: [replace(INSTANCE, id=f"i-{n}", business_key=None) for n in range(size)],
                        UserTask: [replace(USER_TASK, id=f"t-{n}") for n in range(size)],
                        Job: [replace(TIMER, id=f"tm-{n}") for n in range(size)],
                    }
                )
            )
            statements.clear()
            unit.process_instances([*others, *(f"i-{n}" for n in range(size))])
            unit.write(batch(size))
            sent[size] = list(statements)

    assert sent[1] == sent[40]


def test_what_a_system_sent_is_found_by_its_reference_and_state(store: DatabaseStore) -> None:
    """A repeat is recognised by the one, and an operator looks by the other."""
    keep(
        store,
        INBOUND_PACKET,
        replace(INBOUND_PACKET, id="in-2", service="khac"),
        replace(INBOUND_PACKET, id="in-3", state="taken"),
    )

    with store.read() as queries:
        same = queries.inbound_packets_of("thanh_toan", "callback", "dvc1/GD1")
        assert {"in-1", "in-3"} == {packet.id for packet in same}
        assert [] == list(queries.inbound_packets_of("khac", "callback", "dvc1/GD1"))
        assert ["in-2", "in-1"] == [packet.id for packet in queries.list_inbound_packets("parked", Page()).rows]


def test_an_expectation_is_locked_until_it_is_settled(store: DatabaseStore) -> None:
    """Two payments of one bill meet here: the second sees what the first has left."""
    keep(store, EXPECTATION)

    with store.begin() as unit:
        assert EXPECTATION == unit.locked_expectation(EXPECTATION.id)
        changes = Changes()
        changes.updates[Expectation] = [(EXPECTATION.id, {"state": "settled", "settled_by": "dvc1/GD1"})]
        unit.write(changes)
        unit.commit()
    with store.begin() as unit:
        settled = unit.locked_expectation(EXPECTATION.id)
        assert settled is not None and settled.settled_by == "dvc1/GD1"
        assert unit.locked_expectation("khac") is None


def test_what_is_derived_can_be_cleared_and_the_truth_stays(store: DatabaseStore) -> None:
    """A rebuild empties what the log can make again, and not one row more."""
    keep(
        store,
        *ENTITIES,
        log=[LOG_ROW],
        answers=[ANSWER],
        contents={"h-1": b"x"},
        instance_keys={"i-1": b"k"},
        calendar="c",
        virtual_time=at(0),
    )
    truth = [
        DEPLOYMENT,
        DEFINITION,
        MESSAGE,
        API_KEY,
        BATCH,
        BATCH_ITEM,
        EVENT_SUBSCRIPTION,
        USER,
        INBOUND_PACKET,
        EXPECTATION,
        OUTBOX_ENTRY,
    ]

    with store.begin() as unit:
        unit.clear_derived()
        unit.commit()

    with store.read() as queries:
        assert truth == [entity for entity in ENTITIES if found(queries, entity) is not None]
        assert [LOG_ROW] == queries.log_rows("i-1", 0, 10)
        assert {("portal", "idem-1"): ANSWER} == queries.answers([("portal", "idem-1")])
        assert {"h-1": b"x"} == queries.contents(["h-1"])
        assert (b"k", "c", at(0)) == (queries.instance_key("i-1"), queries.calendar_hash(), queries.virtual_time())
        assert ["i-1"] == list(queries.streams())
    assert [] == worklist(store, "dueAt", candidate_group="mot_cua")


def test_the_outbox_gives_what_is_due_to_one_system(store: DatabaseStore) -> None:
    """Each system has its own row of a dossier: one that is away holds up no other; what is told is not looked at again."""
    due, later = (
        replace(OUTBOX_ENTRY, id=("i-2", "a"), due_at=at(1)),
        replace(OUTBOX_ENTRY, id=("i-1", "a"), due_at=at(2)),
    )
    told = replace(OUTBOX_ENTRY, id=("i-3", "a"), due_at=None, state="told", incident_at=None)
    keep(store, later, due, told, replace(OUTBOX_ENTRY, id=("i-1", "b"), due_at=at(0), incident_at=None))

    with store.read() as queries:
        assert [due, later] == queries.untold("a", at(9), 5)
        assert [due] == queries.untold("a", at(1), 5) == queries.untold("a", at(9), 1)
        assert ["a", "b"] == [entry.id[1] for entry in queries.outbox_of("i-1")]
        assert {due.id, later.id} == {entry.id for entry in queries.refused_tellings()}
        assert ((2, 2), (1, 0)) == (queries.count_untold("a"), queries.count_untold("b"))
