"""The operator at the terminal: modifies one instance, operates on many."""

from __future__ import annotations

import json
from itertools import count
from typing import Any

import pytest

from tests.api.cli.conftest import Motcua

_NUMBERS = count(1)


@pytest.fixture
def instance(asked: Motcua) -> dict[str, Any]:
    """A dossier that has just come in."""
    key = f"OP-{next(_NUMBERS)}"
    started: dict[str, Any] = json.loads(
        asked("start", "permit", "--business-key", key, "--var", 'applicant="An"', "--json").stdout
    )
    return started


def active(instance: dict[str, Any]) -> tuple[str, str]:
    """The activity that is open, and its element."""
    [found] = instance["activeElements"]
    return found["activityId"], found["elementId"]


def test_a_dry_run_tells_what_would_come_and_stores_nothing(asked: Motcua, instance: dict[str, Any]) -> None:
    """The operator reads it in words before he does it."""
    activity, element = active(instance)

    tried = asked(
        "modify", instance["id"], "--cancel", activity, "--start", element, "--reason", "làm lại", "--dry-run"
    )

    assert 0 == tried.exit_code, tried.output
    assert "Chạy thử, chưa lưu gì" in tried.stdout
    assert "Sửa luồng xử lý: làm lại" in tried.stdout
    assert "rút lại việc" in tried.stdout
    assert "Sửa luồng xử lý" not in asked("history", instance["id"]).stdout


def test_a_modification_is_part_of_the_story(asked: Motcua, instance: dict[str, Any]) -> None:
    """Whoever reads the history later sees who did it and why."""
    activity, element = active(instance)

    done = asked(
        "modify", instance["id"], "--cancel", activity, "--start", f"{element}@", "--reason", "làm lại", "--json"
    )

    assert 0 == done.exit_code, done.output
    assert "ProcessInstanceModified" == json.loads(done.stdout)["records"][0]["kind"]
    assert "Sửa luồng xử lý: làm lại" in asked("history", instance["id"]).stdout
    assert 0 == asked("verify", instance["id"]).exit_code


def test_what_cannot_be_done_ends_with_one_and_the_reasons(asked: Motcua, instance: dict[str, Any]) -> None:
    """Exit codes are for scripts, sentences for people."""
    refused = asked("modify", instance["id"], "--cancel", "nowhere#1", "--reason", "x")

    assert 1 == refused.exit_code
    assert "/cancel/0" in refused.stderr
    assert "đang mở" in refused.stderr
    assert 2 == asked("modify", instance["id"], "--cancel", "nowhere#1").exit_code


def test_a_batch_is_counted_created_awaited_listed_and_undone(asked: Motcua, instance: dict[str, Any]) -> None:
    """Everything an operator needs for many instances, without a script of his own."""
    mine = ["--business-key", instance["businessKey"], "--reason", "bão"]
    counted = asked("batch", "create", "suspend", *mine, "--dry-run")
    assert "Chạy thử: 1 phiên xử lý" in counted.stdout
    assert instance["id"] in counted.stdout

    made = json.loads(asked("batch", "create", "suspend", *mine, "--json").stdout)
    shown = asked("batch", "show", made["id"], "--wait")

    assert 0 == shown.exit_code, shown.output
    assert "đã xong, bão" in shown.stdout
    assert "1 phiên, 1 đã xong, 0 bị từ chối, 0 còn lại" in shown.stdout
    assert made["id"] in asked("batch", "list").stdout
    assert f"{instance['id']}: resume" in asked("batch", "undo", made["id"]).stdout
    for verb in ("pause", "resume", "cancel"):
        assert 1 == asked("batch", verb, made["id"]).exit_code


def test_refusals_are_shown_with_the_batch(asked: Motcua, instance: dict[str, Any]) -> None:
    """Which instance, and why."""
    made = json.loads(
        asked(
            "batch",
            "create",
            "modify",
            "--business-key",
            instance["businessKey"],
            "--reason",
            "x",
            "--cancel",
            "nowhere#1",
            "--json",
        ).stdout
    )

    shown = asked("batch", "show", made["id"], "--wait")

    assert f"{instance['id']}: Không có hoạt động “nowhere#1” đang mở" in shown.stdout.replace(
        "“nowhere”", "“nowhere#1”"
    )


def test_why_tells_for_whom_a_dossier_waits(asked: Motcua, instance: dict[str, Any]) -> None:
    """One sentence for each wait, and the whole as JSON for programs."""
    told, found = asked("why", instance["id"]), json.loads(asked("why", instance["id"], "--json").stdout)

    assert 0 == told.exit_code, told.output
    assert found["waits"][0]["sentence"]["vi"] in told.stdout
