"""The schema of BPMN 2.0: what breaks it is told in plain words, what other modelers write passes."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from engine.runtime.checks.schema import MOST_TOLD
from tests.engine.runtime.bench import compiled, report_on
from tests.engine.runtime.models import NAMESPACES, boundary, diagram, end, flow, node, path, start, user

EXPORTS = sorted((Path(__file__).parent / "exports").glob("*.bpmn"))
OK = start() + user("u") + end() + path("s", "u", "e")
DI = (
    '<di:BPMNDiagram xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC">'
    '<di:BPMNPlane bpmnElement="p"><di:BPMNShape id="shape" bpmnElement="u">{}</di:BPMNShape></di:BPMNPlane></di:BPMNDiagram>'
)


def told(content: bytes) -> list[tuple[str, str]]:
    """Element and reason of every violation."""
    problems = [p for p in report_on(content).problems if p.code == "schemaViolation"]
    assert all(p.vi and p.vi != p.en and p.line for p in problems)
    return [(p.element_id or "", p.en.partition(": ")[2].removesuffix(".")) for p in problems]


@pytest.mark.parametrize(
    ("inside", "element", "says"),
    [
        ('<task id="t" colour="red"/>', "t", "'task' has no attribute colour; attributes of other vendors need a prefix of their own"),
        ('<taks id="t"/>', "t", "BPMN has no element 'taks' (is 'task' meant?)"),
        ('<task id="t"><outgoing>f</outgoing><incoming>f</incoming></task>', "t", "'incoming' may not stand here in 'task', behind 'outgoing' (the order counts); what may: outgoing, ioSpecification, property, dataInputAssociation, dataOutputAssociation and others"),
        ("<standardLoopCharacteristics/>", "p", "'standardLoopCharacteristics' may not stand here in 'process', behind 'sequenceFlow' (the order counts)"),
        ('<task id="t"><a:x xmlns:a="urn:a"/></task>', "t", "'x', which is not of BPMN, may stand in extensionElements only"),
        ('<task id="t"><extensionElements><x xmlns=""/></extensionElements></task>', "t", "in extensionElements stand elements of other namespaces only, 'x' is not one"),
        ('<task id="t"><ioSpecification/></task>', "t", "'ioSpecification' lacks a child; needed: documentation, extensionElements, dataInput, dataOutput, inputSet"),
        ('<task id="t">text</task>', "t", "'task' may hold no text"),
        ('<task id="t" isForCompensation="maybe"/>', "t", "isForCompensation is 'maybe', not true or false"),
        ('<callActivity id="t" calledElement="a:b"/>', "t", "calledElement is 'a:b': the prefix 'a' is not declared (xmlns:a)"),
        ('<callActivity id="t" calledElement="a b"/>', "t", "calledElement is 'a b', not a possible id of an element"),
        ('<exclusiveGateway id="t" gatewayDirection="up"/>', "t", "gatewayDirection is 'up', not one of: Unspecified, Converging, Diverging, Mixed"),
        ('<event id="t"/>', "t", "'event' is abstract; use one of its kinds"),
        ('<dataObject id="a b"/>', "a b", "id is 'a b', not an id of its own (it begins with a letter or '_', has no spaces, occurs once)"),
        ('<association id="t" sourceRef="u"/>', "t", "'association' lacks the attribute targetRef"),
        ('<sequenceFlow id="t" sourceRef="u" targetRef="e"><conditionExpression xsi:type="tTask">x</conditionExpression></sequenceFlow>', "t", "xsi:type 'tTask' cannot be used here"),
    ],
)  # fmt: skip
def test_a_violation_is_told_in_plain_words(inside, element, says):
    """Which element, and what about it: the validator's own sentences are for those who know XML Schema."""
    (found,) = told(diagram(OK + inside))

    assert found[0] == element
    assert found[1].startswith(says)


