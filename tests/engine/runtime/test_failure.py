"""What an incident says: in our own words, so that no value gets into a sentence that cannot be erased."""

from __future__ import annotations

from typing import Any

import pytest

from engine.runtime import language
from engine.runtime.failure import StepFailed, evaluate, run
from engine.runtime.variables import Variables
from tests.engine.runtime.bench import Run
from tests.engine.runtime.models import diagram, end, message, node, path, start

SECRET = "Nguyen Van An 079123"
VALUES: dict[str, Any] = {
    "cccd": SECRET, "n": 79123, "big": float("1.79123e308"), "rows": [SECRET], "land": {"owner": SECRET}, "empty": [], "nan": float("nan"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code", "why"),
    [
        ("int(cccd)", "expressionFailed", "not a number"),
        ("float(cccd)", "expressionFailed", "not a number"),
        ("int(nan)", "expressionFailed", "not a number"),
        ("land[cccd]", "expressionFailed", "no entry"),
        ("rows[n]", "expressionFailed", "no item"),
        ("cccd[n]", "expressionFailed", "no item"),
        ("cccd + n", "expressionFailed", "do not go together"),
        ("cccd < n", "expressionFailed", "do not go together"),
        ("cccd % n", "expressionFailed", "do not go together"),
        ("-cccd", "expressionFailed", "do not go together"),
        ("get(cccd, 'a')", "expressionFailed", "do not go together"),
        ("land[rows]", "expressionFailed", "do not go together"),
        ("sum(cccd)", "expressionFailed", "do not go together"),
        ("round(cccd)", "expressionFailed", "do not go together"),
        ("range(cccd)", "expressionFailed", "do not go together"),
        ("n / 0", "expressionFailed", "division by zero"),
        ("n % 0", "expressionFailed", "division by zero"),
        ("n // 0", "expressionFailed", "division by zero"),
        ("max(empty)", "expressionFailed", "nothing to take"),
        ("int(big * 10)", "expressionFailed", "too large"),
        ("round(nan)", "expressionFailed", "cannot be used"),
        ("range(n * 1000)", "limitReached", "a list longer"),
        ("cccd * n", "limitReached", "a text or list longer"),
        ("round(1.5, n)", "limitReached", "rounding"),
        ("int(cccd * 100)", "limitReached", "a number written in more"),
        ("missing + n", "variableMissing", "'missing' has no value"),
    ],
)
def test_no_value_is_in_the_sentence(text, code, why):
    """``int(cccd)`` put the person's name into the log, under a hash that nobody may change."""
    scope = Variables(None, "", values=VALUES)  # type: ignore[arg-type]
    attempts = [
        lambda: evaluate(language.expression(text), scope),
        lambda: run(language.script(f"if {text}: a = 1"), scope),
    ]
    for attempt in attempts:
        with pytest.raises(StepFailed) as failed:
            attempt()
        said = (failed.value.code, failed.value.vi, failed.value.en, str(failed.value))

        assert failed.value.code == code
        assert why in failed.value.en
        assert failed.value.vi
        assert not any(secret in sentence for sentence in said for secret in ("Nguyen", "79123", "owner"))
        assert failed.value.values == {name: VALUES[name] for name in VALUES if name in language.expression(text).names}


def test_a_variable_that_a_script_has_not_assigned_yet_is_missing():
    """Not an entry of a map: those are the author's own affair."""
    scope = Variables(None, "", values=VALUES)  # type: ignore[arg-type]
    for text, code in (("a = b\nb = 1", "variableMissing"), ("a = land['b']\nb = 1", "expressionFailed")):
        with pytest.raises(StepFailed) as failed:
            run(language.script(text), scope)
        assert failed.value.code == code


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("k * 256", "a"),
        ("k", "Nguyen\nAn"),
        ("k", "a\x7f"),
        ("k", ["Nguyen"]),
        ("k", {"Nguyen": 1}),
        ("k * k", 10**150),
    ],
    ids=["long", "line", "control", "list", "map", "number"],
)
@pytest.mark.parametrize("where", ["waiting", "throwing"])
def test_a_key_that_cannot_be_looked_up_is_an_incident(text, key, where):
    """It goes into an index of 255 characters and into lists that people read; the sentence does not repeat it."""
    kind = "intermediateCatchEvent" if where == "waiting" else "intermediateThrowEvent"
    known = 10**15 if isinstance(key, int) else key
    text = " * ".join(["k"] * 30) if isinstance(key, int) else text
    run = Run(
        diagram(start() + node(kind, "c", message(), motcua_correlationKey=text) + end() + path("s", "c", "e")),
        {"k": known},
    )

    (incident,) = run.incidents
    assert (incident["code"], incident["values"]) == ("badKey", {"k": known})
    assert "Nguyen" not in str({name: fact for name, fact in incident.items() if name != "values"})


@pytest.mark.parametrize(("key", "found"), [("An-1", "An-1"), (15, "15"), ("a" * 255, "a" * 255), (None, None)])
def test_an_ordinary_key_is_kept(key, found):
    """A number is found by its digits; nothing at all waits for the message without a key."""
    catch = node("intermediateCatchEvent", "c", message(), motcua_correlationKey="k")
    run = Run(diagram(start() + catch + end() + path("s", "c", "e")), {"k": key})

    assert [s["key"] for s in run.subscriptions] == [found]
