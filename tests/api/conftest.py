"""A wired service in memory, standing at a moment of the tests' choosing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from api.app import make_app
from api.bootstrap import Service, wire
from api.settings import Settings
from tests.api.office import KEY, Office, signing


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Lines of the log would drown what pytest has to say."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), cache_logger_on_first_use=False)
    yield
    structlog.reset_defaults()


@pytest.fixture
def service() -> Iterator[Service]:
    """A whole service in one process, with a virtual clock."""
    service = wire(Settings(database_url="sqlite:///:memory:", clock="virtual", admin_key=KEY))
    service.start()
    yield service
    service.stop()


@pytest.fixture
def office(service: Service) -> Office:
    """The service through its HTTP interface."""
    return Office(service, make_app(service).test_client())


@pytest.fixture
def printing(tmp_path: Path) -> Iterator[Office]:
    """A service that can sign."""
    service = wire(signing(tmp_path))
    service.start()
    yield Office(service, make_app(service).test_client())
    service.stop()
