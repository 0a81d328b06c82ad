"""Functions of dates read the recorded time and the calendar of the instance, never a clock."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from engine.domain.calendar import Calendar
from engine.domain.table import read_table
from engine.runtime import language
from engine.runtime.dates import CALENDAR, NOW
from engine.runtime.erasure import ERASED, ErasedRead
from engine.runtime.failure import StepFailed, evaluate, run
from engine.runtime.functions import FUNCTIONS, NEEDS
from engine.runtime.methods import METHODS
from engine.runtime.variables import Variables
from tests.engine.runtime import bench
from tests.engine.runtime.bench import Run
from tests.engine.runtime.models import diagram, end, node, path, script, start, sub_process, user

HOLIDAY = Calendar.from_json(
    {
        "weekdays": [0, 1, 2, 3, 4],
        "hours": [["07:00", "11:30"], ["13:30", "17:00"]],
        "years": [2026],
        "special": {"2026-03-04": [], "2026-03-07": [["07:00", "11:30"]], "2027-01-02": [["07:00", "11:30"]]},
    }
)

TABLES = {"t": read_table("t", {"row": [{"muc": 1, "valid_from": "2026-01-01"}]})[0]}


def scope(values: dict[str, Any] | None = None, calendar: Calendar | None = HOLIDAY) -> Variables:
    """Variables of an instance whose command came on Monday, 2 March 2026."""
    top: Any = SimpleNamespace(
        now_text="2026-03-02T01:00:00.000000Z", calendar=calendar, program=SimpleNamespace(tables=lambda _: TABLES)
    )
    return Variables(top, "", values=values or {})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("is_working_day('2026-03-04')", False),
        ("is_working_day('2026-03-07')", True),
        ("is_working_day('2027-01-02')", True),
        ("add_working_days(today(), 2)", "2026-03-05"),
        ("add_working_days('2026-03-05', -2)", "2026-03-02"),
        ("add_working_days('2026-03-06', 1)", "2026-03-07"),
        ("working_days_between(today(), '2026-03-09')", 5),
        ("working_days_between('2026-03-09', today())", -5),
        ("due(now(), '3 working-days')", "2026-03-06T01:00:00.000000Z"),
    ],
)
def test_holidays_and_exchanged_days_are_the_calendars(text, value):
    """Saturday may be worked for a Wednesday."""
    assert evaluate(language.expression(text), scope()) == value


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("add_working_days('2026-12-31', 1)", 2027),
        ("working_days_between('2025-12-31', d)", 2026),
        ("is_working_day('2025-12-31')", 2025),
        ("due('2026-12-31', '9 working-days')", 2027),
        ("due('2026-12-30', '30 calendar-days')", 2027),
        ("add_working_days(d, -1000)", 2025),
    ],
)
def test_a_year_without_holidays_is_an_incident(text, year):
    """Nobody may guess; the person who mends it sees the text and what it read."""
    values = {"d": "2026-01-05"}
    if year == 2026:
        with pytest.raises(StepFailed) as failed:
            evaluate(language.expression(text), scope(values, None))
    else:
        with pytest.raises(StepFailed) as failed:
            evaluate(language.expression(text), scope(values))

    assert (failed.value.code, failed.value.expression) == ("notInCalendar", text)
    assert str(year) in failed.value.vi and str(year) in failed.value.en
    assert failed.value.values == ({"d": "2026-01-05"} if "d," in text or "d)" in text else {})


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("date('24/11/2026')", "no ISO 8601 date"), ("date('2026-02-29')", "no ISO 8601 date"), ("date('')", "no ISO 8601 date"), ("date(2026, 2, 30)", "no ISO 8601 date"),
        ("date('2026-11-24T25:00')", "no ISO 8601 date"), ("date('2026-11-24 08:00')", "no ISO 8601 date"), ("date('2026-1-4')", "no ISO 8601 date"), ("date('2026-W01-1')", "no ISO 8601 date"),
        ("date('2026-11-24T08:00:00+99:00')", "no ISO 8601 date"), ("date('x' * 50000)", "no ISO 8601 date"), ("add(d, '3 days')", "no duration"), ("add(d, 'P1.5M')", "no duration"), ("add(d, '--P1D')", "no duration"),
        ("add(d, 'PT5H')", "no duration"), ("add(d, '')", "no duration"), ("due(d, 'P5D')", "no duration or limit"), ("due(d, 'soon')", "no duration or limit"), ("add(d, 'P9999Y')", "beyond the years"),
        ("add('0001-01-01', '-P1D')", "beyond the years"), ("add('0001-01-01T00:00:00Z', '-P1D')", "beyond the years"), ("due('9999-12-31', '1 calendar-day')", "beyond the years"), ("date(20261124)", "do not go together"),
        ("date(None)", "do not go together"), ("year([d])", "do not go together"), ("date(2026, 11)", "do not go together"), ("add(d, 3)", "do not go together"), ("add_working_days(d, '3')", "do not go together"),
        ("add_working_days(d, 1.5)", "do not go together"),
    ],
)  # fmt: skip
def test_what_is_no_date_is_an_incident_that_says_so(text, why):
    """In words of ours, without the value: it may be a person's."""
    with pytest.raises(StepFailed) as failed:
        evaluate(language.expression(text), scope({"d": "2026-11-24"}))

    assert failed.value.code == "expressionFailed"
    assert why in failed.value.en
    assert failed.value.vi


