"""The province's procedures: each scenario beside a diagram is lived, restarted after every step, verified; no flow untried."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pytest

from api.cli.demo.scenario import FIRST, Scenario, scenarios_of
from api.procedures import files_of, read
from engine.domain.record import Record
from engine.service.inspection import inspect
from tests.bpmn.province import BPMN, SHARED, Province

ROOT = BPMN.parent
PROCEDURES = sorted(path.parent for pattern in ("*", "*/before") for path in BPMN.glob(f"{pattern}/procedure.toml"))
SCENARIOS = [(folder, scenario) for folder in PROCEDURES for scenario in scenarios_of(folder, None)]


def label(folder: Path) -> str:
    """A folder's name in the reports."""
    return str(folder.relative_to(BPMN))


@dataclass(frozen=True)
class Lived:
    """A scenario that was carried to its end: what was recorded, and whether it came out as it says."""

    records: list[Record]
    others: list[Record]
    """Of the processes that its messages began."""
    bodies: list[bytes]


@cache
def lived(folder: Path, name: str, forgetful: bool = False) -> Lived:
    """Live a scenario once for all that is asked of it, and see that it ends as it says and can be verified."""
    (scenario,) = scenarios_of(folder, (name,))
    province = Province(folder, scenario, forgetful=forgetful)
    office, instance = province.office, province.live()
    head, variables = office.head(instance), office.variables(instance)
    assert (head.state, [(i.code, i.element_id) for i in province.incidents()]) == (scenario.expected.state, [])
    assert variables | scenario.expected.variables == variables
    assert office.verify(instance).identical
    erased = office.verify_erased(instance)
    assert erased.identical
    assert erased.taken_from_record > 0 < erased.recomputed
    others = list(province.others())
    assert all(office.head(other).state == "completed" and office.verify(other).identical for other in others)
    done = Lived(
        province.records_of(instance),
        [record for other in others for record in province.records_of(other)],
        [row.body for row in office.rows(instance)],
    )
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
    lives = [lived(each, scenario.name) for each, scenario in SCENARIOS if each == folder or calls(each, folder.name)]

    assert drawn(folder) - visited(record for life in lives for record in life.records) == set()


@pytest.mark.parametrize("folder", SHARED, ids=label)
def test_what_procedures_share_is_visited_by_them(folder: Path) -> None:
    """It has no dossiers of its own, so the scenarios of those that call it or send to it have to go everywhere."""
    lives = [lived(each, scenario.name) for each, scenario in SCENARIOS]

    assert drawn(folder) - visited(record for life in lives for record in [*life.records, *life.others]) == set()


def drawn(folder: Path) -> set[str]:
    """Every element and flow of a diagram."""
    content = (folder / "process.bpmn").read_text()
    kinds = r"sequenceFlow|\w*(?:[tT]ask|Event|Gateway|Activity|ubProcess)"
    return set(re.findall(rf'<bpmn:(?:{kinds}) id="([^"]+)"', content))


def visited(records: Iterable[Record]) -> set[Any]:
    """Every element and flow that records name."""
    seen: set[Any] = set()
    for payload in (record.payload for record in records):
        seen |= {payload.get("flow"), payload.get("element"), *payload.get("flows", ())}
    return seen


def calls(folder: Path, key: str) -> bool:
    """Whether a diagram calls a process."""
    return f'calledElement="{key}"' in (folder / "process.bpmn").read_text()


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
def test_every_paper_is_signed_before_the_status_that_rests_on_it(folder: Path) -> None:
    """Proved from the diagram: no way leads to a refusal, a stop or a result on which nothing is signed; nor is anything else suspect."""
    beside = {each.name for each in [*PROCEDURES, *SHARED]}
    checked = inspect(read(folder, files_of(folder)), None, beside=beside)

    assert "motcua:paper=" in (folder / "process.bpmn").read_text()
    assert [(warning.code, warning.element_id) for warning in checked.warnings] == []


@pytest.mark.parametrize("folder", PROCEDURES, ids=label)
def test_every_legal_basis_is_in_the_catalogue(folder: Path) -> None:
    """One that has ended is warned of only where procedure.toml names it."""
    said = tomllib.loads((folder / "procedure.toml").read_text())
    cited = set(re.findall(r'motcua:legalBasis="([^"]+)"', (folder / "process.bpmn").read_text()))

    assert cited - {basis["text"] for basis in said["legal_basis"]} == set()


@pytest.mark.parametrize("folder", PROCEDURES, ids=label)
def test_fees_come_from_a_table(folder: Path) -> None:
    """A sum in a diagram would be changed by nobody who changes the tariff; a table has its days and its source."""
    said = tomllib.loads((folder / "procedure.toml").read_text())
    tables = {path.stem for path in folder.glob("tables/*.toml")}

    assert "motcua:fee=" in (folder / "process.bpmn").read_text()
    assert {fee["table"] for fee in said["fee"] if "table" in fee} <= tables
    assert any("table" in fee for fee in said["fee"]) or "thue" in tables


@pytest.mark.parametrize("folder", [*PROCEDURES, *SHARED], ids=label)
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
    names = {folder.name for folder in [*PROCEDURES, *SHARED]} - {"before"}
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
