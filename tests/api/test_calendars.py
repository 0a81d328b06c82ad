"""Working calendars over HTTP: decided by year and unit, and what follows for dossiers that are open."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from api.bootstrap import Service
from engine.service.clock import SetVirtualTime
from engine.service.command import SERVICE
from engine.service.rebuild import rebuild
from tests.api.models import chain, process
from tests.api.office import Office, Reply, refused
from tests.api.people import TREE, Person

STEPS = (
    'startEvent|s|motcua:statusCode="1"',
    "userTask|accept",
    'userTask|work|motcua:statusCode="2"',
    'endEvent|e|motcua:statusCode="9"',
)
LIMIT = b'code = "1.1"\n[limit]\nvalue = 10\nunit = "working-day"\n'
DAY_OFF = 'year = 2027\nsource = "Quyết định thử"\nconfirmed = true\nclosed = [2027-03-05]\n'


@pytest.fixture
def office(office: Office) -> Office:
    """Three units and a procedure of ten working days, on the first of March 2027, a Monday, at eight o'clock."""
    assert 200 == office.call("PUT", "/v1/organisation", TREE).status_code
    office.upload({"p.bpmn": process("p", chain(*STEPS)), "procedure.toml": LIMIT})
    office.service.writer.do(SetVirtualTime(datetime.fromisoformat("2027-03-01T01:00:00Z")), SERVICE)
    return office


def accepted(office: Office, unit: str | None) -> str:
    """A dossier of a unit, with a date."""
    sent = {"processDefinitionKey": "p", "channel": "counter", "unit": unit}
    id: str = office.post("/v1/dossiers", sent).json["id"]
    [task] = office.tasks(id)
    assert 200 == office.complete(task["id"]).status_code
    return id


def decide(office: Office, text: str, query: str = "", year: int = 2027) -> Reply:
    """Publish a decision."""
    return office.call("PUT", f"/v1/calendars/{year}{query}", {"decision": text})


def due(office: Office, id: str) -> str:
    """The day on which a dossier is due."""
    return str(office.get(f"/v1/dossiers/{id}")["dueAt"])[:10]


def kinds(office: Office, id: str) -> list[str]:
    """What stands in a dossier's history."""
    return [record["kind"] for record in office.get(f"/v1/process-instances/{id}/history?limit=200")["items"]]


def test_a_decision_moves_the_dossiers_of_its_units_alone(office: Office, service: Service) -> None:
    """A commune that closes for a day owes its citizens a day more, and its neighbour does not; the dry run says so before."""
    ids = [accepted(office, unit) for unit in ("X1", "X2", "T", None)]
    assert ["2027-03-15"] * 4 == [due(office, id) for id in ids]
    text = DAY_OFF.replace("year", 'units = ["X1"]\nyear')

    foretold = decide(office, text, "?dryRun=true").json["moves"]
    office.advance(5)
    assert {"dossiers": 4, "later": 1, "earlier": 0, "mostHours": 24.0, "complete": True} == foretold
    assert ["2027-03-15"] * 4 == [due(office, id) for id in ids]

    assert 200 == decide(office, text).status_code
    office.advance(5)
    assert ["2027-03-16", "2027-03-15", "2027-03-15", "2027-03-15"] == [due(office, id) for id in ids]
    assert [1, 0, 0, 0] == [kinds(office, id).count("DueTimeRecomputed") for id in ids]

    assert 200 == decide(office, DAY_OFF).status_code
    office.advance(5)
    assert ["2027-03-16"] * 4 == [due(office, id) for id in ids]
    before = [office.get(f"/v1/dossiers/{id}/clock") for id in ids]
    rebuild(service.store, service.catalog)
    assert before == [office.get(f"/v1/dossiers/{id}/clock") for id in ids]
    assert all(office.post(f"/v1/process-instances/{id}/verification").json["identical"] for id in ids)


def test_new_dossiers_begin_under_their_units_calendar(office: Office) -> None:
    """What was decided for a unit wins over what the province has, and a unit takes over what is decided above it."""
    decide(office, DAY_OFF)
    decide(
        office,
        'year = 2027\nunits = ["X1"]\nsource = "s"\n[[open]]\nday = 2027-03-05\nhours = ["07:00-11:30", "13:30-17:00"]\n',
    )

    assert ["2027-03-15", "2027-03-16"] == [due(office, accepted(office, unit)) for unit in ("X1", "X2")]
    told = office.get(f"/v1/dossiers/{accepted(office, 'X2')}/clock")
    assert not told["provisional"]
    assert office.get("/v1/calendars/2027?unit=X2")["calendar"] == told["calendar"]


def test_what_is_accepted_later_is_reckoned_by_what_counts_then(office: Office) -> None:
    """Handed in before the decision and accepted after it: the first date that the citizen is told is the right one."""
    id = office.post("/v1/dossiers", {"processDefinitionKey": "p", "channel": "online"}).json["id"]
    decide(office, DAY_OFF)
    office.advance(5)
    [task] = office.tasks(id)
    assert 200 == office.complete(task["id"]).status_code

    dossier = office.get(f"/v1/dossiers/{id}")
    assert "2027-03-16" == dossier["firstDueAt"][:10] == dossier["dueAt"][:10]
    assert ["DossierAccepted", "DueTimeRecomputed"] == [k for k in kinds(office, id) if k.startswith("D")]
    assert office.post(f"/v1/process-instances/{id}/verification").json["identical"]


