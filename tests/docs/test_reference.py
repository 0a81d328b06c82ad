"""The reference says what the code has, all of it, and nothing that it has not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from api.problems import KINDS
from api.settings import NAMES, OF_CLIENTS
from docs import described, generate
from engine.domain.input import FIELDS
from engine.domain.record import ACCESSES, ADMINISTRATIVE, CONSEQUENCES, INPUTS
from engine.domain.waiting import UNTOLD
from engine.runtime import checks, extensions
from engine.runtime.assigned import CHANGES
from engine.runtime.failure import OF_JOBS
from engine.runtime.functions import FUNCTIONS
from engine.runtime.methods import METHODS
from engine.runtime.rules import RULES
from tests.docs.pages import FOLDER, ROOT

REFERENCE = FOLDER / "reference"
RULES_PAGE, BPMN_PAGE = FOLDER / "bpmn-rules.md", FOLDER / "bpmn.md"
PAGES = [*sorted(REFERENCE.glob("*.md")), RULES_PAGE, BPMN_PAGE, FOLDER / "how-to" / "modify-an-instance.md"]
NAMED = {
    "settings.md": {*NAMES, *OF_CLIENTS},
    "records.md": {*INPUTS, *CONSEQUENCES, *ADMINISTRATIVE, *ACCESSES},
    "expressions.md": {*FUNCTIONS, *METHODS, *CHANGES},
    "extension-attributes.md": {*extensions.OURS, *(f"camunda:{name}" for name in extensions.FROM_CAMUNDA)},
    "../bpmn-rules.md": {*RULES, *described.UPLOADS, *described.INCIDENTS},
    "api.md": {*KINDS},
}
"""What each page must have in a row, or under a heading, of its own."""


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_tables_are_as_the_code_has_them(page: Path) -> None:
    """What the code gains or loses is in the reference in the same change: ``python -m docs.generate``."""
    text = page.read_text()

    assert generate.filled(text) == text


def test_every_table_has_its_place() -> None:
    """A mark that was deleted would let a table fall silent."""
    marks = [mark for page in PAGES for mark in generate.marks(page.read_text())]

    assert sorted(generate.TABLES) == sorted(marks)


@pytest.mark.parametrize(("page", "names"), NAMED.items(), ids=NAMED)
def test_nothing_is_missing(page: str, names: set[str]) -> None:
    """The script that writes the tables could be wrong itself."""
    rows = set(re.findall(r"^(?:\| |### )`([^`]+)`(?: \||$)", (REFERENCE / page).read_text(), re.MULTILINE))
    rows |= set(re.findall(r"\| `(camunda:\w+)` \|", (REFERENCE / page).read_text()))

    assert not names - rows


@pytest.mark.parametrize("kind", INPUTS)
def test_the_fields_of_inputs_are_those_that_are_demanded(kind: str) -> None:
    """An auditor reads here what verification demands."""
    assert described.PAYLOADS[kind].keys() == FIELDS[kind].keys() - {"sealed"}  # every kind with values has it


def test_every_route_is_there() -> None:
    """A route that nobody knows is not used."""
    rows = set(re.findall(r"^\| `([A-Z]+ /[^`]*)` \|", (REFERENCE / "api.md").read_text(), re.MULTILINE))
    routes = {
        f"{method.upper()} {path}"
        for path, methods in generate.description()["paths"].items()
        for method in methods
        if method != "parameters"
    }

    assert routes == rows


def test_nothing_is_described_that_is_not_there() -> None:
    """Words that outlive their thing mislead."""
    assert {*NAMES} == described.SETTINGS.keys()
    assert {*INPUTS, *CONSEQUENCES, *ADMINISTRATIVE, *ACCESSES} == described.PAYLOADS.keys()
    assert FUNCTIONS.keys() == described.FUNCTIONS.keys()
    assert {*METHODS, *CHANGES} == described.METHODS.keys()
    assert extensions.OURS == described.ATTRIBUTES.keys()
    assert not checks.EXECUTED & described.NOT_EXECUTED.keys()


def test_codes_outside_of_the_rules_are_described() -> None:
    """Incidents and refused files are named where they arise, so they are looked up there."""
    incidents = _codes(ROOT / "engine" / "runtime", r'StepFailed\(\s*"(\w+)"')
    uploads = _codes(ROOT / "engine", r'(?:XmlRefused\(\s*|_problem\(\s*[^"(),]+,\s*)"(\w+)"')
    uploads |= set(re.findall(r'_problem\(\s*"",\s*"(\w+)"', (ROOT / "engine" / "service" / "bundle.py").read_text()))

    assert described.INCIDENTS.keys() == incidents | OF_JOBS.keys() | {UNTOLD}
    assert described.UPLOADS.keys() == uploads - RULES.keys()


def _codes(folder: Path, pattern: str) -> set[str]:
    return {code for path in folder.rglob("*.py") for code in re.findall(pattern, path.read_text())}


def test_extension_attributes_in_examples_exist() -> None:
    """An example is copied before it is understood; only those of the rules are wrong on purpose."""
    pages = set(FOLDER.rglob("*.md")) - {RULES_PAGE}
    named = {name for page in pages for name in re.findall(r"motcua:(\w+)=", page.read_text())}

    assert not named - extensions.OURS
