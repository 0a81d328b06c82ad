"""What a dossier is to cost, and what was paid for it: at the counter, online, given back."""

from __future__ import annotations

from typing import Any

import pytest

from engine.domain.dossier import DISSATISFIED, SATISFIED, Dossier
from engine.domain.errors import (
    AmountNotDue,
    DossierClosed,
    FeeNotDetermined,
    InstanceSuspended,
    NotFound,
    NotToBeRated,
    PaidBefore,
    RefundedBefore,
)
from engine.domain.inbound import TAKEN
from engine.domain.payment import Payment, receipt_id
from engine.service.dossiers import OpenDossier
from engine.service.dues import due
from engine.service.payments import RecordPayment, RefundPayment
from engine.service.process_instances import ResumeProcessInstance, SuspendProcessInstance
from engine.service.ratings import RateDossier
from tests.adapters.payment.bills import ASKED, REFERENCE
from tests.engine.runtime.models import diagram, end, flow, node, path, script, start, timer, user
from tests.engine.service.office import Office
from tests.engine.service.test_inbound import MESSAGE, PAID_AT, Counter, counter


def drawn(office: Office, body: str, more: str = "") -> None:
    """Publish a procedure whose dossiers are accepted at once."""
    office.deploy(("p.bpmn", diagram(start("s", motcua_statusCode="2") + body, more=more)))


def hand_in(office: Office, **values: Any) -> str:
    """A dossier at the counter."""
    id: str = office.do(OpenDossier("p", "counter", values=values)).dossier.id
    return id


def dossier(office: Office, id: str) -> Dossier:
    """A dossier as it is stored."""
    with office.store.read() as queries:
        return queries.dossiers([id])[id]


def do(office: Office, id: str, **values: Any) -> None:
    """Complete the task that is open."""
    office.complete(office.tasks(id)[0], values)


def payments(office: Office, id: str) -> list[Payment]:
    """What was paid, in order."""
    with office.store.read() as queries:
        return list(queries.payments_of(id))


def pay(office: Office, id: str, amount: int, receipt: str = "BL-1") -> Payment:
    """Pay at the counter."""
    made: Payment = office.do(RecordPayment(id, amount, "cash", receipt))
    return made


def the_same_again(office: Office, id: str) -> None:
    """The history comes out the same, and so does everything derived from it."""
    assert office.verify(id).identical
    before = office.derived()
    office.rebuild()
    assert office.derived() == before


def test_a_fee_is_the_sum_over_elements_and_a_correction_replaces(office):
    """Two charges add up; the clerk who is sent back and counts the copies again does not charge twice."""
    drawn(
        office,
        script("phi", "x = 1", motcua_fee="50000") + user("u", motcua_fee="2000 * n") + node("exclusiveGateway", "g", default="g__v")
        + user("v") + end() + path("s", "phi", "u", "g") + flow("g", "v") + flow("g", "u", "n &gt; 10") + path("v", "e"),
    )  # fmt: skip
    id = hand_in(office)
    assert (dossier(office, id).fee, dossier(office, id).due) == (50_000, 50_000)
    do(office, id, n=20)
    assert dossier(office, id).fee == 90_000
    do(office, id, n=2)
    assert (dossier(office, id).fee, dossier(office, id).fees) == (54_000, {"phi": 50_000, "u": 4_000})
    the_same_again(office, id)


def test_a_fee_of_a_called_process_is_not_the_dossiers(office):
    """As with the status: what is called is one step. A dossier that determines nothing has no fee, which is not the same as 0."""
    called = (
        '<process id="q" isExecutable="true">' + start("qs") + node("task", "t", motcua_fee="8000") + end("qe") + path("qs", "t", "qe")
        + "</process>"
    )  # fmt: skip
    drawn(
        office, node("callActivity", "c", calledElement="q") + user("u", motcua_fee="0") + path("s", "c", "u"), called
    )
    id = hand_in(office)
    assert "FeeDetermined" in office.kinds(id)
    assert dossier(office, id).fee is None
    do(office, id)
    assert dossier(office, id).fee == 0
    the_same_again(office, id)


HEARD = '<message id="m_paid" name="da_nop_phi"/>'
CHARGED = node("task", "phi", motcua_fee="75000")
WAITS = CHARGED + node("receiveTask", "wait", messageRef="m_paid") + user("after") + path("s", "phi", "wait", "after")


