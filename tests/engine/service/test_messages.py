"""Messages find exactly one receiver, whichever comes first."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.domain.errors import AmbiguousCorrelation, BusinessKeyInUse, NoReceiver
from engine.domain.waiting import Message
from engine.ports import Changes
from engine.service.dossiers import OpenDossier
from engine.service.history import records
from engine.service.process_instances import CancelProcessInstance, ResumeProcessInstance, SuspendProcessInstance
from engine.service.signals import BroadcastSignal
from tests.engine.runtime.constructs import executes
from tests.engine.runtime.models import (
    boundary,
    diagram,
    end,
    message,
    node,
    path,
    script,
    start,
    sub_process,
    user,
)

WAITS = diagram(start() + node("intermediateCatchEvent", "c", message()) + end() + path("s", "c", "e"), key="waits")
SENDS = diagram(start() + user("u") + end("e", message()) + path("s", "u", "e"), key="sends")
BEGINS = diagram(start("s", message("m_stop")) + user("u") + end() + path("s", "u", "e"), key="begins")


@executes(
    "Across instances",
    "message: one receiver",
    says="Goes to the one place that waits for its name with its key: the business key, or what motcua:correlationKey computes.",
)
def test_a_message_reaches_the_instance_with_its_key(office):
    """Two dossiers wait for their payment; each voucher belongs to one."""
    office.deploy(("w.bpmn", WAITS))
    first, second = office.start("waits", business_key="A"), office.start("waits", business_key="B")

    outcome = office.message("go", "A", {"amount": 5})

    assert (outcome.outcome, outcome.instance_ids) == ("correlated", (first,))
    assert [office.head(i).state for i in (first, second)] == ["completed", "running"]
    assert office.variables(first) == {"amount": 5}
    assert office.verify(first).identical


def test_a_dossier_is_reached_by_its_code(office):
    """The tax office answers with the code on the slip, which the dossier had not yet when it began: early or late, it is the same."""
    accepted = start("s", motcua_statusCode="2") + user("u") + node("intermediateCatchEvent", "c", message())
    office.deploy(("p.bpmn", diagram(accepted + user("v") + path("s", "u", "c", "v"))), ("b.bpmn", BEGINS))
    first, second = (office.do(OpenDossier("p", "counter")).dossier for _ in range(2))
    office.complete(office.tasks(first.id)[0])

    assert (office.message("go", first.code).instance_ids, office.message("go", second.code).outcome) == (
        (first.id,),
        "buffered",
    )
    office.complete(office.tasks(second.id)[0])
    assert [task.element_id for each in (first, second) for task in office.tasks(each.id)] == ["v", "v"]
    with pytest.raises(BusinessKeyInUse):
        office.message("stop", first.code)
    assert office.verify(first.id).identical
    assert office.verify(second.id).identical


@executes(
    "Across instances",
    "message: buffer",
    says="Nobody waits for it yet: it is kept, for 30 days unless it says otherwise.",
)
def test_an_early_message_waits_for_its_receiver(office):
    """The bank is faster than the clerk: the payment must not be lost."""
    office.deploy(("w.bpmn", WAITS))
    assert office.message("go", "A", {"amount": 5}).outcome == "buffered"

    instance = office.start("waits", business_key="A")

    assert office.head(instance).state == "completed"
    assert office.variables(instance) == {"amount": 5}
    assert office.verify(instance).identical


def test_the_oldest_buffered_message_is_delivered_once(office):
    """Two payments, one dossier: the first is taken, the second keeps waiting."""
    office.deploy(("w.bpmn", WAITS))
    office.message("go", "A", {"n": 1})
    office.clock.set(office.clock.now() + timedelta(seconds=1))
    office.message("go", "A", {"n": 2})

    assert office.variables(office.start("waits", business_key="A")) == {"n": 1}
    assert office.variables(office.start("waits", business_key="A")) == {"n": 2}


@executes(
    "Across instances", "message: two receivers", says="Fits two places and is given to neither; the sender is told."
)
def test_a_message_that_would_fit_two_places_goes_to_neither(office):
    """Guessing would pay the wrong dossier."""
    office.deploy(("w.bpmn", WAITS))
    instances = [office.start("waits"), office.start("waits")]

    with pytest.raises(AmbiguousCorrelation):
        office.message("go")

    assert [office.head(i).state for i in instances] == ["running", "running"]


def test_the_same_message_again_is_the_same_message(office):
    """The portal repeats what was not acknowledged; nothing may be delivered twice."""
    office.deploy(("w.bpmn", WAITS))
    first, second = (office.message("go", "A", message_id="m1") for _ in range(2))
    assert (first.id, first.outcome) == (second.id, second.outcome)

    instance = office.start("waits", business_key="A")
    again = office.message("go", "A", message_id="m1")

    assert (again.outcome, again.instance_ids) == ("correlated", (instance,))


def test_a_message_that_may_not_wait_is_refused(office):
    """Time to live 0: the sender wants to know at once."""
    with pytest.raises(NoReceiver):
        office.message("go", "A", time_to_live=timedelta())


def test_an_expired_message_is_not_delivered(office):
    """A payment order of last year must not complete this year's dossier."""
    office.deploy(("w.bpmn", WAITS))
    office.message("go", "A", time_to_live=timedelta(days=1))
    office.advance(days=2)

    assert office.head(office.start("waits", business_key="A")).state == "running"


