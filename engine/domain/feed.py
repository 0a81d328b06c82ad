"""The feed: every record of every stream as an event for other systems, in one order, without the values of variables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.domain.record import HOLDS_VALUES, TENANT_STREAMS, LogRow, Record

TYPE = "vn.motcua."
"""What the type of every event begins with; the kind of its record follows."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records a reader wants: all that meet everything that is said."""

    kinds: tuple[str, ...] = ()
    key: str | None = None
    """Of instances of this process."""
    stream: str | None = None
    """Of this instance, or of this stream of the tenant's."""
    starter: str | None = None
    """Of instances that this portal began."""

    @property
    def said(self) -> dict[str, str]:
        """What it asks for beside the kinds."""
        named = {"key": self.key, "stream": self.stream, "starter": self.starter}
        return {name: value for name, value in named.items() if value is not None}

    def may_be_in(self, rows: Iterable[Numbered]) -> bool:
        """Whether one of them may hold what is wanted; who began an instance stands elsewhere."""
        return any(self._may_be(numbered) for numbered in rows)

    def _may_be(self, numbered: Numbered) -> bool:
        of_kind = not self.kinds or not set(self.kinds).isdisjoint(numbered.row.kinds.split(","))
        return of_kind and self.key in (None, numbered.key) and self.stream in (None, numbered.row.stream)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A row of the log in the feed: where its first record stands, and the process of its instance."""

    position: int
    key: str | None
    row: LogRow


@dataclass(frozen=True, slots=True)
class Event:
    """A record and its place in the feed."""

    position: int
    key: str | None
    record: Record

    @property
    def id(self) -> str:
        """The same for ever, and never another's."""
        return f"{self.record.stream}:{self.record.seq}"


_ACTIVITY = ("activity", "element", "name")
_TASK = ("userTask", "activity")
_TIMER = ("timer", "activity", "element")
_JOB = ("job", "activity")
_BATCH = ("batch", "done", "failed")