def test_money_at_the_counter_lets_the_dossier_go_on(office):
    """Cash and a receipt are as good as a confirmation: the step that waits hears how much came and how much is missing."""
    drawn(office, WAITS, HEARD)
    id = hand_in(office)
    assert not office.tasks(id)
    made = pay(office, id, 75_000)
    assert (made.channel, made.method, made.reference, made.received_by) == ("counter", "cash", "BL-1", "clerk")
    assert [task.element_id for task in office.tasks(id)] == ["after"]
    assert office.variables(id)["con_thieu"] == 0
    stands = dossier(office, id)
    assert (stands.paid, stands.paid_online, stands.due) == (75_000, 0, 0)
    the_same_again(office, id)


def test_who_pays_before_the_step_waits_is_not_asked_again(office):
    """Paid at intake, heard when the diagram gets there; a diagram that never speaks of payments keeps no message."""
    drawn(office, CHARGED + user("u") + node("receiveTask", "wait", messageRef="m_paid") + user("after") + path("s", "phi", "u", "wait", "after"), HEARD)  # fmt: skip
    id = hand_in(office)
    pay(office, id, 75_000)
    do(office, id)
    assert [task.element_id for task in office.tasks(id)] == ["after"]
    the_same_again(office, id)


@pytest.mark.parametrize("amount", [74_999, 75_001, 1])
def test_only_what_is_due_is_taken_at_the_counter(office, amount):
    """A sum that fits no bill would have to be guessed about later; the cashier is told what is due."""
    drawn(office, WAITS, HEARD)
    id = hand_in(office)
    with pytest.raises(AmountNotDue) as refused:
        pay(office, id, amount)
    assert "75000" in refused.value.says("vi")
    assert (payments(office, id), office.tasks(id)) == ([], [])


def test_nothing_is_paid_twice_at_the_counter(office):
    """The same receipt, or another one when nothing is due any more."""
    drawn(office, WAITS, HEARD)
    id = hand_in(office)
    pay(office, id, 75_000)
    with pytest.raises(PaidBefore):
        pay(office, id, 75_000)
    with pytest.raises(AmountNotDue):
        pay(office, id, 75_000, "BL-2")
    assert dossier(office, id).paid == 75_000


LATER = (
    user("u")
    + node("task", "phi", motcua_fee="75000")
    + node("receiveTask", "wait", messageRef="m_paid")
    + user("after")
)


def test_nothing_is_taken_before_anybody_has_said_how_much(office):
    """One đồng at intake would count as the whole fee when the diagram gets there; the cashier hears what to do first."""
    drawn(office, LATER + path("s", "u", "phi", "wait", "after"), HEARD)
    id = hand_in(office)
    with pytest.raises(FeeNotDetermined) as refused:
        pay(office, id, 1)
    assert "chưa xác định phí" in refused.value.says("vi")
    do(office, id)
    assert (payments(office, id), office.tasks(id)) == ([], [])
    pay(office, id, 75_000)
    assert [task.element_id for task in office.tasks(id)] == ["after"]
    the_same_again(office, id)


def test_what_was_given_back_before_the_step_waits_lets_nothing_go_on(office):
    """The dossier is told by what stands when it comes to wait, not by what once was said; a second payment is told once."""
    body = CHARGED + user("u") + node("receiveTask", "wait", messageRef="m_paid") + user("after")
    drawn(office, body + path("s", "phi", "u", "wait", "after"), HEARD)
    id = hand_in(office)
    office.do(RefundPayment(id, pay(office, id, 75_000).id, "Thu sai đối tượng"))
    do(office, id)
    assert (office.tasks(id), dossier(office, id).due) == ([], 75_000)
    pay(office, id, 75_000, "BL-2")
    assert [task.element_id for task in office.tasks(id)] == ["after"]
    assert office.variables(id)["so_bien_lai"] == "BL-2"
    the_same_again(office, id)


def test_what_waits_to_be_told_is_a_fact_and_no_message(office):
    """Nothing of it is kept that somebody else could have sent: a message by that name reaches no dossier."""
    drawn(office, WAITS, HEARD)
    assert office.message("da_nop_phi", "H01-1", {"so_tien": 75_000}).outcome == "buffered"
    id = office.do(OpenDossier("p", "counter", code="H01-1")).dossier.id
    assert (office.tasks(id), dossier(office, id).due) == ([], 75_000)
    pay(office, id, 75_000)
    assert [task.element_id for task in office.tasks(id)] == ["after"]