def test_an_element_without_an_id_is_found_by_what_is_around_it():
    """Nobody finds a conditionExpression in a drawing; the flow that has it, everybody."""
    content = diagram(start() + user("u") + end() + path("s", "u") + '<sequenceFlow id="f" sourceRef="u" targetRef="e">\n<conditionExpression colour="red">x</conditionExpression></sequenceFlow>')  # fmt: skip

    (problem,) = report_on(content).problems

    assert (problem.element_id, problem.line) == ("f", 3)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (diagram(OK + user("u")), "duplicateId"),
        (diagram(OK + node("boundaryEvent", "b", "<errorEventDefinition/>") + flow("b", "e")), "boundaryWithoutHost"),
        (diagram(OK + '<sequenceFlow id="f" sourceRef="u"/>'), "danglingFlow"),
        (diagram(OK.replace('id="u"', 'id="u" startQuantity="many"')), "notExecuted"),
    ],
)
def test_the_same_is_not_said_twice(content, code):
    """A rule of ours says it better than the schema."""
    assert [p.code for p in report_on(content).problems] == [code]


def test_the_drawing_is_validated_too():
    """Another tool could not open it."""
    assert told(diagram(OK, more=DI.format('<dc:Bounds x="1" y="a" width="1" height="1"/>'))) == [("shape", "y is 'a', not a number")]  # fmt: skip
    assert told(diagram(OK, more=DI.format('<dc:Bounds x="1" y="2" width="1" height="1"/>'))) == []


def test_made_up_ids_of_flows_are_no_violation():
    """Flows need no id; the one that the engine gives them is none of XML's."""
    assert report_on(diagram(OK.replace(' id="u__e"', ""))).problems == []


@pytest.mark.parametrize("export", EXPORTS, ids=lambda path: path.stem)
def test_what_other_modelers_write_passes(export):
    """Prefixes, exporter attributes, extension elements, colours, flows without id: all of it is legal."""
    content = export.read_bytes()

    assert report_on(content).problems == []
    assert report_on(content).warnings == []
    assert compiled(content)


def test_no_target_namespace_is_only_a_warning():
    """Whoever writes a diagram by hand forgets it; nothing that runs depends on it."""
    report = report_on(diagram(OK).replace(b' targetNamespace="urn:test"', b""))

    assert (report.problems, [w.code for w in report.warnings]) == ([], ["noTargetNamespace"])


def test_a_schema_that_the_file_names_is_not_fetched(tmp_path):
    """Else an upload could make the server read files and call addresses."""
    schema = tmp_path / "a.xsd"
    schema.write_text('<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:a"><xsd:element name="n" type="xsd:int"/></xsd:schema>')  # fmt: skip
    located = NAMESPACES + f' xsi:schemaLocation="urn:a file://{schema}"'
    content = diagram(OK.replace('name="Task u">', 'name="Task u"><extensionElements><a:n xmlns:a="urn:a">text</a:n></extensionElements>')).replace(NAMESPACES.encode(), located.encode())  # fmt: skip

    assert b"a:n" in content
    assert b"a.xsd" in content
    assert told(content) == []


def test_a_file_of_violations_is_told_in_part():
    """Who gets fifty has another kind of file; the rest is counted, and the answer comes in time."""
    content = diagram(OK + '<dataObject colour="red"/>' * 19_000)

    begun = time.perf_counter()
    found = told(content)

    assert len(found) == MOST_TOLD + 1
    assert found[-1][1] == f"{19_000 - MOST_TOLD} more violations"
    assert time.perf_counter() - begun < 10


def test_validation_costs_little():
    """An analyst's editor checks after every change."""
    ids = [f"u{i}" for i in range(120)]
    boxes = "".join(user(id) + boundary(f"b_{id}", id, "<errorEventDefinition/>") + flow(f"b_{id}", "e") for id in ids)
    content = diagram(start() + boxes + end() + path("s", *ids, "e"))
    assert content.count(b"<") // 2 > 500
    report_on(content)

    begun = time.perf_counter()
    assert report_on(content).problems == []
    took = time.perf_counter() - begun

    print(f"500 elements: {took * 1000:.1f} ms")
    assert took < 1
