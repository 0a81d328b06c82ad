"""Data in the diagram: objects, properties, inputs, outputs and what moves between them."""

from __future__ import annotations

import pytest

from tests.engine.runtime.bench import Run, report_on
from tests.engine.runtime.constructs import executes
from tests.engine.runtime.models import diagram, end, message, node, path, script, start, sub_process, user

PLACEHOLDER = '<property id="Property_1" name="__targetRef_placeholder"/>'


def moved(tag: str, source: str | None, target: str, inner: str = "") -> str:
    """A data association."""
    return (
        f"<{tag}>{f'<sourceRef>{source}</sourceRef>' if source else ''}<targetRef>{target}</targetRef>{inner}</{tag}>"
    )


def io(inputs: str, outputs: str, optional: str = "") -> str:
    """An ioSpecification; ``inputs`` and ``outputs`` are names, the ids are in_name and out_name."""
    ins = "".join(f'<dataInput id="in_{n}" name="{n}"/>' for n in inputs.split())
    outs = "".join(f'<dataOutput id="out_{n}" name="{n}"/>' for n in outputs.split())
    refs = "".join(f"<dataInputRefs>in_{n}</dataInputRefs>" for n in inputs.split())
    refs += "".join(f"<optionalInputRefs>in_{n}</optionalInputRefs>" for n in optional.split())
    back = "".join(f"<dataOutputRefs>out_{n}</dataOutputRefs>" for n in outputs.split())
    return f"<ioSpecification>{ins}{outs}<inputSet>{refs}</inputSet><outputSet>{back}</outputSet></ioSpecification>"


OBJECT = '<dataObject id="DataObject_1"/><dataObjectReference id="Ref_1" name="ho_so" dataObjectRef="DataObject_1"/>'


@executes("Data and structure", "dataObject", "dataObjectReference")
def test_a_data_object_is_a_variable(reload):
    """A variable that is there, without a value, as long as its process or sub-process; known by its name, its reference's, or its id."""
    inner = (
        '<dataObject id="DataObject_2" name="nhap"/>' + start("i") + script("t", "nhap = 5\nho_so = nhap + 1")
        + end("ie") + path("i", "t", "ie")
    )  # fmt: skip
    content = diagram(OBJECT + start() + user("u") + sub_process("sub", inner) + end() + path("s", "u", "sub", "e"))
    run = Run(content, reload=reload)
    assert run.variables() == {"ho_so": None}

    run.complete("u")

    assert run.variables() == {"ho_so": 6}
    assert run.of("VariablesWritten")[1:] == [
        {"scope": "sub#1/", "values": {"nhap": None}},
        {"scope": "sub#1/", "values": {"nhap": 5}},
        {"scope": "", "values": {"ho_so": 6}},
    ]
    assert run.nothing_left()


@executes(
    "Data and structure",
    "dataInputAssociation and dataOutputAssociation of an activity",
    "ioSpecification of an activity",
)
def test_data_move_in_and_out_of_an_activity(reload):
    """Inputs are copied into variables that only the activity sees, outputs are copied out when it is done."""
    task = script(
        "t", "ket_qua = dau_vao * 2\ndau_vao = 0",
        io("dau_vao", "ket_qua") + moved("dataInputAssociation", "Ref_1", "in_dau_vao")
        + moved("dataOutputAssociation", "out_ket_qua", "Ref_1"),
    )  # fmt: skip
    run = Run(diagram(OBJECT + start() + task + end() + path("s", "t", "e")), {"ho_so": 21}, reload=reload)

    assert run.variables() == {"ho_so": 42}
    assert run.nothing_left()


@executes("Data and structure", "transformation and assignment of a data association")
def test_data_may_be_computed_on_the_way(reload):
    """A transformation computes the value; assignments compute parts and say where each goes."""
    task = user(
        "u", io("phi", "") + moved("dataInputAssociation", "Ref_1", "in_phi", "<transformation>ho_so * 100</transformation>")
        + moved("dataOutputAssociation", None, "Ref_1",
                "<assignment><from>phi + them</from><to>ho_so</to></assignment>"),
    )  # fmt: skip
    run = Run(diagram(OBJECT + start() + task + end() + path("s", "u", "e")), {"ho_so": 3}, reload=reload)
    assert run.variables("u#1:data") == {"phi": 300}

    run.complete("u", {"them": 5})

    assert run.variables() == {"ho_so": 305, "them": 5}
    assert run.nothing_left()


def test_a_needed_input_without_value_stops_the_activity():
    """The standard lets the activity wait for its data (BPMN 2.0.2, 10.4.2); here somebody is told what it waits for."""
    task = user("u", io("x", "") + moved("dataInputAssociation", "Ref_1", "in_x"))
    content = diagram(OBJECT + start() + task + end() + path("s", "u", "e"))
    run = Run(content, reload=True)

    assert [(i["code"], i["expression"]) for i in run.incidents] == [("variableMissing", "ho_so")]
    assert run.tasks == []
    run.mend(ho_so=1)
    run.retry()

    assert run.tasks
    optional = user("u", io("x", "", "x") + moved("dataInputAssociation", "Ref_1", "in_x"))
    assert Run(diagram(OBJECT + start() + optional + end() + path("s", "u", "e"))).tasks


