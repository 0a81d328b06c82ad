"""What every store must do for those who do not reach everything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from random import Random

import pytest

from adapters.database.store import DatabaseStore
from engine.domain.access import Reach
from engine.domain.instance import ProcessInstance
from engine.domain.user_task import UserTask
from engine.ports import Listed, Page, Queries
from tests.contracts.samples import INSTANCE, USER_TASK, at
from tests.contracts.steps import ids, keep, tasks_on, walk

UNITS = ("X1", "X2", None)
GROUPS = (("a",), ("a", "b"), (), ("c",))
HIS = Reach(None, "lan", ("", "a", "b"), ("X1", "X3"))


def tasks() -> list[UserTask]:
    """Every unit with every group; one in a foreign unit was given to him."""
    return [
        replace(
            USER_TASK, id=f"t-{n:02}", unit=UNITS[n % 3], candidate_groups=GROUPS[n % 4], created_at=at(n // 2),
            due_at=None if n % 5 == 0 else at(100 - n // 3), assignee="lan" if n == 7 else None,
            state="completed" if n == 9 else "open",
        )
        for n in range(24)
    ]  # fmt: skip


def reached(task: UserTask) -> bool:
    """The same rule, said once more."""
    groups = not task.candidate_groups or {"a", "b"} & set(task.candidate_groups)
    return task.assignee == "lan" or (bool(groups) and task.unit in (None, "X1"))


@pytest.mark.parametrize("limit", [1, 3, 50])
@pytest.mark.parametrize("sort", ["createdAt", "-createdAt", "dueAt", "-dueAt"])
@pytest.mark.parametrize("state", [None, "open"])
def test_an_officers_worklist(store: DatabaseStore, sort: str, limit: int, state: str | None) -> None:
    """The whole list without what is others', in the same order, however it is cut into pages."""
    keep(store, *tasks())
    [whole] = walk(store, lambda q, page: tasks_on(q, sort, page, state=state), 200)
    pages = walk(store, lambda q, page: tasks_on(q, sort, page, HIS, state=state), limit)

    assert [task.id for task in whole if reached(task)] == [task.id for page in pages for task in page]


@pytest.mark.parametrize(
    "filters",
    [
        {"candidate_group": "a"},
        {"candidate_group": "c"},
        {"assignee": "lan"},
        {"instance_id": "i-1"},
        {"element_id": "kiem_tra"},
    ],
)
def test_filters_narrow_an_officers_worklist(store: DatabaseStore, filters: dict[str, str]) -> None:
    """No filter opens what the list does not have."""
    keep(store, *tasks())
    [whole] = walk(store, lambda q, page: tasks_on(q, "createdAt", page, None, **filters), 200)
    [his] = walk(store, lambda q, page: tasks_on(q, "createdAt", page, HIS, **filters), 200)

    assert [task.id for task in whole if reached(task)] == ids(his)


def reached_by(reach: Reach, queries: Queries, page: Page) -> Listed[ProcessInstance]:
    """A page of somebody's list."""
    return queries.list_process_instances(None, None, None, page, reach)


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_a_list_of_instances(store: DatabaseStore, limit: int) -> None:
    """Those of the units and those that were started by the caller, each once."""
    heads = [
        replace(
            INSTANCE,
            id=f"i-{n}",
            business_key=f"k-{n}",
            unit=UNITS[n % 3],
            starter="web" if n % 4 else "other",
            started_at=at(n),
        )
        for n in range(12)
    ]
    keep(store, *heads)
    newest = heads[::-1]
    rules: list[tuple[Reach, Callable[[ProcessInstance], bool]]] = [
        (Reach("web"), lambda head: head.starter == "web"),
        (Reach(None, "lan", ("",), ("X1", "X2")), lambda head: head.unit is not None),
        (Reach("web", "lan", ("",), ("X1",)), lambda head: head.unit == "X1" or head.starter == "web"),
    ]
    for reach, fits in rules:
        pages = walk(store, partial(reached_by, reach), limit)
        assert [head.id for head in newest if fits(head)] == [head.id for page in pages for head in page]
        with store.read() as queries:
            for head in heads:
                found = queries.list_process_instances(None, None, head.business_key, Page(), reach).rows
                assert fits(head) is bool(found)


