"""Each rule has an example that breaks it and nothing else."""

from __future__ import annotations

import pytest

from engine.domain.errors import DeploymentRefused
from engine.runtime.rules import RULES
from engine.service.inspection import inspect
from tests.engine.runtime.rules import EXAMPLES, REFUSED, WARNED

OF_THE_FILE = frozenset({"notBpmn", "noProcess", "missingId", "duplicateProcess", "fileNotUsed", "formRefused", "formUnused", "procedureRefused", "tableRefused", "tomlRefused"})  # fmt: skip


def test_every_rule_has_an_example():
    """A rule that nothing can break is dead; one without an example is not understood."""
    assert set(EXAMPLES) == RULES.keys()


@pytest.mark.parametrize("code", sorted(REFUSED))
def test_a_broken_rule_is_named(code):
    """With the code, in two languages, where it is, and nothing beside it."""
    with pytest.raises(DeploymentRefused) as refused:
        inspect(REFUSED[code].upload, None)

    problems = refused.value.problems
    assert {code} == {p.code for p in problems}
    (problem, *_) = (p for p in problems if p.code == code)
    assert problem.vi != problem.en
    assert problem.element_id or code in OF_THE_FILE


@pytest.mark.parametrize("code", sorted(WARNED))
def test_what_is_suspect_is_only_warned_of(code):
    """Legal, so it may run."""
    warnings = inspect(WARNED[code].upload, None).warnings

    assert [code] == [warning.code for warning in warnings]
    assert all(warning.vi != warning.en for warning in warnings)
