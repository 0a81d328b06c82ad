"""Indicators: a year of a province against somebody who reads every dossier with the rule book beside him."""

from __future__ import annotations

import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta, timezone
from random import Random
from typing import Any

import pytest

from api.indicator_sets import read_sets
from engine.analysis.indicators import Figure, IndicatorSet, Period, count, figures
from engine.domain.dossier import Dossier
from engine.domain.legal_clock import LegalClock, Pause, said
from engine.domain.values import written

SETS = read_sets()
BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
YEAR = Period(BEGIN, END)
LEVELS = ("province", "department", "district", "commune")
HOUR = timedelta(hours=1)


def dossiers(number: int) -> list[Dossier]:
    """So many of a year, some handed in before it and some not over at its end."""
    random = Random(7)
    return [_dossier(random, n) for n in range(number)]


def _dossier(random: Random, n: int) -> Dossier:
    submitted = BEGIN + timedelta(hours=random.randrange(-1_000, 365 * 24))
    accepted = submitted + random.randrange(1, 40) * HOUR if random.random() < 0.95 else None
    due = None if accepted is None or random.random() < 0.02 else accepted + random.randrange(8, 600) * HOUR
    over = None if random.random() < 0.2 else (accepted or submitted) + random.randrange(1, 700) * HOUR
    status = random.choice(("9", "10", "10", "10", "8", "7")) if accepted else random.choice(("3", "7"))
    supplements = random.choice((0, 0, 0, 1, 2)) if accepted else 0
    clock = None if due is None or accepted is None else LegalClock("10 working-days", written(accepted))
    waits = over is None and supplements > 0 and clock is not None and random.random() < 0.5
    if clock is not None and accepted is not None and waits:
        asked = written(accepted + random.randrange(1, 300) * HOUR)
        clock = LegalClock(clock.limit, clock.started_at, (Pause("w#1", "w", None, asked),))
    return Dossier(
        f"{n:09}", None, f"p{n % 18}", f"u{n % 150}", None, random.choice(("online", "counter", "post")),
        ("5" if waits else "4") if over is None else status, written(submitted), written(over or submitted),
        None if accepted is None else written(accepted), None if over is None else written(over), None, None,
        None if due is None else written(due), None, None if clock is None else said(clock), supplements,
    )  # fmt: skip


def level_of(dossier: Dossier) -> str:
    """Every fourth unit is of one level."""
    assert dossier.unit is not None
    return LEVELS[int(dossier.unit[1:]) % 4]


def slowly(rows: list[Dossier], level: str | None = None) -> dict[str, tuple[int, int]]:
    """K1 to K3 and 2.1, read from the rule book one dossier at a time."""
    hanoi, found = timezone(7 * HOUR), defaultdict[str, list[int]](lambda: [0, 0])

    def at(text: str | None) -> datetime:
        return datetime.fromisoformat(text or "9999-01-01T00:00:00Z")

    def tell(name: str, denominator: bool, numerator: bool) -> None:
        found[name][1] += denominator
        found[name][0] += denominator and numerator

    for row in rows:
        if level is not None and level_of(row) != level:
            continue
        ended = BEGIN <= at(row.ended_at) < END
        late = (
            row.due_at is not None
            and at(row.ended_at).astimezone(hanoi).date() > at(row.due_at).astimezone(hanoi).date()
        )
        worked_through = row.status in ("8", "9", "10")
        accepted_before_end = at(row.accepted_at) < END
        if ended and worked_through and accepted_before_end:
            # No due time is neither early nor on time here: the article counts dossiers with a date.
            tell("K1", True, row.due_at is not None and not late)
        tell("K2", ended, row.status == "7")
        tell("K3", BEGIN <= at(row.accepted_at) < END, row.channel == "online")
        if accepted_before_end and (ended or at(row.ended_at) >= END):
            tell("2.1", True, _nationally(row, at, ended))
    return {name: (numbers[0], numbers[1]) for name, numbers in found.items()}


def _nationally(row: Dossier, at: Any, ended: bool) -> bool:
    if row.due_at is None:
        return True
    due = at(row.due_at)
    if ended:
        return bool(at(row.ended_at) <= due)
    if row.supplements > 1:
        return False
    if row.clock is not None and row.clock["pauses"] and at(row.clock["pauses"][0][3]) < END:
        return bool(at(row.clock["pauses"][0][3]) <= due)
    return bool(due >= END)


def as_counts(found: list[Figure]) -> dict[str, tuple[int | None, int | None]]:
    """Numerator and denominator of each."""
    return {figure.indicator.id: (figure.numerator, figure.denominator) for figure in found}


@pytest.mark.parametrize("number", [10_000, pytest.param(100_000, marks=pytest.mark.chaos)])
def test_a_year_is_what_a_slow_reader_finds(number: int) -> None:
    """Over everything, and for each level."""
    rows = dossiers(number)
    begin = time.perf_counter()
    counted = count(rows, YEAR, level_of, END)
    found = as_counts(figures(SETS["tinh_2021"], counted)) | as_counts(figures(SETS["qd_766"], counted))
    by_level = figures(SETS["tinh_2021"], counted, "level")
    print(f"{number} dossiers in {time.perf_counter() - begin:.2f} s, {len(counted)} kinds of them")

    expected = slowly(rows)
    assert all(found[name] == numbers for name, numbers in expected.items())
    for level in LEVELS:
        mine = as_counts([figure for figure in by_level if figure.group == level])
        assert all(mine[name] == numbers for name, numbers in slowly(rows, level).items() if name != "2.1")


def test_nothing_to_be_counted_is_not_nought() -> None:
    """A commune without dossiers has not failed."""
    [k1, *_] = figures(SETS["tinh_2021"], count([], YEAR, level_of, END))

    assert (None, None, 0) == (k1.ratio, k1.met, k1.denominator)


def test_what_is_not_known_is_named() -> None:
    """Payments come from elsewhere: an indicator that needs them says so, and is not 0 %."""
    found = {f.indicator.id: f for f in figures(SETS["tinh_2021"], count(dossiers(100), YEAR, level_of, END))}

    assert (None, "fee") == (found["K4"].ratio, found["K4"].missing)


def test_another_rule_is_another_file() -> None:
    """The article does not say whether a refusal at the counter counts as returned: it is a word in the data."""
    rows = dossiers(2_000)
    wider = {
        "id": "K2",
        "name": "n",
        "name_en": "n",
        "numerator": "closed and (withdrawn or refused)",
        "denominator": "closed",
    }
    head = {"id": "x", "name": "n", "name_en": "n", "valid_from": "2026-01-01", "source": "s", "confirmed": False}
    counted = count(rows, YEAR, level_of, END)
    [with_refused] = figures(IndicatorSet.read({**head, "indicator": [wider]}), counted)
    without = {figure.indicator.id: figure for figure in figures(SETS["tinh_2021"], counted)}["K2"]

    assert with_refused.denominator == without.denominator
    assert (with_refused.numerator or 0) > (without.numerator or 0)


def test_points_are_in_proportion_below_the_threshold() -> None:
    """A live system gave a constant there."""
    rows = dossiers(1_000)
    found = {f.indicator.id: f for f in figures(SETS["qd_766"], count(rows, YEAR, level_of, END))}["3.3"]

    assert found.ratio is not None
    assert found.points == round(6 * min(1, found.ratio / 50), 2) < 6
