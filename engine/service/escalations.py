"""Escalations: what waits for the next percent of a limit, set in the commit that begins or moves it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.domain.dossier import Dossier
from engine.domain.escalation import DOSSIER, STEP, escalation_id, is_awaited, of_dossier, of_task
from engine.domain.instance import ProcessInstance
from engine.domain.record import Draft, Payload
from engine.domain.user_task import UserTask
from engine.domain.waiting import Job
from engine.ports import Queries
from engine.service.catalog import Catalog
from engine.service.command import OfJob, Sender
from engine.service.falling_due import fallen_due

if TYPE_CHECKING:
    from engine.service.live import Live
    from engine.service.work import Work


def follow_dossier(work: Work, before: Dossier | None, after: Dossier) -> None:
    """Set, move or drop what waits for a dossier's next percent."""
    waits = is_awaited(after) and not work.live(after.id).head.ended
    if waits:
        job = of_dossier(after, work.catalog.calendar(work.unit, after.calendar or ""))
        assert job is not None
        _set(work, job, anew=not is_awaited(before))
    elif is_awaited(before):
        work.current.delete(Job, escalation_id(after.id))


def follow_tasks(work: Work, live: Live, drafts: list[Draft]) -> None:
    """The same for steps that began, or reached a percent. What ends takes its job with it."""
    for kind, payload in drafts:
        if kind == "UserTaskCreated" and payload.get("due") is not None:
            _follow_task(work, live, payload["userTask"], anew=True)
        elif kind == "EscalationReached" and payload["of"] == STEP:
            _follow_task(work, live, payload["userTask"], anew=False)


def _follow_task(work: Work, live: Live, id: str, *, anew: bool) -> None:
    dossier = work.dossier(live.head.id)
    if dossier is None or not dossier.percents or not live.head.calendar:
        return
    task: UserTask | None = work.current.latest(UserTask, id, None if anew else work.task(id))
    job = None
    if task is not None:
        job = of_task(task, dossier.percents, work.catalog.calendar(work.unit, live.head.calendar))
    if job is not None:
        _set(work, job, anew=anew)
    elif not anew:
        work.current.delete(Job, escalation_id(id))


def _set(work: Work, job: Job, *, anew: bool) -> None:
    if anew:
        work.current.insert(job)
    else:
        said = {"run_at": job.run_at, "payload": job.payload, "worker": None, "attempt": 0}
        work.current.update(Job, job.id, **said)


def armed(
    queries: Queries, catalog: Catalog, head: ProcessInstance, dossier: Dossier | None, tasks: Iterable[UserTask]
) -> Iterator[Job]:
    """Everything that waits for a percent of an instance as it stands: for a rebuild."""
    if dossier is None or head.ended:
        return
    if is_awaited(dossier) and (job := of_dossier(dossier, catalog.calendar(queries, dossier.calendar or ""))):
        yield job
    for task in tasks if head.calendar else ():
        if job := of_task(task, dossier.percents or (), catalog.calendar(queries, head.calendar)):
            yield job


@dataclass(frozen=True, slots=True)
class Escalate(OfJob):
    """A percent of a limit is used."""


def escalate(work: Work, command: Escalate, by: Sender) -> bool:
    """Record it once, and never early; whether it was still waited for."""
    found = fallen_due(work, command, by)
    if found is None:
        return False
    live, job, cause = found
    work.record(live, "EscalationReached", _payload(work, live, job), cause)
    return True


def _payload(work: Work, live: Live, job: Job) -> Payload:
    said, of = job.payload, work.loaded(live).procedure.escalation
    payload: dict[str, Any] = {"of": said["of"], "percent": said["percent"], "due": said["due"], "to": list(of.to)}
    if said["of"] == DOSSIER:
        return payload
    task = work.task(said["userTask"])
    groups = list(dict.fromkeys([*task.candidate_groups, *of.to]))
    return payload | {"to": groups, "userTask": task.id, "activity": task.activity, "element": task.element_id}
