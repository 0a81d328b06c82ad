"""A history that was touched is found out, and the record is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from adapters.database.tables import contents, instance_keys, log, process_instances
from engine.domain import input as input_shapes
from engine.domain.call import Done, Failed
from engine.domain.document import Document
from engine.domain.paper import Form, Signed
from engine.domain.record import CONSEQUENCES, INPUTS
from engine.domain.waiting import OUTCOME_UNKNOWN
from engine.runtime.replay import Verification
from engine.runtime.sealing import GENESIS, chain_hash, records_of
from engine.service import export
from engine.service.attachments import AddDocument, Origin
from engine.service.calendars import PublishCalendar
from engine.service.calls import AnswerCall, BeginCall
from engine.service.command import SERVICE
from engine.service.dossiers import AddNote, ExtendDueTime, OpenDossier, RecomputeDueTime
from engine.service.incidents import RetryIncident
from engine.service.jobs import CompleteJob, FailJob, ThrowJobError
from engine.service.modification import Arrival, ModifyProcessInstance
from engine.service.papers import BeginPaper, FailPaper, PublishPaper
from engine.service.payments import RecordPayment, RefundPayment
from engine.service.process_instances import (
    CancelProcessInstance,
    ResumeProcessInstance,
    SuspendProcessInstance,
)
from engine.service.ratings import RateDossier
from engine.service.signals import BroadcastSignal
from engine.service.user_tasks import AssignUserTask, ClaimUserTask, ReleaseUserTask
from tests.crash.scenarios import CALLS, TAX
from tests.engine.runtime.models import boundary, diagram, end, flow, message, node, path, script, start, timer, user
from tests.engine.service.office import CALENDAR, Office

TOUCHED = (contents, instance_keys, log, process_instances)
ESCALATION = '<escalationEventDefinition escalationRef="x_one"/>'
ERROR = '<errorEventDefinition errorRef="e_one"/>'
BELL = '<signalEventDefinition signalRef="s_bell"/>'
COUNT = start() + script("i", "n = 0") + node("exclusiveGateway", "m") + script("a", "n = n + 1") + node("exclusiveGateway", "x", default="x__e") + end() + path("s", "i", "m", "a", "x") + flow("x", "m", "n &lt; 1700") + flow("x", "e")  # fmt: skip
GUARDED = (
    start() + user("u") + boundary("b", "u", timer("R/PT1H", "timeCycle"), interrupting=False, motcua_missedCycle="skip") + end("x")
    + path("b", "x") + node("exclusiveGateway", "g") + end("y") + flow("g", "y", "fee &gt; 1") + path("s", "u", "g") + end("z") + flow("g", "z", "fee &lt;= 1")
)  # fmt: skip
WAITS = (
    start() + node("eventBasedGateway", "g") + node("intermediateCatchEvent", "m", message()) + node("intermediateCatchEvent", "t", timer("P1D"))
    + node("intermediateCatchEvent", "b", BELL) + path("s", "g", "m") + path("g", "t") + path("g", "b")
)  # fmt: skip
SENDS = start() + node("intermediateThrowEvent", "t1", message("m_stop")) + node("intermediateThrowEvent", "t2", BELL) + node("intermediateThrowEvent", "t3", ESCALATION) + user("u") + end("e", ERROR) + path("s", "t1", "t2", "t3", "u", "e")  # fmt: skip

UNDONE = script("undo", "n = 0", isForCompensation="true") + '<association id="as" sourceRef="c" targetRef="undo"/>'
MACHINES = (
    start() + node("intermediateCatchEvent", "w", "<conditionalEventDefinition><condition>ready</condition></conditionalEventDefinition>")
    + node("serviceTask", "j1", motcua_topic="a") + node("serviceTask", "j2", motcua_topic="b") + boundary("c", "j1", "<compensateEventDefinition/>")
    + boundary("x", "j2", ERROR) + node("intermediateThrowEvent", "t", "<compensateEventDefinition/>") + user("u")
    + node("serviceTask", "j3", motcua_topic="c", motcua_dataIn="n") + boundary("late", "j3", timer("PT1H")) + end("e") + end("f")
    + path("s", "w", "j1", "j2", "u", "e") + path("x", "t", "j3", "e") + path("late", "f") + UNDONE
)  # fmt: skip

ACCEPTED = start() + user("u", motcua_statusCode="2", motcua_fee="75000") + end() + path("s", "u", "e")
RATED = (
    start("s", motcua_statusCode="2") + node("task", "phi", motcua_fee="75000") + user("u") + user("v", motcua_statusCode="9")
    + path("s", "phi", "u", "v")
)  # fmt: skip
LETTER = Form("mau_04", "Phiếu xin lỗi", "HCC", "Thông tư 01/2018/TT-VPCP", "2018-01-01", confirmed=True)
LIMIT = b'code = "1.1"\n[limit]\nvalue = 10\nunit = "working-day"\n'


def machines(office) -> str:
    """An instance that other systems work for: a condition, a failure, a result, an error, a compensation, a withdrawn job."""
    office.deploy(("machines.bpmn", diagram(MACHINES, key="machines")))
    instance: str = office.start("machines", {"ready": False})
    office.mend(instance, ready=True)
    office.do(FailJob(office.fetch(instance).id, "busy", 0))
    office.do(RetryIncident(office.incidents(instance)[0].id))
    office.do(CompleteJob(office.fetch(instance).id, {"n": 1}))
    office.do(ThrowJobError(office.fetch(instance).id, "E1", "none", {"why": "none"}))
    office.advance(hours=1)
    return instance


def called(office) -> str:
    """An instance that calls another system: an unknown outcome, then an answer to the same call."""
    office.deploy(("calls.bpmn", CALLS))
    instance: str = office.start("calls")
    for result in (Failed("noAnswerInTime", OUTCOME_UNKNOWN), Done({"n": 1})):
        [job] = office.jobs(instance)
        office.do(AnswerCall(office.do(BeginCall(job, TAX), SERVICE), result), SERVICE)
        for incident in office.incidents(instance):
            office.do(RetryIncident(incident.id))
    return instance


def modified(office) -> str:
    """An instance that an operator sends back to where it was."""
    instance: str = office.start("guarded")
    office.do(ModifyProcessInstance(instance, ("u#1",), (Arrival(element="u"),), "wrong papers"))
    return instance


def handed_in(office) -> str:
    """A dossier: accepted under a limit, given a new date, moved by another calendar, with a note beside it."""
    office.deploy(("p.bpmn", diagram(ACCEPTED, key="dossier")), ("procedure.toml", LIMIT))
    id: str = office.do(OpenDossier("dossier", "online")).dossier.id
    office.advance(days=8)
    for _ in range(2):
        office.do(ExtendDueTime(id, "2027-03-01T10:00:00.000000Z", "surveying takes longer"))
        draft = office.do(BeginPaper(office.jobs(id)[0], LETTER))
        office.do(FailPaper(draft, "no such font", again=False))
    office.do(ExtendDueTime(id, "2027-03-01T10:00:00.000000Z", "surveying takes longer"))
    office.do(PublishPaper(office.do(BeginPaper(office.jobs(id)[0], LETTER)), Signed(b"%PDF-1.7", "An office")))
    office.do(AddNote(id, "called on Monday"))
    office.do(PublishCalendar(CALENDAR + b" "))
    office.do(RecomputeDueTime(id))
    office.complete(office.tasks(id)[0])
    return id


def paid_for(office) -> str:
    """A dossier with a document, a payment that was given back, and a rating of its result."""
    office.deploy(("p.bpmn", diagram(RATED, key="paid")), ("procedure.toml", b'code = "1.2"\ndocuments = ["form"]\n'))
    id: str = office.do(OpenDossier("paid", "counter")).dossier.id
    form = Document(sha256(b"%PDF-1.7").hexdigest(), "application/pdf", b"%PDF-1.7")
    office.do(AddDocument(id, form, "An's form.pdf", "form", Origin(digitised=True)))
    payment = office.do(RecordPayment(id, 75_000, "cash", "R-1"))
    office.do(RefundPayment(id, payment.id, "paid for another"))
    office.complete(office.tasks(id)[0])
    office.do(RateDossier(id, "satisfied", "quick"))
    return id


def printed(office) -> list[str]:
    """Two dossiers with a paper each: one is published, the other withdrawn."""
    paper = node("serviceTask", "p", motcua_paper="mau_01", motcua_dataIn="n")
    office.deploy(("prints.bpmn", diagram(start() + paper + end() + path("s", "p", "e"), key="prints")))
    instances: list[str] = [office.start("prints", {"n": "A"}) for _ in range(2)]
    form = Form("mau_01", "Giấy tiếp nhận hồ sơ", "TNHS", "Thông tư 01/2018/TT-VPCP", "2018-01-01", confirmed=True)
    draft = office.do(BeginPaper(office.jobs(instances[0])[0], form))
    office.do(PublishPaper(draft, Signed(b"%PDF-1.7", "An office")))
    office.do(CancelProcessInstance(instances[1], "double"))
    return instances


def everything(office) -> list[str]:
    """Instances whose histories have every kind of record between them."""
    for name, body in (("count", COUNT), ("guarded", GUARDED), ("waits", WAITS), ("sends", SENDS)):
        office.deploy((f"{name}.bpmn", diagram(body, key=name)))
    count, guarded, waits, other, sends = (office.start(k) for k in ("count", "guarded", "waits", "waits", "sends"))
    office.settle()
    task = office.tasks(guarded)[0]
    office.do(ClaimUserTask(task.id))
    office.do(ReleaseUserTask(task.id))
    office.do(AssignUserTask(task.id, assignee="clerk"))
    office.do(SuspendProcessInstance(guarded, "audit"))
    office.do(ResumeProcessInstance(guarded))
    office.do(BroadcastSignal("bell", {"heard": 1}))
    third = office.start("waits")
    office.message("go", None, {"amount": 5})
    office.clock.set(office.clock.now().replace(hour=9))
    office.settle()
    office.complete(task, {"name": "A"})
    office.mend(guarded, fee=5)
    office.do(RetryIncident(office.incidents(guarded)[0].id))
    office.complete(office.tasks(sends)[0])
    last, cut_short = office.start("guarded"), office.start("count")
    for instance in (last, cut_short):
        office.do(CancelProcessInstance(instance, "double"))
    return [
        count,
        guarded,
        waits,
        other,
        sends,
        third,
        last,
        cut_short,
        modified(office),
        machines(office),
        called(office),
        handed_in(office),
        paid_for(office),
        *printed(office),
    ]


@pytest.fixture(scope="module")
def archive() -> Iterator[tuple[Office, list[str]]]:
    """Every kind of record, each history verified before it is touched."""
    office = Office()
    instances = everything(office)
    assert all(office.verify(instance).identical for instance in instances)
    yield office, instances
    office.close()


@pytest.fixture
def office(archive) -> Iterator[Office]:
    """The archive's office; whatever a test changes in the tables is put back."""
    office, _ = archive
    with office.store._writer.begin() as connection:
        kept = {table: connection.execute(table.select()).mappings().all() for table in TOUCHED}
    yield office
    with office.store._writer.begin() as connection:
        for table, rows in kept.items():
            connection.execute(table.delete())
            connection.execute(table.insert(), [dict(row) for row in rows])


