"""What each record means for the tables beside the log: one fold, used for every command and for rebuilding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from engine.domain import payment, user_task
from engine.domain.attachment import Attachment
from engine.domain.escalation import STEP, escalation_id
from engine.domain.paper import DRAFTED, PUBLISHED, WITHDRAWN, Paper, letter_id
from engine.domain.payment import Payment
from engine.domain.record import Payload
from engine.domain.user_task import UserTask
from engine.domain.waiting import CONTINUE, MESSAGE, PAPER, SERVICE, SIGNAL, TIMER, Incident, Job, Subscription


@dataclass(frozen=True, slots=True)
class Insert:
    """A new row."""

    entity: Any


@dataclass(frozen=True, slots=True)
class Update:
    """Some fields of a row."""

    type: type
    id: Any
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Delete:
    """A row that is no longer true."""

    type: type
    id: Any


class DeleteIfThere(Delete):
    """A row that is no longer true, if there ever was one."""


Change: TypeAlias = Insert | Update | Delete


@dataclass(frozen=True, slots=True)
class Setting:
    """What a record is read against: its instance, when and by whom it was recorded."""

    instance_id: str
    definition_id: str
    business_key: str | None
    at: str
    actor: str
    """Who acted: the person where somebody acted on a person's behalf."""
    unit: str | None = None
    """The office whose dossier it is."""


def project(kind: str, payload: Payload, setting: Setting) -> Iterator[Change]:
    """The changes that one record makes to the derived tables."""
    if (handler := _PROJECTIONS.get(kind)) is not None:
        yield from handler(payload, setting)


def _user_task_created(p: Payload, s: Setting) -> Iterator[Change]:
    yield Insert(
        UserTask(
            id=p["userTask"],
            instance_id=s.instance_id,
            activity=p["activity"],
            element_id=p["element"],
            name=p.get("name"),
            definition_id=s.definition_id,
            business_key=s.business_key,
            state=user_task.OPEN,
            candidate_groups=tuple(p.get("candidateGroups", ())),
            assignee=p.get("assignee"),
            form_key=p.get("formKey"),
            lane=p.get("lane"),
            created_at=s.at,
            due_at=p.get("due"),
            unit=s.unit,
        )
    )


def _user_task_assigned(p: Payload, s: Setting) -> Iterator[Change]:
    yield Update(UserTask, p["userTask"], {"assignee": p.get("assignee")})


def _user_task_completed(p: Payload, s: Setting) -> Iterator[Change]:
    yield Update(UserTask, p["userTask"], {"state": user_task.COMPLETED, "ended_at": s.at, "completed_by": s.actor})
    yield DeleteIfThere(Job, escalation_id(p["userTask"]))


def _user_task_cancelled(p: Payload, s: Setting) -> Iterator[Change]:
    yield Update(UserTask, p["userTask"], {"state": user_task.CANCELLED, "ended_at": s.at})
    yield DeleteIfThere(Job, escalation_id(p["userTask"]))


def _escalation_reached(p: Payload, s: Setting) -> Iterator[Change]:
    if p["of"] == STEP:
        yield Update(UserTask, p["userTask"], {"escalation": p["percent"]})


def _ended(p: Payload, s: Setting) -> Iterator[Change]:
    yield DeleteIfThere(Job, escalation_id(s.instance_id))
    yield DeleteIfThere(Job, letter_id(s.instance_id))


def _extension_drafted(p: Payload, s: Setting) -> Iterator[Change]:
    yield Insert(Paper(p["paper"], s.instance_id, p["form"], "", "", None, s.business_key, s.unit, DRAFTED, s.at))
    asked = {name: p[name] for name in ("paper", "due", "reason")}
    yield Insert(
        Job(
            letter_id(s.instance_id),
            s.instance_id,
            SERVICE,
            s.at,
            asked,
            PAPER + p["form"],
            None,
            None,
            None,
            None,
            s.at,
        )
    )