def test_who_pays_while_the_dossier_rests_is_not_asked_again(office):
    """A suspended instance hears nothing; it hears what was paid when it goes on."""
    drawn(office, WAITS, HEARD)
    id = hand_in(office)
    office.do(SuspendProcessInstance(id, "r"))
    pay(office, id, 75_000)
    assert office.tasks(id) == []
    office.do(ResumeProcessInstance(id))
    assert [task.element_id for task in office.tasks(id)] == ["after"]
    the_same_again(office, id)


def test_a_diagram_that_asks_for_ever_does_not_stop_the_service(office):
    """It waits again for money although all was paid, and forgets to look at what is missing: it hears it once, and waits."""
    again = node("exclusiveGateway", "g", default="g__after")
    body = (
        CHARGED
        + user("u")
        + node("exclusiveGateway", "m")
        + node("receiveTask", "wait", messageRef="m_paid")
        + again
        + user("after")
    )
    drawn(
        office, body + path("s", "phi", "u", "m", "wait", "g", "after") + flow("g", "m", "so_tien &lt; 100000"), HEARD
    )
    id = hand_in(office)
    pay(office, id, 75_000)
    do(office, id)
    assert (office.tasks(id), office.kinds(id).count("MessageDelivered")) == ([], 1)


def test_a_receipt_stands_for_one_payment_of_a_unit(office):
    """The number of one receipt under two dossiers would be money that was never taken; another unit has its own numbers."""
    drawn(office, WAITS, HEARD)
    first, second = hand_in(office), hand_in(office)
    made = pay(office, first, 75_000)
    with pytest.raises(PaidBefore) as refused:
        pay(office, second, 75_000)
    assert dossier(office, first).called in refused.value.says("vi")
    assert payments(office, second) == []
    assert receipt_id(None, "BL-1") == made.id != receipt_id("X1", "BL-1")
    the_same_again(office, first)


@pytest.mark.parametrize("status", ["7", "8"])
def test_a_dossier_that_is_over_takes_no_money(office, status):
    """Withdrawn or stopped: the cashier gives it back at once, and nothing has to be refunded."""
    drawn(office, node("task", "a", motcua_statusCode="4", motcua_fee="75000") + node("task", "b", motcua_statusCode=status) + user("u") + path("s", "a", "b", "u"))  # fmt: skip
    id = hand_in(office)
    with pytest.raises(DossierClosed) as refused:
        pay(office, id, 75_000)
    assert "trả lại" in refused.value.says("vi")
    do(office, id)
    assert payments(office, id) == []


def test_a_refund_takes_the_payment_back(office):
    """Once, with its reason; the dossier counts as unpaid again, and what was recorded stays in the history."""
    drawn(office, WAITS, HEARD)
    id = hand_in(office)
    made = pay(office, id, 75_000)
    with pytest.raises(NotFound):
        office.do(RefundPayment(id, "nothing", "r"))
    given_back = office.do(RefundPayment(id, made.id, "Thu sai đối tượng"))
    assert (given_back.state, given_back.reason, given_back.refunded_by) == ("refunded", "Thu sai đối tượng", "clerk")
    assert (dossier(office, id).paid, dossier(office, id).due) == (0, 75_000)
    with pytest.raises(RefundedBefore):
        office.do(RefundPayment(id, made.id, "again"))
    the_same_again(office, id)


# ---- online


def asking(*, hears: str = "thanh_toan.callback", more: str = "") -> bytes:
    """A dossier's procedure: a fee, the platform is asked for it, then the dossier waits for a message."""
    ask = node(
        "serviceTask", "ask", motcua_connector="thanh_toan.init", motcua_dataIn=", ".join(ASKED), motcua_fee="so_tien"
    )
    key = {"motcua_correlationKey": "ma_tham_chieu"} if hears == "thanh_toan.callback" else {}
    wait = node("receiveTask", "wait", messageRef="m", **key)
    declared = MESSAGE.replace("thanh_toan.callback", hears)
    return diagram(start() + ask + wait + user("after") + path("s", "ask", "wait", "after") + more, more=declared)


def begun(desk: Counter, content: bytes) -> str:
    """A dossier that was handed in online and has asked for its payment."""
    desk.office.deploy(("p.bpmn", content))
    id: str = desk.office.do(OpenDossier("p", "online", values=dict(ASKED))).dossier.id
    desk.office.settle()
    return id


