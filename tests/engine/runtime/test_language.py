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
        "del x", "global x", "x.y = 1", "docs[0:1] = 1", "a = b = 1", "a, b = 1, 2", "_x = 1", "len = 1", "assert x", "raise x", "return 1",
        "for q in docs:\n  pass\nelse:\n  x = 1", "x: int = 1", "for q.r in docs: pass", "len(docs)", "@x\ndef f(): pass", "async def f(): pass",
        "break", "if x:\n  continue", "x = docs.append(1)", "docs.append", "docs.push(1)", "docs.append()", "docs.append(1, 2)", "docs.append(*docs)",
        "[1].append(2)", "get(land, 'a').append(1)", "land['a'][0:1].append(1)", "name.upper()", "len.append(1)", "_x.append(1)", "_x[0] = 1",
        "get(land, 'a')['b'] = 1", "del docs[0]", "for docs[0] in x: pass", "for a, (b, c) in x: pass", "for a, *b in x: pass", "[a, b] = docs",
        "bpmn_error()", "bpmn_error(x)", "bpmn_error('')", "bpmn_error('A', x)", "bpmn_error('A' + 'B')", "bpmn_error('A', 'b', 'c')",
        "bpmn_error(code='A')", "bpmn_error('A', f'{x}')", "x = bpmn_error('A')", "bpmn_error = 1", "bpmn_error(" + repr("A" * 256) + ")",
        "= x", "${x = 1}", "\n".join("  " * n + f"for a{n} in docs:" for n in range(21)) + " pass",
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


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("x == 1 and y.z", (1, 12)),
        ("x +\n  lenn(y)", (1, 4)),
        ("(x +\n  lenn(y))", (2, 3)),
        ("'Đã nộp đủ lệ phí' == y.z", (1, 23)),
        ("'Đã nộp' == 'đủ' 1", (1, 18)),
        ("${ x == 1 && y.z() }", (1, 16)),
        ("${x == 'Đã nộp' &&\n  y}  == 1", (2, 7)),
        ("= x = 1 and\n  y[1]", (2, 4)),
        ("=x > 1 and lenn(y)", (1, 12)),
        ("=x == 1", (1, 4)),
        ("${x == 1", (1, 9)),
    ],
)
def test_a_refusal_tells_the_place(text, place):
    """So that the modeler can point at it."""
    with pytest.raises(LanguageError) as refused:
        language.expression(text)

    assert (refused.value.line, refused.value.column) == place


def test_a_refusal_in_a_script_counts_the_lines_as_they_stand_in_the_diagram():
    """Modelers begin a script on a line of its own."""
    with pytest.raises(LanguageError) as refused:
        language.script("\n\nphí = 'lệ phí' + 1\nphí = 'lệ phí' + z.x\n  ")

    assert (refused.value.line, refused.value.column) == (4, 18)


@pytest.mark.parametrize("text", ["x == true", "null", "not false", "len(docs, x)", "round()", "x if true else y"])
def test_what_can_only_be_a_mistake_is_refused_at_deploy(text):
    """What is stored already keeps its meaning: it must still be read, or its history could not be executed again."""
    language.expression(text)
    with pytest.raises(LanguageError):
        language.expression(text, strict=True)


def test_a_variable_may_be_called_true_where_a_script_sets_it():
    """Then it is one."""
    assert language.script("true = 1\nx = true", strict=True).run({}) == {"true": 1, "x": 1}


def test_names_of_later_functions_may_be_variables():
    """A diagram that was there before the function keeps its meaning."""
    assert language.expression("year + due == 2027 and date == '1' and year(date) > 1").names == ("year", "due", "date")
    assert language.script("day = 1\nday = day(day)").writes == ("day",)


@pytest.mark.parametrize(
    "text", ["add(1)", "today(1)", "is_empty()", "working_days_between(x)", "name.upper(1)", "land.get()"]
)
def test_a_wrong_number_of_values_is_refused(text):
    """At deploy, not in front of the citizen."""
    with pytest.raises(LanguageError):
        language.expression(text)


def test_what_is_not_of_the_language_is_explained():
    """In both languages, with what to write instead."""
    for text, vi, en in (
        ("land.area", 'một mục của bản ghi viết là ["area"]', 'an entry of a map is written ["area"]'),
        ("docs.apend(1)", "Có phải là “append”?", "Did you mean 'append'?"),
        ("name.encode()", "Không có phương thức “encode”.", "There is no method 'encode'."),
        ("yeer(x)", "Có phải là “year”?", "Did you mean 'year'?"),
        ("bpmn_error('A')", "đứng riêng thành một câu lệnh", "a statement of its own"),
        ("docs.append(1)", "đứng riêng thành một câu lệnh", "a statement of its own"),
        ("x == ${y}", "bao trọn", "enclose the whole"),
        ("#{x}", "#{…} không dùng được", "#{…} is not read"),
    ):
        with pytest.raises(LanguageError) as refused:
            language.expression(text)

        assert vi in refused.value.vi
        assert en in refused.value.en


def test_deep_nesting_is_refused_not_crashed_on():
    """A thousand brackets must not end the process."""
    for text in ("(" * 1000 + "1" + ")" * 1000, "not " * 500 + "x", "[" * 60 + "]" * 60):
        with pytest.raises(LanguageError):
            language.expression(text)
