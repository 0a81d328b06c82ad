"""``motcua indicators`` and ``motcua report``: a table that an office can read, and the same for a program."""

from __future__ import annotations

import json

import pytest

from tests.api.cli.conftest import Motcua

PERIOD = ("--from", "2026-01-01", "--to", "2028-12-31")


def test_the_indicators_as_people_read_them(asked: Motcua) -> None:
    """What was aimed at, what came of it and by which rule; nothing to be counted is N/A."""
    table = asked("indicators", *PERIOD)

    assert 0 == table.exit_code, table.output
    lines = table.stdout.splitlines()
    assert lines[0] == "Bộ chỉ số một cửa của tỉnh (2021), 01/01/2026 – 31/12/2028"
    assert lines[1].split("\t") == ["Mã", "Chỉ số", "Kết quả", "Chỉ tiêu", "Đạt", "Quy tắc"]
    assert "K4\tHồ sơ thanh toán trực tuyến\tN/A (0/0)\t\t\tdossiers: collected and paid_online / collected" in lines
    assert "chưa đối chiếu văn bản" in lines[-1]


def test_the_national_set_with_its_points(asked: Motcua) -> None:
    """Points that are not known are not lost: they are told apart from those that were not reached."""
    table = asked("indicators", *PERIOD, "--set", "qd_766", "--rules-of", "2025-06-30", "--lang", "en").stdout

    assert "lacks synced_dossiers" in table
    assert "of 100," in table and "not known" in table


def test_a_report_and_its_json(asked: Motcua) -> None:
    """A line for each column, as on the form; the sums are those of its rows."""
    table = asked("report", "06a", *PERIOD)
    found = json.loads(asked("report", "07b", *PERIOD, "--by", "level", "--json").stdout)

    assert "Mẫu 06a: Báo cáo tình hình giải quyết hồ sơ theo lĩnh vực" in table.stdout
    assert "Kỳ trước chuyển sang\t0" in table.stdout
    assert ("07b", "level", 0) == (found["form"], found["by"], found["misplaced"])


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("report", "06a", "--from", "2026-02-01", "--to", "2026-01-01"), 2),
        (("report", "06a", "--from", "1/2/2026", "--to", "2026-01-01"), 2),
        (("report", "99", *PERIOD), 1),
    ],
)
def test_what_is_no_period_or_no_form(asked: Motcua, args: tuple[str, ...], code: int) -> None:
    """It is said, and nothing is printed that looks like a report."""
    answer = asked(*args)

    assert (code, "") == (answer.exit_code, answer.stdout)
