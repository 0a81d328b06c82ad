"""The demonstration: told as it happens, judged at the end, and nothing of it left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from api.cli.client import Client
from api.cli.demo.own_service import own_service
from tests.api.cli.conftest import BPMN, Motcua

ROOT = Path(__file__).parents[3]


def test_the_story_is_told_and_held(asked: Motcua) -> None:
    """Who, what, how long since, on which basis, what status, which timers; the end; the proof."""
    result = asked("demo", "--bpmn", BPMN)

    assert 0 == result.exit_code
    story = result.stdout
    assert "Cấp phép thử: Đủ giấy tờ, nộp lệ phí sau một lần nhắc" in story
    assert "Cán bộ Thử: Kiểm tra đơn\nsau 1 giờ            “Đơn đủ giấy tờ.”" in story
    assert "§ Điều 1 Luật thử" in story
    assert "Hệ thống: Đến giờ “Mười ngày chưa nộp”" in story
    assert "Người nộp: Tin nhắn “Chờ nộp lệ phí”" in story
    assert "■ Đã cấp phép  [9 Đã xử lý xong]" in story
    assert "✔ Như mong đợi: trạng thái, điểm kết thúc và 2 giá trị." in story
    assert "Giống hệt: chạy lại" in story
    assert "Hệ thống: Đã dùng 50 % thời hạn của “Ký giấy phép”" in story
    assert "permit\tmain\t12 ngày 4 giờ\t6\t" in story
    assert "2/2 kịch bản như mong đợi." in story


def test_an_expectation_that_does_not_hold_fails(asked: Motcua) -> None:
    """A demonstration that cannot fail shows nothing."""
    result = asked("demo", "--bpmn", BPMN, "--scenario", "wrong")

    assert 1 == result.exit_code
    assert "✘ không tới kết thúc granted; đã tới: Không nhận đơn" in result.stdout
    assert "✘ complete = False, mong đợi True" in result.stdout
    assert "1/1 kịch bản không như mong đợi." in result.stdout


def test_programs_get_every_outcome(asked: Motcua) -> None:
    """The same as JSON, and nothing else on the output."""
    main, worst, wrong = json.loads(asked("demo", "--bpmn", BPMN, "--all", "--json").stdout)

    assert [True, True, False] == [outcome["held"] for outcome in (main, worst, wrong)]
    assert ("completed", "Đã cấp phép") == (main["state"], main["end"])
    assert main["verification"]["identical"]
    assert main["records"] == main["verification"]["records"]


def test_a_step_that_cannot_be_done_is_named_and_the_others_go_on(asked: Motcua, tmp_path: Path) -> None:
    """A diagram was changed and its scenario was not: which step, and why."""
    folder = tmp_path / "permit"
    for path in (path for path in (BPMN / "permit").rglob("*") if path.is_file()):
        copy = folder / path.relative_to(BPMN / "permit")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes().replace(b'complete = "sign"', b'complete = "seal"'))

    result = asked("demo", "--bpmn", tmp_path)

    assert 1 == result.exit_code
    assert "✘ Bước 4 (seal) không làm được." in result.stdout
    assert "1/2 kịch bản không như mong đợi." in result.stdout


def test_dossiers_of_an_earlier_demonstration_keep_their_codes(asked: Motcua, service: Client) -> None:
    """It may be shown twice on one service."""
    first, second = (json.loads(asked("demo", "--bpmn", BPMN, "--scenario", "worst", "--json").stdout) for _ in "12")

    assert first[0]["businessKey"] != second[0]["businessKey"]
    assert first[0]["held"] == second[0]["held"] is True


def test_real_procedures_go_all_their_ways(motcua: Motcua) -> None:
    """With a service of its own for each: one begins with a form, one with a message, one calls another."""
    shown = ["khai_sinh", "thong_bao_khuyen_mai", "lien_thong_khai_sinh"]
    outcomes = json.loads(motcua("demo", "--all", "--json", *(f"--procedure={name}" for name in shown)).stdout)

    assert [] == [(o["procedure"], o["scenario"], o["faults"]) for o in outcomes if not o["held"]]
    assert {"main", "worst"} <= {o["scenario"] for o in outcomes}
    assert {*shown} == {o["procedure"] for o in outcomes}


def test_a_service_that_is_not_there_ends_it_at_once(motcua: Motcua) -> None:
    """Not one failure for each scenario."""
    result = motcua("demo", "--bpmn", BPMN, "--url", "http://127.0.0.1:1")

    assert 1 == result.exit_code
    assert "Không liên lạc được" in result.stderr


def test_a_service_on_real_time_is_left_alone(motcua: Motcua) -> None:
    """Nobody's real deadlines may be moved for a show."""
    with own_service(BPMN, clock="system") as real:
        result = motcua("demo", "--bpmn", BPMN, "--url", real.url, "--key", str(real.key))

    assert 1 == result.exit_code
    assert "clockNotVirtual" in result.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_whoever_stops_it_stops_its_service_too(number: signal.Signals, tmp_path: Path) -> None:
    """Ctrl-C must not leave a server running that nobody knows of, nor its files."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")}
    with subprocess.Popen(
        [sys.executable, "-m", "api.cli", "demo", "--all"],
        cwd=ROOT, env={**environment, "TMPDIR": str(tmp_path)}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        process.stdout.readline()
        server = _child_of(process.pid)
        process.send_signal(number)
        process.stdout.read()
        code = process.wait(20)

    assert 1 == code
    assert not Path(f"/proc/{server}").exists()
    assert [] == list(tmp_path.iterdir())


def _child_of(pid: int) -> int:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if children := Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            return int(children[0])
        time.sleep(0.05)
    raise AssertionError("the demonstration has no service")


def test_a_working_day_of_the_province(motcua: Motcua) -> None:
    """All procedures at once, with all systems, in one service: what works alone may get in each other's way."""
    result = motcua("demo", "province", "--dossiers", "18", "--json")

    assert 0 == result.exit_code, result.stdout
    day = json.loads(result.stdout)
    assert (18, 18, 18, []) == (day["procedures"], day["held"], day["verified"], day["faults"])
    assert (0, 0) == (day["incidents"], day["parked"])
    assert 18 < day["papers"]
    assert {"cong_quoc_gia", "thanh_toan", "dat_thue", "cong_an", "thong_bao"} <= {
        name for name, n in day["requests"].items() if n
    }
    figures = {(figure["group"], figure["id"]): figure for figure in day["indicators"]["items"]}
    assert figures["commune", "K6"]["numerator"] == figures["commune", "K6"]["denominator"] > 0
    assert figures["commune", "K1"]["denominator"] > 5


def test_a_day_that_goes_wrong_fails(motcua: Motcua) -> None:
    """Who does not get to his end is named, and holds up nobody."""
    result = motcua("demo", "province", "--dossiers", "10", "--bpmn", BPMN)

    assert 1 == result.exit_code
    assert "✘ permit" in result.stdout
