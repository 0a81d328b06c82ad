"""Scenarios: files that anybody can write must be read exactly, or refused with what is wrong."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from api.cli.demo.scenario import scenarios_of
from api.cli.failure import Failed
from engine.domain.calendar import LOCAL
from tests.api.cli.conftest import BPMN


def test_the_main_path_and_the_worst_come_first() -> None:
    """They are what is shown first, whatever else there is."""
    assert ["main", "worst", "wrong"] == [s.name for s in scenarios_of(BPMN / "permit", None)]
    assert ["worst"] == [s.name for s in scenarios_of(BPMN / "permit", ("worst",))]


def test_it_begins_on_the_next_working_day() -> None:
    """Offices are closed at weekends."""
    (main,) = scenarios_of(BPMN / "permit", ("main",))
    friday = datetime(2021, 3, 5, 7, tzinfo=LOCAL)

    assert datetime(2021, 3, 8, 8, 15, tzinfo=LOCAL) == main.begin_after(friday)
    assert "T-210308-0012" == main.key(main.begin_after(friday), 12)


def test_a_step_waits_then_acts() -> None:
    """Time alone may be a step, too."""
    (main,) = scenarios_of(BPMN / "permit", ("main",))

    assert [timedelta(hours=1), timedelta(days=11), timedelta(hours=3), timedelta(days=1)] == [
        s.wait for s in main.steps
    ]
    assert [True, False, True, True] == [step.acts for step in main.steps]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('wait = "1 hours"', 'wait = "soon"', "wait = 'soon'"),
        ('who = "Cán bộ Thử"', 'whom = "Cán bộ Thử"', "whom"),
        ("[expect]", "[expects]", "'expect'"),
        ("title =", "title", "line 1"),
    ],
)
def test_a_file_that_is_none_is_named_with_the_reason(tmp_path: Path, old: str, new: str, why: str) -> None:
    """A misspelt word must not silently become a shorter story."""
    folder = Path(shutil.copytree(BPMN / "permit", tmp_path / "permit"))
    file = folder / "scenarios" / "main.toml"
    file.write_text(file.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")

    with pytest.raises(Failed) as failed:
        scenarios_of(folder, None)

    assert str(file) in failed.value.lines[0]
    assert why in failed.value.lines[0]
