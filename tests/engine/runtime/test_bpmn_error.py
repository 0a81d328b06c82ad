"""A script may throw a BPMN error, with everything that an error end event inside the task would do."""

from __future__ import annotations

import pytest

from engine.runtime import erasure
from tests.engine.runtime.bench import Run
from tests.engine.runtime.models import boundary, diagram, end, flow, node, path, script, start, sub_process, user

THROWS = "n = n + 1\nif n &gt; 1:\n  bpmn_error('E1', 'thiếu giấy tờ')\nn = n + 100"
ERROR_ONE = '<errorEventDefinition errorRef="e_one"/>'
ERROR_TWO = '<errorEventDefinition errorRef="e_two"/>'


@pytest.mark.parametrize("reload", [False, True])
def test_an_error_is_caught_at_the_script_itself(reload):
    """What was assigned before stands; what came after does not; the script does not go on."""
    body = script("t", THROWS) + boundary("b", "t", ERROR_ONE) + script("c", "caught = n") + user("after") + path("s", "t", "after") + path("b", "c")  # fmt: skip
    run = Run(diagram(start() + body), {"n": 1}, reload=reload)

    assert run.variables() == {"n": 2, "caught": 2}
    assert run.state == "completed"
    assert run.finished() == ["s", "b", "c"]
    assert run.of("ErrorThrown") == [{"activity": "t#1", "code": "E1", "name": "thiếu giấy tờ", "caught": "b#1"}]
    assert {"activity": "t#1"} in run.of("ElementCancelled")
    assert run.nothing_left()


@pytest.mark.parametrize("reload", [False, True])
def test_without_an_error_the_script_goes_its_way(reload):
    """The boundary then hears nothing."""
    body = script("t", THROWS) + boundary("b", "t", ERROR_ONE) + user("after") + path("s", "t", "after") + end() + path("b", "e")  # fmt: skip
    run = Run(diagram(start() + body), {"n": 0}, reload=reload)

    assert run.variables() == {"n": 101}
    assert [task["element"] for task in run.tasks] == ["after"]


@pytest.mark.parametrize("reload", [False, True])
@pytest.mark.parametrize("catcher", ["boundary", "event sub-process"])
def test_an_error_is_caught_one_scope_out(reload, catcher):
    """Its sub-process ends with all that runs in it."""
    handler = sub_process("h", start("hs", ERROR_ONE) + script("ht", "caught = n") + path("hs", "ht"), triggeredByEvent="true")  # fmt: skip
    inner = start("As") + user("Au") + user("Av") + node("parallelGateway", "g") + script("t", THROWS) + boundary("wrong", "t", ERROR_TWO) + end("we") + path("As", "g", "Au", "t") + path("wrong", "we") + flow("g", "Av")  # fmt: skip
    outside = boundary("b", "A", ERROR_ONE) + script("c", "caught = n") + path("b", "c")
    body = sub_process("A", inner + handler) if catcher != "boundary" else sub_process("A", inner) + outside
    run = Run(diagram(start() + body + end() + path("s", "A", "e")), {"n": 1}, reload=reload)
    run.complete("Au")

    assert run.variables() == {"n": 2, "caught": 2}
    assert run.state == "completed"
    assert not run.tasks
    assert "t" not in run.finished()
    assert run.nothing_left()


@pytest.mark.parametrize("reload", [False, True])
def test_an_error_that_nobody_catches_fails_the_instance(reload):
    """As an error end event does; the branch beside it ends too."""
    body = node("parallelGateway", "g") + user("u") + user("v") + script("t", THROWS) + end() + path("s", "g", "v", "t", "e") + flow("g", "u")  # fmt: skip
    run = Run(diagram(start() + body), {"n": 1}, reload=reload)
    run.complete("v")

    assert (run.state, run.execution.error_code) == ("failed", "E1")
    assert run.of("ProcessInstanceFailed") == [{"code": "E1", "element": "t"}]
    assert run.variables() == {"n": 2}
    assert run.of("ErrorThrown")[0]["caught"] is None
    assert run.nothing_left()


def test_a_script_with_conditional_flows_takes_none_of_them():
    """Its flows are chosen after the work; the work ended elsewhere."""
    body = script("t", THROWS, default="t__e") + boundary("b", "t", "<errorEventDefinition/>") + script("c", "caught = 1") + end() + end("f") + flow("s", "t") + flow("t", "e") + flow("t", "f", "n &gt; 0") + path("b", "c")  # fmt: skip
    run = Run(diagram(start() + body), {"n": 1})

    assert run.variables() == {"n": 2, "caught": 1}
    assert run.of("FlowTaken") == []


def test_an_error_in_one_of_many_ends_all_of_them():
    """A multi-instance activity is one activity to its boundary."""
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>"
    body = script("t", "if loopCounter == 2:\n  bpmn_error('E1')", loop) + boundary("b", "t", ERROR_ONE) + script("c", "caught = 1") + end() + path("s", "t", "e") + path("b", "c")  # fmt: skip
    run = Run(diagram(start() + body))

    assert run.variables() == {"caught": 1}
    assert run.of("ErrorThrown")[0]["name"] == "E1"
    assert run.state == "completed"
    assert run.nothing_left()


def test_a_value_that_cannot_be_kept_is_an_incident_and_no_error():
    """The log could not say what was assigned."""
    body = script("t", "n = 9007199254740993\nbpmn_error('E1')") + boundary("b", "t", ERROR_ONE) + end() + path("s", "t", "e") + path("b", "e")  # fmt: skip
    run = Run(diagram(start() + body))

    assert [incident["code"] for incident in run.incidents] == ["valueNotStorable"]
    assert run.of("ErrorThrown") == []


def test_a_history_whose_values_were_erased_tells_whether_there_was_an_error():
    """The script cannot be computed any more; the record says how it ended."""
    body = user("u") + script("t", "m = n\nif n == 1:\n  bpmn_error('E1')") + boundary("b", "t", ERROR_ONE) + script("c", "caught = 1") + end() + path("s", "u", "t", "e") + path("b", "c")  # fmt: skip
    for known, ended in ((1, "c"), (2, "e")):
        run = Run(diagram(start() + body))
        told = run.complete("u", {"n": known})
        again = Run(diagram(start() + body))
        given = {**told[0][1], "values": {"n": erasure.ERASED}}
        records = again.execution.handle("UserTaskCompleted", given, again.now, erasure.Testimony(told))

        assert [kind for kind, _ in records] == [kind for kind, _ in told]
        assert run.finished()[-1] == ended
