"""Queries for worklists."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, exists, literal_column, or_, select

from adapters.database.cursor import sort_key
from adapters.database.listing import Listing
from adapters.database.reader import Reader, by_ids, equal, of_instances, rows_of
from adapters.database.rows import USER_TASKS
from adapters.database.statement import OneOf, Statement, constant, given
from adapters.database.tables import user_task_groups, user_tasks
from engine.domain.access import Reach
from engine.domain.user_task import CANCELLED, COMPLETED, OPEN, UserTask
from engine.ports import Listed, Page

_offered = user_task_groups.alias("offered")
_OFFERED = exists().where(
    _offered.c.tenant == user_tasks.c.tenant,
    _offered.c.id == user_tasks.c.id,
    OneOf(_offered.c.candidate_group, "groups"),
    OneOf(_offered.c.unit, "units"),
)
_HIS = or_(user_tasks.c.assignee == given("person"), user_tasks.c.completed_by == given("person"))
_REACHED: dict[str, Any] = {"person": or_(_HIS, _OFFERED), "groups": None, "units": None}
"""A task is or was a person's, or his groups may do it in a dossier of his units."""
_HAD = Statement(
    select(literal_column("1"))
    .where(
        user_tasks.c.tenant == given("tenant"),
        user_tasks.c.instance_id == given("instance_id"),
        or_(
            _HIS,
            exists().where(
                _offered.c.tenant == user_tasks.c.tenant,
                _offered.c.id == user_tasks.c.id,
                OneOf(_offered.c.candidate_group, "groups"),
            ),
        ),
    )
    .limit(1)
)
_COMPLETED = Statement(
    rows_of(
        USER_TASKS,
        *equal(USER_TASKS, "instance_id"),
        user_tasks.c.state == constant(COMPLETED),
        OneOf(user_tasks.c.element_id, "elements"),
    )
)


class _Worklist:
    """Tasks in one order, of one group or of several (then sorted by what the side table knows) or of all."""

    def __init__(self, through: Table | None, descending: bool, across: tuple[str, ...] = ()) -> None:
        self._descending = descending
        due_at = (user_tasks if through is None else through).c.due_at
        common: dict[str, Any] = {
            "descending": descending,
            "states": (OPEN, COMPLETED, CANCELLED),
            "through": through,
            "across": across,
            "bounds": {} if across else _REACHED,
        }
        self.by_creation = Listing(USER_TASKS, "created_at", "id", **common)
        self._dated = Listing(USER_TASKS, "due_at", "id", always=[due_at.is_not(None)], **common)
        self._undated = Listing(USER_TASKS, "id", same=("due_at",), always=[due_at.is_(None)], **common)

    def page(self, connection: Connection, sort: str, page: Page, **filters: Any) -> Listed[UserTask]:
        """A page in the order asked for."""
        if sort.endswith("dueAt"):
            return self.page_by_due_time(connection, page, **filters)
        return self.by_creation.page(connection, page, **filters)

    def merged(self, pages: Sequence[Listed[UserTask]], sort: str, limit: int) -> Listed[UserTask]:
        """Pages of several lists as one, each task once."""
        rows = list({task.id: task for page in pages for task in page.rows}.values())
        by_due = sort.endswith("dueAt")
        if by_due:
            rows.sort(key=lambda task: (task.due_at or "", task.id), reverse=self._descending)
            rows.sort(key=lambda task: task.due_at is None)
        else:
            rows.sort(key=lambda task: (task.created_at, task.id), reverse=self._descending)
        if len(rows) <= limit and not any(page.next for page in pages):
            return Listed(rows, None)
        listing = self._dated if by_due else self.by_creation
        return Listed(rows[:limit], listing.cursor_of(rows[:limit][-1]))

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
_SCOPED = {
    descending: _Worklist(user_task_groups, descending, ("candidate_group", "unit")) for descending in (False, True)
}
"""Worklists of the groups and units of one person."""
_BY_ID = Statement(by_ids(USER_TASKS))
_OPEN, OPEN_IN = of_instances(USER_TASKS, ("created_at", "id"), user_tasks.c.state == constant(OPEN))


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
        reach: Reach | None = None,
    ) -> Listed[UserTask]:
        """A worklist; ``candidate_group`` asks for tasks that name this group."""
        filters: dict[str, Any] = {
            "tenant": self._tenant,
            "state": state,
            "assignee": assignee,
            "candidate_group": candidate_group,
            "instance_id": instance_id,
            "element_id": element_id,
        }
        descending = sort.startswith("-")
        if reach is None:
            return _WORKLISTS[candidate_group is not None, descending].page(self._connection, sort, page, **filters)
        if reach.person is None:
            return Listed([], None)
        if assignee is not None or instance_id is not None:
            filters |= {"person": reach.person, "groups": list(reach.groups), "units": ["", *reach.units]}
            return _WORKLISTS[candidate_group is not None, descending].page(self._connection, sort, page, **filters)
        return self._tasks_reached(reach, descending, sort, page, filters)

    def _tasks_reached(
        self, reach: Reach, descending: bool, sort: str, page: Page, filters: dict[str, Any]
    ) -> Listed[UserTask]:
        """What his groups may do in dossiers of his units, and what was given to him."""
        asked = filters["candidate_group"]
        groups = [group for group in reach.groups if asked in (None, group)]
        offered = filters | {"candidate_group": groups, "unit": ["", *reach.units]}
        given_to_him = filters | {"assignee": reach.person}
        scoped, plain = _SCOPED[descending], _WORKLISTS[asked is not None, descending]
        pages = [plain.page(self._connection, sort, page, **given_to_him)]
        if groups:
            pages.append(scoped.page(self._connection, sort, page, **offered))
        return plain.merged(pages, sort, page.limit)

    def had_user_task(self, instance_id: str, person: str, groups: Sequence[str]) -> bool:
        """Whether an instance has or had work of a person's, or that one of his groups may do."""
        return bool(self._rows(_HAD, instance_id=instance_id, person=person, groups=list(groups)))

    def completers(self, instance_id: str, element_ids: Collection[str]) -> Sequence[UserTask]:
        """The completed tasks of these elements of an instance."""
        return self._all(USER_TASKS, _COMPLETED, instance_id=instance_id, elements=list(element_ids))

    def open_user_tasks_of(self, instance_id: str) -> Sequence[UserTask]:
        """What people still have to do for an instance, oldest first."""
        return self._all(USER_TASKS, _OPEN, instance_id=instance_id)
