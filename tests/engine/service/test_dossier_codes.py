"""Codes of dossiers: for every unit and day a number each, none missing, none twice, whoever accepts at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from adapters.clock.ids import TimeOrderedIds
from adapters.database.schema import upgrade
from engine.domain.errors import BusinessKeyInUse
from engine.ports import every
from engine.service.dossiers import OpenDossier
from tests.conftest import Databases
from tests.engine.runtime.models import diagram, end, node, path, start, user
from tests.engine.service.office import Office

CALLERS, UNITS = 32, tuple(f"000.00.{n}.H62" for n in range(10, 15))
ACCEPTED = diagram(start() + user("u", motcua_statusCode="2") + end() + path("s", "u", "e"), key="dossier")


def check(offices: list[Office], number: int) -> None:
    """Accept so many dossiers over five units and two days; every series is whole."""
    offices[0].deploy(("p.bpmn", ACCEPTED))

    def accept(n: int) -> None:
        offices[n % len(offices)].do(OpenDossier("dossier", "counter", unit=UNITS[n % len(UNITS)]))

    with ThreadPoolExecutor(CALLERS) as callers:
        list(callers.map(accept, range(number // 2)))
        for office in offices:
            office.clock.set(office.clock.now() + timedelta(days=1))
        list(callers.map(accept, range(number // 2, number)))

    with offices[0].store.read() as queries:
        codes = [dossier.code or "" for dossier in every(lambda page: queries.list_dossiers(None, None, page))]
    series: dict[str, list[int]] = {}
    for code in codes:
        beginning, _, running = code.rpartition("-")
        series.setdefault(beginning, []).append(int(running))
    assert (number, 2 * len(UNITS)) == (len(codes), len(series))
    assert all(sorted(numbers) == list(range(1, len(numbers) + 1)) for numbers in series.values())
    print(f"{number} acceptances by {CALLERS} callers over {len(series)} series: no gap, no double")


@pytest.mark.parametrize("number", [1_000, pytest.param(10_000, marks=pytest.mark.chaos)])
def test_codes_are_without_gap_on_one_machine(number: int) -> None:
    """The counter is written in the commit that accepts."""
    office = Office()
    check([office], number)
    office.close()


def test_codes_that_a_portal_named_ahead_are_passed_over(office: Office) -> None:
    """They have their dossier: the unit's day goes on behind them, and the register of the day has no gap."""
    office.deploy(("p.bpmn", ACCEPTED))

    def handed_in(code: str | None = None) -> str:
        opened = office.do(OpenDossier("dossier", "counter", code=code, unit=UNITS[0])).dossier
        return str(opened.code)

    first = handed_in()
    ahead = [f"{first[:-4]}{number:04}" for number in (2, 3, 5)]
    assert [handed_in(code) for code in ahead] == ahead
    assert [handed_in()[-4:] for _ in range(3)] == ["0004", "0006", "0007"]
    before = office.derived()
    office.rebuild()
    assert office.derived() == before


WAITS = diagram(
    start("s", motcua_statusCode="2") + node("receiveTask", "w", messageRef="m_go") + user("after") + path("s", "w", "after"),
    key="dossier",
)  # fmt: skip


def accepted(office: Office) -> tuple[str, str]:
    """A dossier that waits for ``go``: its id and code."""
    office.deploy(("p.bpmn", WAITS))
    dossier = office.do(OpenDossier("dossier", "counter")).dossier
    return dossier.id, dossier.code


def test_nobody_calls_himself_by_a_dossiers_code(office: Office) -> None:
    """Tax and land office know dossiers by their codes: what they send must not go to whoever took the code as his key."""
    id, code = accepted(office)
    with pytest.raises(BusinessKeyInUse):
        office.start("dossier", business_key=code)
    office.message("go", code)
    assert [task.element_id for task in office.tasks(id)] == ["after"]
    with pytest.raises(BusinessKeyInUse):
        office.start("dossier", business_key=code)


def test_a_key_that_was_taken_before_the_code_was_given_gets_nothing(office: Office) -> None:
    """Codes can be guessed. The dossier that is called so has the message, also once it waits for nothing."""
    office.deploy(("p.bpmn", WAITS))
    guessed = "000.00.00-260302-0001"
    other = office.start("dossier", business_key=guessed)
    id, code = accepted(office)
    assert code == guessed
    office.message("go", code)
    assert [task.element_id for task in office.tasks(id)] == ["after"]
    assert office.message("go", code).outcome == "buffered"
    assert office.tasks(other) == []


def test_a_diagram_may_wait_by_the_code_itself(office: Office) -> None:
    """The code is a variable of the process, and a diagram may correlate by it."""
    body = (
        start("s")
        + user("u", motcua_statusCode="2")
        + node("receiveTask", "w", messageRef="m_go", motcua_correlationKey="ma_ho_so")
    )
    office.deploy(("p.bpmn", diagram(body + user("after") + path("s", "u", "w", "after"), key="dossier")))
    opened = office.do(OpenDossier("dossier", "counter")).dossier
    office.complete(office.tasks(opened.id)[0])
    office.message("go", opened.code)
    assert [task.element_id for task in office.tasks(opened.id)] == ["after"]


@pytest.mark.parametrize("number", [1_000, pytest.param(10_000, marks=pytest.mark.chaos)])
def test_codes_are_without_gap_on_two(postgresql_url: Databases, number: int) -> None:
    """Two processes take numbers of the same series: one waits for the other's commit."""
    url = postgresql_url()
    upgrade(url)
    offices = [Office(url, ids=TimeOrderedIds()) for _ in range(2)]
    check(offices, number)
    for office in offices:
        office.close()
