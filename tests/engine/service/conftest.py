"""An office for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.engine.service.office import Office


@pytest.fixture
def office() -> Iterator[Office]:
    """A service in one process, without HTTP."""
    office = Office()
    yield office
    office.close()
