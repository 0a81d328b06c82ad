"""What somebody reaches: the one place that says whether a dossier, a task or a job is there for him."""

from __future__ import annotations

from engine.domain.access import EVERYBODY, Reach
from engine.domain.archive import Archived
from engine.domain.errors import EngineError, InstanceArchived, NotFound
from engine.domain.instance import ProcessInstance
from engine.domain.user_task import UserTask
from engine.domain.waiting import Incident
from engine.ports import Queries


def instance(queries: Queries, id: str, reach: Reach | None) -> ProcessInstance:
    """The head of an instance.

    Raises:
        NotFound: there is none, or not for him.
        InstanceArchived: it is in the archive.
    """
    head = queries.process_instances([id]).get(id)
    if head is None or not reaches(queries, head, reach):
        raise missing(queries, id, reach)
    return head


def missing(queries: Queries, id: str, reach: Reach | None = None) -> EngineError:
    """Why an instance is not there for him: it is in the archive, or it is none of his."""
    gone = queries.archived([id]).get(id)
    his = reach is None or (
        gone is not None and (gone.unit in reach.units or (reach.starter is not None and gone.starter == reach.starter))
    )
    return NotFound(what="process instance", id=id) if gone is None or not his else told(gone)


def told(gone: Archived) -> InstanceArchived:
    """Where an archived instance is, and what it came to."""
    return InstanceArchived(
        id=gone.id, businessKey=gone.business_key, state=gone.state, endedAt=gone.ended_at, file=gone.file,
        hash=gone.hash.hex(),
    )  # fmt: skip


def reaches(queries: Queries, head: ProcessInstance, reach: Reach | None) -> bool:
    """Whether an instance is there for him: he started it, it is of his unit, or he has or had work in it."""
    if reach is None or (reach.starter is not None and head.starter == reach.starter) or head.unit in reach.units:
        return True
    if reach.person is None:
        return False
    return queries.had_user_task(head.id, reach.person, reach.groups if head.unit is None else ())


def user_task(queries: Queries, id: str, reach: Reach | None) -> UserTask:
    """A user task.

    Raises:
        NotFound: there is none, or not for him.
    """
    return there(queries.user_tasks([id]).get(id), id, reach)


def there(task: UserTask | None, id: str, reach: Reach | None) -> UserTask:
    """The task.

    Raises:
        NotFound: it is none, or not there for him.
    """
    if task is None or not _is_offered(task, reach):
        raise NotFound(what="user task", id=id)
    return task


def _is_offered(task: UserTask, reach: Reach | None) -> bool:
    """Whether a task is or was his, or one that his groups may do in a dossier of his unit."""
    if reach is None:
        return True
    if reach.person is None:
        return False
    if reach.person in (task.assignee, task.completed_by):
        return True
    offered = not set(task.candidate_groups or EVERYBODY).isdisjoint(reach.groups)
    return offered and (task.unit is None or task.unit in reach.units)


def incident(queries: Queries, id: str) -> Incident:
    """An incident.

    Raises:
        NotFound: there is none.
    """
    found = queries.incident(id)
    if found is None:
        raise NotFound(what="incident", id=id)
    return found
