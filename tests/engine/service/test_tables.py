"""Data tables beside a diagram: fees are data with days on which they hold, pinned by the definition, read by expressions."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from engine.domain.definition import Resource
from engine.domain.errors import DeploymentRefused
from engine.service import history
from engine.service.inspection import inspect
from tests.engine.runtime.models import diagram, node, path, script, start, user

CERTIFIED = Path(__file__).parents[3] / "bpmn" / "chung_thuc_ban_sao" / "tables" / "phi_chung_thuc.toml"
FEE = """
phi = row("phi_chung_thuc", ngay_nop, "loai", "ban_sao")
trang_dau = min(so_trang, phi["so_trang_dau"])
moi_ban = trang_dau * phi["muc_trang_dau"] + (so_trang - trang_dau) * phi["muc_trang_sau"]
le_phi = min(moi_ban, phi["toi_da"]) * so_ban
"""
TABLE = b"""
key = ["loai"]
[[row]]
loai = "phi"
muc = 2000
valid_from = 2020-01-01
valid_until = 2026-03-01
[[row]]
loai = "phi"
muc = 3000
valid_from = 2026-03-02
"""


def reckons(text: str, key: str = "p") -> bytes:
    """A process that runs a script, then waits."""
    return diagram(start() + script("t", text) + user("u") + path("s", "t", "u"), key=key)


def faults(table: bytes, name: str = "tables/le_phi.toml", text: str = "x = 1") -> list[str]:
    """What is wrong with an upload, in English."""
    with pytest.raises(DeploymentRefused) as error:
        inspect([Resource("m.bpmn", reckons(text)), Resource(name, table)], None)
    return [problem.en for problem in error.value.problems]


@pytest.mark.parametrize(
    ("pages", "copies", "fee"), [(1, 1, 2000), (2, 1, 4000), (3, 1, 5000), (5, 2, 14000), (198, 1, 200_000), (500, 3, 600_000)]
)  # fmt: skip
def test_the_fee_of_a_certified_copy(office, pages, copies, fee):
    """2.000 a page for the first two, 1.000 after, at most 200.000 a copy: from the table, not from code."""
    office.deploy(("m.bpmn", reckons(FEE)), ("tables/phi_chung_thuc.toml", CERTIFIED.read_bytes()))
    id = office.start("p", {"ngay_nop": "2026-03-02", "so_trang": pages, "so_ban": copies})

    assert office.variables(id)["le_phi"] == fee


@pytest.mark.parametrize(("day", "fee"), [("2020-01-01", 2000), ("2026-03-01", 2000), ("2026-03-02", 3000)])
def test_the_row_of_the_day_counts(office, day, fee):
    """A dossier handed in before a decision pays by the one before it."""
    office.deploy(("m.bpmn", reckons('x = row("le_phi", d, "loai", "phi")["muc"]')), ("tables/le_phi.toml", TABLE))

    assert office.variables(office.start("p", {"d": day}))["x"] == fee


def test_no_row_is_an_incident(office):
    """Nobody may guess a fee."""
    office.deploy(("m.bpmn", reckons('x = row("le_phi", d, "loai", "phi")["muc"]')), ("tables/le_phi.toml", TABLE))
    id = office.start("p", {"d": "2019-12-31"})
    (incident,) = office.incidents(id)

    assert incident.code == "expressionFailed"
    assert "no row of the data table" in str(incident)


def test_running_dossiers_keep_their_table(office):
    """A table is part of the definition: a new one is a new version, and what runs is executed again with the old."""
    text = 'x = rows("le_phi", d)'
    ask = diagram(start() + user("u") + script("t", text) + user("v") + path("s", "u", "t", "v"))
    office.deploy(("m.bpmn", ask), ("tables/le_phi.toml", TABLE))
    old = office.start("p", {"d": "2026-03-05"})
    office.deploy(("m.bpmn", ask), ("tables/le_phi.toml", TABLE.replace(b"3000", b"4000")))
    new = office.start("p", {"d": "2026-03-05"})
    office.restart()
    for id in (old, new):
        (task,) = office.tasks(id)
        office.complete(task)

    assert [office.variables(id)["x"] for id in (old, new)] == [[{"loai": "phi", "muc": m}] for m in (3000, 4000)]
    with office.store.read() as queries:
        assert history.verify(queries, office.catalog, old).identical


def test_a_called_process_reads_its_own_tables(office):
    """Two procedures may have tables of one name."""
    text = 'x = row("le_phi", "2026-03-05")["muc"]'
    one = b'[[row]]\nmuc = %d\nvalid_from = "2026-01-01"'
    called = diagram(start() + user("w") + script("t", text) + path("s", "w", "t"), key="called")
    calls = diagram(
        start() + node("callActivity", "c", calledElement="called") + script("t", text.replace("x", "y")) + user("u")
        + path("s", "c", "t", "u")
    )  # fmt: skip
    office.deploy(("c.bpmn", called), ("tables/le_phi.toml", one % 1))
    office.deploy(("m.bpmn", calls), ("tables/le_phi.toml", one % 2))
    id = office.start("p")
    office.restart()
    office.complete(office.tasks(id)[0])

    assert office.variables(id) == {"x": 1, "y": 2}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('x = row("le_phu", d)', "no data table 'le_phu'. Did you mean 'le_phi'"),
        ('x = row("le_phi", d, "loaj", "phi")', "no column of table 'le_phi' 'loaj'"),
        ('x = row("le_phi", d, "loai", "phi")["mức"]', "no column of table 'le_phi' 'mức'"),
        ("x = row(bang, d)", "constant texts"),
        ('x = row("le_phi", d, "loai")', "each column with a value"),
        ('x = rows("le_phi")', "constant texts"),
        ("x = row()", "constant texts"),
    ],
)
def test_what_is_misspelt_is_found_at_deploy(text, said):
    """Not before a citizen."""
    (found,) = faults(TABLE, text=text)

    assert said in found


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (b"", "no row"),
        (b"[[row]]\nmuc = 1", "/row/0/valid_from: this key is missing"),
        (b"[[row]]\nmuc = [1]\nvalid_from = 2026-01-01", "/row/0/muc: it must be a text"),
        (b"[[row]]\nmuc = 1\nvalid_from = 2026-13-01", "not well-formed"),
        (b"[[row]]\nmuc = 1\nvalid_from = '2026-1-1'", "it must be a date"),
        (b"[[row]]\nmuc = 1\nvalid_from = 2026-01-02\nvalid_until = 2026-01-01", "comes before valid_from"),
        (b"[[row]]\na = 1\nvalid_from = 2026-01-02\n[[row]]\nb = 1\nvalid_from = 2026-01-02", "same columns"),
        (b"khoa = 1\n[[row]]\na = 1\nvalid_from = 2026-01-02", "no such key; there are: confirmed, key, name, row, source"),
        (TABLE.replace(b"2026-03-02", b"2026-03-01"), "has the key of row 1"),
        (TABLE.replace(b'["loai"]', b'["loaj"]'), "there is no column"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_read_is_refused(table, said):
    """The sentence names the file, the key, why, and what to do."""
    assert any(said in found for found in faults(table)), faults(table)


def test_a_table_may_be_json(office):
    """It is no form, though forms are JSON too."""
    table = orjson.dumps({"row": [{"muc": 1, "valid_from": "2026-01-01"}]})
    office.deploy(("m.bpmn", reckons('x = row("t", "2026-03-02")["muc"]')), ("tables/t.json", table))

    assert office.variables(office.start("p"))["x"] == 1