@pytest.fixture(scope="module")
def places(archive) -> dict[str, tuple[str, int]]:
    """Where a record of each kind stands first: its instance, its number."""
    office, instances = archive
    found = [(kind, (id, seq)) for id in instances for seq, kind in enumerate(office.kinds(id), 1)]
    return dict(reversed(found))


@pytest.fixture
def histories(archive) -> list[str]:
    """The instances of the archive."""
    instances: list[str] = archive[1]
    return instances


def test_every_kind_occurs(places):
    """Otherwise the test below would pass by not looking."""
    assert set(INPUTS) | set(CONSEQUENCES) == places.keys()


@pytest.mark.parametrize("kind", sorted({**INPUTS, **CONSEQUENCES}))
def test_a_changed_record_is_named(office, places, kind):
    """Whoever changes a field and computes the chain anew, head included, is found by execution."""
    instance, seq = places[kind]
    tamper(office, instance, seq, changed)

    verification = office.verify(instance)

    assert not verification.identical
    difference = verification.first_difference
    assert (difference.seq, difference.kind) in ((seq, kind), (seq, f"Other{kind}"))


def tamper(office, instance: str, seq: int, change: Callable[[str, dict[str, Any]], list[Any]]) -> None:
    """Change a record in the database and make the chain fit again."""
    previous = GENESIS
    with office.store._writer.begin() as connection:
        for row in office.rows(instance):
            body = row.body
            if row.first_seq <= seq <= row.last_seq:
                said = orjson.loads(body)
                said["records"][seq - row.first_seq] = change(*said["records"][seq - row.first_seq])
                body = orjson.dumps(said)
            previous = chain_hash(instance, row.first_seq, previous, body)
            connection.execute(
                text("UPDATE log SET body = :body, hash = :hash WHERE stream = :stream AND first_seq = :seq"),
                {"body": body, "hash": previous, "stream": instance, "seq": row.first_seq},
            )
        connection.execute(
            text("UPDATE process_instances SET hash = :hash WHERE id = :id"), {"hash": previous, "id": instance}
        )