@executes(
    "Across instances",
    "message start event",
    says="Nobody waits for it and a process begins with it: an instance is started.",
)
def test_a_message_starts_what_it_is_meant_to_start(office):
    """A packet from outside opens a dossier; a second one with the same key is refused."""
    office.deploy(("b.bpmn", BEGINS))
    outcome = office.message("stop", "A", {"x": 1})

    assert outcome.outcome == "started"
    (instance,) = outcome.instance_ids
    assert office.head(instance).business_key == "A"
    with pytest.raises(BusinessKeyInUse):
        office.message("stop", "A")
    assert office.verify(instance).identical


@executes(
    "Across instances",
    "message between instances",
    says="What one instance sends is delivered to another after the commit.",
)
def test_what_an_instance_sends_reaches_another(office):
    """Sent in the commit, delivered after it, noted in the sender's history."""
    office.deploy(("w.bpmn", WAITS))
    office.deploy(("s.bpmn", SENDS))
    receiver = office.start("waits", business_key="A")
    office.advance(seconds=1)
    sender = _sender(office, "B")

    office.advance(seconds=1)

    assert office.head(receiver).state == "running", "the sender's key is B"
    assert "Dispatched" in office.kinds(sender)
    assert office.verify(sender).identical
    office.start("waits", business_key="B")


def _sender(office, key):
    sender = office.start("sends", business_key=key)
    office.complete(office.tasks(sender)[0])
    return sender


def test_what_is_refused_stands_in_the_senders_history(office):
    """A message that would start two procedures is not dropped without a word."""
    for key in ("begins", "begins_too"):
        office.deploy((f"{key}.bpmn", diagram(start("s", message()) + user("u") + path("s", "u"), key=key)))
    office.deploy(
        (
            "s.bpmn",
            diagram(
                start() + node("intermediateThrowEvent", "t", message()) + user("u") + path("s", "t", "u"), key="tells"
            ),
        )
    )
    sender = office.start("tells", business_key="A")
    office.settle()

    with office.store.read() as queries:
        (told,) = [r.payload["outcome"] for r in records(queries, sender, 0, 100) if r.kind == "Dispatched"]
    assert told == "ambiguousCorrelation"


def test_what_was_sent_early_is_kept(office):
    """The receiver comes to wait only later."""
    office.deploy(("w.bpmn", WAITS))
    office.deploy(("s.bpmn", SENDS))
    _sender(office, "A")
    office.advance(seconds=1)

    assert office.head(office.start("waits", business_key="A")).state == "completed"


