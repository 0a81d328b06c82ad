"""Incidents over HTTP."""

from __future__ import annotations

from tests.api.models import FAILS_WITHOUT_FEE
from tests.api.office import Office, refused


def failed(office: Office) -> str:
    """An instance that stopped at a gateway."""
    office.deploy("p", FAILS_WITHOUT_FEE)
    id = str(office.start("p")["id"])
    office.complete(office.tasks(id)[0]["id"])
    return id


def test_an_incident_tells_what_was_tried_on_what(office: Office) -> None:
    """An operator mends from the description alone."""
    id = failed(office)

    [incident] = office.get(f"/v1/incidents?processInstanceId={id}")["items"]

    assert ("g", "Đủ lệ phí?", "variableMissing", "fee > 10", "open") == tuple(
        incident[name] for name in ("elementId", "elementName", "code", "expression", "state")
    )
    assert "fee" in incident["detail"]["vi"]
    assert "fee" in incident["detail"]["en"]
    assert incident == office.get(f"/v1/incidents/{incident['id']}")


def test_after_mending_a_retry_goes_on(office: Office) -> None:
    """The dossier ends as if nothing had been missing, and the log has all of it."""
    id = failed(office)
    [incident] = office.get("/v1/incidents")["items"]
    office.call(
        "PATCH",
        f"/v1/process-instances/{id}/variables",
        {"variables": {"fee": 20}, "reason": "x"},
        if_match=f'"{office.instance(id)["seq"]}"',
    )

    answer = office.call("POST", f"/v1/incidents/{incident['id']}/retry")

    assert (200, "completed") == (answer.status_code, answer.json["state"])
    assert [] == office.get("/v1/incidents")["items"]
    assert [incident["id"]] == [row["id"] for row in office.get("/v1/incidents?state=resolved")["items"]]
    refused(office.post(f"/v1/incidents/{incident['id']}/retry"), 409, "incidentNotOpen")


def test_a_retry_that_fails_again_is_a_new_incident(office: Office) -> None:
    """It is not hidden that it was tried."""
    id = failed(office)
    [before] = office.get("/v1/incidents")["items"]

    body = office.post(f"/v1/incidents/{before['id']}/retry").json

    assert 1 == len(body["incidents"])
    assert before["id"] != body["incidents"][0]["id"]
    assert 2 == len(office.get(f"/v1/incidents?processInstanceId={id}&state=all")["items"])


def test_unknown_incidents(office: Office) -> None:
    """404 whichever way one asks."""
    refused(office.call("GET", "/v1/incidents/none"), 404, "notFound")
    refused(office.post("/v1/incidents/none/retry"), 404, "notFound")
