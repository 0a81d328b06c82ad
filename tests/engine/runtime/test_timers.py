"""Durations and cycles: by the calendar, without drift, and nothing that is not ISO 8601."""

from __future__ import annotations

import pytest

from engine.domain.values import moment, written
from engine.runtime.timers import FOR_EVER, Repetition, after, next_due, passed
from tests.engine.runtime.bench import Run
from tests.engine.runtime.models import boundary, diagram, end, node, path, script, start, timer, user


@pytest.mark.parametrize(
    ("begin", "duration", "result"),
    [
        ("2026-01-31T09:00", "P1M", "2026-02-28T09:00"),
        ("2028-01-31T09:00", "P1M", "2028-02-29T09:00"),
        ("2028-02-29T09:00", "P1Y", "2029-02-28T09:00"),
        ("2026-03-31T09:00", "P18M", "2027-09-30T09:00"),
        ("2026-12-15T09:00", "P1M", "2027-01-15T09:00"),
        ("2026-01-31T09:00", "P1M1DT1H", "2026-03-01T10:00"),
        ("2026-01-01T00:00", "P2W", "2026-01-15T00:00"),
        ("2026-01-01T00:00", "P0.5W", "2026-01-04T12:00"),
        ("2026-01-01T00:00", "P1,5D", "2026-01-02T12:00"),
        ("2026-01-01T00:00", "PT1H0.5M", "2026-01-01T01:00"),
        ("2026-01-01T00:00", "PT90M", "2026-01-01T01:30"),
        ("2026-01-01T00:00", "PT0S", "2026-01-01T00:00"),
    ],
)
def test_months_and_years_follow_the_calendar(begin, duration, result):
    """A month after 31 January is the end of February, not 3 March: limits of law are counted so."""
    assert written(after(duration, moment(begin + ":00Z")))[:16] == result


@pytest.mark.parametrize(
    "text",
    [
        "", "P", "PT", "P1", "1D", "P1DT", "-P1D", "+P1D", "P-1D", "PT-1H", "P1H", "PT1D", "P1W2D", "P1.5DT1H", "P0.5M", "P0.5Y", "P1M1Y",
        "PT1S1M", "P1D ", " P1D", "P1D\n", "p1d", "P1DP1D", "PP1D", "P.5D", "P1.D", "P\u0661D", "P1e3D", "P9999999999D", "P999999999W", "P9999Y",
        "PT1H30", "an hour",
    ],
)  # fmt: skip
def test_what_is_no_duration_is_refused(text):
    """A sign, or a designator without its number, was read as nothing, and the timer fell due at once."""
    with pytest.raises(ValueError, match=r"ISO 8601|calendar"):
        after(text, moment("2026-01-01T00:00:00Z"))


@pytest.mark.parametrize(
    "text",
    [
        "R/PT0.5S",
        "R/PT0S",
        "R5/P0D",
        "R/P",
        "R-1/PT1H",
        "R\u0663/PT1H",
        "R/-PT1H",
        "R1000000000/PT1H",
        "R/PT1H/PT1H/PT1H",
    ],
)
def test_what_is_no_cycle_is_refused(text):
    """What repeats faster than once a second would leave the runner no rest."""
    with pytest.raises(ValueError, match=r"."):
        Repetition.read(text)


def test_a_monthly_cycle_does_not_drift():
    """Clamped in February, it is back at the 31st in March."""
    base = moment("2026-01-31T00:00:00Z")
    due, dues = base, []
    for _ in range(4):
        due = next_due("P1M", base, due, 1)
        dues.append(written(due)[5:10])

    assert dues == ["02-28", "03-31", "04-30", "05-31"]
    assert next_due("P1M", base, base, 4) == due


@pytest.mark.parametrize(
    ("interval", "now", "left", "count"),
    [
        ("PT10M", "2026-01-31T00:09:00Z", FOR_EVER, 1),
        ("PT10M", "2026-01-31T01:00:00Z", FOR_EVER, 7),
        ("PT10M", "2026-01-31T01:00:00Z", 3, 3),
        ("PT10M", "2026-01-30T23:59:59Z", 3, 0),
        ("PT1S", "2126-01-31T00:00:00Z", FOR_EVER, 3_155_673_601),
        ("P1M", "2026-05-30T00:00:00Z", FOR_EVER, 4),
        ("P1M1D", "2026-05-30T00:00:00Z", FOR_EVER, 4),
        ("P1Y", "9999-12-31T00:00:00Z", FOR_EVER, 7974),
    ],
)
def test_repetitions_that_have_passed_are_counted_not_walked(interval, now, left, count):
    """A century of seconds is a division; and no more can be missed than were left."""
    base = moment("2026-01-31T00:00:00Z")

    assert passed(interval, base, base, moment(now), left) == count


def reminded(cycle: str, **attributes: str) -> bytes:
    """A task whose reminders are counted."""
    return diagram(
        start() + script("i", "n = 0") + user("u") + boundary("b", "u", timer(cycle, "timeCycle"), interrupting=False, **attributes)
        + script("t", "n = n + 1") + end("be") + end() + path("s", "i", "u", "e") + path("b", "t", "be")
    )  # fmt: skip


@pytest.mark.parametrize("reload", [False, True])
def test_reminders_come_at_the_months_end(reload):
    """The base of the count outlives every snapshot."""
    run = Run(reminded("R4/2026-03-31T00:00:00Z/P1M"), reload=reload)
    run.wait(days=100)
    run.wait(days=100)

    assert [t["due"][:10] for t in run.of("TimerArmed")] == ["2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30"]
    assert run.timers == []


@pytest.mark.parametrize(("policy", "fired", "skipped"), [("once", 1, []), ("all", 3, []), ("skip", 0, [3])])
def test_no_more_is_missed_than_was_left(policy, fired, skipped):
    """After a day without service a cycle of three had missed three, not one hundred and forty-four."""
    run = Run(reminded("R3/PT10M", motcua_missedCycle=policy))
    run.now = run.now.replace(day=3)
    while len(run.of("TimerSkipped")) < len(skipped) or (not skipped and run.timers):
        run.fire(run.timers[0]["timer"])

    assert run.variables() == {"n": fired}
    assert [s["missed"] for s in run.of("TimerSkipped")] == skipped


@pytest.mark.parametrize("value", ["Nguyen Van An", 15, ["Nguyen Van An"], None, "-P1D", "2026-01-01T00:00:00"])
def test_what_is_no_time_is_told_without_the_value(value):
    """The sentence stands in the hashed log for ever; values stand where they can be erased."""
    body = start() + node("intermediateCatchEvent", "t", timer("deadline", "timeDate")) + end() + path("s", "t", "e")
    run = Run(diagram(body), {"deadline": value})

    (incident,) = run.incidents
    assert incident["code"] == "notATime"
    assert "Nguyen" not in str({k: v for k, v in incident.items() if k != "values"})
    assert incident["values"] == {"deadline": value}
