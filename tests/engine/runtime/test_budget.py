"""There is one writer thread for everybody: no text may hold it up, whatever the values are.

Without its budget each of these texts computes for minutes or for ever; how long it takes until it is stopped is printed
(`pytest -s`) and does not decide.
"""

from __future__ import annotations

import time
import tracemalloc

import pytest

from engine.domain.values import fault_in
from engine.runtime import budget, language
from engine.runtime.assigned import Assigned
from engine.runtime.budget import LimitReached
from engine.runtime.erasure import ERASED, ErasedRead

LONG = [0] * 99_000
WIDE = "ă" * 100_000
VARIABLES = {
    "x": LONG,
    "y": list(LONG),
    "text": WIDE,
    "other": "ă" * 99_999 + "b",
    "rows": [[i % 7, i] for i in range(30_000)],
}


def loop(line: str, times: int = 120, before: str = "k = 0") -> str:
    """A loop whose body is as long as a script may be."""
    body = "".join(f"\n {line}" for _ in range(times))
    return f"{before}\nfor i in range(10000):{body}"


HOSTILE_SCRIPTS = {
    "shared text": "z = ['a' * 100000] * 100000",
    "doubling without a loop": "a = [0]\n" + "a = [a, a]\n" * 22,
    "doubling of maps": "a = {}\n" + "a = {'l': a, 'r': a}\n" * 22,
    "doubling compared": "a = [0]\nb = [0]\n" + "a = [a, a]\nb = [b, b]\n" * 26 + "c = a == b\na = 0\nb = 0",
    "doubling ordered": "a = [0]\nb = [0]\n" + "a = [a, a]\nb = [b, b]\n" * 26 + "c = a < b\na = 0\nb = 0",
    "doubling sought": "a = [0]\nb = [0]\n" + "a = [a, a]\nb = [b, b]\n" * 26 + "c = b in a\na = 0\nb = 0",
    "doubling sorted": "a = [0]\n" + "a = [a, a]\n" * 26 + "c = sorted([a, a])\na = 0",
    "doubling maximum": "a = [0]\nb = [0]\n" + "a = [a, a]\nb = [b, b]\n" * 26 + "c = max(a, b) == 1\na = 0\nb = 0",
    "one list under many names": "".join(f"a{i} = x\n" for i in range(400)),
    "one text under many names": "".join(f"a{i}=text\n" for i in range(390)),
    "sums": loop("c = sum(range(100000))"),
    "sums of a variable": loop("c = sum(x)"),
    "any": loop("c = any(x)"),
    "all": loop("c = any(x) or all(y)"),
    "membership": loop("c = k in x"),
    "membership of a constant": loop("c = 1 in x"),
    "membership in a text": loop("c = 'b' in text"),
    "membership of a text in itself": loop("c = n in m", before="n = 'a' * 60 + 'b' + 'a' * 38\nm = 'a' * 29000"),
    "short texts": loop("c = n in m", before="n = 'a' * 600 + 'b' + 'a' * 600\nm = 'a' * 2400"),
    "sorted": loop("c = sorted(rows)"),
    "sorted once": "c = sorted([rows, rows, rows])",
    "largest": loop("c = max(rows)"),
    "smallest": loop("c = min(rows)"),
    "equal lists": loop("c = x == y"),
    "equal in a chain": loop("c = 0 != x == y"),
    "equal texts": loop("c = text == other"),
    "ordered texts": loop("c = text < other"),
    "copies": loop("c = x + []"),
    "copies of texts": loop("c = text + ''", before="k = 1"),
    "copies kept": loop("k = [k, x + []]"),
    "texts kept": loop("k = [k, text + '']"),
    "ranges kept": loop("k = [k, range(50000)]"),
    "repetition": loop("c = [0] * 100000"),
    "long integers": loop("k = k * k % n", before="n = " + "9" * 600 + "\nk = n - 1"),
    "division of long integers": loop("k = n // m", before="n = " + "9" * 1200 + "\nm = " + "7" * 600),
    "remainder of long integers": loop("k = n % m", before="n = " + "9" * 1200 + "\nm = " + "7" * 600),
    "doubled integers": loop("k = k + k", before="k = 1"),
    "subtracted integers": loop("k = k - -k", before="k = 1"),
    "integers from texts": loop("k = int(n)", before="n = '9' * 1200"),
    "long numerals": loop("k = float(n)", before="n = '9' * 99999"),
    "integers as texts": loop("k = str(n)", before="n = " + "9" * 1200),
    "small steps": loop("k = k + 1", 300),
    "small comparisons": loop("c = k < 1 or k < 2 or k < 3 or k < 4 or k < 5", 70),
    "many small lists kept": loop("k = [k, " + "[]," * 1200 + "]", 1),
    "many small maps kept": loop("k = [k, " + "{'a': 1}," * 400 + "]", 1),
    "turns": "for i in range(10000):\n for j in range(10000):\n  pass",
    "deep": "a = 0\nb = 0\nfor i in range(9000):\n a = [a]\n b = [b]\nc = a == b\na = 0\nb = 0",
    "deep and kept": "a = 0\nfor i in range(9000):\n a = [a]",
}  # fmt: skip
HOSTILE_EXPRESSIONS = {
    "ranges": " or ".join(["sum(range(100000)) < 0"] * 140),
    "kept ranges": "[" + ", ".join(["range(100000)"] * 200) + "] == 1",
    "sorted": " or ".join(["sorted(rows) == 1"] * 150),
    "equal lists": " and ".join(["x == y"] * 300),
    "membership": " or ".join(["'b' in text"] * 250),
    "copies": "[" + ", ".join(["x + []"] * 400) + "] == 1",
    "texts": "[" + ", ".join(["text + ''"] * 300) + "] == 1",
    "largest": " or ".join(["max(rows) == 1"] * 200),
    "integers": "int('9' * 4000)",
}


