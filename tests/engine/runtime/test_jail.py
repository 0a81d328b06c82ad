"""Nothing written in the language reaches what is outside of it, and nothing takes more than its budget."""

from __future__ import annotations

import pytest

from tests.engine.runtime import hostile
from tests.engine.runtime.cell import Outcome, Tally, nothing_was_changed, observed
from tests.engine.runtime.jail import EXPRESSIONS, SCRIPTS

REFUSED = ("refused", "failed", "stopped")


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_a_known_trick_in_an_expression_leads_nowhere(text):
    """Refused when it is compiled, else stopped."""
    assert observed(text, script=False).what in REFUSED
    assert observed(f"z = {text}", script=True).what in REFUSED


@pytest.mark.parametrize("text", SCRIPTS)
def test_a_known_trick_in_a_script_leads_nowhere(text):
    """Refused when it is compiled, else stopped."""
    assert observed(text, script=True).what in REFUSED


def test_there_are_enough_of_them():
    """And each of them is another."""
    assert len(EXPRESSIONS) + len(SCRIPTS) >= 200


def attempts(count: int, seed: int) -> Tally:
    """So many generated texts, all of which must stay inside."""
    tally = Tally()
    for number, (text, script) in enumerate(hostile.texts(count, seed)):
        outcome: Outcome = observed(text, script=script)
        tally.add(text, outcome)
        assert outcome.megabytes <= 64, text
        assert number % 500 or nothing_was_changed(), text
    assert nothing_was_changed()
    return tally


def test_generated_texts_stay_inside():
    """A part of them; all are tried in `make chaos`."""
    tally = attempts(600, 1)
    print(tally)

    assert min(tally.counts[what] for what in ("refused", "failed", "stopped", "value")) > 20


@pytest.mark.chaos
def test_twenty_thousand_generated_texts_stay_inside():
    """None gets out; how long the slowest takes is printed, the budget decides."""
    print(attempts(20_000, 2026))