@executes("Data and structure", "property of a process or activity")
def test_a_property_is_a_variable_of_its_own(reload):
    """A process's property is a variable of the process, an activity's is gone with the activity."""
    task = script("t", "tam = 2\nxong = tam + 1", '<property id="p2" name="tam"/>')
    run = Run(diagram('<property id="p1" name="xong"/>' + start() + task + end() + path("s", "t", "e")), reload=reload)

    assert run.variables() == {"xong": 3}
    assert run.nothing_left()


@executes("Data and structure", "data associations of events")
def test_an_event_hands_out_what_it_brought(reload):
    """What a message brings may be declared and handed on under another name."""
    catch = node(
        "intermediateCatchEvent", "c", '<dataOutput id="out_so" name="so"/>' + moved("dataOutputAssociation", "out_so", "Ref_1")
        + "<outputSet><dataOutputRefs>out_so</dataOutputRefs></outputSet>" + message(),
    )  # fmt: skip
    run = Run(diagram(OBJECT + start() + catch + end() + path("s", "c", "e")), reload=reload)

    run.deliver("go", {"so": 7, "khac": 1})

    assert run.variables() == {"ho_so": 7, "khac": 1}
    assert run.nothing_left()


@executes("Activities", "multi-instance over a data object")
def test_a_collection_may_be_a_data_object(reload):
    """The loop's collections are the activity's own input and output, filled from data objects and given back to them."""
    objects = (
        '<dataObject id="d1" name="giay_to" isCollection="true"/><dataObjectReference id="r1" dataObjectRef="d1"/>'
        '<dataObject id="d2" name="ket_qua" isCollection="true"/><dataObjectReference id="r2" dataObjectRef="d2"/>'
    )
    loop = (
        '<multiInstanceLoopCharacteristics isSequential="true"><loopDataInputRef>in_ds</loopDataInputRef>'
        "<loopDataOutputRef>out_kq</loopDataOutputRef>"
        '<inputDataItem id="mot" name="mot"/><outputDataItem id="so" name="so"/></multiInstanceLoopCharacteristics>'
    )
    task = script(
        "t", "so = len(mot)", io("ds", "kq") + moved("dataInputAssociation", "r1", "in_ds")
        + moved("dataOutputAssociation", "out_kq", "r2") + loop,
    )  # fmt: skip
    run = Run(diagram(objects + start() + task + end() + path("s", "t", "e")), {"giay_to": ["a", "bb"]}, reload=reload)

    assert run.variables() == {"giay_to": ["a", "bb"], "ket_qua": [1, 2]}
    assert run.nothing_left()


@executes("Data and structure", "dataStoreReference")
def test_a_data_store_is_a_drawing(reload):
    """Kept and shown. The people or systems that do the work use the store; the engine moves nothing in or out, and says so in a warning."""
    store = '<dataStoreReference id="st" name="CSDL dân cư" dataStoreRef="db"/>'
    task = user(
        "u",
        PLACEHOLDER + moved("dataInputAssociation", "st", "Property_1") + moved("dataOutputAssociation", None, "st"),
    )
    content = diagram(store + start() + task + end() + path("s", "u", "e"), more='<dataStore id="db"/>')

    run = Run(content, reload=reload)

    assert run.tasks
    assert [w.code for w in report_on(content).warnings] == ["storeNotUsed"]


@executes("Data and structure", "arrows between data objects and activities that declare no inputs")
def test_an_arrow_without_inputs_is_a_drawing(reload):
    """What modelers write for a bare arrow moves nothing: the activity sees the variable anyway."""
    task = script(
        "t",
        "ho_so = ho_so + 1",
        PLACEHOLDER
        + moved("dataInputAssociation", "Ref_1", "Property_1")
        + moved("dataOutputAssociation", None, "Ref_1"),
    )
    run = Run(diagram(OBJECT + start() + task + end() + path("s", "t", "e")), {"ho_so": 1}, reload=reload)

    assert run.variables() == {"ho_so": 2}


@pytest.mark.parametrize(
    "part", ["<transformation>import os</transformation>", "<assignment><from>x.y</from><to>ho_so</to></assignment>"]
)
def test_an_expression_on_the_way_is_of_the_language(part):
    """What moves data is checked at deploy like every other text that computes."""
    task = user("u", moved("dataOutputAssociation", "Ref_1", "Ref_1", part))

    assert [p.code for p in report_on(diagram(OBJECT + start() + task + path("s", "u"))).problems] == ["dataRefused"]


