"""The closed language: ordinary conditions give the right value, and nothing else gets through."""

from __future__ import annotations

import pytest

from engine.runtime import language
from engine.runtime.budget import LimitReached
from engine.runtime.language import LanguageError

VARIABLES = {
    "x": 1,
    "y": 2,
    "name": "An",
    "fee": 75000,
    "docs": ["a", "b"],
    "land": {"area": 120.5},
    "none": None,
    "yes": True,
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x == 1 and y == 2", True),
        ("x > y or yes", True),
        ("not none", True),
        ("fee * 2 + x", 150001),
        ("fee // 1000 % 7", 5),
        ("-x + +y", 1),
        ("land['area'] / 2", 60.25),
        ("docs[0] in docs", True),
        ("'c' not in docs", True),
        ("none is None", True),
        ("'late' if x > y else 'early'", "early"),
        ("len(docs) + max(x, y) + min([3, 4])", 7),
        ("sum([x, y, 3]) == 6", True),
        ("sorted([3, 1, 2])", [1, 2, 3]),
        ("round(2.567, 1) + abs(-1)", 3.6),
        ("int('12') + float('0.5')", 12.5),
        ("str(x) + name", "1An"),
        ("any([False, yes]) and all([])", True),
        ("get(land, 'owner', 'nobody')", "nobody"),
        ("range(3)", [0, 1, 2]),
        ("{'a': x, 'b': [y]}", {"a": 1, "b": [2]}),
        ("x in (1, 2)", True),
        ("1 < y <= 2", True),
    ],
)
def test_an_ordinary_condition_has_its_value(text, value):
    """What an analyst writes works as in any Python."""
    assert language.expression(text).value(VARIABLES) == value


def test_names_are_known_before_anything_runs():
    """They are shown with the decision, and the data flow of a diagram is read from them."""
    assert language.expression("x == 1 and get(land, 'area') > y").names == ("x", "land", "y")
    script = language.script("total = x + y\nfor d in docs:\n    total += len(d)")
    assert (script.names, script.writes) == (("x", "y", "docs", "total", "d"), ("total", "d"))


@pytest.mark.parametrize(
    "text",
    [
        "x.y", "x.__class__", "().__class__.__bases__[0].__subclasses__()", "__import__('os')", "open('/etc/passwd')", "eval('1')",
        "exec('1')", "compile('1', '', 'eval')", "globals()", "vars()", "getattr(x, 'y')", "lambda: 1", "[q for q in docs]",
        "{q for q in docs}", "(q for q in docs)", "f'{x}'", "x if", "x ==", "x := 1", "(x := 1)", "*docs", "print(*docs)", "max(docs, key=len)",
        "2 ** 9", "1 << 9", "x @ y", "~x", "x & y", "docs[0:1]", "...", "b'x'", "1j", "await x", "yield", "_x", "__builtins__", "str.format",
        "breakpoint()", "input()", "type(x)", "lenn(docs)", "len", "x; y", "import os", "{**land}", "",
    ],
)  # fmt: skip
def test_nothing_else_gets_through(text):
    """No attribute, import, comprehension, keyword, unknown function or hidden name: refused when the diagram is deployed."""
    with pytest.raises(LanguageError) as refused:
        language.expression(text)

    assert refused.value.vi
    assert refused.value.en


@pytest.mark.parametrize(
    "text",
    [
        "import os", "from os import path", "def f(): pass", "class A: pass", "while True: pass", "with x: pass", "try:\n  x = 1\nfinally:\n  x = 2",
        "del x", "global x", "x.y = 1", "docs[0] = 1", "a = b = 1", "a, b = 1, 2", "_x = 1", "len = 1", "assert x", "raise x", "return 1",
        "for q in docs:\n  pass\nelse:\n  x = 1", "x: int = 1", "for q.r in docs: pass", "len(docs)", "@x\ndef f(): pass", "async def f(): pass",
    ],
)  # fmt: skip
def test_scripts_assign_branch_and_loop_and_nothing_else(text):
    """In place changes would not stand in the log; unbounded loops would hold up everybody."""
    with pytest.raises(LanguageError):
        language.script(text)


@pytest.mark.parametrize(
    "text",
    [
        "'a' * 1000000", "[0] * 1000000", "range(1000000)", "round(1, -1000000000)", "'%1000000000d' % 1",
        "9" * 3000 + " * " + "9" * 900, "str(docs)", "sum([[1], [2]], [])", "int('9' * 99999)",
    ],
)  # fmt: skip
def test_a_bomb_in_an_expression_is_stopped(text):
    """By counting sizes, never by the clock: replay has to stop at the same place."""
    with pytest.raises((LimitReached, TypeError, ValueError)):
        language.expression(text).value(VARIABLES)


@pytest.mark.parametrize(
    "text",
    [
        "for i in range(10000):\n  for j in range(10000):\n    pass",
        "z = [1]\nfor i in range(100):\n  z = [z, z]",
        "z = 'a'\nfor i in range(100):\n  z = z + z",
        "z = 2\nfor i in range(100):\n  z = z * z",
        "z = []\nfor i in range(10000):\n  z = z + [z]",
        "z = {}\nfor i in range(100):\n  z = {'a': z, 'b': z}",
    ],
)
def test_a_bomb_in_a_script_is_stopped(text):
    """Loops and what they build are counted."""
    with pytest.raises(LimitReached):
        language.script(text).run(VARIABLES)


def test_a_script_sees_what_it_has_assigned():
    """And nothing of it is visible outside before it has succeeded."""
    variables = dict(VARIABLES)

    assert language.script("a = x + 1\nb = a * 2\nif b > 3: c = 'big'\nelse: c = 'small'").run(variables) == {
        "a": 2,
        "b": 4,
        "c": "big",
    }
    assert variables == VARIABLES


@pytest.mark.parametrize(("text", "place"), [("x == 1 and y.z", (1, 12)), ("x +\n  lenn(y)", (None, None))])
def test_a_refusal_tells_the_place(text, place):
    """So that the modeler can point at it."""
    with pytest.raises(LanguageError) as refused:
        language.expression(text)

    assert (refused.value.line, refused.value.column) == place


def test_deep_nesting_is_refused_not_crashed_on():
    """A thousand brackets must not end the process."""
    for text in ("(" * 1000 + "1" + ")" * 1000, "not " * 500 + "x", "[" * 60 + "]" * 60):
        with pytest.raises(LanguageError):
            language.expression(text)