def confirmed(desk: Counter, transaction: str = "GD1", at: str = PAID_AT) -> str:
    """The platform confirms the payment; what it is answered."""
    return desk.confirm(desk.platform.pay(REFERENCE, transaction, at))


@pytest.mark.parametrize("hears", ["thanh_toan.callback", "da_nop_phi"])
def test_what_is_paid_online_is_a_fact_of_the_dossier(hears):
    """In the commit that takes the confirmation; a diagram may wait for the platform's own message, or for any payment."""
    with counter() as desk:
        id = begun(desk, asking(hears=hears))
        with desk.office.store.read() as queries:
            assert due(queries, dossier(desk.office, id)) == 150_000
        assert [confirmed(desk), confirmed(desk)] == ["00", "00"]
        [made] = payments(desk.office, id)
        assert (made.amount, made.channel, made.reference, made.transaction_id) == (150_000, "online", REFERENCE, f"{REFERENCE}/GD1")  # fmt: skip
        stands = dossier(desk.office, id)
        assert (stands.fee, stands.paid, stands.paid_online) == (150_000, 150_000, 150_000)
        assert [task.element_id for task in desk.office.tasks(id)] == ["after"]
        the_same_again(desk.office, id)


def test_what_is_paid_at_the_counter_is_not_paid_online_as_well():
    """The payer stands at the desk with the platform's page still open: the second money is parked for a refund."""
    with counter() as desk:
        id = begun(desk, asking(hears="da_nop_phi"))
        pay(desk.office, id, 150_000)
        assert [task.element_id for task in desk.office.tasks(id)] == ["after"]
        assert confirmed(desk) == "99"
        assert desk.reasons() == ["paidTwice"]
        assert (dossier(desk.office, id).paid, dossier(desk.office, id).paid_online) == (150_000, 0)


ASK = node("serviceTask", "ask", motcua_connector="thanh_toan.init", motcua_dataIn=", ".join(ASKED))
PRICED = node("task", "phi", motcua_fee="150000")


def billed(*between: str, more: str = "") -> bytes:
    """A fee that is known, and a bill over it that is asked for after some steps; then the dossier waits for money."""
    wait = node("receiveTask", "wait", messageRef="m")
    body = (
        start() + PRICED + ASK + user("u") + wait + user("after") + more + path("s", "phi", *between, "wait", "after")
    )
    return diagram(body, more=MESSAGE.replace("thanh_toan.callback", "da_nop_phi"))


def test_a_bill_for_what_was_paid_before_is_not_settled_as_well():
    """Paid at the desk while the platform's page is not made yet: the second money is parked for a refund."""
    with counter() as desk:
        id = begun(desk, billed("u", "ask"))
        pay(desk.office, id, 150_000)
        do(desk.office, id)
        desk.office.settle()
        assert [task.element_id for task in desk.office.tasks(id)] == ["after"]
        assert (confirmed(desk), desk.reasons()) == ("99", ["paidTwice"])
        assert (dossier(desk.office, id).paid, dossier(desk.office, id).paid_online) == (150_000, 0)
        the_same_again(desk.office, id)


@pytest.mark.parametrize("at_counter", [True, False], ids=["counter", "online"])
def test_of_two_bills_over_one_fee_one_is_paid(at_counter):
    """Asked for again under another reference: once the fee is there, no bill of the dossier takes money any more."""
    again = ASK.replace('id="ask"', 'id="again"')
    with counter() as desk:
        id = begun(desk, billed("ask", "u", "again", more=again))
        do(desk.office, id, ma_tham_chieu="dvc2")
        desk.office.settle()
        first, second = REFERENCE, "dvc2"
        if at_counter:
            pay(desk.office, id, 150_000)
            with desk.office.store.read() as queries:
                assert queries.open_expectations_of(id) == []
        else:
            assert confirmed(desk) == "00"
        answers = [
            desk.confirm(desk.platform.pay(one, f"GD-{one}", PAID_AT))
            for one in ((first, second) if at_counter else (second,))
        ]
        assert set(answers) == {"99"}
        assert set(desk.reasons()) == {"paidTwice"}
        assert dossier(desk.office, id).paid == 150_000
        the_same_again(desk.office, id)


