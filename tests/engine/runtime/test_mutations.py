"""Diagrams that are broken in every way, and large ones: the checks answer, and in time."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from engine.runtime.compiled import compile_diagram
from engine.runtime.diagram import Diagram
from engine.xml import XmlRefused
from tests.engine.runtime.bench import report_on
from tests.engine.runtime.models import diagram, end, flow, node, path, start, user
from tests.engine.runtime.rules import EXAMPLES

EXPORTS = sorted((Path(__file__).parent / "exports").glob("*.bpmn"))
DIAGRAMS = [file.content for example in EXAMPLES.values() for file in example.upload if file.name.endswith("bpmn")]
DIAGRAMS += [export.read_bytes() for export in EXPORTS] * 8
TEXTS = ["", " ", "x", "x:y", "true", "PT1H", "1 +", "import os", "${a}", "é"]


def mutated(content: bytes, chance: random.Random) -> bytes:
    """The same diagram after one to three accidents."""
    root = etree.fromstring(content)
    for _ in range(chance.randint(1, 3)):
        elements = [element for element in root.iter() if isinstance(element.tag, str)]
        _harm(chance.choice(elements), chance.choice(elements), chance)
    return etree.tostring(root)


def _harm(one: Any, other: Any, chance: random.Random) -> None:
    """One element takes over something of another, or loses something."""
    parent, mine, theirs = one.getparent(), list(one.attrib), list(other.attrib.items())
    match chance.choice(["kind", "text", "child", "given", "garbled", "lost", "gone", "gone"]):
        case "kind":
            one.tag = other.tag
        case "text":
            one.text = chance.choice(TEXTS)
        case "child":
            one.append(deepcopy(other))
        case "given" if theirs:
            one.set(*chance.choice(theirs))
        case "garbled" if mine:
            one.set(chance.choice(mine), chance.choice(TEXTS))
        case "lost" if mine:
            one.attrib.pop(chance.choice(mine))
        case "gone" if parent is not None:
            parent.remove(one)


def test_no_broken_diagram_breaks_the_checks():
    """Each is refused with reasons, or is right and can be compiled; nothing ends in an error of the program."""
    chance, right = random.Random(20260302), 0
    for _ in range(600):
        content = mutated(chance.choice(DIAGRAMS), chance)
        try:
            report = report_on(content)
        except XmlRefused:
            continue
        if not report.problems:
            right += 1
            compile_diagram(Diagram("m.bpmn", content))

    assert right > 50


def large() -> Iterator[Any]:
    """Diagrams in which something is looked up as often as it occurs."""
    many = [f"r{i}" for i in range(1_500)]
    rows = "".join(flow("s", id) for id in many)
    received = start() + rows + "".join(node("receiveTask", id, messageRef="m_go") for id in many)
    declared = "".join(f'<message id="m{i}" name="n{i}"/>' for i in range(4_500))
    yield pytest.param(diagram(received, more=declared), id="messages")
    drawn = "".join(f'<messageFlow id="f{id}" sourceRef="x" targetRef="{id}"/>' for id in many)
    pools = f'<collaboration id="c"><participant id="o" processRef="p"/><participant id="x"/>{drawn}</collaboration>'
    yield pytest.param(diagram(received.replace(' messageRef="m_go"', ""), more=pools), id="message flows")
    caught = "".join(node("intermediateCatchEvent", id, f"<eventDefinitionRef>d{id}</eventDefinitionRef>") + flow(id, "e") for id in many)  # fmt: skip
    shared = "".join(f'<signalEventDefinition id="d{id}" signalRef="s_bell"/>' for id in many)
    yield pytest.param(diagram(start() + rows + caught + end(), more=shared), id="event definitions")
    data = "".join(
        f'<dataObject id="d{i}"/><dataObjectReference id="q{i}" dataObjectRef="d{i}"/>' for i in range(3_000)
    )
    yield pytest.param(diagram(start() + user("u") + data + end() + path("s", "u", "e")), id="data objects")


@pytest.mark.parametrize("content", list(large()))
def test_looking_things_up_does_not_cost_its_square(content):
    """Each of these took 4 to 12 seconds once; an upload must not keep a server busy."""
    begun = time.perf_counter()
    assert report_on(content).problems == []
    compile_diagram(Diagram("m.bpmn", content))

    assert time.perf_counter() - begun < 3
