"""One of everything that a store keeps; tests change what they speak of."""

from __future__ import annotations

from engine.domain.access import Answer, ApiKey, User
from engine.domain.batch import Batch, BatchItem
from engine.domain.definition import Deployment, ProcessDefinition, StartEvent
from engine.domain.inbound import Expectation, InboundPacket
from engine.domain.instance import ProcessInstance, Scope
from engine.domain.outbox import OutboxEntry
from engine.domain.record import LogRow
from engine.domain.user_task import UserTask
from engine.domain.waiting import Incident, Job, Message, Subscription
from engine.domain.webhook import EventSubscription


def at(second: int) -> str:
    """A moment of the day on which the tests happen."""
    return f"2026-11-24T{8 + second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}.000000Z"


DEPLOYMENT = Deployment("d-1", at(0), "analyst", {"process.bpmn": "h-1", "fees.json": "h-2"})

DEFINITION = ProcessDefinition(
    id="pd-1",
    key="dat_dai",
    version=1,
    hash="h-all",
    name="Cấp giấy chứng nhận",
    deployment_id="d-1",
    file="process.bpmn",
    files={"process.bpmn": "h-1"},
    calls={"thu_phi": "pd-9"},
    created_at=at(0),
    procedure={"code": "1.012345", "fees": [{"amount": 50000, "free": False}], "ghi chú": None},
)

START_EVENT = StartEvent("s-1", "dat_dai", "pd-1", "Start_1", "message", name="hồ sơ mới")
START_TIMER = StartEvent("s-2", "bao_cao", "pd-2", "Start_2", "timer", due_at=at(50), repeats=-1)

INSTANCE = ProcessInstance(
    id="i-1",
    definition_id="pd-1",
    key="dat_dai",
    version=1,
    name="Cấp giấy chứng nhận",
    business_key="HS-1",
    state="running",
    seq=2**40,
    hash=b"\x00\xff" * 16,
    tokens=b"\x00tokens\xfe",
    pins={"thu_phi": "pd-9"},
    calendar="cal-1",
    started_at=at(1),
    started_by="portal",
    updated_at=at(2),
)

SCOPE = Scope(("i-1", ""), b'{"a":1}')

USER_TASK = UserTask(
    id="t-1",
    instance_id="i-1",
    activity="a-1",
    element_id="kiem_tra",
    name="Kiểm tra hồ sơ",
    definition_id="pd-1",
    business_key="HS-1",
    state="open",
    candidate_groups=("mot_cua", "dia_chinh"),
    assignee=None,
    form_key="kiem-tra",
    lane="Một cửa",
    created_at=at(10),
    due_at=at(100),
)

TIMER = Job("tm-1", "i-1", "timer", at(30), {"due": at(30)}, None, "a-2", "Wait_1", "Chờ 3 ngày", None, at(10))

SUBSCRIPTION = Subscription("sub-1", "i-1", "a-3", "Catch_1", None, "message", "đã nộp phí", "HS-1", at(10))

INCIDENT = Incident(
    id="inc-1",
    instance_id="i-1",
    activity="a-4",
    element_id="Gateway_1",
    element_name="Đủ hồ sơ?",
    code="noFlowTaken",
    detail={"vi": "Không có nhánh nào", "en": "No flow"},
    expression="so_giay_to > 3",
    values={"so_giay_to": None, "list": [1, 2.5, "x", {"y": True}], "nul": "a\0b"},
    state="open",
    raised_at=at(20),
)

JOB = Job("j-1", "i-1", "continue", at(40), {"n": 1, "of": {"deep": [1]}})

MESSAGE = Message(
    id="m-1",
    name="đã nộp phí",
    key="HS-1",
    message_id="pay-1",
    values={"amount": 50000},
    outcome="buffered",
    instance_ids=(),
    received_at=at(15),
    expires_at=at(3600),
)

API_KEY = ApiKey(
    "k-1", "portal", b"\x01" * 32, at(0), "abcdef", ("portal", "officer"), "X1", ("g",), ("t",), at(9), None,
)  # fmt: skip
USER = User("lan", ("officer",), "X1", ("g", "h"), at(3))

ANSWER = Answer("portal", "idem-1", b"\x02" * 32, 201, {"Location": "/v1/x"}, b'{"id":"i-1"}', at(5))

LOG_ROW = LogRow(
    stream="i-1",
    first_seq=1,
    count=3,
    command="c-1",
    recorded_at=at(1),
    actor="portal",
    on_behalf_of="0123",
    kinds="ProcessInstanceStarted ElementEntered UserTaskCreated",
    hash=b"\x03" * 32,
    body=b'[{"seq":1}]\xff',
    clear=None,
)

BATCH = Batch(
    id="b-1",
    operation="modify",
    filter={"key": "dat_dai", "business_keys": ["HS-1", "HS-2"]},
    modification={"cancel": ["a-1"], "start": [{"element": "b"}]},
    reason="Bão số 9",
    state="running",
    total=2**40,
    created_at=at(5),
    created_by="admin",
    on_behalf_of="Lan",
)
BATCH_ITEM = BatchItem(("b-1", "i-1"), "failed", "stale", "Trạng thái đã thay đổi", "The state has changed", at(6))

EVENT_SUBSCRIPTION = EventSubscription(
    id="es-1",
    url="https://hooks.example.vn/su-kien",
    types=("UserTaskCreated",),
    key="dat_dai",
    description="cổng dịch vụ công",
    state="active",
    position=2**40,
    due_at=at(1),
    sender="p-1",
    failures=2,
    failing_since=at(0),
    last_error="HTTP 500",
    delivered_at=at(0),
    secrets=({"id": "k-1", "endsAt": at(9)}, {"id": "k-2", "endsAt": None}),
    created_at=at(0),
    created_by="admin",
)

INBOUND_PACKET = InboundPacket(
    id="in-1",
    connector="thanh_toan",
    service="callback",
    reference="dvc1/GD1",
    print="f" * 64,
    state="parked",
    reason="amountWrong",
    key="dvc1",
    notice={"values": {"so_tien": 150000}, "khóa": None},
    instance_ids=("i-1",),
    received_at=at(3),
    resolved_at=None,
    resolved_by=None,
    resolution=None,
)
EXPECTATION = Expectation("thanh_toan/dvc1", "thanh_toan", "dvc1", "HS-1", 2**40, "i-1", "open", None, at(2))

OUTBOX_ENTRY = OutboxEntry(
    ("i-1", "cong_quoc_gia"), "khuyen_mai", "pending", 2**40, 2**33, "f" * 64, 3, at(4), "s-1", "HTTP 500", at(3),
    ({"at": at(1), "record": 7, "status": "2", "print": "e" * 64},),
)  # fmt: skip

ENTITIES = (
    DEPLOYMENT,
    DEFINITION,
    START_EVENT,
    START_TIMER,
    INSTANCE,
    SCOPE,
    USER_TASK,
    TIMER,
    SUBSCRIPTION,
    INCIDENT,
    JOB,
    MESSAGE,
    API_KEY,
    BATCH,
    BATCH_ITEM,
    EVENT_SUBSCRIPTION,
    USER,
    INBOUND_PACKET,
    EXPECTATION,
    OUTBOX_ENTRY,
)
