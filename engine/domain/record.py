"""The log: what happened to an instance, one record per fact, one row per input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

ADMINISTRATION = "administration"
"""The tenant's own stream: who published what, who may enter, what the clock was set to."""

ACCESS = "access"
"""The tenant's stream of who read personal data; apart, since it grows with every look."""

TENANT_STREAMS = (ADMINISTRATION, ACCESS)
"""Streams that belong to no instance."""

RULES = 1
"""Version of the execution rules and record shapes that new instances run under."""

KNOWN_RULES = frozenset({1})
"""Versions whose histories can be executed again."""

Payload: TypeAlias = dict[str, Any]
Draft: TypeAlias = tuple[str, Payload]
"""A record before it has its number: kind and payload."""

BEGINNING = "ProcessInstanceStarted"
"""The kind of an instance's first record, and of no other."""

INPUTS: Mapping[str, str] = {
    "ProcessInstanceStarted": "an instance began; pins definition, called definitions, calendar and rules",
    "UserTaskClaimed": "somebody took a task for himself",
    "UserTaskReleased": "somebody gave a task back",
    "UserTaskAssigned": "somebody gave a task to somebody",
    "UserTaskCompleted": "somebody finished a task, with these values",
    "MessageDelivered": "a message reached the one place that waited for it",
    "SignalDelivered": "a broadcast signal reached this instance",
    "TimerFired": "a due time was reached (or passed, while the service was down)",
    "JobBegun": "the service is about to call another system; what becomes of it is another record",
    "JobCompleted": "another system did its work, with these results",
    "JobFailed": "another system could not do it; retries tells how many attempts are left",
    "JobErrorThrown": "another system ended its work with a BPMN error",
    "VariablesMended": "an operator set variables, with a reason",
    "IncidentRetried": "somebody had a failed step tried again",
    "PaperPublished": "a paper got its number and went out, signed; hash is that of the signed file",
    "Dispatched": "what the instance sent was delivered, kept, or heard by nobody",
    "DossierAccepted": "the dossier was accepted: its code, its limit and when it is due",
    "DueTimeExtended": "the dossier was given a new date, with a reason",
    "DueTimeRecomputed": "another calendar came into force and moved the due time",
    "NoteAdded": "somebody wrote a note beside the dossier",
    "DocumentAdded": "a document was handed in, or came with an answer; hash is that of the file",
    "PaymentSettled": "something was paid for the dossier: online, at the counter, at a bank",
    "PaymentRefunded": "a payment was given back, with a reason",
    "DossierRated": "the citizen rated the result",
    "ProcessInstanceContinued": "a long run of steps went on in a new command",
    "ProcessInstanceModified": "an operator withdrew activities and put tokens elsewhere, with a reason",
    "ProcessInstanceSuspended": "an operator stopped the instance for a while",
    "ProcessInstanceResumed": "an operator let it go on",
    "ProcessInstanceCancelled": "an operator ended it",
}
"""What comes from outside. Replay feeds exactly these."""

CONSEQUENCES: Mapping[str, str] = {
    "ElementEntered": "a token arrived at an element",
    "ElementLeft": "an element was finished",
    "ElementCancelled": "an element was interrupted before it finished",
    "FlowTaken": "a flow was chosen, with the values its conditions read",
    "VariablesWritten": "variables of a scope changed",
    "UserTaskCreated": "work was offered to people",
    "UserTaskCancelled": "work was withdrawn",
    "TimerArmed": "a due time was set",
    "TimerCancelled": "a due time no longer matters",
    "TimerSkipped": "repetitions missed while the service was down were passed over",
    "SubscriptionOpened": "the instance waits for a message or a signal",
    "SubscriptionClosed": "it no longer waits for it",
    "FeeDetermined": "an element was left and found this much to be due, in đồng; said again by it, it counts once",
    "ConditionMet": "a condition that the instance waited for became true",
    "JobRequested": "work was asked of another system",
    "JobCancelled": "that work is no longer needed",
    "PaperDrafted": "a paper is to be made, numbered, signed and published",
    "PaperWithdrawn": "a paper is not needed any more, or could not be made; nothing of it is out",
    "CompensationThrown": "completed activities are to be undone, in this order",
    "MessageSent": "the instance sends a message",
    "SignalThrown": "the instance broadcasts a signal",
    "EscalationThrown": "an escalation was raised; caught tells by whom, if by anybody",
    "ErrorThrown": "a BPMN error was raised; caught tells by whom, if by anybody",
    "ContinuationRequested": "the command stopped after its share of steps; a job goes on with it",
    "ContinuationDropped": "the instance ended before that job had to run",
    "IncidentRaised": "a step could not be done; somebody must look",
    "IncidentResolved": "the failed step was done or is no longer needed",
    "ProcessInstanceCompleted": "no token is left",
    "ProcessInstanceFailed": "an error that nothing catches ended the instance",
    "ProcessInstanceTerminated": "an operator's cancellation ended the instance",
}
"""What follows from an input. Replay demands exactly these."""

