"""A modification in the service: tried apart from everything else, done like any command, kept by rebuilding and erasing."""

from __future__ import annotations

from typing import Any

import pytest

from engine.domain.errors import ModificationRefused
from engine.service.modification import Arrival, Modified, ModifyProcessInstance, preview
from tests.engine.runtime.models import diagram, end, message, node, path, start, user
from tests.engine.service.office import CLERK, Office

WAITS = (
    start()
    + user("u")
    + node("intermediateCatchEvent", "m", message())
    + user("v")
    + end()
    + path("s", "u", "m", "v", "e")
)


@pytest.fixture
def instance(office: Office) -> str:
    """At its first task, with a message of its own waiting for it to come further."""
    office.deploy(("p.bpmn", diagram(WAITS)))
    instance = office.start("p", {"owner": "An"}, business_key="k")
    office.message("go", "k", {"fee": 5})
    return instance


def to_the_message(instance: str) -> ModifyProcessInstance:
    """Past the first task."""
    return ModifyProcessInstance(instance, ("u#1",), (Arrival(element="m"),), "by hand")


def tried(office: Office, command: ModifyProcessInstance) -> Modified:
    """What would come of it."""
    with office.store.read() as queries:
        return preview(queries, office.clock, office.ids, office.catalog, command, CLERK)


def said(done: Modified) -> list[tuple[str, dict[str, Any]]]:
    """Its records."""
    return [(record.kind, record.payload) for record in done.records]


def test_a_trial_has_the_messages_that_wait_already(office, instance):
    """Otherwise it would show an instance that waits, where in truth it would go on at once."""
    before = office.derived()

    trial = tried(office, to_the_message(instance))

    assert "MessageDelivered" in [record.kind for record in trial.records]
    assert [task.element_id for task in trial.standing.user_tasks] == ["v"]
    assert office.derived() == before
    done = office.do(to_the_message(instance))
    assert said(done) == said(trial)
    assert [task.element_id for task in office.tasks(instance)] == ["v"]


def test_a_trial_leaves_what_the_writer_has_in_memory(office, instance):
    """The next command goes on from the instance as it is, not from the one that was tried."""
    tried(office, to_the_message(instance))

    office.complete(office.tasks(instance)[0])

    assert office.verify(instance).identical


def test_a_refusal_leaves_what_the_writer_has_in_memory(office, instance):
    """It withdraws first and finds out afterwards; that must not be seen by the next command."""
    with pytest.raises(ModificationRefused):
        office.do(ModifyProcessInstance(instance, ("u#1",), (Arrival(element="nowhere"),), "x"))

    office.complete(office.tasks(instance)[0])

    assert [task.element_id for task in office.tasks(instance)] == ["v"]
    assert office.verify(instance).identical


def test_a_modified_history_is_rebuilt_and_can_be_erased(office, instance):
    """It is an input like others, and no value of a person is in it."""
    office.do(to_the_message(instance))
    before = office.derived()

    office.rebuild()

    assert office.derived() == before
    assert office.verify(instance).identical
    erased = office.verify_erased(instance)
    assert erased.identical, erased
