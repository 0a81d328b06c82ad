"""What the engine needs from outside, as protocols; adapters implement them, bootstrap wires them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeAlias, TypeVar, runtime_checkable

from engine.domain.access import Answer, ApiKey, Reach, User
from engine.domain.approval import Approval
from engine.domain.archive import Archived, ArchiveFile
from engine.domain.attachment import Attachment
from engine.domain.batch import Batch, BatchItem, Filter
from engine.domain.call import Result
from engine.domain.definition import Deployment, ProcessDefinition, StartEvent
from engine.domain.dossier import Dossier
from engine.domain.exchange import Outcome, Request
from engine.domain.feed import Numbered, Wanted
from engine.domain.inbound import Expectation, InboundPacket
from engine.domain.instance import ProcessInstance, Scope
from engine.domain.news import News, Written
from engine.domain.outbox import OutboxEntry
from engine.domain.paper import Form, Paper, Sheet, Signed
from engine.domain.payment import Payment
from engine.domain.record import LogRow
from engine.domain.system import Ask, Expected, Incoming, Notice, Offer, Said, Site, Verdict
from engine.domain.user_task import UserTask
from engine.domain.waiting import Backlog, Incident, Job, Message, Subscription
from engine.domain.webhook import EventSubscription

Row = TypeVar("Row")


class Clock(Protocol):
    """Tells the time, with an offset. Nothing else in the engine does."""

    def now(self) -> datetime: ...


class VirtualClock(Clock, Protocol):
    """A clock that stands still until it is set; where it stands is stored."""

    def set(self, to: datetime) -> None: ...


class Ids(Protocol):
    """Makes new ids, the later the greater (UUID version 7, RFC 9562)."""

    def new(self) -> str: ...

    def secret(self) -> bytes:
        """32 random bytes, for keys."""
        ...


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

    def dossiers_between(self, begin: str, end: str, after: str, limit: int) -> Sequence[Dossier]:
        """Those that were handed in before ``end`` and not over before ``begin``, with ids after one, in order."""
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


Entity: TypeAlias = (
    ProcessDefinition
    | Deployment
    | StartEvent
    | ProcessInstance
    | Scope
    | UserTask
    | Subscription
    | Incident
    | Job
    | Message
    | ApiKey
    | Batch
    | BatchItem
    | EventSubscription
    | User
    | Archived
    | Paper
    | Attachment
    | Payment
    | InboundPacket
    | Expectation
    | OutboxEntry
)


@dataclass(slots=True)
class Changes:
    """Rows that a batch of commands will write, at most one change a row.

    ``inserts``, ``updates`` and ``deletes`` are keyed by the entity's class; updates are
    (id, {field: value}).
    """

    inserts: dict[type, list[Any]] = field(default_factory=dict)
    updates: dict[type, list[tuple[Any, dict[str, Any]]]] = field(default_factory=dict)
    deletes: dict[type, list[Any]] = field(default_factory=dict)
    log: list[LogRow] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)
    documents: dict[str, bytes] = field(default_factory=dict)
    """Files by the SHA-256 of their bytes."""
    instance_keys: dict[str, bytes] = field(default_factory=dict)
    archived: list[str] = field(default_factory=list)
    """Instances that stand in the archive: whatever there is of them is deleted."""
    calendar: str | None = None
    organisation: str | None = None
    virtual_time: str | None = None
    counters: dict[str, int] = field(default_factory=dict)
    """The last number given of each series."""


class UnitOfWork(Queries, Protocol):
    """One write transaction. Leaving it without :meth:`commit` leaves nothing behind."""

    def fetchable_jobs(self, topics: Sequence[str], until: str, limit: int) -> Sequence[Job]:
        """Jobs on these topics, of running instances, that nobody has at ``until``, earliest first.

        The first ``limit`` of each topic are locked until the unit ends; those that another unit has locked are passed over.
        """
        ...

    def takeable_jobs(self, until: str, limit: int) -> Sequence[Job]:
        """What :meth:`due_jobs` gives, locked until the unit ends; what another unit has locked is passed over."""
        ...

    def locked_jobs(self, ids: Collection[str]) -> Mapping[str, Job]:
        """Jobs by id as the last unit left them, locked until this one ends."""
        ...

    def locked_batch(self, id: str) -> Batch | None:
        """One batch as the last unit left it, locked until this one ends."""
        ...

    def locked_event_subscription(self, id: str) -> EventSubscription | None:
        """One subscription as the last unit left it, locked until this one ends."""
        ...

    def last_number(self, series: str) -> int:
        """The last number given of a series, 0 before the first; nobody else gives one until the unit ends."""
        ...

    def locked_expectation(self, id: str) -> Expectation | None:
        """One expectation as the last unit left it, locked until this one ends: nothing settles it twice."""
        ...

    def fill_batch(self, batch_id: str, filter: Filter) -> int:
        """Write an item for every instance that a filter means, inside the database; how many."""
        ...

    def write(self, changes: Changes) -> None:
        """Send rows to the database, set-based: deletes, then updates, then inserts; a row that is gone is a conflict."""
        ...

    def clear_derived(self) -> None:
        """Empty every table that the log can make again."""
        ...

    def number_records(self) -> int:
        """Give positions in the feed to records that were committed without; how many rows of the log they are.

        One unit at a time does, the others wait. Where one process has the store, records get them as they are written.
        """
        ...

    def forget_answers(self, before: str) -> int:
        """Delete answers kept since before that time; how many."""
        ...

    def commit(self) -> None:
        """Make it durable.

        Raises:
            WriteConflict: another process was faster; decide again.
        """
        ...


class Store(Protocol):
    """The database of one tenant.

    Every method and everything it returns may raise :class:`~engine.domain.errors.StoreUnavailable` or
    :class:`~engine.domain.errors.StoreFull`.
    """

    def begin(self) -> AbstractContextManager[UnitOfWork]: ...
    def read(self) -> AbstractContextManager[Queries]: ...


class IssuerKeys(Protocol):
    """Where the issuer of tokens says which keys it signs with."""

    def fetch(self) -> Sequence[Mapping[str, Any]]:
        """The public keys (JWK, RFC 7517) that it has now.

        Raises:
            IssuerUnavailable: it does not answer, or says nothing that can be used.
        """
        ...


class Archive(Protocol):
    """Where ended instances are kept in files."""

    def held(self) -> AbstractContextManager[None]:
        """Keep other processes out.

        Raises:
            ArchiveInUse: one is in.
        """
        ...

    def pending(self) -> Sequence[str]:
        """Names of files that were begun and not settled."""
        ...

    def write(self, file: ArchiveFile) -> None:
        """Write a file durably; what is there is not written over."""
        ...

    def read_back(self, name: str) -> bytes | None:
        """The manifest of a file that reads back as it was written; None where it was never finished.

        Raises:
            ArchiveDamaged: it reads as something else.
        """
        ...

    def settle(self, name: str) -> None:
        """Nothing of the file is in the database any more."""
        ...

    def discard(self, name: str) -> None:
        """Take away what was never finished."""
        ...


class Bell(Protocol):
    """Wakes whoever runs jobs in other processes. That it rings is never relied on: what is not run is due again."""

    def ring(self, job_ids: Sequence[str]) -> None:
        """Tell that these jobs are to be run.

        Raises:
            BrokerUnavailable: nobody can be told now.
        """
        ...


class Typesetter(Protocol):
    """Sets papers. It has no clock: the same sheet gives the same bytes."""

    @property
    def forms(self) -> Mapping[str, Form]:
        """The forms that it can set, by name."""
        ...

    def typeset(self, sheet: Sheet) -> bytes:
        """The paper as PDF/A.

        Raises:
            PaperRefused: there is no such form, or what is to stand on it does not fit.
        """
        ...


class Signer(Protocol):
    """Signs papers for the office, and tells a signature from what is none."""

    def sign(self, content: bytes) -> bytes:
        """The paper with a signature behind it.

        Raises:
            SigningFailed: it was not signed.
        """
        ...

    def checked(self, content: bytes, signed: bytes) -> Signed | None:
        """What was signed, and by whom; None where it is not exactly ``content`` under one valid signature over all of it."""
        ...


class Http(Protocol):
    """Carries a request to another system. Nothing that the other side does makes it raise."""

    def send(self, request: Request) -> Outcome: ...


class System(Protocol):
    """An outside system: how it is asked and what it sends, in its own packets."""

    @property
    def settings(self) -> Collection[str]:
        """What the operator has to set for it."""
        ...

    @property
    def secrets(self) -> Collection[str]:
        """Secrets that it needs."""
        ...

    @property
    def idempotent(self) -> bool:
        """Whether it, or its client, recognises what was asked before, so that an asking of unknown outcome can be made again."""
        ...

    @property
    def offers(self) -> Mapping[str, Offer]:
        """Its operations by name."""
        ...

    @property
    def services(self) -> Collection[str]:
        """What it can send to us."""
        ...

    def expected(self, ask: Ask) -> Expected | None:
        """What an asking makes us expect of it."""
        ...

    def ask(self, site: Site, ask: Ask, http: Http) -> Result:
        """Ask it; all the requests that this takes.

        Raises:
            PacketRefused: the values do not make a packet; nothing was sent.
        """
        ...

    def receive(self, site: Site, incoming: Incoming) -> Sequence[Notice]:
        """What it tells, after it was proved that it is told by this system.

        Raises:
            PacketRefused: it is forged, or cannot be read.
        """
        ...

    def reply(self, site: Site, incoming: Incoming, verdict: Verdict) -> Said:
        """What it is answered."""
        ...


@runtime_checkable
class TellsDossiers(System, Protocol):
    """An outside system that can be told of every dossier by itself: how it stands, and each status that it comes to."""

    @property
    def tells_by(self) -> Collection[str]:
        """What the operator has to set for that, beside the rest."""
        ...

    def written(self, site: Site, news: News) -> Written:
        """What is to be said.

        Raises:
            PacketRefused: data is missing, or what would be said is not true.
        """
        ...

    def say(self, site: Site, written: Written, http: Http) -> Result:
        """Say it; the system recognises what it was told before."""
        ...


@dataclass(frozen=True, slots=True)
class Reply:
    """What a simulator answers."""

    status: int
    body: bytes
    content_type: str = "application/json"


class Simulator(Protocol):
    """An outside system that is played: it keeps what it was sent, and answers as the real one does."""

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Do what is asked (names of headers in lower case)."""
        ...

    def happen(self, service: str, values: Mapping[str, Any]) -> Sent | None:
        """Let something happen on its side; what it sends us of it, where it sends anything.

        Raises:
            KeyError: nothing of that name can happen there, or a value is missing.
        """
        ...


@dataclass(frozen=True, slots=True)
class Sent:
    """What a system that is played sends to one of our services."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A request as it came to a simulator."""

    method: str
    path: str
    body: bytes


class Played(Protocol):
    """A simulator that listens on this machine."""

    @property
    def url(self) -> str: ...
    @property
    def arrived(self) -> Sequence[Arrived]: ...
    def close(self) -> None: ...


class BrokerUnavailable(Exception):
    """The broker is away; whoever reads this runs the jobs himself."""


class WriteConflict(Exception):
    """Two writers met; the one who reads this has to decide again on what the other left."""


def every(fetch: Callable[[Page], Listed[Row]], limit: int = 200) -> Iterable[Row]:
    """Walk all pages of a list: ``fetch`` takes a :class:`Page` and returns a :class:`Listed`."""
    after: str | None = None
    while True:
        listed = fetch(Page(limit, after))
        yield from listed.rows
        if listed.next is None:
            return
        after = listed.next
