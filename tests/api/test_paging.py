"""Lists, page by page."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.models import FAILS_WITHOUT_FEE, ONE_TASK
from tests.api.office import Office, refused

LISTS = ("/v1/process-instances", "/v1/tasks", "/v1/incidents", "/v1/process-definitions")


@pytest.fixture
def filled(office: Office) -> Office:
    """Five of everything."""
    for number in range(5):
        office.deploy(f"p{number}", FAILS_WITHOUT_FEE)
        office.deploy(f"q{number}", ONE_TASK)
        office.start(f"q{number}")
        office.complete(office.tasks(office.start(f"p{number}")["id"])[0]["id"])
    return office


@pytest.mark.parametrize("path", [*LISTS, "/v1/tasks?sort=createdAt", "/v1/tasks?sort=dueAt", "/v1/tasks?sort=-dueAt"])
def test_pages_together_are_the_list(filled: Office, path: str) -> None:
    """Nothing is lost between two pages and nothing is shown twice, whatever the order."""
    joint = "&" if "?" in path else "?"
    whole = filled.get(f"{path}{joint}limit=200")
    pages: list[Any] = []
    after = ""
    while after is not None:
        page = filled.get(f"{path}{joint}limit=2{after and '&after=' + after}")
        assert len(page["items"]) == 2 or page["next"] is None
        pages += page["items"]
        after = page["next"]

    assert whole["next"] is None
    assert whole["items"] == pages
    assert len(pages) >= 5


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("cursor", ["x", "bm9uZQ", "W10", "WzFd", "%00", "x" * 2001])
def test_a_cursor_of_ones_own_making(office: Office, path: str, cursor: str) -> None:
    """A cursor that is none is not taken for the first page."""
    refused(office.call("GET", f"{path}?after={cursor}"), 422, "invalidValues")