@pytest.mark.parametrize("reload", [False, True])
def test_every_scope_has_the_time_and_the_calendar_of_the_instance(reload):
    """A sub-process, a called process: they all run under one."""
    reckons = "{0} = add_working_days(today(), 3)\n{0}_due = due(now(), '1 working-day')"
    inner = start("is") + script("it", reckons.format("b")) + path("is", "it")
    other = '<process id="q" isExecutable="true">' + start("qs") + script("qt", reckons.format("c")) + path("qs", "qt") + "</process>"  # fmt: skip
    body = start() + script("t", reckons.format("a")) + sub_process("A", inner) + node("callActivity", "C", calledElement="q") + user("u") + end() + path("s", "t", "A", "C", "u", "e")  # fmt: skip
    run = Run(diagram(body, more=other), reload=reload)

    assert run.variables() == {
        name + end: value
        for name in "abc"
        for end, value in (("", "2026-03-05"), ("_due", "2026-03-03T01:00:00.000000Z"))
    }


def test_the_time_is_the_commands():
    """Two commands, two times; within one it stands still."""
    run = Run(diagram(start() + script("t", "a = now()") + user("u") + script("v", "b = now()\nc = time(b)") + end() + path("s", "t", "u", "v", "e")))  # fmt: skip
    run.wait(hours=26, minutes=3)
    run.complete("u")

    assert run.variables() == {"a": "2026-03-02T01:00:00.000000Z", "b": "2026-03-03T03:03:00.000000Z", "c": "10:03:00"}


def test_an_unknown_year_leaves_the_token_before_the_script():
    """As a limit does; with another calendar the instance is begun again."""
    run = Run(diagram(start() + script("t", "a = add_working_days('2026-12-31', 1)") + end() + path("s", "t", "e")))
    (incident,) = run.incidents

    assert (incident["code"], incident["element"]) == ("notInCalendar", "t")
    assert bench.CALENDAR.years == frozenset({2026})


def test_the_instances_own_things_are_no_variables():
    """No text can name them, and none of them is shown with an incident."""
    for name in (NOW, CALENDAR):
        with pytest.raises(language.LanguageError):
            language.expression(name)
        assert name not in scope()
    assert language.expression("due(now(), x)").names == ("x",)
    assert language.script("today = today()").run(scope()) == {"today": "2026-03-02"}


_FILLED = {"g": ERASED, "x": [1], "m": {"a": 1}, "s": "2026-03-02"}
_OTHERS = {"date": ("g", "2026, g, 1"), "round": ("g", "1, g"), "get": ("g, 'a'",), "now": (), "today": (), "max": ("g, 1",), "min": ("g, 1",), "row": ("'t', g", "'t', s, 'muc', g"), "rows": ("'t', g", "'t', s, 'muc', g")}  # fmt: skip


def _uses() -> list[str]:
    """Each function with the erased value in each of its places, each method on it."""
    uses = [f"{name}({given})" for name in FUNCTIONS for given in _OTHERS.get(name, _places(name))]
    uses += [f"g.{name}({', '.join(['s'] * (_needed(method) - 1))})" for name, method in METHODS.items()]
    return [*uses, "s.split(g)", "s.join(g)", "s.startswith(g)", "s.endswith(g)", "s.replace(g, s)", "s.replace(s, g)", "s.strip(g)", "s.join([s, g])"]  # fmt: skip


def _places(name: str) -> tuple[str, ...]:
    count = _needed(FUNCTIONS[name]) - (name in NEEDS)
    return tuple(", ".join("g" if i == n else "s" for i in range(count)) for n in range(count))


def _needed(function: Any) -> int:
    return int(function.__code__.co_argcount) - len(function.__defaults__ or ()) - 1


@pytest.mark.parametrize("text", _uses())
def test_an_erased_value_is_noticed_by_every_function_and_method(text):
    """It must never look like a value of a wrong kind."""
    with pytest.raises(ErasedRead):
        evaluate(language.expression(text), scope(_FILLED))


@pytest.mark.parametrize(
    "text",
    ["x.append(g)", "g.append(1)", "g[0] = 1", "g['a'] = 1", "x[g] = 1", "m[g] = 1", "x.extend(g)", "x.insert(g, 1)", "x.pop(g)", "m.pop(g)", "m.update(g)", "x.remove(g)", "m['b'] = [g]\nm['b'][0][1] = 2", "for a, b in [g]: pass", "for a in g: pass", "m['a'] += g"],
)  # fmt: skip
def test_an_erased_value_is_noticed_by_every_change(text):
    """What is changed, what is needed for it, and what stands in a list that is measured before it is kept."""
    with pytest.raises(ErasedRead):
        run(language.script(text), scope(_FILLED))
