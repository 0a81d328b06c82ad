"""Indicators over HTTP: for any period, as JSON and as a sheet, with the rule beside the figure."""

from __future__ import annotations

import csv

from tests.api.models import chain, process
from tests.api.office import Office, refused
from tests.api.test_dossiers import BESIDE, LIMIT, STEPS, do, hand_in

YEARS = "from=2026-01-01T00:00:00Z&to=2028-01-01T00:00:00Z"


def test_a_period_as_json_and_as_a_sheet(office: Office) -> None:
    """What was accepted online counts; payments are not known yet, and are not 0 %."""
    office.upload({"p.bpmn": process("p", chain(*STEPS), BESIDE), "procedure.toml": b'level = "xa"\n' + LIMIT})
    for channel in ("online", "online", "counter", "post"):
        do(office, hand_in(office, channel=channel)["id"], "accept")

    found = office.get(f"/v1/indicators?{YEARS}&by=level")
    sheet = office.call("GET", f"/v1/indicators?{YEARS}&format=csv")

    [k3] = [figure for figure in found["items"] if figure["id"] == "K3"]
    assert ("commune", 2, 4, 50.0, 20, True) == (
        k3["group"], k3["numerator"], k3["denominator"], k3["ratio"], k3["target"], k3["met"],
    )  # fmt: skip
    assert "received and channel == 'online'" == k3["rule"]["numerator"]
    assert "N/A" == next(figure["shown"] for figure in found["items"] if figure["id"] == "K1")
    assert "fee" == next(figure["missing"] for figure in found["items"] if figure["id"] == "K4")
    rows = list(csv.DictReader(sheet.get_data(as_text=True).removeprefix("\ufeff").splitlines()))
    assert ["K1", "K2", "K3", "K4"] == [row["id"] for row in rows]
    assert "N/A" == rows[0]["ratio"]


def test_a_period_has_to_be_one(office: Office) -> None:
    """And a set has to be there."""
    backwards = office.call("GET", "/v1/indicators?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z")
    unknown = office.call("GET", f"/v1/indicators?{YEARS}&set=none")

    assert ["/to"] == [error["pointer"] for error in refused(backwards, 422, "invalidValues")["errors"]]
    assert ["/set"] == [error["pointer"] for error in refused(unknown, 422, "invalidValues")["errors"]]
