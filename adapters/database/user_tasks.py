"""Queries for worklists."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table

from adapters.database.cursor import sort_key
from adapters.database.listing import Listing
from adapters.database.reader import Reader, by_ids, equal, rows_of
from adapters.database.rows import USER_TASKS
from adapters.database.statement import Statement, constant
from adapters.database.tables import user_task_groups, user_tasks
from engine.domain.user_task import CANCELLED, COMPLETED, OPEN, UserTask
from engine.ports import Listed, Page


class _Worklist:
    """Tasks in one order, of one group (then sorted by what the side table knows) or of all."""

    def __init__(self, through: Table | None, descending: bool) -> None:
        due_at = (user_tasks if through is None else through).c.due_at
        common: dict[str, Any] = {
            "descending": descending,
            "states": (OPEN, COMPLETED, CANCELLED),
            "through": through,
        }
        self.by_creation = Listing(USER_TASKS, "created_at", "id", **common)
        self._dated = Listing(USER_TASKS, "due_at", "id", always=[due_at.is_not(None)], **common)
        self._undated = Listing(USER_TASKS, "id", same=("due_at",), always=[due_at.is_(None)], **common)

    def page_by_due_time(self, connection: Connection, page: Page, **filters: Any) -> Listed[UserTask]:
        """Two walks: tasks with a due time, then those without, which no database puts last both ways."""
        due_at, id = (None, None) if page.after is None else sort_key(page.after, self._dated.key_columns)
        rows: list[UserTask] = []
        if due_at is not None or id is None:
            rows = self._dated.rows(connection, page.limit + 1, due_at and (due_at, id), **filters)
        if len(rows) <= page.limit:
            start = (id,) if id is not None and due_at is None else None
            rows += self._undated.rows(connection, page.limit + 1 - len(rows), start, **filters)
        return self._dated.cut(rows, page.limit)


_WORKLISTS = {
    (grouped, descending): _Worklist(user_task_groups if grouped else None, descending)
    for grouped in (False, True)
    for descending in (False, True)
}
_BY_ID = Statement(by_ids(USER_TASKS))
_OPEN = Statement(
    rows_of(USER_TASKS, *equal(USER_TASKS, "instance_id"), user_tasks.c.state == constant(OPEN)).order_by(
        user_tasks.c.created_at, user_tasks.c.id
    )
)


class UserTaskQueries(Reader):
    """Work that is or was offered to people."""

    def user_tasks(self, ids: Collection[str]) -> Mapping[str, UserTask]:
        """Tasks by id."""
        return self._by_id(USER_TASKS, _BY_ID, ids)

    def list_user_tasks(
        self,
        *,
        state: str | None,
        assignee: str | None,
        candidate_group: str | None,
        instance_id: str | None,
        element_id: str | None,
        sort: str,
        page: Page,
    ) -> Listed[UserTask]:
        """A worklist; ``candidate_group`` asks for tasks that name this group."""
        filters = {
            "tenant": self._tenant,
            "state": state,
            "assignee": assignee,
            "candidate_group": candidate_group,
            "instance_id": instance_id,
            "element_id": element_id,
        }
        worklist = _WORKLISTS[candidate_group is not None, sort.startswith("-")]
        if sort.endswith("dueAt"):
            return worklist.page_by_due_time(self._connection, page, **filters)
        return worklist.by_creation.page(self._connection, page, **filters)

    def open_user_tasks_of(self, instance_id: str) -> Sequence[UserTask]:
        """What people still have to do for an instance, oldest first."""
        return self._all(USER_TASKS, _OPEN, instance_id=instance_id)
