"""Random procedures: what was lived, what is rebuilt from the log, and what a restarted service lives, are the same."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from adapters.database.schema import upgrade
from tests.conftest import Databases
from tests.engine.service.office import Office
from tests.engine.service.random_models import KINDS, Generator, Model
from tests.engine.service.walk import MOST_INPUTS, digest, live


class Walk:
    """The same model lived in two offices: one that never forgets, one that restarts after every command."""

    def __init__(self, *, modified: bool = False) -> None:
        self.modified = modified
        self.live, self.forgetful = Office(), Office(forgetful=True)
        self.models: list[Model] = []
        self.steps: list[int] = []
        self.modifications = 0

    def close(self) -> None:
        self.live.close()
        self.forgetful.close()

    def explore(self, seed: int) -> None:
        """Generate, live twice, compare, verify."""
        model = Generator(Random(seed), f"m{len(self.models)}_{seed}").model()
        self.models.append(model)
        first = live(self.live, model, seed, modified=self.modified)
        second = live(self.forgetful, model, seed, modified=self.modified)
        assert [row.body for row in self.live.rows(first)] == [row.body for row in self.forgetful.rows(second)]
        verification = self.live.verify(first)
        assert verification.identical, verification
        erased = self.live.verify_erased(first)
        assert erased.identical, erased
        assert erased.recomputed + erased.taken_from_record == erased.records
        assert erased.recomputed > 0
        kinds = self.live.kinds(first)
        self.steps.append(kinds.count("ElementEntered"))
        self.modifications += kinds.count("ProcessInstanceModified")
        if not self.modified:
            self._check_outcome(model, first)

    def _check_outcome(self, model: Model, instance: str) -> None:
        if self.live.head(instance).state != "completed":
            assert len(self.live.rows(instance)) > MOST_INPUTS
        elif model.certain:
            counted = {name: n for name, n in self.live.variables(instance).items() if name.startswith("n_") and n}
            assert counted == dict(+model.expected)

    def check_rebuilt(self) -> None:
        """Every derived table, made again from the log alone, is what it was."""
        for office in (self.live, self.forgetful):
            before = office.derived()
            office.rebuild()
            assert office.derived() == before
        assert self.live.derived() == self.forgetful.derived()

    def distribution(self) -> str:
        """How many models have each construct, and how long they are."""
        counted = Counter(kind for model in self.models for kind in model.kinds)
        share = ", ".join(f"{kind} {counted[kind] / len(self.models):.0%}" for kind in KINDS)
        return (
            f"{len(self.models)} models: {share}; median {statistics.median(self.steps)} steps, most {max(self.steps)}"
        )

    def check_distribution(self) -> None:
        counted = Counter(kind for model in self.models for kind in model.kinds)
        assert all(counted[kind] >= 0.05 * len(self.models) for kind in KINDS), self.distribution()
        assert statistics.median(self.steps) >= 12, self.distribution()


@pytest.fixture
def walk() -> Iterator[Walk]:
    """Two offices, closed afterwards."""
    walk = Walk()
    yield walk
    walk.close()


def explore(walk: Walk, examples: int, *, repeatable: bool) -> None:
    """Live many models, then rebuild, then look at what they were."""

    @settings(
        max_examples=examples, derandomize=repeatable, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.integers(0, 2**32))
    def one(seed: int) -> None:
        walk.explore(seed)

    one()
    walk.check_rebuilt()
    walk.check_distribution()


@pytest.fixture
def modified() -> Iterator[Walk]:
    """The same, with an operator who moves tokens about."""
    walk = Walk(modified=True)
    yield walk
    walk.close()


def tell(walk: Walk, capsys: pytest.CaptureFixture[str]) -> None:
    """Print what the models were."""
    with capsys.disabled():
        print(f"\n  {walk.distribution()}")


def test_two_hundred_random_models(walk: Walk, capsys: pytest.CaptureFixture[str]) -> None:
    """Restarting after every step, or rebuilding every table, must change nothing: that is what replay promises."""
    explore(walk, 200, repeatable=True)
    tell(walk, capsys)


def test_two_hundred_modified_models(modified: Walk, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever an operator does to a running instance, its history is executed again and comes out the same."""
    explore(modified, 200, repeatable=True)
    assert modified.modifications > 100
    tell(modified, capsys)


@pytest.mark.chaos
def test_a_thousand_modified_models(modified: Walk, capsys: pytest.CaptureFixture[str]) -> None:
    """The same with other models each time."""
    explore(modified, 1_000, repeatable=False)
    tell(modified, capsys)


@pytest.mark.chaos
def test_a_thousand_random_models(walk: Walk, capsys: pytest.CaptureFixture[str]) -> None:
    """The same with other models each time."""
    explore(walk, 1_000, repeatable=False)
    tell(walk, capsys)


@pytest.mark.nightly
def test_fifty_thousand_random_models(walk: Walk, capsys: pytest.CaptureFixture[str]) -> None:
    """The same for as long as a night allows."""
    explore(walk, 50_000, repeatable=False)
    tell(walk, capsys)


def test_another_hash_seed_gives_the_same_records() -> None:
    """Sets and dicts must decide nothing: Python orders them otherwise in every process."""
    digests = {hashed(seed, 25) for seed in ("0", "1", "4242")}

    assert len(digests) == 1


def hashed(seed: str, count: int) -> str:
    """What another process with this hash seed makes of the same procedures."""
    command = [sys.executable, "-m", "tests.engine.service.walk", str(count)]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=300).stdout


def test_both_databases_give_the_same_records(postgresql_url: Databases) -> None:
    """What an instance does must not depend on how a database sorts."""
    upgrade(url := postgresql_url())
    small, large = Office(), Office(url)
    try:
        assert digest(small, 25) == digest(large, 25)
        assert small.derived() == large.derived()
    finally:
        small.close()
        large.close()
