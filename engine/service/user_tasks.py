"""User tasks: claim, release, assign, complete."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from engine.domain import user_task
from engine.domain.access import Reach
from engine.domain.errors import FourEyes, HeldByAnother, NotFound, Stale, UserTaskNotOpen
from engine.domain.instance import ProcessInstance
from engine.domain.user_task import UserTask
from engine.domain.waiting import Incident
from engine.ports import Queries
from engine.service import reaching
from engine.service.catalog import Catalog
from engine.service.command import Command, Sender
from engine.service.forms import Form, check_values
from engine.service.live import Live
from engine.service.places import definition_behind
from engine.service.standing import decided_incidents
from engine.service.work import Work


@dataclass(frozen=True, slots=True)
class _OnTask(Command):
    """A command that names one user task; ``expected_seq`` is the instance's state that the caller saw, if he says."""

    task_id: str
    expected_seq: int | None = None

    @property
    def task_ids(self) -> tuple[str, ...]:
        return (self.task_id,)


@dataclass(frozen=True, slots=True)
class ClaimUserTask(_OnTask):
    """Take a task for oneself."""


@dataclass(frozen=True, slots=True)
class ReleaseUserTask(_OnTask):
    """Give a task back to its groups."""


@dataclass(frozen=True, slots=True)
class AssignUserTask(_OnTask):
    """Give a task to somebody."""

    assignee: str = ""


@dataclass(frozen=True, slots=True)
class CompleteUserTask(_OnTask):
    """Finish a task with what was entered."""

    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Completing:
    """A completion whose command is not over: buffered messages may still be delivered in it."""

    task: UserTask
    live: Live


@dataclass(frozen=True, slots=True)
class Completed:
    """What a completion led to: the instance as it is now, its open incidents, and the work that was created by it."""

    task: UserTask
    head: ProcessInstance
    incidents: tuple[Incident, ...]
    created: tuple[UserTask, ...]


def claim(work: Work, command: ClaimUserTask, by: Sender) -> UserTask:
    """Take a task; taking one's own again changes nothing.

    Raises:
        NotFound, UserTaskNotOpen, InstanceSuspended, HeldByAnother, FourEyes, Stale
    """
    task, live = _open(work, command, by)
    if task.assignee == by.person:
        return task
    _check_holder(task, by)
    _check_eyes(work, task, live, by.person)
    return _assign(work, task, live, "UserTaskClaimed", by.person, by)


def release(work: Work, command: ReleaseUserTask, by: Sender) -> UserTask:
    """Give a task back.

    Raises:
        NotFound, UserTaskNotOpen, InstanceSuspended, HeldByAnother, Stale
    """
    task, live = _open(work, command, by)
    if task.assignee is None:
        return task
    _check_holder(task, by)
    return _assign(work, task, live, "UserTaskReleased", None, by)


def assign(work: Work, command: AssignUserTask, by: Sender) -> UserTask:
    """Give a task to somebody, whoever holds it.

    Raises:
        NotFound, UserTaskNotOpen, InstanceSuspended, FourEyes, Stale
    """
    task, live = _open(work, command, by)
    _check_eyes(work, task, live, command.assignee)
    return _assign(work, task, live, "UserTaskAssigned", command.assignee, by)


def complete(work: Work, command: CompleteUserTask, by: Sender) -> Completing:
    """Finish a task and let its instance move on. What fails after it is an incident, not a refusal.

    Raises:
        NotFound, UserTaskNotOpen, InstanceSuspended, HeldByAnother, FourEyes, Stale, InvalidValues
    """
    task, live = _open(work, command, by)
    _check_holder(task, by)
    _check_eyes(work, task, live, by.person)
    check_values(command.values, _form(work.unit, work.catalog, task, live.head), "/variables")
    payload = {"userTask": task.id, "activity": task.activity, "values": command.values}
    work.record(live, "UserTaskCompleted", payload, work.cause(by))
    return Completing(task, live)


def completed(work: Work, done: Completing) -> Completed:
    """What came of a completion, at the end of its command."""
    return Completed(
        work.current.latest(UserTask, done.task.id, done.task),
        done.live.head,
        decided_incidents(work, done.live),
        tuple(task for task in work.current.inserted(UserTask) if task.state == user_task.OPEN),
    )


def _open(work: Work, command: _OnTask, by: Sender) -> tuple[UserTask, Live]:
    task = reaching.there(work.task(command.task_id), command.task_id, by.reach)
    if task.state != user_task.OPEN:
        raise UserTaskNotOpen(id=task.id, state=task.state)
    live = work.running(task.instance_id)
    if command.expected_seq is not None and command.expected_seq != live.head.seq:
        raise Stale(current=live.head.seq, expected=command.expected_seq)
    return task, live


def _check_holder(task: UserTask, by: Sender) -> None:
    """The portal and the administrator act for everybody; on behalf of a person, only that person's tasks count."""
    if by.on_behalf_of is not None and task.assignee not in (None, by.on_behalf_of):
        raise HeldByAnother(id=task.id, assignee=task.assignee)


def _check_eyes(work: Work, task: UserTask, live: Live, person: str) -> None:
    """Who did one of two steps that four eyes have to see does not do the other, whoever he is.

    Raises:
        FourEyes: he did.
    """
    others = definition_behind(work.catalog, work.unit, live.head, task.activity).four_eyes.get(task.element_id)
    if not others:
        return
    work.flush()
    for done in work.unit.completers(live.head.id, others):
        if done.completed_by == person:
            raise FourEyes(id=task.id, elementId=task.element_id, otherElementId=done.element_id, person=person)


def form_of(queries: Queries, catalog: Catalog, task_id: str, reach: Reach | None = None) -> Form:
    """The form that a task is done with.

    Raises:
        NotFound: there is no such task, or not for the caller, or it has no form.
    """
    task = reaching.user_task(queries, task_id, reach)
    head = queries.process_instances([task.instance_id])[task.instance_id]
    form = _form(queries, catalog, task, head)
    if form is None:
        raise NotFound(what="form of user task", id=task_id)
    return form


def _form(queries: Queries, catalog: Catalog, task: UserTask, head: ProcessInstance) -> Form | None:
    if task.form_key is None:
        return None
    return definition_behind(catalog, queries, head, task.activity).form(task.form_key)


def _assign(work: Work, task: UserTask, live: Live, kind: str, assignee: str | None, by: Sender) -> UserTask:
    work.record(live, kind, {"userTask": task.id, "activity": task.activity, "assignee": assignee}, work.cause(by))
    latest: UserTask = work.current.latest(UserTask, task.id, task)
    return latest