def test_a_suspended_instance_is_no_receiver(office):
    """The message waits, and is delivered when the instance goes on."""
    office.deploy(("w.bpmn", WAITS))
    instance = office.start("waits", business_key="A")
    office.do(SuspendProcessInstance(instance, "audit"))

    assert office.message("go", "A").outcome == "buffered"
    office.do(ResumeProcessInstance(instance))

    assert office.head(instance).state == "completed"
    assert office.verify(instance).identical


@executes(
    "Across instances",
    "signal",
    says="Reaches every place that waits for it at that moment, and starts what begins with it; never kept.",
)
def test_a_signal_reaches_everybody_and_starts_what_listens(office):
    """It is never kept: who waits later does not hear it."""
    bell = '<signalEventDefinition signalRef="s_bell"/>'
    office.deploy(("a.bpmn", diagram(start() + node("intermediateCatchEvent", "c", bell) + script("t", "x = n") + path("s", "c", "t"), key="hears")))  # fmt: skip
    office.deploy(("b.bpmn", diagram(start("s", bell) + user("u") + path("s", "u"), key="begins")))
    instances = [office.start("hears") for _ in range(3)]

    assert office.do(BroadcastSignal("bell", {"n": 4})).receivers == 4

    assert [office.variables(i) for i in instances] == [{"n": 4, "x": 4}] * 3
    assert all(office.verify(i).identical for i in instances)
    assert office.head(office.start("hears")).state == "running"


def test_a_thrown_signal_reaches_other_instances(office):
    """Inside the thrower at once, outside after the commit."""
    bell = '<signalEventDefinition signalRef="s_bell"/>'
    office.deploy(
        ("a.bpmn", diagram(start() + node("intermediateCatchEvent", "c", bell) + path("s", "c"), key="hears"))
    )
    office.deploy(("b.bpmn", diagram(start() + end("e", bell) + path("s", "e"), key="throws")))
    hearer = office.start("hears")
    thrower = office.start("throws")

    office.settle()

    assert office.head(hearer).state == "completed"
    assert office.verify(thrower).identical


def test_a_message_that_nobody_can_be_given_does_not_keep_the_runner_busy(office):
    """Two places came to wait while it was on its way: it stays in the buffer, and the service rests."""
    office.deploy(("w.bpmn", WAITS))
    instances = [office.start("waits"), office.start("waits")]
    message = Message(
        "m-1", "go", None, None, {}, "buffered", (), "2026-03-01T00:00:00.000000Z", "2026-04-01T00:00:00.000000Z"
    )
    with office.store.begin() as unit:
        unit.write(Changes(inserts={Message: [message]}))
        unit.commit()

    assert office.runner.run_due() <= 1, "housekeeping, once"
    assert office.runner.run_due() == 0

    office.do(CancelProcessInstance(instances[0], "double"))
    office.settle()
    assert office.head(instances[1]).state == "completed", "now there is one place only"


def test_two_starts_for_one_message_are_ambiguous(office):
    """Which of the two ways the process begins must not be left to chance."""
    both = start("s1", message("m_stop")) + start("s2", message("m_stop")) + user("a") + user("b") + path("s1", "a") + path("s2", "b")  # fmt: skip
    office.deploy(("m.bpmn", diagram(both)))

    with pytest.raises(AmbiguousCorrelation):
        office.message("stop", "K")


def test_a_signal_that_ends_one_of_its_own_receivers_is_told_as_it_was(office):
    """The outer receiver cancels the inner one that heard the same bell; the tables can be made again from what is told."""
    bell = '<signalEventDefinition signalRef="s_bell"/>'
    inner = start("is") + node("intermediateCatchEvent", "c", bell) + path("is", "c")
    office.deploy(("m.bpmn", diagram(start() + sub_process("A", inner) + boundary("b", "A", bell) + end() + path("s", "A") + path("b", "e"))))  # fmt: skip
    instance = office.start("p")
    office.do(BroadcastSignal("bell"))
    before = office.derived()
    office.rebuild()

    assert office.derived() == before
    assert office.head(instance).state == "completed"
    assert office.verify(instance).identical
