"""A refusal that is answered by other means than an error leaves nothing of what was half decided."""

from __future__ import annotations

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from engine.domain.inbound import PARKED
from engine.service.work import Work
from tests.adapters.payment.bills import ASKED
from tests.engine.runtime.models import diagram, node, path, start, user
from tests.engine.service.office import Office
from tests.engine.service.test_inbound import MESSAGE, counter
from tests.engine.service.test_money import begun, confirmed, do, dossier, drawn, hand_in, payments, the_same_again

BEYOND = (
    node("parallelGateway", "f") + user("u") + node("task", "t9", motcua_statusCode="9") + user("v")
    + node("task", "t7", motcua_statusCode="7") + user("x") + path("f", "u", "t9", "v") + path("f", "w", "t7", "x")
)  # fmt: skip
"""Once one arm has finished the dossier, what the other one waits for would withdraw it: 7 may not follow on 9."""
SENDER = (
    start() + node("sendTask", "m", messageRef="m_go", motcua_correlationKey="key") + user("y") + path("s", "m", "y")
)


def finished(office: Office) -> str:
    """A dossier that is finished while it still waits for ``go``."""
    accepted = node("task", "t4", motcua_statusCode="4") + node("receiveTask", "w", messageRef="m_go")
    drawn(office, accepted + BEYOND + path("s", "t4", "f"))
    office.deploy(("q.bpmn", diagram(SENDER, key="q")))
    id = hand_in(office)
    do(office, id)
    assert dossier(office, id).status == "9"
    return id


def sent(office: Office, id: str) -> str:
    """An instance that sends it ``go``."""
    sender = office.start("q", {"key": id})
    office.settle()
    return sender


def test_a_refused_message_of_an_instance_moves_no_token(office):
    """The sender's history says why; the receiver stands where it stood, in the log and in memory, and goes on from there."""
    id = finished(office)
    before, tokens = office.rows(id), [task.element_id for task in office.tasks(id)]
    sender = sent(office, id)
    assert office.kinds(sender)[-1] == "Dispatched"
    assert (office.rows(id), [task.element_id for task in office.tasks(id)]) == (before, tokens)
    do(office, id)
    assert [each.name for each in office.subscriptions(id)] == ["go"]
    the_same_again(office, id)


def test_a_buffered_message_that_is_refused_undoes_nothing(office):
    """Whoever completes a task is not told of somebody else's message; it waits on, and what else comes may be taken."""
    arms = path("f", "u", "t9", "v") + path("f", "z", "w", "t7", "x")
    steps = node("task", "t9", motcua_statusCode="9") + node("task", "t7", motcua_statusCode="7")
    people = user("u") + user("v") + user("z") + user("x")
    begin = node("task", "t4", motcua_statusCode="4") + node("parallelGateway", "f") + path("s", "t4", "f")
    drawn(office, begin + people + steps + node("receiveTask", "w", messageRef="m_go") + arms)
    id = hand_in(office)
    office.message("go", id, time_to_live=timedelta(hours=1))
    by_element = {task.element_id: task for task in office.tasks(id)}
    office.complete(by_element["u"])
    with capture_logs() as told:
        office.complete(by_element["z"])
        office.settle()

    assert ("buffered message not taken", "illegalStatusMove") in [(each["event"], each["error"]) for each in told]
    assert [each.name for each in office.subscriptions(id)] == ["go"]
    assert [task.element_id for task in office.tasks(id)] == ["v"]
    assert dossier(office, id).status == "9"
    office.advance(hours=2)
    the_same_again(office, id)


def test_a_refused_notice_is_parked_and_nothing_else() -> None:
    """What is answered as not taken is not taken: no payment, no step, no record."""
    with counter() as desk:
        ask = node("serviceTask", "ask", motcua_connector="thanh_toan.init", motcua_dataIn=", ".join(ASKED))
        wait = node("receiveTask", "w", messageRef="m", motcua_correlationKey="ma_tham_chieu")
        handed_in = start("s", motcua_statusCode="2") + node("task", "t4", motcua_statusCode="4")
        id = begun(desk, diagram(handed_in + ask + wait + BEYOND + path("s", "t4", "ask", "f"), more=MESSAGE))
        do(desk.office, id)
        before = desk.office.rows(id)
        confirmed(desk)
        assert [(packet.state, packet.reason) for packet in desk.packets()] == [(PARKED, "illegalStatusMove")]
        assert (desk.office.rows(id), payments(desk.office, id)) == (before, [])
        the_same_again(desk.office, id)


def test_a_history_with_half_a_command_fails_no_rebuild(office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stores have such dossiers from before: each is named and stays as it was; all others are rebuilt."""
    id = finished(office)
    monkeypatch.setattr(Work, "reject", lambda work: None)
    sent(office, id)
    assert "x" in [task.element_id for task in office.tasks(id)]
    before = office.derived()
    with capture_logs() as told:
        office.rebuild()
    assert [(each["event"], each["instance"]) for each in told] == [("dossier not followed", id)]
    assert office.derived() == before
    assert dossier(office, id).status == "9"
