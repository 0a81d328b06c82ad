"""Commands that talk to a service, against a real one in another process."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from api.cli.client import Client
from tests.api.cli.conftest import BPMN, Motcua

_NUMBERS = count(1)


@pytest.fixture
def instance(asked: Motcua) -> dict[str, Any]:
    """A dossier that has just come in."""
    started: dict[str, Any] = json.loads(
        asked(
            "start", "permit", "--business-key", f"K-{next(_NUMBERS)}", "--var", 'applicant="Nguyễn Văn A"', "--json"
        ).stdout
    )
    return started


def _task(asked: Motcua, instance: dict[str, Any]) -> str:
    (task,) = json.loads(asked("tasks", "--instance", instance["id"], "--json").stdout)
    return str(task["id"])


def test_deploying_the_same_again_makes_no_new_version(asked: Motcua) -> None:
    """`serve --deploy` and `deploy` must agree on what a bundle is, or each start would make a version."""
    result = asked("deploy", BPMN)

    assert 0 == result.exit_code
    assert f"{BPMN}/permit: permit phiên bản 1 – đã ban hành" in result.stdout


def test_a_dry_run_stores_nothing(asked: Motcua, tmp_path: Path) -> None:
    """Trying is free."""
    other = tmp_path / "other.bpmn"
    text = (BPMN / "permit" / "process.bpmn").read_text(encoding="utf-8")
    other.write_text(text.replace('id="permit"', 'id="never"').replace('motcua:formKey="check" ', ""), encoding="utf-8")

    result = asked("deploy", other, "--dry-run")

    assert 0 == result.exit_code
    assert "dùng được, chưa lưu gì" in result.stdout
    assert 1 == asked("start", "never").exit_code


def test_a_refused_deployment_tells_every_problem_and_the_others_go_through(asked: Motcua, tmp_path: Path) -> None:
    """One bad diagram of twenty must not hide in the noise, nor hold up nineteen."""
    bad = tmp_path / "bad.bpmn"
    bad.write_text((BPMN / "permit" / "process.bpmn").read_text(encoding="utf-8").replace("not complete", "import os"))

    result = asked("deploy", bad, BPMN)

    assert 1 == result.exit_code
    assert "permit phiên bản 1" in result.stdout
    assert "deploymentRefused" in result.stderr
    assert "bad.bpmn:" in result.stderr
    assert [422, None] == [answer.get("status") for answer in json.loads(asked("deploy", bad, BPMN, "--json").stdout)][
        ::-1
    ]


def test_a_start_says_what_it_waits_for(asked: Motcua) -> None:
    """Whoever starts a dossier wants to know who has it now."""
    result = asked("start", "permit", "--var", 'applicant="A"', "--as", "Nguyễn Thị Cổng")

    assert 0 == result.exit_code
    assert "Đã bắt đầu phiên xử lý " in result.stdout
    assert "đang chờ: Kiểm tra đơn (clerks, hạn " in result.stdout


def test_a_second_start_under_a_business_key_is_refused_with_the_first(asked: Motcua, instance: dict[str, Any]) -> None:
    """The clerk who typed it twice needs to find the first."""
    result = asked("start", "permit", "--business-key", instance["businessKey"])

    assert 1 == result.exit_code
    assert "409 businessKeyInUse" in result.stderr
    assert instance["id"] in result.stderr


def test_values_come_from_a_file_and_single_ones_win(asked: Motcua, tmp_path: Path, service: Client) -> None:
    """A template for the form, and the one thing that differs."""
    file = tmp_path / "values.json"
    file.write_text(json.dumps({"applicant": "Cũ", "area": 90}), encoding="utf-8")

    started = json.loads(asked("start", "permit", "--file", file, "--var", 'applicant="Mới"', "--json").stdout)

    held = service.get(f"/v1/process-instances/{started['id']}/variables")
    assert {"applicant": "Mới", "area": 90} == held


def test_the_worklist_is_plain_where_nobody_looks(asked: Motcua, instance: dict[str, Any]) -> None:
    """So that `cut`, `grep` and spreadsheets can have it."""
    head, row = asked("tasks", "--instance", instance["id"]).stdout.splitlines()

    assert "Hạn\tViệc\tAi làm\tHồ sơ\tMã việc" == head
    assert ["Kiểm tra đơn", "Bộ phận thử", instance["businessKey"]] == row.split("\t")[1:4]


def test_the_worklist_is_asked_by_group_and_person(asked: Motcua, instance: dict[str, Any]) -> None:
    """A clerk wants his own."""
    of = {name: json.loads(asked("tasks", *name, "--instance", instance["id"], "--json").stdout) for name in
          (("--group", "clerks"), ("--group", "heads"), ("--assignee", "Lan"))}  # fmt: skip

    assert [1, 0, 0] == [len(found) for found in of.values()]
    assert "Không có việc nào đang mở." in asked("tasks", "--group", "nobody").stdout


def test_values_that_do_not_fit_the_form_are_each_named(asked: Motcua, instance: dict[str, Any]) -> None:
    """All at once, with where they are."""
    result = asked("complete", _task(asked, instance), "--var", "complete=1", "--var", "colour=2")

    assert 1 == result.exit_code
    assert "422 invalidValues" in result.stderr
    assert "/variables/complete: " in result.stderr
    assert "colour" in result.stderr


def test_a_completion_says_what_came_of_it(asked: Motcua, instance: dict[str, Any]) -> None:
    """Done is not over: somebody else has it now, or nobody."""
    task = _task(asked, instance)

    result = asked("complete", task, "--var", "complete=false", "--as", "Lê Văn C")
    again = asked("complete", task, "--var", "complete=false")

    assert 0 == result.exit_code
    assert "Đã hoàn thành: Kiểm tra đơn" in result.stdout
    assert "đã xong" in result.stdout
    assert (1, True) == (again.exit_code, "409" in again.stderr)


def test_the_history_reads_as_a_story(asked: Motcua, instance: dict[str, Any]) -> None:
    """When, who, what, on which basis, what status: what an auditor asks."""
    asked("complete", _task(asked, instance), "--var", "complete=true", "--as", "Lê Văn C")

    story = asked("history", instance["id"]).stdout

    assert "Cấp phép thử  " + instance["businessKey"] in story
    assert "admin: Nộp đơn  [1 Mới đăng ký]" in story
    assert "Lê Văn C: Kiểm tra đơn" in story
    assert "§ Điều 1 Luật thử" in story
    assert "… chờ: Chờ nộp lệ phí  [2 Được tiếp nhận]" in story
    assert "\x1b" not in story


def test_the_history_as_activities_and_as_records(asked: Motcua, instance: dict[str, Any]) -> None:
    """A table for the eye, every record for a program."""
    table = asked("history", instance["id"], "--activities").stdout
    records = json.loads(asked("history", instance["id"], "--json").stdout)

    assert ["Nộp đơn", "Kiểm tra đơn"] == [line.split("\t")[2] for line in table.splitlines()[1:]]
    assert [r["seq"] for r in records] == list(range(1, len(records) + 1))


def test_a_history_is_verified_here_and_elsewhere(
    asked: Motcua, motcua: Motcua, instance: dict[str, Any], tmp_path: Path
) -> None:
    """Proof must not need the service that is to be proved."""
    file = tmp_path / "history.jsonl"

    assert "Giống hệt: chạy lại" in asked("verify", instance["id"]).stdout
    assert 0 == asked("export", instance["id"], "-o", file).exit_code
    assert "Giống hệt: chạy lại" in motcua("verify", "--file", file).stdout
    assert file.read_bytes() == asked("export", instance["id"]).stdout_bytes


def test_an_altered_export_is_found_out(
    asked: Motcua, motcua: Motcua, instance: dict[str, Any], tmp_path: Path
) -> None:
    """Somebody else's name in the history: the record is named, and a script sees it."""
    file = tmp_path / "history.jsonl"
    asked("complete", _task(asked, instance), "--var", "complete=true", "--as", "Lan")
    asked("export", instance["id"], "-o", file)
    file.write_bytes(file.read_bytes().replace(b"Lan", b"Mai"))

    result = motcua("verify", "--file", file)
    answer = json.loads(motcua("verify", "--file", file, "--json").stdout)

    assert 1 == result.exit_code
    assert "KHÔNG khớp, bản ghi" in result.stdout
    assert "(UserTaskCompleted): chuỗi băm đứt" in result.stdout
    assert (False, "chain") == (answer["identical"], answer["firstDifference"]["reason"])