ADMINISTRATIVE: Mapping[str, str] = {
    "DeploymentCreated": "definitions were published",
    "DefinitionApproved": "a version of a procedure counts from a day on",
    "ApiKeyCreated": "a key that opens the API was made",
    "ApiKeyRevoked": "a key opens nothing any more",
    "UserPublished": "what a user is let in as was laid down",
    "OrganisationPublished": "a tree of units came into force",
    "CalendarPublished": "a working calendar came into force",
    "JobGivenUp": "a job of the service's own failed too often",
    "JobRetried": "somebody had it tried again",
    "BatchCreated": "an operation on many instances began",
    "BatchPaused": "it was stopped for a while",
    "BatchResumed": "it went on",
    "BatchCancelled": "it was ended before every instance had its turn",
    "BatchCompleted": "every instance had its turn",
    "SubscriptionCreated": "events are to be sent to a receiver",
    "SubscriptionPaused": "nothing is sent to it for a while",
    "SubscriptionResumed": "it is sent events again",
    "SubscriptionReplayed": "it is sent events from another position on",
    "SubscriptionSecretAdded": "its events are signed with a new secret",
    "SubscriptionSecretRemoved": "a secret of its signs no more",
    "SubscriptionFailing": "it took nothing for days and was given up",
    "SubscriptionDisabled": "it said that it wants nothing more",
    "SubscriptionDeleted": "it was forgotten",
    "PacketParked": "what an outside system sent could not be taken",
    "PacketResolved": "somebody dealt with it",
    "InstanceArchived": "an ended instance left the database for a file of the archive",
    "StartTimerFired": "a definition's start timer fell due and was set again",
}
"""Kinds of the administration stream."""

ACCESSES: Mapping[str, str] = {"PersonalDataRead": "somebody was shown personal data of a dossier, or of many"}
"""Kinds of the access stream."""

KINDS = frozenset({*INPUTS, *CONSEQUENCES, *ADMINISTRATIVE, *ACCESSES})
"""Every kind there is."""

HOLDS_VALUES = frozenset(
    {
        "ProcessInstanceStarted",
        "UserTaskCompleted",
        "MessageDelivered",
        "SignalDelivered",
        "JobCompleted",
        "JobErrorThrown",
        "JobRequested",
        "PaperDrafted",
        "VariablesMended",
        "NoteAdded",
        "DocumentAdded",
        "DossierRated",
        "FlowTaken",
        "ConditionMet",
        "VariablesWritten",
        "MessageSent",
        "SignalThrown",
        "IncidentRaised",
    }
)
"""Kinds whose payload has ``values``: {variable: value}, committed to rather than written when personal."""


@dataclass(slots=True)
class Cause:
    """The command behind a row: its id, when it was decided, who sent it, on whose behalf.

    Like a row and its records it is made for every command, and not frozen, which would cost as much as hashing it.
    """

    command: str
    at: datetime
    actor: str
    on_behalf_of: str | None = None


@dataclass(slots=True)
class Record:
    """One fact of a stream, numbered without gap from 1."""

    stream: str
    seq: int
    kind: str
    recorded_at: str
    actor: str
    on_behalf_of: str | None
    cause: str
    payload: Payload


@dataclass(slots=True)
class LogRow:
    """All records of one command as the exact bytes that were hashed.

    ``hash`` chains over the row before; ``clear`` holds the personal values that the body only
    commits to (JSON, nullable: to erase is to null it); ``kinds`` is for search only.
    """

    stream: str
    first_seq: int
    count: int
    command: str
    recorded_at: str
    actor: str
    on_behalf_of: str | None
    kinds: str
    hash: bytes
    body: bytes
    clear: bytes | None

    @property
    def last_seq(self) -> int:
        return self.first_seq + self.count - 1