@pytest.mark.parametrize("kind", sorted(INPUTS))
def test_an_input_has_the_fields_that_it_has_and_nothing_else(office, places, kind):
    """No execution depends on a reason or on the attempts that are left; what the service never writes is found all the same."""
    instance, seq = places[kind]
    fields = input_shapes.FIELDS[kind]
    payload = next(r.payload for row in office.rows(instance) for r in records_of(row) if r.seq == seq)
    forged = [{**payload, "extra": 1}]
    for name in fields.keys() & payload.keys() - {"sealed"}:
        forged += [{**payload, name: strange(payload[name])}, {n: v for n, v in payload.items() if n != name}]

    for instead in forged:
        tamper(office, instance, seq, partial(replaced, instead))
        difference = office.verify(instance).first_difference
        assert difference is not None, instead
        assert difference.seq == seq, (instead, difference)


@pytest.mark.parametrize(
    ("field", "value"), [("retries", -1), ("retries", True), ("again", "tomorrow"), ("message", None)]
)
def test_a_failure_says_what_a_failure_can_say(office, places, field, value):
    """Attempts are counted from 0; a time is written as the service writes times."""
    instance, seq = places["JobFailed"]
    tamper(office, instance, seq, lambda kind, payload: [kind, {**payload, field: value}])

    difference = office.verify(instance).first_difference

    assert (difference.seq, difference.reason, difference.computed) == (seq, "impossible", f"field {field}")


