"""Which construct each test is about: docs/bpmn.md is made of this."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

AREAS = ("Activities", "Gateways", "Events", "Data and structure", "Across instances")

Test = TypeVar("Test", bound=Callable[..., Any])


@dataclass(frozen=True)
class Row:
    """A construct, what it does, and the test that shows it."""

    area: str
    construct: str
    behaviour: str
    test: str


ROWS: list[Row] = []


def executes(area: str, *constructs: str, says: str | None = None) -> Callable[[Test], Test]:
    """The test shows how ``constructs`` are executed; the reference has ``says``, else the test's docstring.

    A test that takes ``reload`` runs twice: in memory, and restarted from its snapshot after every input.
    """
    assert area in AREAS

    def note(test: Test) -> Test:
        file = test.__module__.rpartition(".")[2]
        said = says or inspect.getdoc(test) or ""
        ROWS.extend(Row(area, construct, said, f"{file}.py::{test.__name__}") for construct in constructs)
        own = [
            mark for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize" and "reload" in mark.args[0]
        ]
        if own or "reload" not in inspect.signature(test).parameters:
            return test
        twice: Test = pytest.mark.parametrize("reload", [False, True], ids=["in memory", "reloaded"])(test)
        return twice

    return note
