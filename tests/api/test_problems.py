"""One table from refusals to HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import adapters.database.lock  # noqa: F401 - it has a refusal of its own
import api.refusals  # noqa: F401 - and these
from api.problems import KINDS, rendered
from engine.domain.errors import (
    DeploymentRefused,
    EngineError,
    InvalidValues,
    OperatorRefusal,
    Overloaded,
    StoreFull,
    StoreUnavailable,
)


def refusals(of: type[EngineError] = EngineError) -> Iterator[type[EngineError]]:
    """Every refusal that a caller over HTTP may meet."""
    for refusal in of.__subclasses__():
        if refusal is not OperatorRefusal:
            yield refusal
            yield from refusals(refusal)


ALL: list[type[EngineError]] = list(dict.fromkeys(refusals()))


@pytest.mark.parametrize("refusal", ALL)
def test_every_refusal_has_a_status(refusal: type[EngineError]) -> None:
    """A refusal without one would be a bug in the eyes of the caller."""
    assert refusal.code in KINDS
    assert refusal.vi != refusal.en


def test_no_status_without_a_refusal() -> None:
    """The table holds nothing that cannot happen."""
    assert {refusal.code for refusal in refusals()} == set(KINDS)


def test_codes_are_unique() -> None:
    """A program decides by the code."""
    codes = [refusal.code for refusal in set(refusals())]

    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize(
    ("error", "status", "seconds"), [(Overloaded(), 503, "1"), (StoreUnavailable(), 503, "5"), (StoreFull(), 507, "30")]
)
def test_what_passes_says_when_to_come_again(error: EngineError, status: int, seconds: str) -> None:
    """A portal backs off instead of hammering."""
    answer = rendered(error, "en", "trace")

    assert (status, seconds) == (answer.status, answer.headers["Retry-After"])


@pytest.mark.parametrize("error", [InvalidValues([]), DeploymentRefused([])])
def test_lists_of_faults_are_there_even_when_empty(error: EngineError) -> None:
    """A caller may walk ``errors`` without looking first."""
    assert b'"errors":[]' in rendered(error, "en", "trace").body