def test_what_is_no_export_is_refused(motcua: Motcua, tmp_path: Path) -> None:
    """Not to be confused with a history that differs."""
    file = tmp_path / "history.jsonl"
    file.write_text("hello")

    result = motcua("verify", "--file", file)

    assert 1 == result.exit_code
    assert f"{file} không phải lịch sử" in result.stderr


@pytest.mark.parametrize("command", ["history", "verify", "export"])
def test_an_instance_that_does_not_exist_is_said_not_to(asked: Motcua, command: str) -> None:
    """Also where the id has signs that mean something in an address."""
    result = asked(command, "no such/?id")

    assert 1 == result.exit_code
    assert "404" in result.stderr


def test_a_wrong_key_is_told_where_to_look_for_the_right_one(motcua: Motcua, service: Client) -> None:
    """It was printed once, and the person may not know."""
    result = motcua("tasks", "--url", service.url, "--key", "wrong")

    assert 1 == result.exit_code
    assert "401 unauthenticated" in result.stderr
    assert "MOTCUA_ADMIN_KEY" in result.stderr


def test_the_answer_is_in_the_callers_language(asked: Motcua) -> None:
    """Also the sentences that come from the service."""
    assert "There is no " in asked("--lang", "en", "verify", "none").stderr
    assert "Không tìm thấy" in asked("verify", "none").stderr