def test_work_once_had_opens_a_dossier(store: DatabaseStore) -> None:
    """Whoever had to do with a dossier may look at it again."""
    keep(store, INSTANCE, USER_TASK)
    with store.read() as queries:
        assert queries.had_user_task("i-1", "lan", ["mot_cua"])
        assert not queries.had_user_task("i-1", "lan", ["other", ""])
        assert not queries.had_user_task("i-2", "lan", ["mot_cua"])


@pytest.mark.parametrize("number", [12, 40])
@pytest.mark.parametrize("sort", ["createdAt", "dueAt"])
def test_one_busy_unit_among_many(store: DatabaseStore, sort: str, number: int) -> None:
    """The page may lie in a single unit, however many there are to look into."""
    units = [f"Y{n}" for n in range(number)]
    busy = [replace(USER_TASK, id=f"b-{n:02}", unit="Y7", created_at=at(n), due_at=at(n)) for n in range(60)]
    quiet = [
        replace(USER_TASK, id=f"q-{n:02}", unit=units[n % number], created_at=at(100), due_at=at(100))
        for n in range(40)
    ]
    keep(store, *busy, *quiet)
    reach = Reach(None, "lan", ("mot_cua",), tuple(units))
    pages = walk(store, lambda q, page: tasks_on(q, sort, page, reach), 30)

    assert [task.id for task in (*busy, *quiet)] == [task.id for page in pages for task in page]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("sort", ["createdAt", "-dueAt"])
def test_an_officer_of_many_units_wherever_their_work_lies(store: DatabaseStore, sort: str, seed: int) -> None:
    """At the head of the table, behind much that is others', or in a few of his units only: the list is the same."""
    chance = Random(f"{seed} {sort}")
    units = [f"Y{n}" for n in range(60)]
    dense = chance.sample(units, 3)
    tasks = [
        replace(
            USER_TASK, id=f"t-{n:03}", unit=chance.choice(dense if n < 150 else units), created_at=at(n // 3),
            candidate_groups=chance.choice([(), ("a",), ("a", "b"), ("c",)]), due_at=chance.choice([None, at(n), at(300 - n)]),
        )
        for n in range(300)
    ]  # fmt: skip
    keep(store, *tasks)
    his = chance.sample(units, chance.choice([20, 40, 60]))
    reach = Reach(None, "lan", ("", "a", "b"), tuple(his))
    [whole] = walk(store, lambda q, page: tasks_on(q, sort, page), 400)
    pages = walk(store, lambda q, page: tasks_on(q, sort, page, reach), chance.choice([1, 7, 50]))

    expected = [task for task in whole if task.unit in his and task.candidate_groups != ("c",)]
    assert [task.id for task in expected] == [task.id for page in pages for task in page]
    assert expected


@pytest.mark.parametrize("seed", range(4))
def test_a_list_of_instances_of_many_units(store: DatabaseStore, seed: int) -> None:
    """The same for what is of his units, in whatever state it is."""
    chance = Random(seed)
    units = [f"Y{n}" for n in range(60)]
    heads = [
        replace(
            INSTANCE, id=f"i-{n:03}", business_key=f"k-{n}", unit=units[n % 3] if n < 150 else chance.choice(units),
            started_at=at(n // 2), state=chance.choice(["running", "completed"]),
        )
        for n in range(300)
    ]  # fmt: skip
    keep(store, *heads)
    his = chance.sample(units, chance.choice([20, 40, 60]))
    pages = walk(store, partial(reached_by, Reach(None, "lan", (), tuple(his))), chance.choice([1, 7, 50]))

    newest = sorted(heads, key=lambda head: (head.started_at, head.id), reverse=True)
    assert [head.id for head in newest if head.unit in his] == [head.id for page in pages for head in page]
