"""The log over all streams."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.models import ONE_TASK
from tests.api.office import Office, refused


def test_the_administration_is_in_the_log_too(office: Office) -> None:
    """Who published what, and who made keys, must be provable."""
    office.deploy("p", ONE_TASK)

    kinds = [record["kind"] for record in office.get("/v1/records")["items"]]

    assert ["DeploymentCreated", "ApiKeyCreated", "CalendarPublished"] == kinds


def test_an_auditor_finds_acts_by_person_kind_and_time(office: Office) -> None:
    """What did this person do last week?"""
    office.deploy("p", ONE_TASK)
    first = office.start("p")["id"]
    office.advance(3600)
    now = office.instance(office.start("p")["id"])["startedAt"]

    def found(query: str) -> list[Any]:
        return list(office.get(f"/v1/records?{query}&limit=200")["items"])

    started = found("kind=ProcessInstanceStarted")
    assert {"ProcessInstanceStarted"} == {record["kind"] for record in started}
    assert 2 == len(started)
    assert first == started[-1]["stream"]
    assert [now] == [record["recordedAt"] for record in found(f"kind=ProcessInstanceStarted&from={now}")]
    assert 2 == len(found(f"kind=ProcessInstanceStarted&to={now}"))
    assert [] == found("actor=nobody")
    assert {"admin"} == {record["actor"] for record in found("actor=admin")}


def places(page: Any) -> list[tuple[str, int]]:
    """Where the records of a page stand; looking at them leaves records of its own, which are not what is looked for."""
    return [(record["stream"], record["seq"]) for record in page["items"] if record["stream"] != "access"]


@pytest.mark.parametrize("limit", [1, 3, 7])
def test_pages_together_are_the_whole(office: Office, limit: int) -> None:
    """A page may end in the middle of a command's records; none is lost, none is shown twice, though new ones come."""
    office.deploy("p", ONE_TASK)
    for _ in range(3):
        office.start("p")
    whole = places(office.get("/v1/records?limit=200"))

    pages: list[tuple[str, int]] = []
    after, came = "", False
    while after is not None:
        page = office.get(f"/v1/records?limit={limit}{after and '&after=' + after}")
        pages += places(page)
        after = page["next"]
        if len(pages) >= limit and not came:
            came = True
            office.advance(1)
            office.start("p")

    assert whole == pages
    assert len(set(whole)) == len(whole)


@pytest.mark.parametrize("query", ["kind=Nonsense", "from=yesterday", "to=2026-11-24", "after=zz", "after=5b315d"])
def test_questions_that_make_no_sense(office: Office, query: str) -> None:
    """An empty answer to a misspelt question would be a wrong answer."""
    refused(office.call("GET", f"/v1/records?{query}"), 422, "invalidValues")
