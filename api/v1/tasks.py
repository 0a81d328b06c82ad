"""User tasks: the worklist, and what people do with their work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from api import answers
from api.caller import reach
from api.commands import expected_seq, perform
from api.policy import Policy
from api.serving import reading, recorded, service
from api.v1.fields import (
    NOTHING,
    PAGE,
    Choice,
    Text,
    Values,
    answer,
    body,
    extended,
    maybe,
    maybe_number,
    maybe_when,
    one,
    page_of,
    said,
    some,
)
from api.v1.resource import Resource
from api.v1.shown import INCIDENT, USER_TASK, incident, user_task
from engine.domain.dossier import Dossier
from engine.domain.user_task import UserTask
from engine.ports import Page
from engine.service import reaching
from engine.service.command import Rendered
from engine.service.user_tasks import (
    AssignUserTask,
    ClaimUserTask,
    Completed,
    CompleteUserTask,
    ReleaseUserTask,
    form_of,
)

tasks = Resource("tasks", "/v1/tasks", "Work for people.")

LISTED = extended(
    USER_TASK,
    "ListedUserTask",
    dossier=one(answer("DossierBehind", code=maybe(), dueAt=maybe_when(), escalation=maybe_number()), allow_none=True),
)
TASKS = page_of(LISTED, "UserTasks")
ASKED = body(
    "UserTasksAsked",
    assignee=Text(load_default=None),
    candidateGroup=Text(load_default=None),
    processInstanceId=Text(load_default=None),
    elementId=Text(load_default=None),
    state=Choice("open", "completed", "cancelled", "all", load_default="open"),
    sort=Choice("createdAt", "-createdAt", "dueAt", "-dueAt", load_default="-createdAt"),
    **PAGE,
)
ASSIGN = body("AssignUserTask", assignee=Text(required=True))
COMPLETE = body("CompleteUserTask", variables=Values(load_default=dict))
COMPLETED = answer(
    "CompletedUserTask",
    task=one(USER_TASK),
    processInstance=one(
        answer(
            "ProcessInstanceBriefly",
            id=said(),
            state=said(metadata={"enum": ["running", "suspended", "completed", "terminated", "failed"]}),
            incidents=some(INCIDENT),
        )
    ),
    tasks=some(USER_TASK),
)
FORM = {"type": "object", "description": "A JSON Schema (draft 2020-12) of type object.", "additionalProperties": True}
REFUSES = (404, 409, 412)


@tasks.gets("", Policy.TASKS, TASKS, query=ASKED)
def list_tasks(asked: dict[str, Any]) -> Response:
    """List user tasks; without more, the open ones, the newest first. Those without due time come last by dueAt.

    `dueAt` is the step's; `dossier` has when the dossier itself is due.
    """
    with reading() as queries:
        page = queries.list_user_tasks(
            state=None if asked["state"] == "all" else asked["state"],
            assignee=asked["assignee"],
            candidate_group=asked["candidateGroup"],
            instance_id=asked["processInstanceId"],
            element_id=asked["elementId"],
            sort=asked["sort"],
            page=Page(asked["limit"], asked["after"]),
            reach=reach(),
        )
        behind = queries.dossiers({task.instance_id for task in page.rows})
    recorded(asked["processInstanceId"])
    return answers.listed(page, lambda task: _listed(task, behind))


def _listed(task: UserTask, behind: Mapping[str, Dossier]) -> dict[str, Any]:
    dossier = behind.get(task.instance_id)
    told = None
    if dossier is not None:
        told = {"code": dossier.code, "dueAt": dossier.due_at, "escalation": dossier.escalation}
    return {**user_task(task), "dossier": told}


@tasks.gets("/<id>", Policy.TASKS, LISTED, refuses=(404,))
def get_task(id: str) -> Response:
    """One user task."""
    with reading() as queries:
        found = reaching.user_task(queries, id, reach())
        behind = queries.dossiers([found.instance_id])
    recorded(id)
    return answers.json(_listed(found, behind))


@tasks.gets("/<id>/form", Policy.TASKS, FORM, refuses=(404,))
def get_form(id: str) -> Response:
    """The form of a user task, a JSON Schema; 404 where it has none."""
    with reading() as queries:
        form = form_of(queries, service().catalog, id, reach())
    return answers.json(form.schema)


def _task(task: UserTask) -> Rendered:
    return answers.rendered(user_task(task))


@tasks.posts(
    "/<id>/claim", Policy.WORK, {200: USER_TASK}, body=NOTHING, repeatable=True, refuses=REFUSES, if_match="optional"
)
def claim_task(nothing: dict[str, Any], id: str) -> Response:
    """Take a task for oneself, or for the person named by On-Behalf-Of."""
    return perform(ClaimUserTask(id, expected_seq()), _task)


@tasks.posts(
    "/<id>/release", Policy.WORK, {200: USER_TASK}, body=NOTHING, repeatable=True, refuses=REFUSES, if_match="optional"
)
def release_task(nothing: dict[str, Any], id: str) -> Response:
    """Give a task back to its groups."""
    return perform(ReleaseUserTask(id, expected_seq()), _task)


@tasks.posts(
    "/<id>/assign", Policy.WORK, {200: USER_TASK}, body=ASSIGN, repeatable=True, refuses=REFUSES, if_match="optional"
)
def assign_task(sent: dict[str, Any], id: str) -> Response:
    """Give a task to somebody, whoever holds it."""
    return perform(AssignUserTask(id, expected_seq(), sent["assignee"]), _task, sent)


@tasks.posts(
    "/<id>/complete",
    Policy.WORK,
    {200: COMPLETED},
    body=COMPLETE,
    repeatable=True,
    refuses=REFUSES,
    if_match="optional",
)
def complete_task(sent: dict[str, Any], id: str) -> Response:
    """Finish a task with what was entered. What fails after it is an incident in the answer, not a refusal."""
    return perform(CompleteUserTask(id, expected_seq(), sent["variables"]), _completed, sent)


def _completed(done: Completed) -> Rendered:
    head = done.head
    return answers.rendered(
        {
            "task": user_task(done.task),
            "processInstance": {
                "id": head.id,
                "state": head.state,
                "incidents": [incident(row) for row in done.incidents],
            },
            "tasks": [user_task(task) for task in done.created],
        },
        headers=answers.etag(head.seq),
    )