def replaced(instead: dict[str, Any], kind: str, _: dict[str, Any]) -> list[Any]:
    """A record that says something else."""
    return [kind, instead]


def strange(value):
    """A value of another kind."""
    return (
        {}
        if isinstance(value, list)
        else []
        if isinstance(value, dict)
        else "5"
        if isinstance(value, int | float)
        else 5
    )


FIELDS = {
    "ProcessInstanceStarted": "key",
    "UserTaskClaimed": "userTask",
    "UserTaskReleased": "userTask",
    "UserTaskAssigned": "userTask",
    "ProcessInstanceModified": "cancel",
    "ProcessInstanceSuspended": "kind",
    "ProcessInstanceResumed": "kind",
    "ProcessInstanceContinued": "job",
    "ProcessInstanceCancelled": "kind",
    "Dispatched": "job",
    "VariablesMended": "sealed",
    "SignalDelivered": "receivers",
    "DossierAccepted": "due",
    "DueTimeExtended": "kind",
    "DueTimeRecomputed": "kind",
    "ExtensionDrafted": "kind",
    "ExtensionDropped": "kind",
    "EscalationReached": "kind",
    "NoteAdded": "sealed",
    "DocumentAdded": "sealed",
    "PaymentSettled": "kind",
    "PaymentRefunded": "kind",
    "DossierRated": "sealed",
}
"""Which field is changed; otherwise the first one."""


def changed(kind: str, payload: dict[str, Any]) -> list[Any]:
    """A record with one field changed."""
    field = FIELDS.get(kind) or next(iter(payload), "kind")
    if field == "kind":
        return ["Other" + kind, payload]
    return [kind, {**payload, field: other(payload[field])}]