def test_a_year_is_shown_day_by_day(office: Office) -> None:
    """Swaps, half days and days on which only intake is open, as people have to print them."""
    text = (
        DAY_OFF + "half = [2027-12-31]\n[[swap]]\noff = 2027-05-04\nwork = 2027-05-08\n"
        '[[season]]\nfrom = 2027-11-01\nuntil = 2027-12-31\nhours = ["08:00-12:00", "13:00-17:00"]\n'
        '[intake]\nsaturdays = ["07:30-11:30"]\n'
    )
    decide(office, text)

    found = {day["day"][5:]: day for day in office.get("/v1/calendars/2027")["days"]}

    assert 365 == len(found)
    assert ("off", "off", "working") == tuple(found[day]["kind"] for day in ("03-05", "05-04", "03-01"))
    assert ("special", [["07:00", "11:30"], ["13:30", "17:00"]]) == (found["05-08"]["kind"], found["05-08"]["hours"])
    assert [["08:00", "12:00"]] == found["12-31"]["hours"]
    assert ("intake", [], [["07:30", "11:30"]]) == tuple(found["03-06"][name] for name in ("kind", "hours", "intake"))
    assert "weekend" == found["03-07"]["kind"]
    shown = office.get("/v1/calendars")
    assert [(2027, None, True)] == [(row["year"], row["unit"], row["confirmed"]) for row in shown["decisions"]]
    assert 2027 not in shown["provisionalYears"]
    assert {2026, 2028} < set(shown["provisionalYears"])


def test_intake_counts_only_where_it_is_decided(office: Office) -> None:
    """A Saturday morning on which dossiers are taken in is none of the days that the law gives; a province may decide otherwise."""
    intake = DAY_OFF.replace("closed = [2027-03-05]\n", "") + '[intake]\nsaturdays = ["07:30-11:30"]\n'
    decide(office, intake)
    id = accepted(office, None)
    assert "2027-03-15" == due(office, id)

    decide(office, intake + "counts = true\n")
    office.advance(5)

    assert "2027-03-12" == due(office, id)


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        ("year = 2027\n", "/decision/source"),
        ("year = 2026\nsource = 's'\n", "/decision/year"),
        ("year = 2027\nsource = 's'\nclosed = ['2027-02-30']\n", "/decision/closed/0"),
        ("year = 2027\nsource = 's'\nclosed = [2026-02-03]\n", "/decision"),
        ("year = 2027\nsource = 's'\nhours = ['17:00-07:00']\n", "/decision/hours"),
        ("year = 2027\nsource = 's'\nholidays = []\n", "/decision/holidays"),
        ("year = 2027\nsource = 's'\nunits = ['X1']\ncutoff = '14:00'\n", "/decision/units"),
        ("year = 2027\nsource = 's'\nunits = ['X9']\n", "/decision/units"),
        ("year = ", "/decision"),
    ],
)
def test_what_is_no_decision_is_refused(office: Office, text: str, pointer: str) -> None:
    """A misspelt day off would be found out by citizens."""
    problem = refused(decide(office, text), 422, "invalidValues")

    assert pointer in [error["pointer"] for error in problem["errors"]]
    assert [] == office.get("/v1/calendars")["decisions"]


def test_the_same_decision_again_is_not_another(office: Office) -> None:
    """Sent twice it is published once; another on the same year takes its place."""
    first, again = decide(office, DAY_OFF).json, decide(office, DAY_OFF).json
    other = decide(office, DAY_OFF.replace("03-05", "03-04")).json

    assert first == again != other
    assert [other["decision"]] == [row["decision"] for row in office.get("/v1/calendars")["decisions"]]
    records = office.get("/v1/records?kind=CalendarPublished")["items"]
    assert [2027, 2027] == [r["payload"].get("year") for r in records if r["payload"].get("year")]


def test_another_tree_brings_another_calendar(office: Office) -> None:
    """A commune that comes below another unit is reckoned by what was decided there."""
    decide(office, DAY_OFF.replace("year", 'units = ["X1"]\nyear'))
    id = accepted(office, "X2")
    assert "2027-03-15" == due(office, id)
    moved: Any = {"units": [unit | ({"parent": "X1"} if unit["code"] == "X2" else {}) for unit in TREE["units"]]}

    assert 200 == office.call("PUT", "/v1/organisation", moved).status_code
    office.advance(5)

    assert "2027-03-16" == due(office, id)


def test_half_days_are_compared_where_the_province_says_so(office: Office) -> None:
    """Due in the morning and done in the afternoon is on time by the day, and late by the half-day."""
    decide(office, 'year = 2027\nsource = "s"\ntimeliness = "half-day"\n')
    id, other = accepted(office, None), accepted(office, None)
    office.advance(14 * 24 * 3600 + 60)
    for each in (id, other):
        [task] = [task for task in office.tasks(each) if task["elementId"] == "work"]
        office.complete(task["id"])
        office.advance(6 * 3600)

    assert ["onTime", "late"] == [office.get(f"/v1/dossiers/{each}/clock")["timeliness"] for each in (id, other)]


def test_an_approver_decides_and_an_officer_looks(office: Office) -> None:
    """Whoever lets procedures count lets days count."""
    approver, officer = Person(office, "phe-duyet", "approver"), Person(office, "can-bo", "officer")

    assert 200 == approver.call("PUT", "/v1/calendars/2027", {"decision": DAY_OFF}).status_code
    refused(officer.call("PUT", "/v1/calendars/2027", {"decision": DAY_OFF}), 403, "forbidden")
    assert 200 == officer.get("/v1/calendars/2027").status_code
    refused(officer.get("/v1/calendars/1999"), 404, "notFound")