def _extension_dropped(p: Payload, s: Setting) -> Iterator[Change]:
    yield Delete(Job, letter_id(s.instance_id))
    yield Update(Paper, p["paper"], {"state": WITHDRAWN, "withdrawn_at": s.at})


def _due_time_extended(p: Payload, s: Setting) -> Iterator[Change]:
    if "paper" in p:
        yield Delete(Job, letter_id(s.instance_id))
        yield Update(Paper, p["paper"], _published(p, s))


def _timer_armed(p: Payload, s: Setting) -> Iterator[Change]:
    yield Insert(
        Job(
            p["timer"], s.instance_id, TIMER, p["due"], {"due": p["due"]}, None, p["activity"], p["element"],
            p.get("name"), None, s.at,
        )
    )  # fmt: skip


def _timer_gone(p: Payload, s: Setting) -> Iterator[Change]:
    yield Delete(Job, p["timer"])


def _subscription_opened(p: Payload, s: Setting) -> Iterator[Change]:
    yield Insert(
        Subscription(
            p["subscription"], s.instance_id, p["activity"], p["element"], p.get("elementName"), p["event"], p["name"],
            p.get("key"), s.at,
        )
    )  # fmt: skip


def _subscription_gone(p: Payload, s: Setting) -> Iterator[Change]:
    yield Delete(Subscription, p["subscription"])


def _signal_delivered(p: Payload, s: Setting) -> Iterator[Change]:
    for receiver in p["receivers"]:
        yield Delete(Subscription, receiver["subscription"])


def _incident_raised(p: Payload, s: Setting) -> Iterator[Change]:
    yield Insert(
        Incident(
            p["incident"], s.instance_id, p["activity"], p["element"], p.get("name"), p["code"], p["detail"],
            p.get("expression"), p["values"], "open", s.at,
        )
    )  # fmt: skip


def _incident_resolved(p: Payload, s: Setting) -> Iterator[Change]:
    yield Update(Incident, p["incident"], {"state": "resolved", "resolved_at": s.at})


def _continuation_requested(p: Payload, s: Setting) -> Iterator[Change]:
    yield Insert(Job(p["job"], s.instance_id, CONTINUE, s.at, {}))


def _message_sent(p: Payload, s: Setting) -> Iterator[Change]:
    yield Insert(Job(p["job"], s.instance_id, MESSAGE, s.at, {"name": p["name"], "key": p["key"], "values": p["values"]}))  # fmt: skip


def _signal_thrown(p: Payload, s: Setting) -> Iterator[Change]:
    yield Insert(Job(p["job"], s.instance_id, SIGNAL, s.at, {"name": p["name"], "values": p["values"]}))


def _job_requested(p: Payload, s: Setting) -> Iterator[Change]:
    payload: dict[str, Any] = {name: p[name] for name in ("values", "key") if name in p}
    yield Insert(
        Job(
            p["job"], s.instance_id, SERVICE, s.at, payload, p["topic"], p["activity"], p["element"],
            p.get("name"), None, s.at,
        )
    )  # fmt: skip


def _paper_drafted(p: Payload, s: Setting) -> Iterator[Change]:
    asked = {"values": p["values"], "basis": p.get("legalBasis", "")}
    yield Insert(
        Paper(
            p["paper"], s.instance_id, p["form"], p["activity"], p["element"], p.get("name"), s.business_key, s.unit,
            DRAFTED, s.at,
        )
    )  # fmt: skip
    yield Insert(
        Job(
            p["paper"], s.instance_id, SERVICE, s.at, asked, PAPER + p["form"], p["activity"],
            p["element"], p.get("name"), None, s.at,
        )
    )  # fmt: skip


def _paper_published(p: Payload, s: Setting) -> Iterator[Change]:
    yield Delete(Job, p["paper"])
    yield Update(Paper, p["paper"], _published(p, s))