def other(value):
    """Another value of the same kind."""
    if isinstance(value, dict):
        return {name: other(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [other(item) for item in value]
    return value + 1 if isinstance(value, int | float) else f"{str(value)[:-1]}_"


def test_a_changed_condition_is_found(office, histories):
    """The diagram was edited in the database: the first record that would come out otherwise is shown."""
    instance = histories[1]
    with office.store._writer.begin() as connection:
        rows = connection.execute(text("SELECT hash, content FROM contents")).all()
        (hash, content) = next((h, c) for h, c in rows if b'id="guarded"' in bytes(c))
        edited = bytes(content).replace(b"fee &gt; 1<", b"fee &gt; 9<")
        assert edited != bytes(content)
        connection.execute(text("UPDATE contents SET content = :c WHERE hash = :h"), {"c": edited, "h": hash})

    difference = office.verify(instance).first_difference

    assert difference.kind in ("FlowTaken", "IncidentRaised")
    assert difference.reason == "differs"
    assert difference.recorded["payload"] != (difference.computed or {}).get("payload")


def test_a_change_that_changes_nothing_is_found_as_well(office, histories):
    """A comment added to the pinned diagram executes the same, but is not what was pinned."""
    with office.store._writer.begin() as connection:
        for hash, content in connection.execute(text("SELECT hash, content FROM contents")).all():
            if b'id="guarded"' in bytes(content):
                longer = bytes(content) + b"<!-- -->"
                connection.execute(text("UPDATE contents SET content = :c WHERE hash = :h"), {"c": longer, "h": hash})

    assert office.verify(histories[1]).first_difference.reason.startswith("altered")


def test_a_cut_off_end_is_found(office, histories):
    """Somebody deletes the last row: the head still knows that there was one."""
    instance = histories[1]
    last = office.rows(instance)[-1]
    with office.store._writer.begin() as connection:
        connection.execute(
            text("DELETE FROM log WHERE stream = :s AND first_seq = :n"), {"s": instance, "n": last.first_seq}
        )

    assert office.verify(instance).first_difference.reason == "truncated"


def test_a_changed_clear_value_is_found(office, histories):
    """The hashed bytes commit to it."""
    instance = histories[1]
    with office.store._writer.begin() as connection:
        connection.execute(
            text("UPDATE log SET clear = replace(clear, '\"A\"', '\"B\"') WHERE stream = :s"), {"s": instance}
        )

    difference = office.verify(instance).first_difference

    assert (difference.kind, difference.reason, difference.recorded) == ("UserTaskCompleted", "value", "name")


def test_an_export_verifies_without_the_database(office, histories):
    """The auditor takes a file home; one changed byte in it is found."""
    with office.store.read() as queries:
        lines = list(export.lines(queries, histories[1]))

    assert export.verify_export(lines) == office.verify(histories[1])
    assert isinstance(
        export.verify_export([*lines[:2], lines[2].replace(b"clerk", b"chief"), *lines[3:]]), Verification
    )
    assert not export.verify_export([*lines[:2], lines[2].replace(b"clerk", b"chief"), *lines[3:]]).identical


def test_an_export_with_another_diagram_is_found(office, histories):
    """The file brings its own diagram; it must be the one that the first record pinned."""
    with office.store.read() as queries:
        lines = list(export.lines(queries, histories[1]))
    header = orjson.loads(lines[0])
    header["definitions"][0]["key"] = "guarded"
    header["definitions"][0]["files"]["more.toml"] = ""

    difference = export.verify_export([orjson.dumps(header), *lines[1:]]).first_difference

    assert difference is not None
    assert difference.reason.startswith("altered")


def test_erased_values_leave_the_chain_standing(office, histories):
    """What can no longer be computed is counted, not claimed."""
    instance = histories[1]
    with office.store._writer.begin() as connection:
        connection.execute(text("UPDATE log SET clear = NULL WHERE stream = :s"), {"s": instance})
        connection.execute(text("DELETE FROM instance_keys WHERE instance_id = :s"), {"s": instance})

    verification = office.verify(instance)

    assert verification.identical
    assert 0 < verification.taken_from_record < verification.recomputed
    assert verification.recomputed + verification.taken_from_record == verification.records
