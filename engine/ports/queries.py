"""What is read of the store."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from engine.domain.access import Answer, ApiKey, Reach, User
from engine.domain.approval import Approval
from engine.domain.archive import Archived
from engine.domain.attachment import Attachment
from engine.domain.batch import Batch, BatchItem, Filter
from engine.domain.course import Course
from engine.domain.definition import Deployment, ProcessDefinition, StartEvent
from engine.domain.dossier import Dossier
from engine.domain.feed import Numbered, Wanted
from engine.domain.inbound import Expectation, InboundPacket
from engine.domain.instance import ProcessInstance, Scope
from engine.domain.outbox import OutboxEntry
from engine.domain.paper import CountedPaper, Paper
from engine.domain.payment import Payment
from engine.domain.record import LogRow
from engine.domain.user_task import UserTask
from engine.domain.waiting import Backlog, Incident, Job, Message, Subscription
from engine.domain.webhook import EventSubscription

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Waits:
    """What instances wait for and what stopped them, each oldest first."""

    user_tasks: Sequence[UserTask]
    """The open ones."""
    subscriptions: Sequence[Subscription]
    incidents: Sequence[Incident]
    """The open ones."""
    jobs: Sequence[Job]


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list: at most ``limit`` rows after the cursor ``after`` (None: from the beginning).

    A cursor is the sort key of the last row seen, as :class:`Listed` returned it.
    """

    limit: int = 50
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Listed(Generic[Row]):
    """A page of rows; ``next`` is the cursor of the following page, None at the end."""

    rows: Sequence[Row]
    next: str | None


