"""Every kind of command, each with what must be there before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

from engine.domain.access import ApiKey
from engine.domain.batch import Filter
from engine.domain.call import Done
from engine.domain.definition import Resource
from engine.domain.document import Document
from engine.domain.inbound import packet_id
from engine.domain.instance import ProcessInstance
from engine.domain.outbox import OutboxEntry
from engine.domain.paper import Form, Signed
from engine.domain.system import Notice
from engine.domain.values import moment
from engine.domain.waiting import ESCALATION, Job
from engine.domain.webhook import EventSubscription
from engine.service.accesses import RecordRead
from engine.service.approvals import ApproveDefinition
from engine.service.archive import ArchiveInstance
from engine.service.attachments import AddDocument
from engine.service.batches import (
    CancelBatch,
    CompleteBatch,
    CreateBatch,
    DoBatchItem,
    PauseBatch,
    ResumeBatch,
)
from engine.service.calendars import DecideWorkingYear, PublishCalendar, RenewCalendars
from engine.service.calls import AnswerCall, BeginCall, Call
from engine.service.clock import SetVirtualTime
from engine.service.command import Command, Sender
from engine.service.connectors import registered
from engine.service.deployments import Deploy
from engine.service.dossiers import AddNote, ExtendDueTime, OpenDossier, RecomputeDueTime, TellDossier
from engine.service.escalations import Escalate
from engine.service.inbound import TakeNotice
from engine.service.incidents import RetryIncident
from engine.service.jobs import CompleteJob, ExtendJob, FailJob, FetchJobs, ThrowJobError
from engine.service.keys import CreateApiKey, RevokeApiKey
from engine.service.messages import CorrelateMessage, DeliverBuffered, DispatchMessage, ForgetExpired
from engine.service.modification import Arrival, ModifyProcessInstance
from engine.service.organisations import PublishOrganisation
from engine.service.outbox import BeginTelling, NoteTelling, Telling
from engine.service.own_jobs import PostponeJob, RunJob, TakeDueJobs
from engine.service.papers import BeginPaper, Draft, FailPaper, PublishPaper
from engine.service.parked import ResolvePacket, RetryPacket
from engine.service.payments import RecordPayment, RefundPayment
from engine.service.process_instances import (
    CancelProcessInstance,
    ContinueProcessInstance,
    MendVariables,
    ResumeProcessInstance,
    StartProcessInstance,
    SuspendProcessInstance,
    id_for,
)
from engine.service.ratings import RateDossier
from engine.service.signals import BroadcastSignal, DispatchSignal
from engine.service.subscriptions import (
    AddSecret,
    CreateSubscription,
    DeleteSubscription,
    NoteDelivered,
    NoteUndelivered,
    PauseSubscription,
    RemoveSecret,
    ReplaySubscription,
    ResumeSubscription,
    TakeSubscription,
)
from engine.service.timers import FireStartTimer, FireTimer
from engine.service.user_tasks import AssignUserTask, ClaimUserTask, CompleteUserTask, ReleaseUserTask
from engine.service.users import PublishUser
from tests.engine.runtime.models import boundary, diagram, end, flow, message, node, path, script, start, timer, user
from tests.engine.service.office import CALENDAR, Office
from tests.engine.service.told import FORM, OWNER, PORTAL, TOML, WAY, connectors, stages

BELL = '<signalEventDefinition signalRef="s_bell"/>'
WORK = diagram(
    start() + user("u") + boundary("b", "u", timer("PT1H"), interrupting=False) + end("x") + path("b", "x")
    + node("exclusiveGateway", "g") + end("y") + flow("g", "y", "fee &gt; 1") + path("s", "u", "g") + end("z") + flow("g", "z", "fee &lt;= 1"),
    key="work",
)  # fmt: skip
WAITS = diagram(start() + node("intermediateCatchEvent", "m", message()) + user("u") + path("s", "m", "u"), key="waits")
HEARS = diagram(start() + node("intermediateCatchEvent", "c", BELL) + user("u") + path("s", "c", "u"), key="hears")
SENDS = diagram(start() + node("intermediateThrowEvent", "t", message()) + user("u") + path("s", "t", "u"), key="sends")
RINGS = diagram(start() + node("intermediateThrowEvent", "t", BELL) + user("u") + path("s", "t", "u"), key="rings")
DAILY = diagram(start("s", timer("R/P1D", "timeCycle")) + user("u") + path("s", "u"), key="daily")
LONG = diagram(start() + script("i", "n = 0") + node("exclusiveGateway", "m") + script("a", "n = n + 1") + node("exclusiveGateway", "x", default="x__e") + end() + path("s", "i", "m", "a", "x") + flow("x", "m", "n &lt; 1700") + flow("x", "e"), key="long")  # fmt: skip


ASKS = diagram(start() + node("serviceTask", "j", motcua_topic="walk") + user("u") + path("s", "j", "u"), key="asks")


CALLS = diagram(
    start() + node("serviceTask", "j", motcua_connector="tax.send") + user("u") + path("s", "j", "u"), key="calls"
)
TAX = registered(
    b'[tax]\nurl = "https://tax.example"\n[tax.operations.send]\npath = "/x"', lambda name: None
).operations["tax.send"]


@dataclass(frozen=True)
class Scenario:
    """``prepare`` brings the store to where the command makes sense and returns what the command needs."""

    name: str
    prepare: Callable[[Office], Any]
    command: Callable[[Office, Any], Command]


def _deployed(content: bytes, key: str) -> Callable[[Office], str]:
    def prepare(office: Office) -> str:
        office.deploy((f"{key}.bpmn", content))
        return office.start(key, business_key="A")

    return prepare


def _task(office: Office) -> str:
    return office.tasks(_deployed(WORK, "work")(office))[0].id


def _claimed(office: Office) -> str:
    task = _task(office)
    office.do(ClaimUserTask(task))
    return task


def _failed(office: Office) -> str:
    instance = _deployed(WORK, "work")(office)
    office.complete(office.tasks(instance)[0])
    return instance


def _mended(office: Office) -> str:
    instance = _failed(office)
    office.mend(instance, fee=5)
    return office.incidents(instance)[0].id


def _suspended(office: Office) -> str:
    instance = _deployed(WAITS, "waits")(office)
    office.do(SuspendProcessInstance(instance, "audit"))
    office.message("go", "A", {"n": 1})
    return instance


def _due(office: Office) -> Any:
    instance = _deployed(WORK, "work")(office)
    office.do(SetVirtualTime(office.clock.now() + timedelta(hours=2)))
    return office.timers(instance)[0]


def _start_due(office: Office) -> Any:
    office.deploy(("daily.bpmn", DAILY))
    office.do(SetVirtualTime(office.clock.now() + timedelta(days=1)))
    with office.store.read() as queries:
        return queries.start_events_of(["daily"])[0]


def _job(content: bytes, key: str, receiver: bytes | None, receiver_key: str) -> Callable[[Office], Any]:
    def prepare(office: Office) -> Any:
        if receiver is not None:
            office.deploy((f"{receiver_key}.bpmn", receiver))
        instance = _deployed(content, key)(office)
        if receiver is not None:
            office.start(receiver_key)
        with office.store.read() as queries:
            return queries.jobs_of(instance)[0]

    return prepare


def _asked(office: Office) -> str:
    return office.jobs(_deployed(ASKS, "asks")(office))[0].id


def _fetched(office: Office) -> str:
    return office.fetch(_deployed(ASKS, "asks")(office)).id


def _to_call(office: Office) -> Job:
    return office.jobs(_deployed(CALLS, "calls")(office))[0]


def _called(office: Office) -> Call:
    call: Call = office.do(BeginCall(_to_call(office), TAX))
    return call


def _buffered(office: Office) -> Any:
    office.message("go", "A", {"n": 1}, time_to_live=timedelta(hours=1))
    with office.store.read() as queries:
        return queries.buffered_messages(["go"])[0]


def _expired(office: Office) -> None:
    _buffered(office)
    office.do(SetVirtualTime(office.clock.now() + timedelta(days=1)))


def _ready_for_message(office: Office) -> None:
    _deployed(WAITS, "waits")(office)


def _ready_for_signal(office: Office) -> None:
    _deployed(HEARS, "hears")(office)


def _only_deployed(office: Office) -> None:
    office.deploy(("work.bpmn", WORK))


def _batch(office: Office) -> str:
    _deployed(WORK, "work")(office)
    made = office.do(CreateBatch("suspend", Filter(key="work"), "storm"))
    return str(made.batch.id)


def _item(office: Office) -> Any:
    id = _batch(office)
    with office.store.read() as queries:
        batch = queries.batch(id)
        return batch, queries.waiting_items(id, 1)[0]


def _paused(office: Office) -> str:
    id = _batch(office)
    office.do(PauseBatch(id))
    return id


def _ended(office: Office) -> ProcessInstance:
    instance = _deployed(WORK, "work")(office)
    office.do(CancelProcessInstance(instance, "double"))
    head: ProcessInstance = office.head(instance)
    return head


def _ready_batch(office: Office) -> str:
    made = office.do(CreateBatch("suspend", Filter(key="nothing"), "storm"))
    return str(made.batch.id)


def _nothing(office: Office) -> None:
    pass


def _keyed(office: Office) -> str:
    key: ApiKey = office.do(CreateApiKey("portal", b"h" * 32))
    return key.id


def _subscribed(office: Office) -> str:
    made: EventSubscription = office.do(_SUBSCRIBE)
    return made.id


def _replaced(office: Office) -> tuple[str, str]:
    id = _subscribed(office)
    changed: EventSubscription = office.do(AddSecret(id))
    return id, changed.secrets[0]["id"]


def _taken(office: Office) -> str:
    id = _subscribed(office)
    office.do(TakeSubscription(id, "sender", _LEASE, alone=False))
    return id


DOSSIER = diagram(
    start() + user("u", motcua_statusCode="2") + user("v", motcua_statusCode="4") + boundary("b", "v", message()) + end() + end("f")
    + path("s", "u", "v", "e") + path("b", "f"),
    key="dossier",
)  # fmt: skip
LIMIT = b'code = "1.1"\n[limit]\nvalue = 10\nunit = "working-day"\n'
_HAND_IN = OpenDossier("dossier", "online", "H62-270301-0001")


def _catalogued(office: Office) -> str:
    """A version that somebody else deployed."""
    deployed = office.do(Deploy((Resource("p.bpmn", DOSSIER), Resource("procedure.toml", LIMIT))), Sender("analyst"))
    return str(deployed.definitions[0].id)


def _drawn(office: Office) -> None:
    office.deploy(("p.bpmn", DOSSIER), ("procedure.toml", LIMIT))


def _handed_in(office: Office) -> str:
    _drawn(office)
    id: str = office.do(_HAND_IN).dossier.id
    office.complete(office.tasks(id)[0])
    return id


FOLLOWERS = connectors("https://dvc.example").followers


def _to_tell(office: Office) -> OutboxEntry:
    """A dossier of which the national portal is to be told."""
    office.catalog.connectors = replace(office.catalog.connectors, followers=FOLLOWERS)
    office.deploy(("p.bpmn", stages(*WAY)), ("forms/nop.json", FORM), ("procedure.toml", TOML.encode()))
    id = office.do(OpenDossier("p", "online", values=OWNER)).dossier.id
    with office.store.read() as queries:
        [entry] = queries.outbox_of(id)
    return entry


def _telling(office: Office) -> Telling:
    telling: Telling = office.do(BeginTelling(_to_tell(office), FOLLOWERS[PORTAL]))
    return telling


def _charged(office: Office) -> str:
    """A dossier that costs something."""
    body = start("s", motcua_statusCode="2") + node("task", "phi", motcua_fee="5") + user("u") + path("s", "phi", "u")
    office.deploy(("p.bpmn", diagram(body, key="dossier")))
    id: str = office.do(_HAND_IN).dossier.id
    return id


def _paid(office: Office) -> tuple[str, str]:
    id = _charged(office)
    payment = office.do(RecordPayment(id, 5, "cash", "R-1"))
    return id, payment.id


def _settled(office: Office) -> str:
    """A dossier whose result can be rated."""
    office.deploy(
        (
            "p.bpmn",
            diagram(
                start("s", motcua_statusCode="2") + user("v", motcua_statusCode="9") + path("s", "v"), key="dossier"
            ),
        )
    )
    id: str = office.do(_HAND_IN).dossier.id
    return id


def _moved(office: Office) -> str:
    id = _handed_in(office)
    office.do(PublishCalendar(CALENDAR + b" "))
    return id


MOVING = {
    "units": [
        {"code": "T", "name": "Tỉnh", "level": "province"},
        {"code": "N", "name": "Sở Bắc", "level": "department", "parent": "T"},
        {"code": "S", "name": "Sở Nam", "level": "department", "parent": "T"},
        {"code": "X", "name": "Xã", "level": "commune", "parent": "N", "validTo": "2026-03-05"},
        {"code": "X", "name": "Xã", "level": "commune", "parent": "S", "validFrom": "2026-03-06"},
    ]
}
"""A unit that stands below another one from a day on."""


def _has_moved(office: Office) -> None:
    office.do(PublishOrganisation(MOVING))
    for unit, day in (("S", 10), ("X", 11)):
        text = f'year = 2026\nsource = "s"\nunits = ["{unit}"]\nclosed = [2026-03-{day}]\n'
        office.do(DecideWorkingYear(2026, text))
    office.clock.set(moment("2026-03-07T00:00:00.000000Z"))


def _half_used(office: Office) -> Job:
    id = _handed_in(office)
    with office.store.read() as queries:
        [job] = [job for job in queries.jobs_of(id) if job.kind == ESCALATION]
    office.clock.set(moment(job.due_at))
    return job


def _letter_begun(office: Office) -> Draft:
    id = _handed_in(office)
    office.do(ExtendDueTime(id, "2027-03-01T10:00:00.000000Z", "surveying"))
    draft: Draft = office.do(BeginPaper(office.jobs(id)[0], _LETTER))
    return draft


_DECISION = 'year = 2026\nsource = "s"\nclosed = [2026-03-05]\n'
PAPER = diagram(
    start() + node("serviceTask", "giay", motcua_paper="mau_01", motcua_dataIn="chu_ho_so") + user("u") + path("s", "giay", "u"),
    key="paper",
)  # fmt: skip
_FORM = Form("mau_01", "Giấy tiếp nhận hồ sơ", "TNHS", "Thông tư 01/2018/TT-VPCP", "2018-01-01", confirmed=True)
_LETTER = replace(_FORM, name="mau_04", symbol="HCC")
_SIGNED = Signed(b"%PDF-1.7", "Văn phòng")
_FILE = Document(sha256(b"%PDF-1.7").hexdigest(), "application/pdf", b"%PDF-1.7")
_NOTICE = Notice("R-1", None, {"n": 1}, doubt="dateWrong")


def _wanted(office: Office) -> Job:
    office.deploy(("p.bpmn", PAPER))
    return office.jobs(office.start("paper", {"chu_ho_so": "A"}))[0]


def _begun(office: Office) -> Draft:
    draft: Draft = office.do(BeginPaper(_wanted(office), _FORM))
    return draft


def _parked(office: Office) -> str:
    office.do(TakeNotice("thue", "thong_bao", _NOTICE))
    return packet_id("thue", "thong_bao", _NOTICE)


_SUBSCRIBE = CreateSubscription("https://hooks.example.vn/", (), None, "")
_LEASE = timedelta(minutes=1)

SCENARIOS = [
    Scenario("Deploy", _nothing, lambda o, _: Deploy((Resource("work.bpmn", WORK),))),
    Scenario("StartProcessInstance", _only_deployed, lambda o, _: StartProcessInstance(key="work", values={"a": 1}, id=id_for("default", "portal", "k"))),
    Scenario("ArchiveInstance", _ended, lambda o, head: ArchiveInstance(head.id, head.seq, head.hash, "2026-03/f", "0" * 64)),
    Scenario("ClaimUserTask", _task, lambda o, task: ClaimUserTask(task)),
    Scenario("ReleaseUserTask", _claimed, lambda o, task: ReleaseUserTask(task)),
    Scenario("AssignUserTask", _task, lambda o, task: AssignUserTask(task, assignee="boss")),
    Scenario("CompleteUserTask", _task, lambda o, task: CompleteUserTask(task, values={"fee": 5})),
    Scenario("MendVariables", _failed, lambda o, i: MendVariables(i, {"fee": 5}, "mistyped", 999)),
    Scenario("RetryIncident", _mended, lambda o, incident: RetryIncident(incident)),
    Scenario("SuspendProcessInstance", _deployed(WORK, "work"), lambda o, i: SuspendProcessInstance(i, "audit")),
    Scenario("ResumeProcessInstance", _suspended, lambda o, i: ResumeProcessInstance(i)),
    Scenario("ModifyProcessInstance", _deployed(WORK, "work"), lambda o, i: ModifyProcessInstance(i, ("u#1",), (Arrival(element="u"),), "again")),
    Scenario("CreateBatch", _deployed(WORK, "work"), lambda o, _: CreateBatch("suspend", Filter(key="work"), "storm")),
    Scenario("DoBatchItem", _item, lambda o, item: DoBatchItem(*item)),
    Scenario("PauseBatch", _batch, lambda o, batch: PauseBatch(batch)),
    Scenario("ResumeBatch", _paused, lambda o, batch: ResumeBatch(batch)),
    Scenario("CancelBatch", _batch, lambda o, batch: CancelBatch(batch)),
    Scenario("CompleteBatch", _ready_batch, lambda o, batch: CompleteBatch(batch)),
    Scenario("CancelProcessInstance", _deployed(WORK, "work"), lambda o, i: CancelProcessInstance(i, "double")),
    Scenario("ContinueProcessInstance", _job(LONG, "long", None, ""), lambda o, job: ContinueProcessInstance(job.instance_id, job)),
    Scenario("FetchJobs", _asked, lambda o, _: FetchJobs(("walk",), 10, timedelta(minutes=5))),
    Scenario("CompleteJob", _fetched, lambda o, job: CompleteJob(job, {"n": 1})),
    Scenario("FailJob", _fetched, lambda o, job: FailJob(job, "busy", 0)),
    Scenario("ThrowJobError", _fetched, lambda o, job: ThrowJobError(job, "E1", "none", {"n": 1})),
    Scenario("ExtendJob", _fetched, lambda o, job: ExtendJob(job, timedelta(minutes=5))),
    Scenario("BeginCall", _to_call, lambda o, job: BeginCall(job, TAX)),
    Scenario("AnswerCall", _called, lambda o, call: AnswerCall(call, Done({"n": 1}))),
    Scenario("CorrelateMessage", _ready_for_message, lambda o, _: CorrelateMessage("go", "A", {"n": 1}, "m1")),
    Scenario("DeliverBuffered", _buffered, lambda o, m: DeliverBuffered(m)),
    Scenario("DispatchMessage", _job(SENDS, "sends", None, ""), lambda o, job: DispatchMessage(job)),
    Scenario("ForgetExpired", _expired, lambda o, _: ForgetExpired("2030-01-01T00:00:00.000000Z", "2000-01-01T00:00:00.000000Z")),
    Scenario("BroadcastSignal", _ready_for_signal, lambda o, _: BroadcastSignal("bell", {"n": 1})),
    Scenario("DispatchSignal", _job(RINGS, "rings", HEARS, "hears"), lambda o, job: DispatchSignal(job)),
    Scenario("FireTimer", _due, lambda o, t: FireTimer(t)),
    Scenario("TakeDueJobs", _due, lambda o, t: TakeDueJobs(10, timedelta(seconds=5))),
    Scenario("RunJob", _due, lambda o, t: RunJob(t.id)),
    Scenario("PostponeJob", _due, lambda o, t: PostponeJob(t, "Fault")),
    Scenario("FireStartTimer", _start_due, lambda o, s: FireStartTimer(s)),
    Scenario("SetVirtualTime", _nothing, lambda o, _: SetVirtualTime(o.clock.now() + timedelta(hours=1))),
    Scenario("CreateApiKey", _nothing, lambda o, _: CreateApiKey("portal", b"h" * 32)),
    Scenario("RevokeApiKey", _keyed, lambda o, key: RevokeApiKey(key)),
    Scenario("PublishUser", _nothing, lambda o, _: PublishUser("lan", ("officer",), None, ("g",))),
    Scenario("PublishOrganisation", _nothing, lambda o, _: PublishOrganisation({"units": [{"code": "T", "name": "T", "level": "province"}]})),
    Scenario("RecordRead", _nothing, lambda o, _: RecordRead("GET /x", "i", "p")),
    Scenario("PublishCalendar", _nothing, lambda o, _: PublishCalendar(CALENDAR + b" ")),
    Scenario("ApproveDefinition", _catalogued, lambda o, which: ApproveDefinition(which, "r", "d", "2026-01-01")),
    Scenario("BeginPaper", _wanted, lambda o, job: BeginPaper(job, _FORM)),
    Scenario("PublishPaper", _begun, lambda o, draft: PublishPaper(draft, _SIGNED)),
    Scenario("FailPaper", _begun, lambda o, draft: FailPaper(draft, "away", again=True)),
    Scenario("TakeNotice", _nothing, lambda o, _: TakeNotice("thue", "thong_bao", _NOTICE)),
    Scenario("RetryPacket", _parked, lambda o, which: RetryPacket(which)),
    Scenario("ResolvePacket", _parked, lambda o, which: ResolvePacket(which, "asked the tax office")),
    Scenario("OpenDossier", _drawn, lambda o, _: _HAND_IN),
    Scenario("AddNote", _handed_in, lambda o, which: AddNote(which, "called")),
    Scenario("AddDocument", _handed_in, lambda o, which: AddDocument(which, _FILE, "don.pdf")),
    Scenario("RecordPayment", _charged, lambda o, which: RecordPayment(which, 5, "cash", "R-1")),
    Scenario("RefundPayment", _paid, lambda o, paid: RefundPayment(paid[0], paid[1], "paid for another")),
    Scenario("RateDossier", _settled, lambda o, which: RateDossier(which, "satisfied", "quick")),
    Scenario("ExtendDueTime", _handed_in, lambda o, which: ExtendDueTime(which, "2027-03-01T10:00:00.000000Z", "surveying")),
    Scenario("TellDossier", _handed_in, lambda o, which: TellDossier(which, "go")),
    Scenario("DecideWorkingYear", _nothing, lambda o, _: DecideWorkingYear(2026, _DECISION)),
    Scenario("RenewCalendars", _has_moved, lambda o, _: RenewCalendars()),
    Scenario("Escalate", _half_used, lambda o, job: Escalate(job)),
    Scenario("PublishPaper", _letter_begun, lambda o, draft: PublishPaper(draft, _SIGNED)),
    Scenario("BeginTelling", _to_tell, lambda o, entry: BeginTelling(entry, FOLLOWERS[PORTAL])),
    Scenario("NoteTelling", _telling, lambda o, telling: NoteTelling(telling, Done({}), "print")),
    Scenario("RecomputeDueTime", _moved, lambda o, which: RecomputeDueTime(which)),
    Scenario("CreateSubscription", _nothing, lambda o, _: _SUBSCRIBE),
    Scenario("PauseSubscription", _subscribed, lambda o, which: PauseSubscription(which)),
    Scenario("ResumeSubscription", _subscribed, lambda o, which: ResumeSubscription(which)),
    Scenario("ReplaySubscription", _subscribed, lambda o, which: ReplaySubscription(which, 0)),
    Scenario("DeleteSubscription", _subscribed, lambda o, which: DeleteSubscription(which)),
    Scenario("AddSecret", _subscribed, lambda o, which: AddSecret(which)),
    Scenario("RemoveSecret", _replaced, lambda o, secret: RemoveSecret(*secret)),
    Scenario("TakeSubscription", _subscribed, lambda o, which: TakeSubscription(which, "sender", _LEASE, alone=False)),
    Scenario("NoteDelivered", _taken, lambda o, which: NoteDelivered(which, "sender", 1, None)),
    Scenario("NoteUndelivered", _taken, lambda o, which: NoteUndelivered(which, "sender", "HTTP 500")),
]  # fmt: skip
