"""The province's procedures: each scenario beside a diagram is lived, restarted after every step, verified; no flow untried."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.papers.typesetter import TypstTypesetter
from api.cli.demo.scenario import FIRST, Scenario, scenarios_of
from api.procedures import files_of, read
from engine.domain.calendar import LOCAL
from engine.domain.dossier import COUNTER, ONLINE, POST
from engine.domain.record import Record
from engine.domain.user_task import UserTask
from engine.service.dossiers import OpenDossier
from engine.service.history import records
from tests.engine.service.office import Office
from tests.signatures import signer

ROOT = Path(__file__).parents[2]
PROCEDURES = sorted(path.parent for pattern in ("*", "*/before") for path in ROOT.glob(f"bpmn/{pattern}/process.bpmn"))
SCENARIOS = [(folder, scenario) for folder in PROCEDURES for scenario in scenarios_of(folder, None)]
CHANNELS = {"truc_tiep": COUNTER, "truc_tuyen": ONLINE, "buu_chinh": POST}
CALENDAR = (ROOT / "adapters/calendar/vietnam.json").read_bytes()


def key_of(folder: Path) -> str:
    """The process of a folder; what it was before its redesign has the same key."""
    return folder.parent.name if folder.name == "before" else folder.name


def label(folder: Path) -> str:
    """A folder's name in the reports."""
    return str(folder.relative_to(ROOT / "bpmn"))


def deployed(folder: Path) -> list[tuple[str, bytes]]:
    """What is deployed of a procedure's folder."""
    return [(resource.name, resource.content) for resource in read(folder, files_of(folder))]


def live(office: Office, folder: Path, scenario: Scenario) -> str:
    """Carry a dossier along a scenario."""
    for called in sorted(set(re.findall(r'calledElement="(\w+)"', (folder / "process.bpmn").read_text()))):
        office.deploy(*deployed(ROOT / "bpmn" / called))
    office.deploy(*deployed(folder))
    begins = scenario.begin_after(office.clock.now().astimezone(LOCAL))
    office.advance(seconds=(begins - office.clock.now()).total_seconds())
    key = scenario.key(begins, 1)
    instance = begun(office, folder, scenario, key)
    office.settle()
    for step in scenario.steps:
        office.advance(seconds=step.wait.total_seconds())
        if step.complete is not None:
            office.complete(offered(office, instance, step.complete)[step.nth - 1], step.values)
        elif step.message is not None:
            office.message(step.message, key, step.values)
        office.settle()
    return instance


def begun(office: Office, folder: Path, scenario: Scenario, key: str) -> str:
    """A dossier that somebody handed in, or that a message from outside opened."""
    if scenario.message is None:
        opened = office.do(
            OpenDossier(key_of(folder), CHANNELS[scenario.variables["kenh_nop"]], key, values=scenario.variables)
        )
        return str(opened.dossier.id)
    (instance,) = office.message(scenario.message, key, scenario.variables).instance_ids
    return str(instance)


def offered(office: Office, instance: str, element: str) -> list[UserTask]:
    """The open tasks of an element in the order in which they were offered."""
    with office.store.read() as queries:
        order = [r.payload["userTask"] for r in records(queries, instance, 0, 10_000) if r.kind == "UserTaskCreated"]
    return sorted((t for t in office.tasks(instance) if t.element_id == element), key=lambda task: order.index(task.id))


@cache
def typesetter() -> TypstTypesetter:
    """One for all: it reads its fonts once."""
    return TypstTypesetter()


@dataclass(frozen=True)
class Lived:
    """A scenario that was carried to its end: what was recorded, and whether it came out as it says."""

    records: list[Record]
    bodies: list[bytes]


@cache
def lived(folder: Path, name: str, forgetful: bool = False) -> Lived:
    """Live a scenario once for all that is asked of it, and see that it ends as it says and can be verified."""
    (scenario,) = scenarios_of(folder, (name,))
    office = Office(forgetful=forgetful, calendar=CALENDAR, signer=signer(), typesetter=typesetter())
    instance = live(office, folder, scenario)
    head, variables = office.head(instance), office.variables(instance)
    assert (head.state, head.incidents) == (scenario.expected.state, 0)
    assert variables | scenario.expected.variables == variables
    assert office.verify(instance).identical
    erased = office.verify_erased(instance)
    assert erased.identical
    assert 0 < erased.taken_from_record < erased.recomputed
    with office.store.read() as queries:
        done = Lived(list(records(queries, instance, 0, 10_000)), [row.body for row in office.rows(instance)])
    office.close()
    return done


def entered(folder: Path, name: str) -> list[dict[str, Any]]:
    """The elements of the diagram itself that a scenario entered, in order; what a called process did is its own."""
    calls = re.findall(r'callActivity id="([^"]+)"', (folder / "process.bpmn").read_text())
    seen = [record.payload for record in lived(folder, name).records if record.kind == "ElementEntered"]
    return [p for p in seen if not any(p["activity"].startswith(f"{call}#") and "/" in p["activity"] for call in calls)]


@pytest.mark.parametrize(("folder", "scenario"), SCENARIOS, ids=[f"{label(f)}-{s.name}" for f, s in SCENARIOS])
def test_a_scenario_ends_as_it_says(folder: Path, scenario: Scenario) -> None:
    """Each way through a procedure ends where it says, with a history that anybody can replay."""
    assert [p["element"] for p in entered(folder, scenario.name) if p["type"] == "endEvent"][
        -1
    ] == scenario.expected.end


@pytest.mark.parametrize(
    ("folder", "name"), [(f, n) for f in PROCEDURES for n in FIRST], ids=lambda part: getattr(part, "stem", part)
)
def test_a_restart_after_every_step_changes_nothing(folder: Path, name: str) -> None:
    """Whether the service is restarted after every step or never, the history is the same, to the byte."""
    assert lived(folder, name).bodies == lived(folder, name, forgetful=True).bodies


@pytest.mark.parametrize("folder", PROCEDURES, ids=label)
def test_every_flow_and_element_of_a_diagram_is_visited(folder: Path) -> None:
    """A branch that no scenario takes may be wrong without anybody noticing."""
    content = (folder / "process.bpmn").read_text()
    drawn = set(
        re.findall(r'<bpmn:(?:sequenceFlow|\w*(?:[tT]ask|Event|Gateway|Activity|ubProcess)) id="([^"]+)"', content)
    )
    visited = set()
    for scenario in scenarios_of(folder, None):
        for payload in (record.payload for record in lived(folder, scenario.name).records):
            visited |= {payload.get("flow"), payload.get("element"), *payload.get("flows", ())}

    assert drawn - visited == set()


MOVES = {1: {2, 3, 5, 7}, 2: {4, 9}, 4: {4, 5, 6, 7, 8, 9}, 5: {2, 3, 4, 7}, 6: {4, 7, 8}, 9: {10, 4}}
"""The national table: which status may follow which. What is not in it ends a dossier."""


@pytest.mark.parametrize(("folder", "scenario"), SCENARIOS, ids=[f"{label(f)}-{s.name}" for f, s in SCENARIOS])
def test_a_dossier_moves_by_the_national_table(folder: Path, scenario: Scenario) -> None:
    """The national portal refuses a status that may not follow the one before; a dossier ends in one that ends it."""
    codes = [int(p["statusCode"]) for p in entered(folder, scenario.name) if "statusCode" in p]

    assert codes[0] == 1
    assert [(a, b) for a, b in pairwise(codes) if b not in MOVES.get(a, ())] == []
    assert codes[-1] not in MOVES


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
