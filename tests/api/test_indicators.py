"""Indicators over HTTP: for any period, as JSON and as a sheet, with the rule beside the figure."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from api.bootstrap import wire
from api.settings import Settings, SettingsRefused
from tests.api.models import chain, process
from tests.api.office import Office, refused
from tests.api.people import TREE, Person
from tests.api.test_dossiers import BESIDE, LIMIT, STEPS, do, hand_in

YEARS = "from=2026-01-01T00:00:00Z&to=2028-01-01T00:00:00Z"


def test_a_period_as_json_and_as_a_sheet(office: Office) -> None:
    """What was accepted online counts; what nobody was to pay is N/A, not 0 %."""
    office.upload({"p.bpmn": process("p", chain(*STEPS), BESIDE), "procedure.toml": b'level = ["xa"]\n' + LIMIT})
    for channel in ("online", "online", "counter", "post"):
        do(office, hand_in(office, channel=channel)["id"], "accept")

    found = office.get(f"/v1/indicators?{YEARS}&by=level")
    sheet = office.call("GET", f"/v1/indicators?{YEARS}&format=csv")

    [k3] = [figure for figure in found["items"] if figure["id"] == "K3"]
    assert ("commune", 2, 4, 50.0, 20, True) == (
        k3["group"], k3["numerator"], k3["denominator"], k3["ratio"], k3["target"], k3["met"],
    )  # fmt: skip
    assert ("dossiers", "received and channel == 'online'") == (k3["rule"]["counts"], k3["rule"]["numerator"])
    assert {"N/A"} == {figure["shown"] for figure in found["items"] if figure["id"] in ("K1", "K4", "K6")}
    assert ("2021-01-01", False) == (found["validFrom"], found["confirmed"])
    rows = list(csv.DictReader(sheet.get_data(as_text=True).removeprefix("\ufeff").splitlines()))
    assert ["K1", "K2", "K3", "K4", "K5", "K5b", "K6", "K6b"] == [row["id"] for row in rows]
    assert "N/A" == rows[0]["ratio"]
    assert sheet.get_data().startswith(b"\xef\xbb\xbf")


def test_the_national_set_says_what_is_missing(office: Office) -> None:
    """Points that nobody can know yet are neither given nor taken; in 2027 the revision counts, unless somebody asks for the rules before."""
    office.upload({"p.bpmn": process("p", chain(*STEPS), BESIDE), "procedure.toml": b'level = "xa"\n' + LIMIT})
    do(office, hand_in(office)["id"], "accept")

    revised = office.get(f"/v1/indicators?{YEARS}&set=qd_766")
    before = office.get(f"/v1/indicators?{YEARS}&set=qd_766&rulesOf=2025-01-01")

    assert ("2026-01-01", "2022-06-23") == (revised["validFrom"], before["validFrom"])
    sets = [(each["set"], each["validFrom"]) for each in office.get("/v1/indicators/sets")["items"]]
    assert {("qd_766", "2026-01-01"), ("qd_766", "2022-06-23"), ("tinh_2021", "2021-01-01")} == set(sets)
    assert ["06a", "07a", "07b"] == [each["form"] for each in office.get("/v1/reports")["items"]]
    figures = {figure["id"]: figure for figure in before["items"]}
    assert (None, "synced_dossiers", "N/A") == tuple(figures["1.4"][name] for name in ("ratio", "missing", "shown"))
    assert ("1.4", "synced_dossiers") == (figures["3.3"]["rule"]["times"], figures["3.3"]["missing"])
    assert (20.0, 20) == (figures["2.1"]["points"], figures["2.1"]["maxPoints"])
    [points] = before["points"]
    known = [figure["points"] for figure in before["items"] if figure["points"] is not None]
    assert (100, round(sum(known), 2)) == (points["maxPoints"], points["points"])
    assert points["unknown"] == sum(f["maxPoints"] or 0 for f in before["items"] if f["points"] is None) > 0


def test_an_officer_has_the_figures_of_his_units(office: Office) -> None:
    """How the neighbours did is not his to see."""
    assert 200 == office.call("PUT", "/v1/organisation", TREE).status_code
    office.upload({"p.bpmn": process("p", chain(*STEPS), BESIDE), "procedure.toml": LIMIT})
    for unit in ("X1", "X2", "X2"):
        do(office, hand_in(office, unit=unit)["id"], "accept")
    officer = Person(office, "o", "officer", unit="X1", groups=["g"])

    mine = officer.get(f"/v1/indicators?{YEARS}&by=unit").json["items"]
    all_ = office.get(f"/v1/indicators?{YEARS}&by=unit")["items"]

    received = (
        {f["group"]: f["denominator"] for f in mine if f["id"] == "K3"},
        {f["group"]: f["denominator"] for f in all_ if f["id"] == "K3"},
    )
    assert ({"X1": 1}, {"X1": 1, "X2": 2}) == received
    assert {"Xã một"} == {figure["groupName"]["vi"] for figure in mine}
    assert 3 == office.get(f"/v1/reports/07a?{YEARS}")["total"]["total"]
    assert 1 == officer.get(f"/v1/reports/07a?{YEARS}").json["total"]["total"]


def test_a_period_has_to_be_one(office: Office) -> None:
    """And a set has to be there."""
    backwards = office.call("GET", "/v1/indicators?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z")
    for far in (
        "from=0001-01-01T00:00:00Z&to=2026-01-01T00:00:00Z",
        "from=2026-01-01T00:00:00Z&to=9999-12-31T23:59:59Z",
    ):
        for path in ("indicators", "reports/07a"):
            refused(office.call("GET", f"/v1/{path}?{far}"), 422, "invalidValues")
    refused(office.call("GET", f"/v1/indicators?{YEARS}&set=none"), 404, "notFound")
    refused(office.call("GET", "/v1/reports/06a?from=2001-01-01T00:00:00Z&to=2002-01-01T00:00:00Z"), 404, "notFound")

    assert ["/to"] == [error["pointer"] for error in refused(backwards, 422, "invalidValues")["errors"]]


RULE = 'id = "own"\nname = "Riêng"\nname_en = "Own"\nvalid_from = "2026-01-01"\nsource = "s"\nconfirmed = false\n'
OUTSIDE = '[[figure]]\nname = "asked"\nvalue = 4\nfirst = 2026-01-01\nlast = 2027-12-31\nsource = "Báo cáo năm"\n'


def _own(folder: Path, indicator: str, outside: str = "") -> Settings:
    (folder / "indicators").mkdir()
    (folder / "indicators" / "own.toml").write_text(f"{RULE}[[indicator]]\n{indicator}")
    (folder / "outside.toml").write_text(outside)
    return Settings(database_url="sqlite:///:memory:", clock="virtual", figures=str(folder))


@pytest.mark.parametrize("indicator", ['id = "A"', 'id = "A"\nname = "n"\nname_en = "n"\nnumerator = "recieved"\n'])
def test_rules_that_cannot_be_read_stop_the_start(tmp_path: Path, indicator: str) -> None:
    """A service that passed over them would answer by the wrong ones."""
    with pytest.raises(SettingsRefused, match=r"own\.toml"):
        wire(_own(tmp_path, indicator))


def test_an_operator_adds_rules_and_figures_from_outside(tmp_path: Path) -> None:
    """What only the national report knows is a line with its source, for one period."""
    from api.app import make_app
    from tests.api.office import KEY

    settings = _own(
        tmp_path,
        'id = "A"\nname = "=n"\nname_en = "n"\nnumerator = "received"\ndenominator = { outside = "asked" }\n',
        OUTSIDE,
    )
    service = wire(
        Settings(**{**{name: getattr(settings, name) for name in settings.__dataclass_fields__}, "admin_key": KEY})
    )
    service.start()
    office = Office(service, make_app(service).test_client())
    office.upload({"p.bpmn": process("p", chain(*STEPS), BESIDE), "procedure.toml": LIMIT})
    do(office, hand_in(office)["id"], "accept")
    local = "from=2026-01-01T00:00:00%2B07:00&to=2028-01-01T00:00:00%2B07:00&set=own"

    found = office.get(f"/v1/indicators?{local}")["items"][0]
    other = office.get("/v1/indicators?from=2026-01-01T00:00:00%2B07:00&to=2027-01-01T00:00:00%2B07:00&set=own")[
        "items"
    ][0]
    sheet = office.call("GET", f"/v1/indicators?{local}&format=csv").get_data(as_text=True)
    service.stop()

    assert ((1, 4, 25.0, None), "asked") == (
        (found["numerator"], found["denominator"], found["ratio"], found["missing"]),
        other["missing"],
    )
    assert "'=n" in sheet
