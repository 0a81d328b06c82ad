"""Where instances and sub-processes begin: plainly, by events, and without any start event."""

from __future__ import annotations

import pytest

from tests.engine.runtime.bench import Run, compiled
from tests.engine.runtime.constructs import executes
from tests.engine.runtime.models import diagram, end, flow, message, node, path, script, start, sub_process, timer, user

GO = node("intermediateCatchEvent", "go", message())
STOP = node("intermediateCatchEvent", "stop", message("m_stop"))


def begun(content: bytes, place: str, *, reload: bool = False, **values: object) -> Run:
    """An instance that something outside began."""
    run = Run(content, begin=False, reload=reload)
    run.give("ProcessInstanceStarted", {"values": values, "startEvent": place})
    return run


@executes("Events", "several start events")
def test_a_process_may_begin_in_several_ways():
    """Next to one plain start event a process may have message, signal and timer starts; each begins an instance of its own."""
    bell = start("s3", '<signalEventDefinition signalRef="s_bell"/>')
    content = diagram(
        start() + start("s2", message()) + bell + start("s4", timer("R/P1D", "timeCycle")) + user("u") + end()
        + path("s", "u", "e") + flow("s2", "u") + flow("s3", "u") + flow("s4", "u")
    )  # fmt: skip
    assert [s.kind for s in compiled(content)["p"].starts] == ["message", "signal", "timer"]

    assert Run(content).finished() == ["s"]
    assert begun(content, "s3").finished() == ["s3"]


@executes("Data and structure", "no start event")
def test_without_a_start_event_everything_that_nothing_leads_to_begins(reload):
    """All activities, gateways and events without incoming flow get a token (BPMN 2.0.2, 10.5.2); in a sub-process as well."""
    inside = script("a", "n = n + 1") + script("b", "n = n + 1")
    content = diagram(user("u") + sub_process("sub", inside) + user("v") + path("u", "v"))
    run = Run(content, {"n": 0}, reload=reload)

    assert [t["element"] for t in run.tasks] == ["u"]
    assert run.variables()["n"] == 2
    run.complete("u")
    run.complete("v")
    assert run.state == "completed"
    assert run.nothing_left()


@executes("Data and structure", "no end event")
def test_a_path_may_end_without_an_end_event(reload):
    """A token at an element without outgoing flow ends there; the process when none is left."""
    run = Run(diagram(start() + user("u") + user("v") + path("s", "u") + flow("s", "v")), reload=reload)

    run.complete("v")
    assert run.state == "running"
    run.complete("u")

    assert run.state == "completed"


@executes("Activities", "receiveTask: instantiating")
def test_a_receive_task_may_begin_an_instance(reload):
    """The message that it is for begins an instance, which goes on behind it."""
    content = diagram(node("receiveTask", "r", messageRef="m_go", instantiate="true") + user("u") + path("r", "u"))
    assert [(s.element_id, s.kind, s.name) for s in compiled(content)["p"].starts] == [("r", "message", "go")]
    assert not compiled(content)["p"].starts_plainly

    run = begun(content, "r", reload=reload, x=1)

    assert run.finished() == ["r"]
    assert [t["element"] for t in run.tasks] == ["u"]
    assert run.subscriptions == []


@executes("Gateways", "eventBasedGateway: instantiating, exclusive")
def test_a_gateway_may_begin_an_instance(reload):
    """Each of its messages begins an instance on its own branch; the other branches are not waited for."""
    content = diagram(
        node("eventBasedGateway", "g", instantiate="true") + GO + STOP + user("u") + user("v")
        + path("g", "go", "u") + path("g", "stop", "v")
    )  # fmt: skip
    assert [s.element_id for s in compiled(content)["p"].starts] == ["go", "stop"]

    run = begun(content, "stop", reload=reload)

    assert run.finished() == ["g", "stop"]
    assert [t["element"] for t in run.tasks] == ["v"]
    assert run.subscriptions == []


@executes("Gateways", "eventBasedGateway: instantiating, parallel")
def test_a_parallel_gateway_waits_for_the_other_events(reload):
    """The first message begins the instance; each of the others is waited for, and its branch runs when it comes."""
    content = diagram(
        node("eventBasedGateway", "g", instantiate="true", eventGatewayType="Parallel") + GO + STOP
        + node("parallelGateway", "j") + user("u") + path("g", "go", "j", "u") + path("g", "stop", "j")
    )  # fmt: skip

    run = begun(content, "stop", reload=reload)
    assert run.finished() == ["g", "stop"]
    assert [s["name"] for s in run.subscriptions] == ["go"]
    run.deliver("go")

    assert [t["element"] for t in run.tasks] == ["u"]


@executes(
    "Data and structure",
    "ids: any legal one, Start, End and Root included",
    says="Every id that XML allows may be used; none is kept for the engine.",
)
def test_any_legal_id_may_be_used(reload):
    """SpiffWorkflow gives its own elements names such as Start and End; here they are free for diagrams."""
    ids = ("Start", "Root", "End.1-x", "_2", "Kết_thúc")
    content = diagram(
        start(ids[0]) + "".join(script(id, f"n = {n}") for n, id in enumerate(ids[1:-1])) + end(ids[-1]) + path(*ids)
    )

    run = Run(content, reload=reload)

    assert run.finished() == list(ids)
    assert run.state == "completed"


@executes("Data and structure", "flows without id", "isExecutable absent", "any namespace prefix")
@pytest.mark.parametrize("prefix", ["", "bpmn:", "bpmn2:", "semantic:", "ns0:"])
def test_what_modelers_leave_out_or_name_otherwise(prefix):
    """Sequence flows need no id, a process runs unless it says that it does not, and the prefix is the modeler's choice."""
    namespace = f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
    p = prefix
    content = (
        f'<{p}definitions {namespace}="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:t">'
        f'<{p}process id="p"><{p}startEvent id="s"/><{p}task id="t"/><{p}endEvent id="e"/>'
        f'<{p}sequenceFlow sourceRef="s" targetRef="t"/><{p}sequenceFlow sourceRef="t" targetRef="e"/></{p}process></{p}definitions>'
    ).encode()

    run = Run(content)

    assert run.finished() == ["s", "t", "e"]
    assert run.of("ElementEntered")[1]["flow"] == "s~t"