def stopped(work) -> tuple[float, float]:
    """Seconds and megabytes that something takes until its budget ends it."""
    seconds = []
    for _ in range(2):
        begun = time.process_time()
        with pytest.raises(LimitReached):
            work()
        seconds.append(time.process_time() - begun)
    tracemalloc.start()
    with pytest.raises(LimitReached):
        work()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return min(seconds), most / 2**20


@pytest.mark.parametrize("text", HOSTILE_SCRIPTS.values(), ids=HOSTILE_SCRIPTS)
def test_a_hostile_script_is_stopped_early(text):
    """A script is 4,000 characters of anybody who may deploy; it must not cost what it could compute."""
    assert len(text) <= language.LONGEST
    script = language.script(text)

    seconds, megabytes = stopped(lambda: script.run(VARIABLES))
    print(f"{seconds * 1000:.0f} ms, {megabytes:.1f} MB")

    assert megabytes < 64


@pytest.mark.parametrize("text", HOSTILE_EXPRESSIONS.values(), ids=HOSTILE_EXPRESSIONS)
def test_a_hostile_condition_is_stopped_early(text):
    """Conditions are computed more often than scripts, and by the same thread."""
    condition = language.expression(text)

    seconds, megabytes = stopped(lambda: condition.value(VARIABLES))
    print(f"{seconds * 1000:.0f} ms, {megabytes:.1f} MB")

    assert megabytes < 64


def test_a_budget_ends_at_the_same_place_each_time():
    """Replay computes again what was computed: it must neither get further nor less far."""
    ends = set()
    script = language.script("for i in range(5000):\n n = i\n s = sorted(rows) if i % 1000 == 999 else [n] * i")
    for _ in range(3):
        made = budget.Budget()
        own = Assigned(VARIABLES)
        with pytest.raises(LimitReached):
            script.code(VARIABLES, own, made)
        ends.add((own["n"], made.turns, made.units))

    assert len(ends) == 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x == y", True),
        ("1 in x", False),
        ("'b' in other", True),
        ("len(sorted(x))", 99_000),
        ("max(text) == 'ă'", True),
        ("sum(range(100000))", 4_999_950_000),
        ("9 in sorted(x + [9])", True),
    ],
)
def test_what_is_large_but_honest_is_computed(text, value):
    """A budget is no reason to fear a long list."""
    variables = (
        VARIABLES | {"x": VARIABLES["x"][:40_000], "y": VARIABLES["y"][:40_000]} if "sorted" in text else VARIABLES
    )

    assert language.expression(text).value(variables) == (40_000 if text == "len(sorted(x))" else value)


@pytest.mark.parametrize(
    "text",
    [
        "g == [1]",
        "[1] == g",
        "1 in g",
        "g[0]",
        "get(g, 'a')",
        "sorted(g)",
        "g + 1",
        "[g] == [2]",
        "max(g, 1)",
        "len(g)",
        "-g",
        "x[g]",
    ],
)
def test_an_erased_value_is_noticed_whoever_measures(text):
    """Its size is as much gone as its content."""
    with pytest.raises(ErasedRead):
        language.expression(text).value({"g": ERASED, "x": [1]})


def test_an_erased_value_is_passed_on_unseen():
    """A script that only hands it on needs no testimony."""
    assert language.script("a = g").run({"g": ERASED}) == {"a": ERASED}


def test_a_value_too_large_to_keep_is_found_without_walking_all_of_it():
    """A list in a list in a list has few parts and many places; only the places are stored."""
    shared: list[object] = [0]
    for _ in range(60):
        shared = [shared, shared]

    assert fault_in({"a": shared}, "/values/a") == ("/values/a", "tooLarge")