def _published(p: Payload, s: Setting) -> dict[str, Any]:
    said = {name: p[name] for name in ("series", "number", "label", "hash", "signer")}
    return {"state": PUBLISHED, "published_at": s.at, **said}


def _paper_withdrawn(p: Payload, s: Setting) -> Iterator[Change]:
    yield Update(Paper, p["paper"], {"state": WITHDRAWN, "withdrawn_at": s.at})


def _document_added(p: Payload, s: Setting) -> Iterator[Change]:
    yield Insert(
        Attachment(
            p["document"], s.instance_id, p["hash"], p["mediaType"], p["size"], p["component"], p["componentName"],
            p["values"].get("fileName"), int(p["digitised"]), int(p["reused"]), int(p["shared"]), s.at, s.actor,
        )
    )  # fmt: skip


def _payment_settled(p: Payload, s: Setting) -> Iterator[Change]:
    yield Insert(
        Payment(
            p["payment"], s.instance_id, p["reference"], p["amount"], p["channel"], p["method"], p["connector"],
            p["transaction"], payment.SETTLED, s.at, s.actor,
        )
    )  # fmt: skip


def _payment_refunded(p: Payload, s: Setting) -> Iterator[Change]:
    given_back = {"state": payment.REFUNDED, "refunded_at": s.at, "refunded_by": s.actor, "reason": p["reason"]}
    yield Update(Payment, p["payment"], given_back)


def _job_begun(p: Payload, s: Setting) -> Iterator[Change]:
    yield Update(Job, p["job"], {"run_at": p["until"], "worker": s.actor, "attempt": p["attempt"]})


def _job_failed(p: Payload, s: Setting) -> Iterator[Change]:
    if p["retries"] > 0:
        yield Update(Job, p["job"], {"run_at": p["again"], "worker": None})
    else:
        yield Delete(Job, p["job"])


def _job_gone(p: Payload, s: Setting) -> Iterator[Change]:
    yield Delete(Job, p["job"])


_PROJECTIONS: dict[str, Callable[[Payload, Setting], Iterator[Change]]] = {
    "UserTaskCreated": _user_task_created,
    "UserTaskClaimed": _user_task_assigned,
    "UserTaskReleased": _user_task_assigned,
    "UserTaskAssigned": _user_task_assigned,
    "UserTaskCompleted": _user_task_completed,
    "UserTaskCancelled": _user_task_cancelled,
    "EscalationReached": _escalation_reached,
    "ExtensionDrafted": _extension_drafted,
    "ExtensionDropped": _extension_dropped,
    "DueTimeExtended": _due_time_extended,
    "ProcessInstanceCompleted": _ended,
    "ProcessInstanceFailed": _ended,
    "ProcessInstanceTerminated": _ended,
    "TimerArmed": _timer_armed,
    "TimerFired": _timer_gone,
    "TimerCancelled": _timer_gone,
    "SubscriptionOpened": _subscription_opened,
    "SubscriptionClosed": _subscription_gone,
    "MessageDelivered": _subscription_gone,
    "SignalDelivered": _signal_delivered,
    "IncidentRaised": _incident_raised,
    "IncidentResolved": _incident_resolved,
    "ContinuationRequested": _continuation_requested,
    "ProcessInstanceContinued": _job_gone,
    "ContinuationDropped": _job_gone,
    "MessageSent": _message_sent,
    "SignalThrown": _signal_thrown,
    "Dispatched": _job_gone,
    "JobRequested": _job_requested,
    "PaperDrafted": _paper_drafted,
    "PaperPublished": _paper_published,
    "PaperWithdrawn": _paper_withdrawn,
    "DocumentAdded": _document_added,
    "PaymentSettled": _payment_settled,
    "PaymentRefunded": _payment_refunded,
    "JobBegun": _job_begun,
    "JobCompleted": _job_gone,
    "JobFailed": _job_failed,
    "JobErrorThrown": _job_gone,
    "JobCancelled": _job_gone,
}
