"""Codes of dossiers: for every unit and day a number each, none missing, none twice, whoever accepts at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from adapters.clock.ids import TimeOrderedIds
from adapters.database.schema import upgrade
from engine.ports import every
from engine.service.dossiers import OpenDossier
from tests.conftest import Databases
from tests.engine.runtime.models import diagram, end, path, start, user
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


@pytest.mark.parametrize("number", [1_000, pytest.param(10_000, marks=pytest.mark.chaos)])
def test_codes_are_without_gap_on_two(postgresql_url: Databases, number: int) -> None:
    """Two processes take numbers of the same series: one waits for the other's commit."""
    url = postgresql_url()
    upgrade(url)
    offices = [Office(url, ids=TimeOrderedIds()) for _ in range(2)]
    check(offices, number)
    for office in offices:
        office.close()
