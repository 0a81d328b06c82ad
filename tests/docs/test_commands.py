"""What the pages tell their reader to type does what they say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from docs import described
from engine.domain.record import ADMINISTRATIVE, HOLDS_VALUES
from tests.docs.pages import ROOT, blocks, pages
from tests.docs.session import Reader, reader, steady

pytestmark = pytest.mark.slow
SELDOM = {
    "InstanceArchived", "StartTimerFired", "JobGivenUp", "JobRetried", "BatchPaused", "BatchResumed", "BatchCancelled", "SubscriptionPaused",
    "SubscriptionResumed", "SubscriptionReplayed", "SubscriptionSecretAdded", "SubscriptionSecretRemoved", "SubscriptionFailing",
    "SubscriptionDisabled",
}  # fmt: skip
"""Records of the administration that no page brings about."""
WITH_COMMANDS = [path for path in pages() if any(block.runs for block in blocks(path.read_text()))]


@pytest.fixture(scope="module")
def somebody() -> Iterator[Reader]:
    """One service for all pages, as a reader has it."""
    with reader() as somebody:
        yield somebody


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_do_what_their_page_says(page: Path, somebody: Reader) -> None:
    """A reader who types them sees what is printed there; only ids differ."""
    found = blocks(page.read_text())
    ran = iter(somebody.run([block for block in found if block.runs]))

    done = None
    for block in found:
        if block.runs:
            done = next(ran)
            assert block.fails is (done.code != 0), f"{block.text}\n{done.printed}"
        elif block.shows:
            assert done is not None
            assert steady(block.text) == steady(done.printed)


def test_the_tutorial_is_among_them() -> None:
    """A page whose marks were lost would pass unseen."""
    names = {path.name for path in WITH_COMMANDS}

    assert {"README.md", "tutorial.md", "correlate-messages.md", "mend-an-incident.md"} <= names


def test_payloads_are_as_described(somebody: Reader) -> None:
    """Who reads the log by the reference finds no field that it does not explain."""
    somebody.run(
        blocks(
            "```sh run\nmotcua demo --all --procedure khai_sinh --procedure chuyen_nhuong_dat --procedure giay_phep_xay_dung --url $MOTCUA_URL > /dev/null\n```\n"
        )
    )

    seen: dict[str, set[str]] = {}
    for record in somebody.records():
        seen.setdefault(record["kind"], set()).update(record["payload"])
    unknown = {
        kind: fields - described.PAYLOADS[kind].keys() - ({"sealed"} if kind in HOLDS_VALUES else set())
        for kind, fields in seen.items()
    }

    assert not {kind: fields for kind, fields in unknown.items() if fields}
    assert {"TimerFired", "MessageDelivered", "IncidentRaised", *ADMINISTRATIVE} - SELDOM <= seen.keys()
