"""Batches in the store: who is meant, whose turn is next, how many are left, on every database."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from adapters.database.store import DatabaseStore
from engine.domain.batch import Batch, BatchItem, Filter
from engine.domain.instance import ProcessInstance
from engine.ports import Changes, Page
from tests.contracts.samples import BATCH, INCIDENT, INSTANCE, USER_TASK, at
from tests.contracts.steps import commit, keep, walk


def head(number: int, **more: Any) -> ProcessInstance:
    """One of several instances."""
    return replace(INSTANCE, id=f"i-{number}", business_key=f"HS-{number}", started_at=at(number), **more)


def fill(store: DatabaseStore, filter: Filter, batch: Batch = BATCH) -> int:
    """A batch with whoever the filter means."""
    with store.begin() as unit:
        total = unit.fill_batch(batch.id, filter)
        unit.write(Changes(inserts={Batch: [batch]}))
        unit.commit()
    return total


def waiting(store: DatabaseStore) -> list[str]:
    """Whose turn has not come."""
    with store.read() as queries:
        return [item.instance_id for item in queries.waiting_items(BATCH.id, 10)]


def test_a_batch_is_filled_with_whoever_is_meant(store: DatabaseStore) -> None:
    """In the database, in the order of ids, never with an ended one."""
    keep(store, *(head(number) for number in (3, 1, 2)), head(4, state="completed", ended_at=at(9)))

    assert fill(store, Filter(key=INSTANCE.key)) == 3
    assert waiting(store) == ["i-1", "i-2", "i-3"]


def test_nothing_is_filled_without_a_commit(store: DatabaseStore) -> None:
    """A batch that was not committed has no instances."""
    keep(store, head(1))
    with store.begin() as unit:
        assert unit.fill_batch(BATCH.id, Filter(key=INSTANCE.key)) == 1

    assert waiting(store) == []


def test_waits_of_ended_work_do_not_count(store: DatabaseStore) -> None:
    """Whoever has been at an element is not there any more."""
    keep(store, head(1), head(2), replace(USER_TASK, id="t-1", instance_id="i-1"), replace(USER_TASK, id="t-2", instance_id="i-2", state="completed"),
         replace(INCIDENT, id="inc-1", instance_id="i-2", state="resolved"))  # fmt: skip

    with store.read() as queries:
        assert [found.id for found in queries.first_meant(Filter(element_id=USER_TASK.element_id), 9)] == ["i-1"]
        assert queries.count_meant(Filter(incident_code=INCIDENT.code)) == 0
        assert queries.count_meant(Filter(element_id=INCIDENT.element_id)) == 0


def test_signs_of_patterns_mean_themselves(store: DatabaseStore) -> None:
    """A prefix is no pattern: ``_`` and ``%`` are signs of business keys like others."""
    keep(store, replace(head(1), business_key="HS_1"), replace(head(2), business_key="HSX1"), replace(head(3), business_key="HS%"),
         replace(head(4), business_key="ĐK-1"))  # fmt: skip

    def meant(prefix: str) -> list[str]:
        with store.read() as queries:
            return [found.id for found in queries.first_meant(Filter(business_key_prefix=prefix), 9)]

    assert [meant(prefix) for prefix in ("HS_", "HS%", "HS", "ĐK", "%")] == [
        ["i-1"],
        ["i-3"],
        ["i-1", "i-2", "i-3"],
        ["i-4"],
        [],
    ]


def test_items_are_counted_and_paged_by_state(store: DatabaseStore) -> None:
    """Progress is a count, so that no counter can go wrong."""
    keep(store, *(head(number) for number in range(5)))
    fill(store, Filter(key=INSTANCE.key))
    commit(store, Changes(updates={BatchItem: [((BATCH.id, f"i-{n}"), {"state": "done"}) for n in (0, 2, 4)]}))

    with store.read() as queries:
        assert queries.count_items(BATCH.id) == {"done": 3, "waiting": 2}
        assert queries.count_items("nowhere") == {}
    pages = walk(store, lambda queries, page: queries.list_items(BATCH.id, "done", page), 2)
    assert [[item.instance_id for item in page] for page in pages] == [["i-0", "i-2"], ["i-4"]]
    assert waiting(store) == ["i-1", "i-3"]


def test_batches_are_listed_the_newest_first_and_run_the_oldest_first(store: DatabaseStore) -> None:
    """People look for the last one; turns are given by age."""
    keep(
        store,
        *(replace(BATCH, id=f"b-{n}", created_at=at(n), state="paused" if n == 2 else "running") for n in range(1, 4)),
    )

    with store.read() as queries:
        assert [batch.id for batch in queries.list_batches(None, Page()).rows] == ["b-3", "b-2", "b-1"]
        assert [batch.id for batch in queries.list_batches("paused", Page()).rows] == ["b-2"]
        assert [batch.id for batch in queries.running_batches()] == ["b-1", "b-3"]


def test_another_tenants_instances_are_not_meant(two_tenants: dict[str, DatabaseStore]) -> None:
    """A storm in one province suspends nobody in the other."""
    for store in two_tenants.values():
        keep(store, head(1))

    assert fill(two_tenants["lao-cai"], Filter(key=INSTANCE.key)) == 1
    assert waiting(two_tenants["yen-bai"]) == []
    with two_tenants["yen-bai"].read() as queries:
        assert queries.batch(BATCH.id) is None
        assert queries.count_items(BATCH.id) == {}
