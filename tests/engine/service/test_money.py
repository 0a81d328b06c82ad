"""What a dossier is to cost, and what was paid for it: at the counter, online, given back."""

from __future__ import annotations

from typing import Any

from engine.domain.dossier import Dossier
from engine.service.dossiers import OpenDossier
from tests.engine.runtime.models import diagram, end, flow, node, path, script, start, user
from tests.engine.service.office import Office


def drawn(office: Office, body: str, more: str = "") -> None:
    """Publish a procedure whose dossiers are accepted at once."""
    office.deploy(("p.bpmn", diagram(start("s", motcua_statusCode="2") + body, more=more)))


def hand_in(office: Office, **values: Any) -> str:
    """A dossier at the counter."""
    id: str = office.do(OpenDossier("p", "counter", values=values)).dossier.id
    return id


def dossier(office: Office, id: str) -> Dossier:
    """A dossier as it is stored."""
    with office.store.read() as queries:
        return queries.dossiers([id])[id]


def do(office: Office, id: str, **values: Any) -> None:
    """Complete the task that is open."""
    office.complete(office.tasks(id)[0], values)


def the_same_again(office: Office, id: str) -> None:
    """The history comes out the same, and so does everything derived from it."""
    assert office.verify(id).identical
    before = office.derived()
    office.rebuild()
    assert office.derived() == before


def test_a_fee_is_the_sum_over_elements_and_a_correction_replaces(office):
    """Two charges add up; the clerk who is sent back and counts the copies again does not charge twice."""
    drawn(
        office,
        script("phi", "x = 1", motcua_fee="50000") + user("u", motcua_fee="2000 * n") + node("exclusiveGateway", "g", default="g__v")
        + user("v") + end() + path("s", "phi", "u", "g") + flow("g", "v") + flow("g", "u", "n &gt; 10") + path("v", "e"),
    )  # fmt: skip
    id = hand_in(office)
    assert (dossier(office, id).fee, dossier(office, id).due) == (50_000, 50_000)
    do(office, id, n=20)
    assert dossier(office, id).fee == 90_000
    do(office, id, n=2)
    assert (dossier(office, id).fee, dossier(office, id).fees) == (54_000, {"phi": 50_000, "u": 4_000})
    the_same_again(office, id)


def test_a_fee_of_a_called_process_is_not_the_dossiers(office):
    """As with the status: what is called is one step. A dossier that determines nothing has no fee, which is not the same as 0."""
    called = (
        '<process id="q" isExecutable="true">' + start("qs") + node("task", "t", motcua_fee="8000") + end("qe") + path("qs", "t", "qe")
        + "</process>"
    )  # fmt: skip
    drawn(
        office, node("callActivity", "c", calledElement="q") + user("u", motcua_fee="0") + path("s", "c", "u"), called
    )
    id = hand_in(office)
    assert "FeeDetermined" in office.kinds(id)
    assert dossier(office, id).fee is None
    do(office, id)
    assert dossier(office, id).fee == 0
    the_same_again(office, id)
