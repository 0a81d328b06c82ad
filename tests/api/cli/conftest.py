"""The command line as a person has it: run in this process, or beside a real service in another."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from api.cli.client import Client
from api.cli.demo.own_service import own_service
from api.cli.language import speak

BPMN = Path(__file__).parent / "bpmn"
"""A procedure of the tests' own, so that nothing here depends on the real ones."""

Motcua: TypeAlias = Callable[..., Result]


@pytest.fixture(autouse=True)
def vietnamese() -> None:
    """What a command chose is for its process; the next test is another reader."""
    speak("vi")


@pytest.fixture
def motcua(monkeypatch: pytest.MonkeyPatch) -> Motcua:
    """Runs one command, in Vietnamese unless it says otherwise, with no settings but those given."""
    for name in [name for name in os.environ if name.startswith("MOTCUA_")]:
        monkeypatch.delenv(name)

    def run(*args: str | Path, **environment: str) -> Result:
        settings = {"LC_ALL": "", "LC_MESSAGES": "", "LANG": "vi_VN.UTF-8", **environment}
        return CliRunner().invoke(main, [str(arg) for arg in args], env=settings)

    return run


@pytest.fixture(scope="module")
def service() -> Iterator[Client]:
    """A service on virtual time with the tests' procedure; one for each module."""
    with own_service(BPMN) as client:
        yield client


@pytest.fixture
def asked(motcua: Motcua, service: Client) -> Motcua:
    """Runs one command against the service."""

    def run(*args: str | Path) -> Result:
        return motcua(*args, "--url", service.url, "--key", str(service.key))

    return run
