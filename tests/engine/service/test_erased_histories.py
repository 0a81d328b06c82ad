"""A history from which values were erased is still the one that happened, whatever depended on them."""

from __future__ import annotations

import pytest

from tests.engine.runtime.models import diagram, end, flow, node, path, script, start, user

GATEWAY = (
    start()
    + user("u")
    + node("exclusiveGateway", "g")
    + end()
    + end("f")
    + path("s", "u", "g")
    + flow("g", "e", "age &gt; 1")
    + flow("g", "f", "age &lt;= 1")
)
SCRIPT = start() + user("u") + script("c", "n = age + 1") + end() + path("s", "u", "c", "e")
LIST = '<multiInstanceLoopCharacteristics isSequential="true"><loopDataInputRef>{}</loopDataInputRef><inputDataItem id="one"/></multiInstanceLoopCharacteristics>'
COUNT = "<multiInstanceLoopCharacteristics><loopCardinality>{}</loopCardinality></multiInstanceLoopCharacteristics>"


def many(loop: str) -> str:
    """A task done once for each age."""
    return start() + user("u") + user("m", loop) + end() + path("s", "u", "m", "e")


BODIES = {
    "gateway": GATEWAY,
    "script": SCRIPT,
    "collection": many(LIST.format("age")),
    "cardinality": many(COUNT.format("age")),
}


@pytest.mark.parametrize("value", ["old", None, 2**53])
@pytest.mark.parametrize("body", BODIES)
def test_an_incident_that_an_erased_value_caused_is_taken_from_the_record(office, body, value):
    """The value that could not be used is gone; that it could not be used stands in the log, and is believed."""
    office.deploy(("p.bpmn", diagram(BODIES[body])))
    instance = office.start("p")
    office.complete(office.tasks(instance)[0], {"age": value})
    assert office.incidents(instance) or body == "gateway"

    erased = office.verify_erased(instance)

    assert office.verify(instance).identical
    assert erased.identical, erased.first_difference
    assert 0 < erased.taken_from_record
    assert erased.recomputed + erased.taken_from_record == erased.records


@pytest.mark.parametrize(("body", "good"), [("gateway", 5), ("script", 5), ("collection", [1, 2]), ("cardinality", 2)])
def test_what_follows_a_mended_incident_is_executed_again(office, body, good):
    """The failed step, the mending and the retry depend on erased values; the steps after them are computed."""
    office.deploy(("p.bpmn", diagram(BODIES[body])))
    instance = office.start("p")
    office.complete(office.tasks(instance)[0], {"age": "old"})
    office.retry(instance)
    office.mend(instance, age=good)
    office.retry(instance)
    while tasks := office.tasks(instance):
        office.complete(tasks[0])
    assert office.head(instance).state == "completed"

    erased = office.verify_erased(instance)

    assert erased.identical, erased.first_difference
    assert erased.recomputed > erased.taken_from_record


def test_an_incident_that_no_value_explains_is_computed(office):
    """A step that fails without looking at an erased value is not taken from the record."""
    body = start() + user("u") + script("c", "n = missing + 1") + end() + path("s", "u", "c", "e")
    office.deploy(("p.bpmn", diagram(body)))
    instance = office.start("p")
    office.complete(office.tasks(instance)[0], {"age": "old"})

    erased = office.verify_erased(instance)

    assert erased.identical
    assert erased.taken_from_record == 2, "the completion and what it wrote"


def test_results_of_erased_values_are_erased_values(office):
    """A list collected from values of persons is as erased as they are."""
    loop = '<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality><loopDataOutputRef>ages</loopDataOutputRef><outputDataItem id="age"/></multiInstanceLoopCharacteristics>'
    office.deploy(("p.bpmn", diagram(start() + user("m", loop) + user("u") + path("s", "m", "u"))))
    instance = office.start("p")
    for task in office.tasks(instance):
        office.complete(task, {"age": 7})

    erased = office.verify_erased(instance)

    assert erased.identical, erased.first_difference
