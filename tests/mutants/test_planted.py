"""The list of bugs keeps up with the program."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants.planted import PLANTED, Mutant

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("mutant", PLANTED, ids=lambda mutant: mutant.name)
def test_each_bug_can_still_be_planted(mutant: Mutant) -> None:
    """A bug whose place is gone would be found by nobody, and nobody would notice."""
    assert mutant.before in (ROOT / mutant.file).read_text()
    for test in mutant.test.split():
        assert (ROOT / test.partition("::")[0]).exists()


def test_each_bug_has_a_name_of_its_own() -> None:
    """Names are what is shown."""
    assert len({mutant.name for mutant in PLANTED}) == len(PLANTED)
