"""The province's procedures: each scenario beside a diagram is lived, restarted after every step, verified; no flow untried."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import orjson
import pytest

from api.cli.demo.scenario import Scenario, scenarios_of
from engine.domain.calendar import LOCAL
from engine.domain.user_task import UserTask
from engine.service.history import records
from tests.engine.service.office import Office

ROOT = Path(__file__).parents[2]
PROCEDURES = sorted(path.parent for pattern in ("*", "*/before") for path in ROOT.glob(f"bpmn/{pattern}/process.bpmn"))
SCENARIOS = [(folder, scenario) for folder in PROCEDURES for scenario in scenarios_of(folder, None)]
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"


def key_of(folder: Path) -> str:
    """The process of a folder; what it was before its redesign has the same key."""
    return folder.parent.name if folder.name == "before" else folder.name


def label(folder: Path) -> str:
    """A folder's name in the reports."""
    return str(folder.relative_to(ROOT / "bpmn"))


def files_of(folder: Path) -> list[tuple[str, bytes]]:
    """What is deployed of a procedure's folder."""
    paths = [*folder.glob("*.bpmn"), *folder.glob("forms/*.json"), *folder.glob("*.toml")]
    return [(str(path.relative_to(folder)), path.read_bytes()) for path in sorted(paths)]


def live(office: Office, folder: Path, scenario: Scenario) -> str:
    """Carry a dossier along a scenario."""
    for called in sorted(set(re.findall(r'calledElement="(\w+)"', (folder / "process.bpmn").read_text()))):
        office.deploy(*files_of(ROOT / "bpmn" / called))
    office.deploy(*files_of(folder))
    begins = scenario.begin_after(office.clock.now().astimezone(LOCAL))
    office.advance(seconds=(begins - office.clock.now()).total_seconds())
    key = scenario.key(begins, 1)
    instance = begun(office, folder, scenario, key)
    for step in scenario.steps:
        office.advance(seconds=step.wait.total_seconds())
        if step.complete is not None:
            office.complete(offered(office, instance, step.complete)[step.nth - 1], step.values)
        elif step.message is not None:
            office.message(step.message, key, step.values)
    return instance


def begun(office: Office, folder: Path, scenario: Scenario, key: str) -> str:
    """A dossier that somebody handed in, or that a message from outside opened."""
    if scenario.message is None:
        return office.start(key_of(folder), scenario.variables, key)
    (instance,) = office.message(scenario.message, key, scenario.variables).instance_ids
    return str(instance)


def offered(office: Office, instance: str, element: str) -> list[UserTask]:
    """The open tasks of an element in the order in which they were offered."""
    with office.store.read() as queries:
        order = [r.payload["userTask"] for r in records(queries, instance, 0, 10_000) if r.kind == "UserTaskCreated"]
    return sorted((t for t in office.tasks(instance) if t.element_id == element), key=lambda task: order.index(task.id))


@pytest.mark.parametrize(("folder", "scenario"), SCENARIOS, ids=[f"{label(f)}-{s.name}" for f, s in SCENARIOS])
def test_a_scenario_ends_as_it_says(folder: Path, scenario: Scenario) -> None:
    """Whether the service is restarted after every step or never, the history is the same, to the byte."""
    bodies = []
    for forgetful in (False, True):
        office = Office(forgetful=forgetful, calendar=(ROOT / "adapters/calendar/vietnam.json").read_bytes())
        instance = live(office, folder, scenario)
        head, variables = office.head(instance), office.variables(instance)
        assert (head.state, head.incidents) == (scenario.expected.state, 0)
        assert variables | scenario.expected.variables == variables
        assert ended_at(office, instance) == scenario.expected.end
        assert office.verify(instance).identical
        erased = office.verify_erased(instance)
        assert erased.identical
        assert 0 < erased.taken_from_record < erased.recomputed
        bodies.append([row.body for row in office.rows(instance)])
        office.close()
    assert bodies[0] == bodies[1]


def ended_at(office: Office, instance: str) -> str:
    """The end event that was reached last."""
    with office.store.read() as queries:
        entered = [r.payload for r in records(queries, instance, 0, 10_000) if r.kind == "ElementEntered"]
    return str([p["element"] for p in entered if p["type"] == "endEvent"][-1])


@pytest.mark.parametrize("folder", PROCEDURES, ids=label)
def test_every_flow_of_a_diagram_is_taken(folder: Path) -> None:
    """A branch that no scenario takes may be wrong without anybody noticing."""
    drawn = set(re.findall(rb'sequenceFlow id="([^"]+)"', (folder / "process.bpmn").read_bytes()))
    taken = set()
    for scenario in scenarios_of(folder, None):
        office = Office(calendar=(ROOT / "adapters/calendar/vietnam.json").read_bytes())
        instance = live(office, folder, scenario)
        with office.store.read() as queries:
            for record in records(queries, instance, 0, 10_000):
                taken |= {record.payload[key].encode() for key in ("flow",) if key in record.payload}
                taken |= {flow.encode() for flow in record.payload.get("flows", ())}
        office.close()

    assert {flow.decode() for flow in drawn - taken} == set()


@pytest.mark.parametrize("folder", PROCEDURES, ids=label)
def test_a_procedure_says_what_it_stands_on(folder: Path) -> None:
    """Level, limit, fee and legal basis are data beside the diagram, each with its source."""
    said = tomllib.loads((folder / "procedure.toml").read_text())

    assert {"code", "name", "level", "agency", "limit", "fee", "legal_basis"} <= said.keys()
    assert said["limit"]["source"]
    assert (folder / "README.md").read_text().strip()


@pytest.mark.parametrize("folder", PROCEDURES, ids=label)
def test_a_diagram_can_be_drawn(folder: Path) -> None:
    """Every element and flow has its place in the diagram interchange, so that it opens in any modeler."""
    content = (folder / "process.bpmn").read_text()
    drawn = set(re.findall(r'bpmnElement="([^"]+)"', content))
    nodes = re.findall(
        r"<bpmn:(\w*(?:[tT]ask|Event|Gateway|ubProcess)|sequenceFlow|lane|participant|messageFlow) [^>]*?id=\"([^\"]+)\"",
        content,
    )

    assert {id for _, id in nodes} - drawn == set()


def test_no_procedure_is_known_to_the_code() -> None:
    """Procedures are changed by editing diagrams, never code: no key and no element of theirs stands in the source."""
    names = {key_of(folder) for folder in PROCEDURES}
    for folder in PROCEDURES:
        names |= set(re.findall(r'<bpmn:userTask id="([^"]+)"', (folder / "process.bpmn").read_text()))
    quoted = re.compile("|".join(rf"""["'`/]{name}["'`/.]""" for name in sorted(names)))
    for part in ("engine", "api", "adapters"):
        for path in (ROOT / part).rglob("*.py"):
            assert not (found := quoted.search(path.read_text())), f"{path}: {found and found[0]}"


def test_forms_say_what_is_personal() -> None:
    """What is not marked is personal; names and papers of people must never be marked public."""
    for folder in PROCEDURES:
        for path in folder.glob("forms/*.json"):
            for name, property in orjson.loads(path.read_bytes())["properties"].items():
                if re.search(r"ho_ten|chu_ho_so|so_giay_to|dien_thoai|dia_chi|email", name):
                    assert property.get("x-personal") is not False, f"{path}: {name}"
