"""Steps that tests of stores share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from engine.domain.access import Reach
from engine.domain.user_task import UserTask
from engine.ports import Changes, Listed, Page, Queries, Store


def keep(store: Store, *entities: Any, **others: Any) -> None:
    """Insert entities (and whatever else changes hold) in a unit of work of their own."""
    changes = Changes(**others)
    for entity in entities:
        changes.inserts.setdefault(type(entity), []).append(entity)
    commit(store, changes)


def commit(store: Store, changes: Changes) -> None:
    """Write changes in a unit of work of their own."""
    with store.begin() as unit:
        unit.write(changes)
        unit.commit()


def walk(store: Store, fetch: Callable[[Queries, Page], Listed[Any]], limit: int) -> list[list[Any]]:
    """All pages of a list, each read in a transaction of its own, as callers do."""
    pages, after = [], None
    while True:
        with store.read() as queries:
            listed = fetch(queries, Page(limit, after))
        pages.append(list(listed.rows))
        if listed.next is None:
            return pages
        after = listed.next


def ids(rows: Iterable[Any]) -> list[str]:
    """Which rows, in their order."""
    return [row.id for row in rows]


def tasks_on(
    queries: Queries, sort: str, page: Page, reach: Reach | None = None, **filters: str | None
) -> Listed[UserTask]:
    """One page of a list of tasks; filters that are not named do not count."""
    none = dict.fromkeys(("state", "assignee", "candidate_group", "instance_id", "element_id"))
    asked: dict[str, Any] = {**none, **filters}
    return queries.list_user_tasks(**asked, sort=sort, page=page, reach=reach)


def worklist(store: Store, sort: str, limit: int = 50, **filters: str | None) -> list[str]:
    """Ids of the tasks of a list, read page by page."""
    pages = walk(store, lambda queries, page: tasks_on(queries, sort, page, None, **filters), limit)
    assert all(len(page) == limit for page in pages[:-1])
    return [task.id for page in pages for task in page]
