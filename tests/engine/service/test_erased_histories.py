"""A history from which values were erased is still the one that happened, whatever depended on them."""

from __future__ import annotations

import orjson
import pytest

from engine.domain.errors import NotFound
from engine.service.process_instances import MendVariables
from tests.engine.runtime.models import boundary, diagram, end, flow, message, node, path, script, start, user
from tests.engine.runtime.test_conditions import when
from tests.engine.runtime.test_data import OBJECT, io, moved
from tests.engine.service.forger import Forger
from tests.engine.service.office import Office

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


FEE = start() + user("u") + node("task", "t", motcua_fee="age * 1000") + end() + path("s", "u", "t", "e")
BODIES = {
    "gateway": GATEWAY,
    "fee": FEE,
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


@pytest.mark.parametrize(
    ("body", "good"), [("gateway", 5), ("script", 5), ("fee", 5), ("collection", [1, 2]), ("cardinality", 2)]
)
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


def same_when_erased(office, instance: str) -> None:
    """The history is found to be as it was, all of it, with its values and without."""
    whole, erased = office.verify(instance), office.verify_erased(instance)
    assert whole.identical, whole.first_difference
    assert erased.identical, erased.first_difference
    assert erased.recomputed + erased.taken_from_record == erased.records
    assert erased.recomputed > 0


def taking(computed: str = "", loop: str = "") -> bytes:
    """A task whose input comes from a data object that somebody filled before."""
    takes = io("x", "") + moved("dataInputAssociation", "Ref_1", "in_x", computed)
    return diagram(OBJECT + start() + user("u") + user("t", takes + loop) + end() + path("s", "u", "t", "e"))


@pytest.mark.parametrize(
    ("computed", "bad", "good"),
    [
        ("", None, 1),
        ("<transformation>ho_so + 1</transformation>", "old", 1),
        ("<transformation>[ho_so]</transformation>", 1, 2),
    ],
)
def test_an_input_that_was_missing_or_could_not_be_computed_is_so_still(office, computed, bad, good):
    """Whether the activity could begin is told by the log, not by the place that the erased value left."""
    office.deploy(("p.bpmn", taking(computed)))
    instance = office.start("p")
    office.complete(office.tasks(instance)[0], {"ho_so": bad})
    if office.incidents(instance):
        same_when_erased(office, instance)
        office.mend(instance, ho_so=good)
        office.retry(instance)
    office.complete(office.tasks(instance)[0])
    assert office.head(instance).state == "completed"

    same_when_erased(office, instance)


def test_an_output_that_could_not_be_computed_is_so_still(office):
    """What an activity hands out is computed when it is done; that it failed stands in the log."""
    gives = moved("dataOutputAssociation", "Ref_1", "Ref_1", "<transformation>age + 1</transformation>")
    office.deploy(("p.bpmn", diagram(OBJECT + start() + user("t", gives) + end() + path("s", "t", "e"))))
    instance = office.start("p")
    office.complete(office.tasks(instance)[0], {"age": "old"})
    assert office.incidents(instance)
    office.mend(instance, age=3)
    office.retry(instance)
    assert office.variables(instance) == {"ho_so": 4, "age": 3}

    same_when_erased(office, instance)


def test_a_step_is_given_only_what_it_wrote_itself(office):
    """The counters of a loop stand right behind the list that was computed for it, a task's output behind its script's result."""
    loop = LIST.format("in_x").replace(' isSequential="true"', "")
    office.deploy(("p.bpmn", taking("<transformation>ho_so + [3]</transformation>", loop)))
    hand = (
        io("x", "y") + moved("dataInputAssociation", "Ref_1", "in_x") + moved("dataOutputAssociation", "out_y", "Ref_1")
    )
    body = OBJECT + start() + user("u") + script("t", "y = x + 1\nz = y", hand) + user("v") + path("s", "u", "t", "v")
    office.deploy(("q.bpmn", diagram(body, key="q")))
    listed, handed = office.start("p"), office.start("q")

    office.complete(office.tasks(listed)[0], {"ho_so": [1, 2]})
    office.complete(office.tasks(handed)[0], {"ho_so": 1})

    assert len(office.tasks(listed)) == 3
    assert office.variables(handed) == {"ho_so": 2, "z": 2}
    same_when_erased(office, listed)
    same_when_erased(office, handed)


def test_what_a_call_hands_out_is_told_apart_from_what_its_task_does(office):
    """A called process writes into the caller what changed; the association behind it is another step."""
    called = (
        '<process id="c" isExecutable="true">'
        + start("cs")
        + script("ct", "y = x + 1")
        + path("cs", "ct")
        + "</process>"
    )
    gives = moved("dataOutputAssociation", "Ref_1", "Ref_1", "<transformation>y + 1</transformation>")
    body = (
        OBJECT
        + start()
        + user("u")
        + node("callActivity", "c1", gives, calledElement="c")
        + user("v")
        + path("s", "u", "c1", "v")
    )
    office.deploy(("p.bpmn", diagram(body, more=called)))
    instance = office.start("p")
    office.complete(office.tasks(instance)[0], {"x": 1})
    assert office.variables(instance) == {"ho_so": 3, "x": 1, "y": 2}

    same_when_erased(office, instance)


WATCHED = diagram(
    start() + user("u") + boundary("b", "u", when("n &gt; 2"), interrupting=False) + user("w") + end() + end("f")
    + path("s", "u", "e") + path("b", "w", "f")
)  # fmt: skip


@pytest.mark.parametrize("numbers", [(3, 4), (3, 4, 1, 5), (3, 9, 9, 0, 0, 3), (1, 2, 3)])
def test_a_condition_that_goes_on_holding_is_not_met_again(office, numbers):
    """It was true and stays true, or became false unseen: which, the erased values tell nobody; when it was met, the log does."""
    office.deploy(("p.bpmn", WATCHED))
    instance = office.start("p", {"n": 0})
    for n in numbers:
        office.mend(instance, n=n)

    same_when_erased(office, instance)


def test_a_condition_that_reads_public_values_again_is_judged_by_what_is_known(office):
    """A personal value decided before, a public one decides now: between them nobody knows whether it still held."""
    form = b'{"type":"object","properties":{"fee":{"type":"integer","x-personal":false}}}'
    content = diagram(
        start() + user("u") + boundary("b", "u", when("fee &gt; 5 or n &gt; 2"), interrupting=False) + user("w", motcua_formKey="f")
        + end() + end("f") + path("s", "u", "e") + path("b", "w", "f")
    )  # fmt: skip
    office.deploy(("p.bpmn", content), ("forms/f.json", form))
    instance = office.start("p", {"n": 0, "fee": 0})

    for values in ({"n": 3}, {"n": 4}, {"fee": 9}, {"fee": 0}, {"n": 0}, {"fee": 9}, {"n": 1}, {"fee": 1}, {"fee": 7}):
        office.mend(instance, **values)

    assert office.kinds(instance).count("ConditionMet") == 3
    same_when_erased(office, instance)


@pytest.mark.parametrize(
    "values", [("old", 1), ("old", "older", 1), ("old", 3), ("old", "older", 3), ("old", 1, "old", 3, "old")]
)
def test_a_condition_that_could_not_be_computed_is_resolved_when_it_was(office, values):
    """Its incident ends when it can be computed, whatever comes out; while it cannot, nothing more is said."""
    office.deploy(("p.bpmn", WATCHED))
    instance = office.start("p", {"n": 0})
    for value in values:
        office.mend(instance, n=value)
    assert "IncidentRaised" in office.kinds(instance)

    same_when_erased(office, instance)


def test_several_conditions_at_one_event_are_resolved_together(office):
    """One of them is met while another could not be computed before: the incident is that of both."""
    several = when("n &gt; 2") + when("m &gt; 2")
    office.deploy(
        ("p.bpmn", diagram(start() + node("intermediateCatchEvent", "c", several) + user("u") + path("s", "c", "u")))
    )
    instance = office.start("p", {"n": "old", "m": 0})
    office.mend(instance, m=1)
    assert office.incidents(instance)
    office.mend(instance, n=1, m=3)
    assert office.tasks(instance)

    same_when_erased(office, instance)


def repeated(kind: str, attributes: str, condition: str) -> bytes:
    """A task done again and again until a condition says that it was enough."""
    if kind == "loop":
        loop = f"<standardLoopCharacteristics {attributes}><loopCondition>{condition}</loopCondition></standardLoopCharacteristics>"
    else:
        loop = (
            f"<multiInstanceLoopCharacteristics {attributes}><loopCardinality>3</loopCardinality>"
            f"<completionCondition>{condition}</completionCondition></multiInstanceLoopCharacteristics>"
        )
    return diagram(start() + user("m", loop) + user("after") + end() + path("s", "m", "after", "e"))


@pytest.mark.parametrize("answers", [(1, 1, 1), (0, 1, 1), (0, 0, 1), (0, 0, 0), ("old", 1, 1), (0, "old", 0)])
@pytest.mark.parametrize(
    ("kind", "attributes", "condition"),
    [
        ("many", 'isSequential="true"', "n &gt; 0"),
        ("many", 'isSequential="false"', "n &gt; 0"),
        ("loop", 'testBefore="false" loopMaximum="3"', "n &lt;= 0"),
        ("loop", 'testBefore="true" loopMaximum="3"', "n &lt;= 0"),
    ],
)
def test_how_often_something_was_done_is_told_by_what_came_next(office, kind, attributes, condition, answers):
    """The next one began, or the others were withdrawn: so the condition that read the erased value was this or that."""
    office.deploy(("p.bpmn", repeated(kind, attributes, condition)))
    instance = office.start("p", {"n": 0})
    for answer in answers:
        if tasks := [task for task in office.tasks(instance) if task.element_id == "m"]:
            office.complete(tasks[0], {"n": answer})
            if office.incidents(instance):
                office.mend(instance, n=0)
                office.retry(instance)
    assert [task.element_id for task in office.tasks(instance)] == ["after"]

    same_when_erased(office, instance)
    before = office.verify_erased(instance)
    office.complete(office.tasks(instance)[0])
    assert office.verify_erased(instance).taken_from_record == before.taken_from_record, "the end is executed again"


@pytest.mark.parametrize("reload", [False, True])
def test_what_an_event_brought_is_kept_where_variables_are(reload):
    """The tokens stay behind when personal values are erased: what one event of several brought must not be in them."""
    both = message() + message("m_stop")
    content = diagram(
        start() + node("intermediateCatchEvent", "c", both, parallelMultiple="true") + user("u") + path("s", "c", "u")
    )
    office = Office(forgetful=reload)
    office.deploy(("p.bpmn", content))
    instance = office.start("p")

    office.message("go", values={"name": "Nguyễn Văn An"})

    assert "Nguyễn" not in office.head(instance).tokens.decode()
    assert office.verify(instance).identical
    with pytest.raises(NotFound):
        office.do(MendVariables(instance, {"name": "B"}, "typo", office.head(instance).seq, "c#1:event"))
    office.rebuild()
    office.message("stop")
    assert office.variables(instance) == {"name": "Nguyễn Văn An"}
    assert office.verify(instance).identical
    same_when_erased(office, instance)
    office.close()


@pytest.mark.parametrize(
    "condition",
    ["loai in 'ABC'", "'B' not in loai", "fee &gt; 5 and loai == 'A'", "date(2026, loai, 1) != ''", "loai &gt; fee"],
)
def test_python_s_own_complaint_about_an_erased_value_is_no_failure(office, condition):
    """A text that is asked whether it has an erased one in it, a number put beside it: what came of it the log tells."""
    form = b'{"type":"object","properties":{"fee":{"type":"string","x-personal":false}}}'
    body = (
        start() + user("u", motcua_formKey="f") + node("exclusiveGateway", "g", default="g__f") + end() + end("f")
        + path("s", "u", "g") + flow("g", "e", condition) + flow("g", "f")
    )  # fmt: skip
    office.deploy(("p.bpmn", diagram(body)), ("forms/f.json", form))
    instance = office.start("p")
    office.complete(office.tasks(instance)[0], {"loai": "A", "fee": "x"})

    same_when_erased(office, instance)


def test_a_condition_over_what_was_not_given_yet_is_false_without_its_values_too(office):
    """The public one cannot be compared, the personal one had no value: so the condition was false, and nothing failed."""
    form = b'{"type":"object","properties":{"fee":{"type":"string","x-personal":false}}}'
    body = (
        start() + user("u", motcua_formKey="f") + boundary("b", "u", when("fee &gt; 5 and n &gt; 2")) + end() + end("x")
    )
    office.deploy(("p.bpmn", diagram(body + path("s", "u", "e") + path("b", "x"))), ("forms/f.json", form))
    instance = office.start("p", {"fee": "text", "n": None})
    assert "IncidentRaised" not in office.kinds(instance)

    same_when_erased(office, instance)


def test_an_output_that_was_taken_out_of_the_log_is_missed(office):
    """What an activity hands out is not computed again without its values; that it was handed out is certain."""
    gives = io("", "y") + moved("dataOutputAssociation", "out_y", "Ref_1", "<transformation>y + 1</transformation>")
    office.deploy(("p.bpmn", diagram(OBJECT + start() + user("t", gives) + user("z") + path("s", "t", "z"))))
    instance = office.start("p")
    office.complete(office.tasks(instance)[0], {"y": 1})
    row = office.rows(instance)[1]
    kinds = [kind for kind, _ in orjson.loads(row.body)["records"]]
    last = len(kinds) - 1 - kinds[::-1].index("VariablesWritten")
    forger = Forger(office, instance)

    forger.rewrite(row, lambda body: body["records"].pop(last) and None)
    forger.set_row(row, count=row.count - 1)

    assert office.verify_erased(instance).first_difference.seq == row.first_seq


def results(times: int) -> bytes:
    """A task done several times, whose results are collected."""
    loop = (
        f"<multiInstanceLoopCharacteristics><loopCardinality>{times}</loopCardinality>"
        '<loopDataOutputRef>ages</loopDataOutputRef><outputDataItem id="age"/></multiInstanceLoopCharacteristics>'
    )
    return diagram(start() + user("m", loop) + user("u") + path("s", "m", "u"))


def test_results_that_could_not_be_stored_still_could_not(office):
    """Together they were too large: nobody sees that any more when they are erased."""
    office.deploy(("p.bpmn", results(3)))
    instance = office.start("p")
    for task in office.tasks(instance):
        office.complete(task, {"age": "x" * 400_000})
    assert [incident.code for incident in office.incidents(instance)] == ["valueNotStorable"]

    same_when_erased(office, instance)


@pytest.mark.parametrize("number", [20_000, 3_000_000_000, -1, True, "3", None])
def test_no_activity_is_repeated_more_often_than_it_can_be(office, number):
    """A forged number must not make the verification fill the memory, nor be believed."""
    office.deploy(("p.bpmn", taking("", LIST.format("in_x"))))
    instance = office.start("p")
    office.complete(office.tasks(instance)[0], {"ho_so": [1, 2]})
    same_when_erased(office, instance)
    row = office.rows(instance)[1]

    def forged(body):
        counted = [payload["values"] for _, payload in body["records"] if "nrOfInstances" in payload.get("values", {})]
        counted[0]["nrOfInstances"] = number

    Forger(office, instance).rewrite(row, forged)

    assert office.verify_erased(instance).first_difference.seq == row.first_seq
