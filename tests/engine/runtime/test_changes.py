"""A list or map that a script changes is its own copy: nobody else sees the change, and it does not cost more than it must."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from engine.runtime import language
from engine.runtime.assigned import Assigned
from engine.runtime.budget import MOST_UNITS, Budget, LimitReached
from tests.engine.runtime.bench import Run
from tests.engine.runtime.models import diagram, end, path, script, start, user

HELD: dict[str, Any] = {
    "xs": [1, [2, 3], {"a": [4]}],
    "m": {"a": {"b": [1]}, "c": 2},
    "rows": [{"tien": i} for i in range(500)],
}


def spent(text: str, variables: dict[str, Any]) -> int:
    """The units that a script takes."""
    budget = Budget()
    language.script(text).code(variables, Assigned(variables), budget)
    return MOST_UNITS - budget.units


@pytest.mark.parametrize(
    "text",
    [
        "xs.append(1)", "xs.pop(0)", "xs[1].append(1)", "xs[2]['a'].append(5)", "xs[2]['a'][0] += 1", "xs[0] = 9", "xs[1][0] = 9", "xs[2].update({'b': 1})", "m['a']['b'].append(2)", "m['a'].pop('b')", "m['d'] = 1",
        "m.update({'a': 1})", "xs.insert(0, xs)", "xs.extend(xs)", "xs.remove(1)", "ys = xs\nys.append(1)", "ys = [xs]\nys[0].append(1)\nys[0][1].append(2)", "ys = xs[1]\nys.append(1)", "for x in xs:\n  xs.append(x)",
        "ys = m.values()\nys[0].update({'z': 1})", "ys = m.items()\nys[0][1]['b'].append(3)", "for k, v in m.items():\n  m[k] = 0", "ys = xs + []\nys[1].append(1)", "ys = get(m, 'a')\nys['b'].append(1)", "xs.append(0)\nxs.append(0)\nxs[1].append(1)",
    ],
)  # fmt: skip
def test_what_the_process_holds_is_as_it_was(text):
    """However deep the change goes, and whatever name leads there."""
    held = copy.deepcopy(HELD)

    assert language.script(text).run(held)
    assert held == HELD


@pytest.mark.parametrize(
    ("text", "assigned"),
    [
        ("a = [1]\nb = a\na.append(2)\nc = a\na.append(3)", {"a": [1, 2, 3], "b": [1], "c": [1, 2]}),
        ("a = [[1]]\nb = a[0]\na[0].append(2)\nb.append(3)", {"a": [[1, 2]], "b": [1, 3]}),
        ("a = [1]\na.append(2)\nb = [a, a]\nb[0].append(3)\na.append(4)", {"a": [1, 2, 4], "b": [[1, 2, 3], [1, 2]]}),
        ("a = [1]\na.append(2)\nb = a if True else 0\na.append(3)", {"a": [1, 2, 3], "b": [1, 2]}),
        ("a = [1]\na.append(2)\nb = a or 0\na.append(3)", {"a": [1, 2, 3], "b": [1, 2]}),
        ("a = [1]\na.append(2)\nb = max([a])\na.append(3)", {"a": [1, 2, 3], "b": [1, 2]}),
        ("a = [1]\na.append(2)\nb = max(a, [0])\na.append(3)", {"a": [1, 2, 3], "b": [1, 2]}),
        ("a = [1]\na.append(2)\nb = get({}, 'x', a)\na.append(3)", {"a": [1, 2, 3], "b": [1, 2]}),
        ("a = [1]\na.append(2)\nb = {}.get('x', a)\na.append(3)", {"a": [1, 2, 3], "b": [1, 2]}),
        ("a = {'x': 1}\na['y'] = 2\nb = {'z': a}\na['w'] = 3", {"a": {"x": 1, "y": 2, "w": 3}, "b": {"z": {"x": 1, "y": 2}}}),
        ("a = [1]\na.append(2)\nb = []\nb.append(a)\na.append(3)\nb[0].append(4)", {"a": [1, 2, 3], "b": [[1, 2, 4]]}),
        ("a = [1]\na.append(2)\nb = [0]\nb[0] = a\na.append(3)", {"a": [1, 2, 3], "b": [[1, 2]]}),
        ("a = [1]\na.append(2)\nb = {}\nb.update({'a': a})\na.append(3)", {"a": [1, 2, 3], "b": {"a": [1, 2]}}),
        ("a = [1]\na.append(2)\nb = a + []\nc = sorted(a)\nd = a * 1\na.append(0)", {"a": [1, 2, 0], "b": [1, 2], "c": [1, 2], "d": [1, 2]}),
        ("a = [1]\na.append(2)\na += [3]\nb = a\na.append(4)", {"a": [1, 2, 3, 4], "b": [1, 2, 3]}),
        ("a = [3]\nfor a in [[1], [2]]:\n  a.append(9)", {"a": [2, 9]}),
        ("a = [1]\na.append(a)\na[1].append(2)\na.append(a)", {"a": [1, [1, 2], [1, [1, 2]]]}),
        ("a = [1, 2]\nb = 0\nfor x in a:\n  a.pop(0)\n  b += x", {"a": [], "b": 3, "x": 2}),
    ],
)  # fmt: skip
def test_a_list_never_stands_in_two_places(text, assigned):
    """What is read as a whole may be kept somewhere: the next change copies again."""
    assert language.script(text).run({}) == assigned


def test_appending_costs_what_is_appended():
    """The first change copies; five thousand more do not, whatever is asked of the list meanwhile."""
    text = "ds = []\nfor i in range({}):\n  ds.append(i)\n  n = len(ds) + ds[0]\n  if ds and not is_empty(ds): n = 0 if ds else 1"

    assert spent("for i in range(4000):\n  ds.append(i)", {"ds": []}) < 2.1 * spent(
        "for i in range(2000):\n  ds.append(i)", {"ds": []}
    )
    assert spent(text.format(200), {}) < 2.2 * spent(text.format(100), {})
    assert len(language.script("for i in range(5000):\n  ds.append(i)").run({"ds": []})["ds"]) == 5000
    assert language.script("for i in range(500):\n  rows[i]['tien'] += 1").run(HELD)["rows"][499] == {"tien": 500}


@pytest.mark.parametrize(
    "line",
    [
        "ds.append(i)\n  a = [ds]",
        "ds.append(ds)",
        "m['ds'].append(i)",
        "ds.insert(0, ds)",
        "ds[0] = ds",
        "m.update(m)\n  a = m",
    ],
)
def test_copying_again_and_again_is_stopped(line):
    """A list that is kept each time grows with the square of the turns."""
    ds = list(range(3000))
    with pytest.raises(LimitReached):
        language.script(f"for i in range(10000):\n  {line}").run(
            {"ds": ds, "m": {"ds": ds, **{f"k{i}": i for i in ds}}}
        )


@pytest.mark.parametrize("change", ["ds.append(1)", "ds.insert(0, 1)", "ds.extend([1])"])
def test_a_list_does_not_outgrow_what_may_be_built(change):
    """Nor does a map."""
    with pytest.raises(LimitReached):
        language.script(change).run({"ds": [0] * 100_000})
    with pytest.raises(LimitReached):
        language.script("m['new'] = 1").run({"m": {str(i): i for i in range(100_000)}})


@pytest.mark.parametrize("reload", [False, True])
def test_a_change_stands_in_the_log_as_a_write_of_its_variable(reload):
    """As a whole, once, when the script has succeeded."""
    body = (
        script("t", "ds.append('b')\nds.append('c')\nm['x'] = len(ds)") + user("u") + end() + path("s", "t", "u", "e")
    )
    run = Run(diagram(start() + body), {"ds": ["a"], "m": {}}, reload=reload)

    assert run.of("VariablesWritten")[-1] == {"scope": "", "values": {"ds": ["a", "b", "c"], "m": {"x": 3}}}
    assert run.variables() == {"ds": ["a", "b", "c"], "m": {"x": 3}}


def test_a_script_that_fails_after_a_change_changes_nothing():
    """All or none."""
    body = script("t", "ds.append('b')\nx = 1 / 0") + end() + path("s", "t", "e")
    run = Run(diagram(start() + body), {"ds": ["a"]})

    assert run.variables() == {"ds": ["a"]}
    assert [incident["code"] for incident in run.incidents] == ["expressionFailed"]
    assert run.incidents[0]["values"] == {"ds": ["a"]}