@pytest.mark.parametrize(("hears", "warned"), [("thanh_toan.callback", ["deafToCounter"]), ("da_nop_phi", [])])
def test_a_diagram_that_does_not_hear_the_counter_is_warned_of(hears, warned):
    """It would wait for ever for a confirmation of what was paid in cash; whoever draws it learns that at deploy."""
    with counter() as desk:
        deployed = desk.office.deploy(("p.bpmn", asking(hears=hears)))
        assert [problem.code for problem in deployed.warnings] == warned


def test_what_is_paid_online_is_not_taken_at_the_counter():
    """Nothing is due any more, whoever asks."""
    with counter() as desk:
        id = begun(desk, asking())
        confirmed(desk)
        with pytest.raises(AmountNotDue):
            pay(desk.office, id, 150_000)


def test_money_for_a_dossier_that_was_withdrawn_but_still_runs_is_parked():
    """Its instance prints the last letter; the national status says already that nothing is taken any more."""
    with counter() as desk:
        withdrawn = (
            node("boundaryEvent", "b", timer("PT1H"), attachedToRef="wait", motcua_statusCode="7") + user("letter") + path("b", "letter")
        )  # fmt: skip
        content = asking(more=withdrawn).replace(b'id="s"', b'id="s" motcua:statusCode="1"')
        id = begun(desk, content)
        desk.office.advance(hours=1)
        assert dossier(desk.office, id).status == "7"
        assert confirmed(desk) == "99"
        assert (desk.reasons(), payments(desk.office, id)) == (["instanceEnded"], [])


@pytest.mark.parametrize("late", [False, True], ids=["never", "late"])
def test_trap_no_callback_at_all(late):
    """The platform was paid and never told: asking (QUERY) settles it, once; what it tells later is a repeat."""
    ask = node(
        "serviceTask", "ask", motcua_connector="thanh_toan.init", motcua_dataIn=", ".join(ASKED), motcua_fee="so_tien"
    )
    query = node("serviceTask", "query", motcua_connector="thanh_toan.query", motcua_dataIn="ma_tham_chieu, so_tien")
    again = node("exclusiveGateway", "g", default="g__after")
    body = (
        start() + ask + node("exclusiveGateway", "m") + node("intermediateCatchEvent", "t", timer("PT15M")) + query + again + user("after")
        + path("s", "ask", "m", "t", "query", "g", "after") + flow("g", "m", "not da_thanh_toan")
    )  # fmt: skip
    with counter() as desk:
        id = begun(desk, diagram(body))
        desk.office.advance(minutes=16)
        assert (payments(desk.office, id), desk.office.tasks(id)) == ([], [])
        told = desk.platform.pay(REFERENCE, "GD1", PAID_AT)
        desk.office.advance(minutes=15)
        assert [task.element_id for task in desk.office.tasks(id)] == ["after"]
        if late:
            assert desk.confirm(told) == "00"
        assert [made.transaction_id for made in payments(desk.office, id)] == [f"{REFERENCE}/GD1"]
        assert [packet.state for packet in desk.packets()] == [TAKEN]
        assert dossier(desk.office, id).paid_online == 150_000
        the_same_again(desk.office, id)


def test_asking_about_another_amount_than_the_bill_settles_nothing():
    """A diagram that asks about a part, and a platform that confirms the part: parked once, however often it is asked."""
    ask = node("serviceTask", "ask", motcua_connector="thanh_toan.init", motcua_dataIn=", ".join(ASKED))
    query = node("serviceTask", "query", motcua_connector="thanh_toan.query", motcua_dataIn="ma_tham_chieu, so_tien")
    body = start() + ask + node("exclusiveGateway", "m") + user("u") + query + path("s", "ask", "m", "u", "query", "m")
    with counter() as desk:
        id = begun(desk, diagram(body))
        desk.platform.pay(REFERENCE, "GD1", PAID_AT, amount="1")
        for _ in range(2):
            do(desk.office, id, so_tien=1)
            desk.office.settle()
        assert (desk.reasons(), payments(desk.office, id)) == (["amountWrong"], [])
        the_same_again(desk.office, id)


