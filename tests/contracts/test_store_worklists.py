"""What every store must do for worklists and their pages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.database.store import DatabaseStore
from engine.domain.errors import InvalidValues
from engine.domain.user_task import UserTask
from engine.ports import Changes, Page
from tests.contracts.samples import USER_TASK, at
from tests.contracts.steps import commit, ids, keep, tasks_on, worklist


def eight_tasks() -> list[UserTask]:
    """Two a second; every fourth without due time; due times twice each and against the order of creation."""
    return [
        replace(
            USER_TASK,
            id=f"t-{n}",
            instance_id=f"i-{n % 2}",
            element_id="ky" if n == 5 else "kiem_tra",
            state="completed" if n == 6 else "open",
            assignee="lan" if n in (1, 5) else None,
            candidate_groups=(("mot_cua",), ("dia_chinh", "mot_cua"), (), ("lãnh đạo",))[n % 4],
            created_at=at(n // 2),
            due_at=None if n % 4 == 3 else at(100 - n // 2),
        )
        for n in range(8)
    ]


BY_CREATION = ["t-0", "t-1", "t-2", "t-3", "t-4", "t-5", "t-6", "t-7"]
BY_DUE = ["t-6", "t-4", "t-5", "t-2", "t-0", "t-1"]
UNDATED = ["t-3", "t-7"]


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_worklists_in_every_order(store: DatabaseStore, limit: int) -> None:
    """Officers take what is most urgent first; a page must neither skip nor repeat a task, also among equals."""
    keep(store, *eight_tasks())

    assert BY_CREATION == worklist(store, "createdAt", limit)
    assert BY_CREATION[::-1] == worklist(store, "-createdAt", limit)
    assert BY_DUE + UNDATED == worklist(store, "dueAt", limit)
    assert BY_DUE[::-1] + UNDATED[::-1] == worklist(store, "-dueAt", limit)


@pytest.mark.parametrize("limit", [1, 2, 50])
@pytest.mark.parametrize("sort", ["createdAt", "-createdAt", "dueAt", "-dueAt"])
def test_worklists_of_one_group(store: DatabaseStore, sort: str, limit: int) -> None:
    """A clerk's list holds what the clerk's group may do, in the same order as the whole list."""
    keep(store, *eight_tasks())
    whole = worklist(store, sort)

    def of(*numbers: int) -> list[str]:
        return [id for id in whole if int(id[2:]) in numbers]

    assert of(0, 1, 4, 5) == worklist(store, sort, limit, candidate_group="mot_cua")
    assert of(1, 5) == worklist(store, sort, limit, candidate_group="dia_chinh", state="open")
    assert of(5) == worklist(store, sort, limit, candidate_group="mot_cua", element_id="ky")
    assert of(0, 4) == worklist(store, sort, limit, candidate_group="mot_cua", instance_id="i-0")
    assert [] == worklist(store, sort, limit, candidate_group="mot")


@pytest.mark.parametrize("limit", [1, 2, 50])
@pytest.mark.parametrize("sort", ["createdAt", "-dueAt"])
def test_worklists_by_other_filters(store: DatabaseStore, sort: str, limit: int) -> None:
    """Filters narrow a list and never change its order."""
    keep(store, *eight_tasks())
    whole = worklist(store, sort)

    assert [id for id in whole if id != "t-6"] == worklist(store, sort, limit, state="open")
    assert ["t-6"] == worklist(store, sort, limit, state="completed")
    assert [id for id in whole if id in ("t-1", "t-5")] == worklist(store, sort, limit, assignee="lan")
    assert [id for id in whole if int(id[2:]) % 2] == worklist(store, sort, limit, instance_id="i-1")
    assert ["t-5"] == worklist(store, sort, limit, element_id="ky", assignee="lan", state="open")
    assert [] == worklist(store, sort, limit, element_id="ky", assignee="hoa")


def test_groups_follow_their_task(store: DatabaseStore) -> None:
    """A task that was finished, moved or withdrawn leaves the lists of its groups at once."""
    keep(store, *(replace(USER_TASK, id=f"t-{n}", due_at=None) for n in range(4)))

    commit(
        store,
        Changes(
            updates={
                UserTask: [
                    ("t-0", {"state": "completed"}),
                    ("t-1", {"candidate_groups": ("thue", "dia_chinh")}),
                    ("t-2", {"due_at": at(1)}),
                ]
            },
            deletes={UserTask: ["t-3"]},
        ),
    )

    assert ["t-2"] == worklist(store, "dueAt", candidate_group="mot_cua", state="open")
    assert ["t-0"] == worklist(store, "dueAt", candidate_group="mot_cua", state="completed")
    assert ["t-2", "t-1"] == worklist(store, "dueAt", candidate_group="dia_chinh", state="open")
    assert ["t-1"] == worklist(store, "dueAt", candidate_group="thue")


def test_a_list_goes_on_where_it_stopped(store: DatabaseStore) -> None:
    """Work that comes in between two pages neither hides a task nor shows one twice."""
    keep(store, *eight_tasks())
    with store.read() as queries:
        first = queries.list_process_instances(None, None, None, Page(2))
        assert ([], None) == (list(first.rows), first.next)
        page = tasks_on(queries, "createdAt", Page(3))
    keep(store, replace(USER_TASK, id="early", created_at=at(0)), replace(USER_TASK, id="t-25", created_at=at(1)))

    with store.read() as queries:
        rest = tasks_on(queries, "createdAt", Page(50, page.next))

    assert ["t-25", "t-3", "t-4", "t-5", "t-6", "t-7"] == ids(rest.rows)


def test_text_sorts_by_its_bytes(store: DatabaseStore) -> None:
    """The order of a list, and so its cursors, must not depend on the language of the server."""
    names = ["B", "a", "_", "é", "Z", "-"]
    keep(store, *(replace(USER_TASK, id=name) for name in names))

    assert sorted(names) == worklist(store, "createdAt", 2)


BAD_CURSORS = [
    "",
    "x",
    "!!!!",
    "W10",
    "bnVsbA",
    "WzEsMl0",
    "WyJhIl0",
    "WyJhXHUwMDAwIiwiYiJd",
    "W251bGwsbnVsbF0",
    "é",
    "eyJhIjoxfQ",
]


@pytest.mark.parametrize("cursor", BAD_CURSORS)
def test_a_cursor_that_we_did_not_make_is_refused(store: DatabaseStore, cursor: str) -> None:
    """A cursor comes back through the hands of strangers; a broken one is their mistake, not our failure."""
    page = Page(5, cursor)
    with store.read() as queries:
        for fetch in (
            lambda: queries.list_process_instances(None, None, None, page),
            lambda: queries.search_log(actor=None, since=None, until=None, kind=None, page=page),
            lambda: queries.list_incidents(None, None, page),
            lambda: tasks_on(queries, "createdAt", page),
            lambda: tasks_on(queries, "-dueAt", page, candidate_group="mot_cua"),
        ):
            with pytest.raises(InvalidValues) as refused:
                fetch()
            [fault] = refused.value.faults
            assert ("/after", "badCursor") == (fault.pointer, fault.code)


def test_the_cursor_is_safe_in_a_url(store: DatabaseStore) -> None:
    """It stands in the query of a link."""
    keep(store, *(replace(USER_TASK, id=f"?>~ù/{n}") for n in range(3)))
    with store.read() as queries:
        listed = tasks_on(queries, "createdAt", Page(1))

    assert set(listed.next or "") <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