class Queries(Protocol):
    """Reads. Inside a unit of work they see what it has written; outside, what was committed.

    Lists are newest first by creation (id), unless said otherwise.
    """

    # definitions
    def process_definition(self, id: str) -> ProcessDefinition | None: ...
    def latest_definitions(self, keys: Collection[str]) -> Mapping[str, ProcessDefinition]: ...
    def process_definitions(self, key: str | None, page: Page) -> Listed[ProcessDefinition]: ...
    def deployment(self, id: str) -> Deployment | None: ...
    def approvals_of(self, keys: Collection[str]) -> Sequence[Approval]: ...
    def contents(self, hashes: Collection[str]) -> Mapping[str, bytes]:
        """Files and reference data by the SHA-256 of their bytes."""
        ...

    def start_events(self, kind: str, name: str) -> Sequence[StartEvent]: ...
    def start_events_of(self, keys: Collection[str]) -> Sequence[StartEvent]: ...
    def calendar_hash(self) -> str | None:
        """Hash of the working calendar in force (a content), None before one was published."""
        ...

    def organisation_hash(self) -> str | None:
        """Hash of the tree of units in force (a content), None before one was published."""
        ...

    # dossiers
    def dossiers(self, ids: Collection[str]) -> Mapping[str, Dossier]:
        """By id, which is that of their instance."""
        ...

    def dossier_by_code(self, code: str) -> Dossier | None: ...
    def list_dossiers(
        self, key: str | None, status: str | None, page: Page, reach: Reach | None = None
    ) -> Listed[Dossier]:
        """The last submitted first; of a ``reach`` those that it handed in, else those of its units."""
        ...

    def courses(self, begin: str, end: str, units: Collection[str] | None = None) -> Iterator[Course]:
        """Of every dossier that there was before ``end``, those in the archive too, but not of what lay still from ``begin`` on.

        Of ``units`` only, where they are given.
        """
        ...

    def counted_papers(self, begin: str, end: str, units: Collection[str] | None = None) -> Iterator[CountedPaper]:
        """Every paper that was drafted before ``end`` and not out before ``begin``, those of archived instances too."""
        ...

    def open_dossiers(self, after: str, limit: int) -> Sequence[Dossier]:
        """Those with a due time that are not settled, with ids after one, in order."""
        ...

    # instances
    def process_instances(self, ids: Collection[str]) -> Mapping[str, ProcessInstance]:
        """Heads by id; inside a unit of work they are locked until it ends (FOR UPDATE, ordered by id)."""
        ...

    def list_process_instances(
        self, key: str | None, state: str | None, business_key: str | None, page: Page, reach: Reach | None = None
    ) -> Listed[ProcessInstance]:
        """Of a ``reach`` those that were started by it or are of its units."""
        ...

    def running_with_business_key(self, business_key: str) -> ProcessInstance | None: ...
    def scopes(self, instance_ids: Collection[str]) -> Sequence[Scope]: ...
    def instances_of_definition(self, definition_id: str, page: Page) -> Listed[str]:
        """Ids, oldest first."""
        ...

    def running_of_definition(self, definition_id: str, page: Page) -> Listed[str]:
        """Ids of those that have not ended, oldest first."""
        ...

    # work
    def user_tasks(self, ids: Collection[str]) -> Mapping[str, UserTask]: ...
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
        """``sort``: createdAt, -createdAt, dueAt, -dueAt (tasks without due time last, either way)."""
        ...

    def had_user_task(self, instance_id: str, person: str, groups: Sequence[str]) -> bool:
        """Whether an instance has or had a task that was given to a person, was done by him, or is one that these groups may do.

        Tasks that everybody may do have the group "".
        """
        ...

    def completers(self, instance_id: str, element_ids: Collection[str]) -> Sequence[UserTask]:
        """The completed tasks of these elements of an instance."""
        ...

    # waits
    def subscriptions_of(self, instance_id: str) -> Sequence[Subscription]: ...
    def open_user_tasks_of(self, instance_id: str) -> Sequence[UserTask]: ...
    def open_incidents_of(self, instance_id: str) -> Sequence[Incident]: ...
    def waits_in(self, instance_ids: Collection[str]) -> Waits:
        """All that is waited for in several instances, asked for at once."""
        ...

    def incident(self, id: str) -> Incident | None: ...
    def list_incidents(self, instance_id: str | None, state: str | None, page: Page) -> Listed[Incident]: ...
    def receivers(self, kind: str, name: str, key: str | None) -> Sequence[Subscription]:
        """Waiting places of instances that are running (not suspended), oldest first; ``key`` None matches every key."""
        ...

    def due_start_events(self, until: str, limit: int) -> Sequence[StartEvent]: ...
    def due_jobs(self, until: str, limit: int) -> Sequence[Job]:
        """The service's own jobs, not abandoned, of instances that are not suspended, earliest first.

        What an ended instance sent has still to be delivered.
        """
        ...

    def jobs_of(self, instance_id: str) -> Sequence[Job]: ...
    def jobs(self, ids: Collection[str]) -> Mapping[str, Job]: ...
    def has_fetchable_job(self, topics: Sequence[str], until: str) -> bool:
        """Whether a job on one of these topics, of a running instance, is there that nobody has at ``until``."""
        ...

    def waiting_jobs(self, topics: Sequence[str], until: str, limit: int) -> Sequence[Job]:
        """What :meth:`UnitOfWork.fetchable_jobs` would give, and nothing is locked."""
        ...

    def topics_asked(self, beginning: str) -> Sequence[str]:
        """Topics that begin so and on which there is a job, in their order."""
        ...

    def backlog(self, until: str) -> Backlog:
        """What is left to do at ``until``; for whoever watches the service."""
        ...

    def next_due(self) -> str | None:
        """The earliest due time among those that the two queries above would give."""
        ...

    # messages
    def message_with_id(self, name: str, message_id: str) -> Message | None: ...
    def buffered_messages(self, names: Collection[str]) -> Sequence[Message]:
        """Messages not delivered yet, oldest first."""
        ...

    def deliverable_messages(self, limit: int) -> Sequence[Message]:
        """Buffered messages for which a running instance has come to wait (a race between two processes leaves them)."""
        ...

    def expired_messages(self, at: str, limit: int) -> Sequence[Message]: ...

    # log
    def log_rows(self, stream: str, after_seq: int, limit: int) -> Sequence[LogRow]:
        """Rows that hold records numbered above ``after_seq``, in order."""
        ...

    def last_log_row(self, stream: str) -> LogRow | None: ...
    def search_log(
        self,
        *,
        actor: str | None,
        since: str | None,
        until: str | None,
        kind: str | None,
        page: Page,
    ) -> Listed[LogRow]:
        """Rows of every stream, newest first; ``kind`` selects rows that hold such a record."""
        ...

    def streams(self) -> Iterator[str]:
        """Every instance's stream, oldest first; the administration stream is not among them."""
        ...

    # feed
    def feed_end(self) -> int:
        """The position of the last record that has one, 0 when none has."""
        ...

    def feed_rows(self, after: int, until: int, limit: int, wanted: Wanted) -> Sequence[Numbered]:
        """Rows of the log that hold wanted records with positions above ``after``, none beginning beyond ``until``, in order."""
        ...

    def event_subscription(self, id: str) -> EventSubscription | None: ...
    def list_event_subscriptions(self, state: str | None, page: Page) -> Listed[EventSubscription]: ...
    def subscriptions_behind(self, end: int) -> Sequence[EventSubscription]:
        """Active subscriptions that were not said to have all up to ``end``."""
        ...

    def instance_key(self, instance_id: str) -> bytes | None:
        """The key of the person behind the instance's values; None when it was erased."""
        ...

    # access
    def api_key_by_hash(self, hash: bytes) -> ApiKey | None: ...
    def has_api_keys(self) -> bool: ...
    def api_key(self, id: str) -> ApiKey | None: ...
    def api_key_named(self, name: str) -> ApiKey | None: ...
    def list_api_keys(self, page: Page) -> Listed[ApiKey]: ...
    def user(self, name: str) -> User | None: ...
    def list_users(self, page: Page) -> Listed[User]:
        """By name."""
        ...

    def answers(self, keys: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], Answer]:
        """Kept answers by (principal, Idempotency-Key)."""
        ...

    # batches
    def batch(self, id: str) -> Batch | None: ...
    def list_batches(self, state: str | None, page: Page) -> Listed[Batch]: ...
    def running_batches(self) -> Sequence[Batch]:
        """Neither paused nor ended, oldest first."""
        ...

    def batch_item(self, id: tuple[str, str]) -> BatchItem | None: ...
    def waiting_items(self, batch_id: str, limit: int) -> Sequence[BatchItem]:
        """Instances whose turn has not come, in the order of their ids."""
        ...

    def list_items(self, batch_id: str, state: str | None, page: Page) -> Listed[BatchItem]:
        """In the order of the instances' ids."""
        ...

    def count_items(self, batch_id: str) -> Mapping[str, int]:
        """How many instances of a batch are in each state."""
        ...

    def count_meant(self, filter: Filter) -> int:
        """How many instances a filter means."""
        ...

    def first_meant(self, filter: Filter, limit: int) -> Sequence[ProcessInstance]: ...

    def virtual_time(self) -> str | None: ...

    # papers
    def paper(self, id: str) -> Paper | None: ...
    def list_papers(
        self,
        instance_id: str | None,
        form: str | None,
        state: str | None,
        page: Page,
        units: Collection[str] | None = None,
    ) -> Listed[Paper]:
        """The last drafted first; of ``units`` only, where they are given."""
        ...

    def document(self, hash: str) -> bytes | None:
        """A file by the SHA-256 of its bytes."""
        ...

    # what dossiers hold
    def attachment(self, id: str) -> Attachment | None: ...
    def attachments_of(self, instance_id: str) -> Sequence[Attachment]:
        """All documents of a dossier, in the order in which they came."""
        ...

    def list_attachments(self, instance_id: str, page: Page) -> Listed[Attachment]:
        """The last added first."""
        ...

    def payment(self, id: str) -> Payment | None: ...
    def payments_of(self, instance_id: str) -> Sequence[Payment]:
        """All payments of a dossier, in the order in which they came."""
        ...

    def list_payments(self, instance_id: str, page: Page) -> Listed[Payment]:
        """The last paid first."""
        ...

    # outside systems
    def inbound_packet(self, id: str) -> InboundPacket | None: ...
    def inbound_packets_of(self, connector: str, service: str, reference: str) -> Sequence[InboundPacket]:
        """Everything that a system has sent under one reference of its own."""
        ...

    def list_inbound_packets(self, state: str | None, page: Page) -> Listed[InboundPacket]: ...
    def expectations_of(self, connector: str, dossier: str) -> Sequence[Expectation]:
        """What a system is, or was, expected to send for a dossier."""
        ...

    def outbox_entry(self, dossier_id: str, connector: str) -> OutboxEntry | None:
        """How far a system has been told of a dossier; None where there was nothing to tell yet."""
        ...

    def outbox_of(self, dossier_id: str) -> Sequence[OutboxEntry]:
        """The same for every system, by connector."""
        ...

    def untold(self, connector: str, until: str, limit: int) -> Sequence[OutboxEntry]:
        """What a system can be told at ``until`` and nobody is telling it, the longest due first."""
        ...

    def count_untold(self, connector: str) -> tuple[int, int]:
        """Of how many dossiers a system is still to be told, and of how many a person has to look before it is."""
        ...

    def refused_tellings(self) -> Iterator[OutboxEntry]:
        """What needs a person before it can be told, and what was tried often and could not be."""
        ...

    def open_expectations_of(self, instance_id: str) -> Sequence[Expectation]:
        """What is still to be paid of what an instance was asked for, oldest first."""
        ...

    # archive
    def archivable(
        self, definition_id: str, before: str, after: tuple[str, str], limit: int
    ) -> Sequence[tuple[str, str]]:
        """(ended, id) of instances that ended before a moment, with no job left and nothing to tell of, after a place, in order."""
        ...

    def archived(self, ids: Collection[str]) -> Mapping[str, Archived]:
        """What is left of archived instances."""
        ...


def every(fetch: Callable[[Page], Listed[Row]], limit: int = 200) -> Iterable[Row]:
    """Walk all pages of a list: ``fetch`` takes a :class:`Page` and returns a :class:`Listed`."""
    after: str | None = None
    while True:
        listed = fetch(Page(limit, after))
        yield from listed.rows
        if listed.next is None:
            return
        after = listed.next
