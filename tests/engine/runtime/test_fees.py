"""Fees: an element says what is due when it is left, in whole đồng; nothing else can become somebody's bill."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.runtime.bench import Run, report_on
from tests.engine.runtime.models import boundary, diagram, end, flow, node, path, script, start, timer, user

COPIES = "2000 * n if n &lt;= 2 else 4000 + 1000 * (n - 2)"


@pytest.fixture(params=[False, True], ids=["kept", "reloaded"])
def reload(request) -> bool:
    """Whether the execution is loaded from its snapshot after every input."""
    return bool(request.param)


def due(run: Run) -> list[tuple[str, int]]:
    """What was determined, in order."""
    return [(said["element"], said["amount"]) for said in run.of("FeeDetermined")]


def charged(fee: str, **more: str) -> bytes:
    """A user task that determines a fee."""
    return diagram(start() + user("u", motcua_fee=fee, **more) + user("v") + path("s", "u", "v"))


@pytest.mark.parametrize(("fee", "n", "amount"), [(COPIES, 5, 7_000), ("75000", 0, 75_000), ("0", 0, 0)])
def test_a_fee_is_reckoned_when_the_element_is_left(reload, fee, n, amount):
    """What the clerk entered counts already: the number of copies is known only then."""
    run = Run(charged(fee), reload=reload)
    assert due(run) == []
    rows = run.complete("u", {"n": n})
    assert due(run) == [("u", amount)]
    kinds = [kind for kind, _ in rows]
    assert kinds.index("FeeDetermined") < kinds.index("ElementLeft")


def test_an_even_part_of_a_price_is_an_amount(reload):
    """Half a per cent of 1.8 billion comes out as a float; that it is even is enough."""
    run = Run(charged("gia * 0.005"), reload=reload)
    run.complete("u", {"gia": 1_800_000_000})
    assert due(run) == [("u", 9_000_000)]


@pytest.mark.parametrize("value", [-1, 0.5, 1e300, "75000", True, None, [75_000]])
def test_what_is_no_amount_is_an_incident_and_mended(reload, value):
    """A wrong bill is worse than a dossier that waits: the token rests before the next step, and goes on when it is mended."""
    run = Run(charged("phi"), reload=reload)
    run.complete("u", {"phi": value})
    [incident] = run.incidents
    assert (incident["code"], incident["expression"], due(run)) == ("feeWrong", "phi", [])
    assert "số nguyên đồng" in incident["detail"]["vi"]

    run.mend(phi=5)
    run.retry()
    assert (due(run), [task["element"] for task in run.tasks]) == ([("u", 5)], ["v"])


def test_a_failure_behind_it_does_not_charge_twice(reload):
    """The fee stands when the flows behind cannot be chosen; the retry chooses again and says nothing of money."""
    body = start() + script("t", "n = 1", motcua_fee="n * 1000") + user("v") + path("s", "t") + flow("t", "v", "hop_le")
    run = Run(diagram(body + end() + flow("t", "e", "not hop_le")), reload=reload)
    run.mend(hop_le=True)
    run.retry()
    assert (due(run), [task["element"] for task in run.tasks]) == ([("t", 1_000)], ["v"])


def test_a_repeated_activity_says_it_once(reload):
    """Of a multi-instance activity the whole is priced, when all of it is done."""
    loop = '<multiInstanceLoopCharacteristics isSequential="true"><loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>'
    run = Run(diagram(start() + user("u", loop, motcua_fee="1000") + user("v") + path("s", "u", "v")), reload=reload)
    for _ in range(3):
        assert due(run) == []
        run.complete("u")
    assert due(run) == [("u", 1_000)]


def test_a_task_that_was_interrupted_says_nothing(reload):
    """What was not done costs nothing."""
    late = boundary("b", "u", timer("PT1H"))
    body = start() + user("u", motcua_fee="1000") + late + user("v") + end() + path("s", "u", "e") + path("b", "v")
    run = Run(diagram(body), reload=reload)
    run.wait(hours=1)
    assert (due(run), [task["element"] for task in run.tasks]) == ([], ["v"])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (user("u", motcua_fee="75.000 đồng"), "feeRefused"),
        (user("u", motcua_fee="row('le_phi', ngay, 'loai', 'a')['muc']"), "feeRefused"),
        (node("exclusiveGateway", "u", motcua_fee="1"), "attributeNotHere"),
        (node("subProcess", "u", start("i"), motcua_fee="1"), "attributeNotHere"),
    ],
)
def test_what_could_never_be_reckoned_is_refused_at_deploy(body: Any, code: str):
    """A misspelt table is found by the analyst, not by the citizen."""
    report = report_on(diagram(start() + body + path("s", "u")))
    assert code in [problem.code for problem in report.problems]
