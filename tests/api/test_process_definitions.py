"""Process definitions over HTTP."""

from __future__ import annotations

from tests.api.models import FAILS_WITHOUT_FEE, ONE_TASK, TWO_TASKS, chain, process
from tests.api.office import Office, refused
from tests.engine.runtime.constructs import executes

PATH = "/v1/process-definitions"


@executes(
    "Data and structure",
    "vendor extensions",
    says="Attributes and elements of other vendors are kept and warned of by name; the diagram comes back byte for byte.",
)
def test_the_diagram_comes_back_byte_for_byte(office: Office) -> None:
    """The drawing of record is what was signed, not what a parser thought of it."""
    content = b"\xef\xbb\xbf" + process("p", ONE_TASK).replace(b"\n", b"\r\n") + b"\n<!-- k\xc3\xbd -->\n"
    id = office.upload({"p.bpmn": content}).json["processDefinitions"][0]["id"]

    answer = office.call("GET", f"{PATH}/{id}/bpmn")

    assert (200, "application/xml", content) == (answer.status_code, answer.mimetype, answer.data)


def test_definitions_by_key(office: Office) -> None:
    """Every version that was ever in force."""
    office.deploy("p", ONE_TASK)
    office.deploy("q", ONE_TASK)
    office.deploy("p", TWO_TASKS)

    assert [2, 1] == [row["version"] for row in office.get(f"{PATH}?key=p")["items"]]
    assert ["p", "q", "p"] == [row["key"] for row in office.get(PATH)["items"]]
    assert [] == office.get(f"{PATH}?key=none")["items"]


def test_statistics_are_counted_from_the_histories(office: Office) -> None:
    """Where dossiers lie, and for how long."""
    definition = office.deploy("p", FAILS_WITHOUT_FEE)
    slow, quick, waiting = (office.start("p", {"fee": 20} if n else {})["id"] for n in range(3))
    office.complete(office.tasks(quick)[0]["id"])
    office.advance(3600)
    office.complete(office.tasks(slow)[0]["id"])

    rows = {row["elementId"]: row for row in office.get(f"{PATH}/{definition}/statistics")["items"]}

    assert (2, 1, 0.0, 3600.0, 0) == tuple(
        rows["u"][name] for name in ("passed", "active", "p50Seconds", "p90Seconds", "incidents")
    )
    assert (1, 1) == (rows["g"]["passed"], rows["g"]["incidents"])
    assert "running" == office.instance(waiting)["state"]


def test_statistics_of_what_never_ran(office: Office) -> None:
    """Nothing is not an error."""
    assert [] == office.get(f"{PATH}/{office.deploy('p', ONE_TASK)}/statistics")["items"]


def test_unknown_definitions(office: Office) -> None:
    """404 whichever way one asks."""
    for path in ("", "/bpmn", "/statistics"):
        refused(office.call("GET", f"{PATH}/none{path}"), 404, "notFound")


def test_a_definition_says_whether_its_four_steps_are_at_one_place(office: Office) -> None:
    """The province counts such procedures; the number must come from what is in force, not from a list."""
    task = 'userTask|u|motcua:phase="intake, appraisal, approval, return" motcua:location="{}"'
    here, there = (
        office.deploy(key, chain("startEvent|s", task.format(place), "endEvent|e"))
        for key, place in (("p", "centre"), ("q", "office"))
    )

    assert office.get(f"{PATH}/{here}")["fourAtOnePlace"]
    assert not office.get(f"{PATH}/{there}")["fourAtOnePlace"]