SHOWN: Mapping[str, tuple[str, ...]] = {
    "ProcessInstanceStarted": ("definition", "key", "version", "hash", "rules", "businessKey", "startEvent", "unit"),
    "UserTaskClaimed": _TASK,
    "UserTaskReleased": _TASK,
    "UserTaskAssigned": _TASK,
    "UserTaskCompleted": _TASK,
    "MessageDelivered": ("subscription", "message", *_ACTIVITY),
    "SignalDelivered": ("signal", "name", "receivers"),
    "TimerFired": (*_TIMER, "due", "lateBy"),
    "JobBegun": (*_JOB, "attempt", "until"),
    "JobCompleted": _JOB,
    "JobFailed": (*_JOB, "retries", "again"),
    "JobErrorThrown": (*_JOB, "code"),
    "PaperPublished": ("paper", "activity", "series", "number", "label", "hash", "signer"),
    "VariablesMended": ("scope",),
    "IncidentRetried": ("incident",),
    "Dispatched": ("job", "outcome", "receivers"),
    "DossierAccepted": ("code", "due"),
    "DueTimeExtended": ("due",),
    "DueTimeRecomputed": ("due",),
    "NoteAdded": (),
    "DocumentAdded": (
        "document",
        "hash",
        "mediaType",
        "size",
        "component",
        "componentName",
        "digitised",
        "reused",
        "shared",
    ),
    "PaymentSettled": ("payment", "reference", "amount", "channel", "method", "connector"),
    "PaymentRefunded": ("payment", "amount", "channel"),
    "DossierRated": ("rating",),
    "ProcessInstanceContinued": ("job",),
    "ProcessInstanceModified": ("cancel", "start"),
    "ProcessInstanceSuspended": (),
    "ProcessInstanceResumed": (),
    "ProcessInstanceCancelled": (),
    "ElementEntered": (*_ACTIVITY, "type", "lane", "statusCode", "legalBasis", "loop", "flow", "flows"),
    "ElementLeft": ("activity",),
    "ElementCancelled": ("activity",),
    "FlowTaken": ("activity", "flow"),
    "VariablesWritten": ("scope",),
    "UserTaskCreated": (*_TASK, "element", "name", "lane", "candidateGroups", "formKey", "due"),
    "UserTaskCancelled": ("userTask",),
    "TimerArmed": (*_TIMER, "name", "due", "limit"),
    "TimerCancelled": ("timer",),
    "TimerSkipped": ("timer", "missed"),
    "SubscriptionOpened": ("subscription", *_ACTIVITY, "elementName", "event"),
    "SubscriptionClosed": ("subscription",),
    "ConditionMet": ("activity", "element"),
    "FeeDetermined": ("activity", "element", "amount"),
    "JobRequested": ("job", *_ACTIVITY, "topic"),
    "JobCancelled": ("job",),
    "PaperDrafted": ("paper", *_ACTIVITY, "form"),
    "PaperWithdrawn": ("paper",),
    "CompensationThrown": ("activity", "activities"),
    "MessageSent": ("job", "activity", "name"),
    "SignalThrown": ("job", "activity", "name"),
    "EscalationThrown": ("activity", "code", "name", "caught"),
    "ErrorThrown": ("activity", "code", "name", "caught"),
    "ContinuationRequested": ("job",),
    "ContinuationDropped": ("job",),
    "IncidentRaised": ("incident", *_ACTIVITY, "code"),
    "IncidentResolved": ("incident",),
    "ProcessInstanceCompleted": (),
    "ProcessInstanceFailed": ("code", "element"),
    "ProcessInstanceTerminated": (),
    "DeploymentCreated": ("deployment", "definitions"),
    "DefinitionApproved": ("definition", "key", "version", "code", "validFrom", "validUntil"),
    "ApiKeyCreated": ("key",),
    "ApiKeyRevoked": ("key",),
    "UserPublished": (),
    "OrganisationPublished": ("organisation",),
    "CalendarPublished": ("calendar",),
    "JobGivenUp": ("job", "instance", "kind", "attempts", "error"),
    "JobRetried": ("job", "instance"),
    "BatchCreated": ("batch", "operation", "instances"),
    "BatchPaused": _BATCH,
    "BatchResumed": _BATCH,
    "BatchCancelled": _BATCH,
    "BatchCompleted": _BATCH,
    "SubscriptionCreated": ("subscription",),
    "SubscriptionPaused": ("subscription",),
    "SubscriptionResumed": ("subscription",),
    "SubscriptionReplayed": ("subscription",),
    "SubscriptionSecretAdded": ("subscription",),
    "SubscriptionSecretRemoved": ("subscription",),
    "SubscriptionFailing": ("subscription",),
    "SubscriptionDisabled": ("subscription",),
    "PacketParked": ("packet", "connector", "service", "reason"),
    "PacketResolved": ("packet", "connector", "service"),
    "SubscriptionDeleted": ("subscription",),
    "InstanceArchived": ("instance", "definition", "endedAt", "records", "file"),
    "StartTimerFired": ("start", "instance", "due", "lateBy", "next", "repeats"),
    "PersonalDataRead": ("id",),
}
"""The fields of each kind of record that leave with its event: ids, codes, times, and words of the diagram.

What people or other systems wrote, whom they are, and what messages find an instance by, does not. A kind without a line
here leaves with nothing; a field without a place stays.
"""


def cloud_event(event: Event, tenant: str) -> dict[str, Any]:
    """An event as CloudEvents 1.0 has it in JSON."""
    record = event.record
    shown = {name: record.payload[name] for name in SHOWN.get(record.kind, ()) if name in record.payload}
    data = {"seq": record.seq, "command": record.cause, "processDefinitionKey": event.key, **shown_names(record)}
    return {
        "specversion": "1.0",
        "id": event.id,
        "source": f"urn:motcua:{tenant}",
        "type": TYPE + record.kind,
        "subject": record.stream,
        "time": record.recorded_at,
        "datacontenttype": "application/json",
        "position": event.position,
        "data": {**data, "payload": shown},
    }


def shown_names(record: Record) -> dict[str, Any]:
    """Which variables a record is about: their names only."""
    if record.kind not in HOLDS_VALUES or record.stream in TENANT_STREAMS:
        return {}
    return {"variables": sorted({*record.payload.get("values", ()), *record.payload.get("sealed", ())})}