@executes("Activities", "callActivity: global task")
def test_a_global_task_is_called_like_a_process(reload):
    """A task that stands by itself in the file is a process of one step, with its declared inputs and outputs."""
    ask = (
        '<globalUserTask id="G" name="Hỏi ý kiến">' + io("cau_hoi", "tra_loi") + "</globalUserTask>"
        '<globalScriptTask id="H"><script>tong = 40 + 2</script></globalScriptTask>'
    )
    content = diagram(
        start() + node("callActivity", "c", calledElement="G") + node("callActivity", "d", calledElement="H") + end()
        + path("s", "c", "d", "e"), more=ask,
    )  # fmt: skip
    run = Run(content, {"cau_hoi": "?", "rieng": 1}, reload=reload)
    assert [(t["name"], t["element"]) for t in run.tasks] == [("Hỏi ý kiến", "G.task")]
    assert run.variables("c#1/") == {"cau_hoi": "?", "_given": {"cau_hoi": "?"}}

    run.complete("G.task", {"tra_loi": "có", "nhap": 1})

    assert run.variables() == {"cau_hoi": "?", "rieng": 1, "tra_loi": "có", "tong": 42}
    assert run.state == "completed"


BRINGS = (
    '<dataOutput id="out_{0}" name="so"/><dataOutputAssociation><sourceRef>out_{0}</sourceRef><targetRef>Ref_1</targetRef>'
    "</dataOutputAssociation><outputSet><dataOutputRefs>out_{0}</dataOutputRefs></outputSet>"
)
GO = message()


@executes("Gateways", "eventBasedGateway before an event that hands out data")
def test_an_event_behind_a_gateway_hands_out_what_it_brought(reload):
    """Whether somebody waits at the event or at the gateway before it must make no difference to what becomes of the message."""
    catch = node("intermediateCatchEvent", "c", BRINGS.format("c") + GO)
    task = node(
        "receiveTask", "r", io("", "so") + moved("dataOutputAssociation", "out_so", "Ref_1"), messageRef="m_stop"
    )
    late = node(
        "intermediateCatchEvent", "t", "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>"
    )
    for name, waits in (("go", catch), ("stop", task)):
        gateway = node("eventBasedGateway", "g")
        id = "c" if name == "go" else "r"
        content = diagram(
            OBJECT + start() + gateway + waits + late + end() + path("s", "g", id, "e") + path("g", "t", "e")
        )
        run = Run(content, reload=reload)

        run.deliver(name, {"so": 7})

        assert run.variables() == {"ho_so": 7}
        assert run.state == "completed" and run.nothing_left()


@executes("Data and structure", "data associations of events that begin a process")
def test_what_begins_a_process_hands_out_what_it_brought(reload):
    """A start event may declare what it brings and hand it on under another name; the process has the value under its own name too."""
    begun = start("s", BRINGS.format("s") + GO)
    run = Run(diagram(OBJECT + begun + end() + path("s", "e")), reload=reload, begin=False)
    run.give("ProcessInstanceStarted", {"startEvent": "s", "values": {"so": 7, "khac": 1}})
    assert run.variables() == {"ho_so": 7, "so": 7, "khac": 1}

    plain = Run(diagram(OBJECT + start("s", BRINGS.format("s")) + end() + path("s", "e")), {"so": 7}, reload=reload)
    assert plain.variables() == {"ho_so": 7, "so": 7}

    task = node("receiveTask", "r", io("", "so") + moved("dataOutputAssociation", "out_so", "Ref_1"), messageRef="m_go", instantiate="true")  # fmt: skip
    received = Run(diagram(OBJECT + task + end() + path("r", "e")), reload=reload, begin=False)
    received.give("ProcessInstanceStarted", {"startEvent": "r", "values": {"so": 7}})
    assert received.variables() == {"ho_so": 7, "so": 7}


def test_an_event_sub_process_hands_out_what_began_it():
    """The same for the event that begins an event sub-process, which stands inside of it."""
    inner = start("hs", BRINGS.format("hs") + GO, isInterrupting="false") + end("he") + path("hs", "he")
    body = OBJECT + start() + user("u") + path("s", "u") + sub_process("h", inner, triggeredByEvent="true")
    run = Run(diagram(body), {"so": 1}, reload=True)

    run.deliver("go", {"so": 7})

    assert run.variables() == {"ho_so": 7, "so": 7}


def test_each_of_several_events_that_are_needed_hands_out_its_values():
    """The first begins the instance, the other comes later; both bring data that the start event declares."""
    both = '<dataOutput id="out_a" name="a"/><dataOutput id="out_b" name="b"/>' + moved("dataOutputAssociation", "out_a", "Ref_1") + moved("dataOutputAssociation", "out_b", "Ref_2") + "<outputSet><dataOutputRefs>out_a</dataOutputRefs><dataOutputRefs>out_b</dataOutputRefs></outputSet>"  # fmt: skip
    begun = start("s", both + message() + message("m_stop"), parallelMultiple="true")
    second = '<dataObject id="d2"/><dataObjectReference id="Ref_2" name="khac" dataObjectRef="d2"/>'
    run = Run(diagram(OBJECT + second + begun + end() + path("s", "e")), reload=True, begin=False)
    run.give("ProcessInstanceStarted", {"startEvent": "s:1", "values": {"a": 1}})

    run.deliver("stop", {"b": 2})

    assert {name: run.variables()[name] for name in ("ho_so", "khac")} == {"ho_so": 1, "khac": 2}
    assert run.state == "completed" and run.nothing_left()