def test_the_receipt_of_the_platform_becomes_a_document():
    """GET_BILL gives a PDF: it is kept with the dossier, and the process knows by which hash, not by its bytes."""
    bill = node("serviceTask", "bill", motcua_connector="thanh_toan.get_bill", motcua_dataIn="ma_tham_chieu")
    ask = node("serviceTask", "ask", motcua_connector="thanh_toan.init", motcua_dataIn=", ".join(ASKED))
    with counter() as desk:
        body = start() + ask + node("intermediateCatchEvent", "t", timer("PT1H")) + bill + user("after")
        id = begun(desk, diagram(body + path("s", "ask", "t", "bill", "after")))
        desk.platform.pay(REFERENCE, "GD1", PAID_AT)
        desk.office.advance(hours=2)
        with desk.office.store.read() as queries:
            [receipt] = queries.attachments_of(id)
            content = queries.document(receipt.hash)
        assert (receipt.media_type, receipt.name, receipt.component) == (
            "application/pdf",
            f"bien_lai_{REFERENCE}.pdf",
            None,
        )
        assert content is not None and content.startswith(b"%PDF-")
        assert desk.office.variables(id)["bien_lai"] == receipt.hash
        assert dossier(desk.office, id).documents == 1
        the_same_again(desk.office, id)


# ---- ratings


RATED = '<message id="m_rated" name="danh_gia_phan_anh"/>'


def rate(office: Office, id: str, rating: str, comment: str | None = None) -> Dossier:
    """The citizen says how it was."""
    found: Dossier = office.do(RateDossier(id, rating, comment))
    return found


def test_a_result_is_rated_once(office):
    """Not before there is one; also after the instance has ended; and what was said about it is personal."""
    drawn(office, user("u") + node("task", "x", motcua_statusCode="9") + node("endEvent", "e", motcua_statusCode="10") + path("s", "u", "x", "e"))  # fmt: skip
    id = hand_in(office)
    with pytest.raises(NotToBeRated):
        rate(office, id, SATISFIED)
    do(office, id)
    assert rate(office, id, SATISFIED, "Cán bộ Nguyễn Thị Ửng rất tận tình").rating == SATISFIED
    with pytest.raises(NotToBeRated):
        rate(office, id, DISSATISFIED)
    assert all("Ửng".encode() not in row.body for row in office.rows(id))
    the_same_again(office, id)
    assert office.verify_erased(id).identical


def test_a_bad_rating_opens_a_petition_again_and_the_next_result_is_rated_again(office):
    """One door: whoever rates does not have to know that the diagram waits for it."""
    drawn(
        office,
        node("exclusiveGateway", "m", motcua_statusCode="4") + user("u") + node("receiveTask", "wait", messageRef="m_rated", motcua_statusCode="9")
        + node("exclusiveGateway", "g", default="g__e") + node("endEvent", "e", motcua_statusCode="10")
        + path("s", "m", "u", "wait", "g", "e") + flow("g", "m", "not hai_long"),
        RATED,
    )  # fmt: skip
    id = hand_in(office)
    do(office, id)
    opened = rate(office, id, DISSATISFIED, "Chưa rõ")
    assert (opened.status, opened.rating, opened.rated, opened.ended_at) == ("4", DISSATISFIED, 0, None)
    assert office.variables(id)["ly_do_danh_gia"] == "Chưa rõ"
    do(office, id)
    settled = rate(office, id, SATISFIED)
    assert (settled.status, settled.rating) == ("10", SATISFIED)
    the_same_again(office, id)


def test_a_rating_that_the_diagram_could_not_hear_is_not_lost(office):
    """A suspended petition would be rated and never opened again; the citizen is asked to come back, and then it is."""
    wait = node("receiveTask", "wait", messageRef="m_rated", motcua_statusCode="9")
    drawn(
        office, node("task", "t", motcua_statusCode="4") + wait + user("after") + path("s", "t", "wait", "after"), RATED
    )
    id = hand_in(office)
    office.do(SuspendProcessInstance(id, "r"))
    with pytest.raises(InstanceSuspended):
        rate(office, id, DISSATISFIED)
    assert dossier(office, id).rated == 0
    office.do(ResumeProcessInstance(id))
    rate(office, id, DISSATISFIED)
    assert [task.element_id for task in office.tasks(id)] == ["after"]
    the_same_again(office, id)


def test_a_withdrawn_dossier_has_nothing_to_rate(office):
    """The citizen took it back: there is no result."""
    drawn(
        office,
        node("task", "a", motcua_statusCode="4") + node("endEvent", "e", motcua_statusCode="7") + path("s", "a", "e"),
    )
    with pytest.raises(NotToBeRated):
        rate(office, hand_in(office), SATISFIED)
