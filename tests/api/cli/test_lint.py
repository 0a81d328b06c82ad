"""Lint: an analyst is told what is wrong and where, before anybody else is."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from tests.api.cli.conftest import BPMN, Motcua

REAL = Path(__file__).parents[3] / "bpmn"
"""The procedures that come with the product."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A procedure of one's own to break."""
    return Path(shutil.copytree(BPMN / "permit", tmp_path / "permit"))


def _changed(folder: Path, old: str, new: str) -> int:
    """Change a diagram; the number of the line."""
    diagram = folder / "process.bpmn"
    text = diagram.read_text(encoding="utf-8")
    assert old in text
    diagram.write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_what_is_right_is_said_to_be_right(motcua: Motcua) -> None:
    """A folder, a folder of folders: the same check."""
    for path in (BPMN, BPMN / "permit"):
        result = motcua("lint", path)

        assert (0, "Không có lỗi: 1 quy trình, 0 cảnh báo.\n") == (result.exit_code, result.stdout)


def test_the_real_procedures_pass(motcua: Motcua) -> None:
    """What we ship must be fit to be deployed."""
    assert 0 == motcua("lint", REAL).exit_code


def test_what_is_called_may_lie_in_another_folder(motcua: Motcua) -> None:
    """A bundle calls a procedure that has a folder of its own; alone it is told that this one is missing."""
    bundle, called = REAL / "lien_thong_khai_sinh", (REAL / "khai_sinh", REAL / "gui_buu_chinh")

    assert 0 == motcua("lint", bundle, *called).exit_code
    assert "callMissing" in motcua("lint", bundle).stdout


def test_it_tells_whether_the_four_steps_are_at_one_place(motcua: Motcua) -> None:
    """Whoever draws sees at once what keeps a procedure from being counted."""
    result = motcua("lint", REAL / "khai_sinh", REAL / "ho_kinh_doanh", REAL / "nop_phi")

    assert "khai_sinh: 4 tại chỗ.\n" in result.stdout
    assert "ho_kinh_doanh: chưa 4 tại chỗ: tham_dinh (office), ky_so (office).\n" in result.stdout


def test_a_problem_has_file_line_element_name_code_and_what_to_do(motcua: Motcua, folder: Path) -> None:
    """With all of it nobody has to search."""
    line = _changed(folder, 'motcua:limit="8 working-hours"', 'motcua:limit="soon"')

    result = motcua("lint", folder)

    assert 1 == result.exit_code
    head, text, total = result.stdout.splitlines()
    assert f"{folder}/process.bpmn:{line} check “Kiểm tra đơn” [limitRefused]" == head
    assert "soon" in text
    assert "1 lỗi, 0 cảnh báo." == total


def test_the_place_in_a_refused_condition_is_told(motcua: Motcua, folder: Path) -> None:
    """An element's line does not say which of its words is meant."""
    _changed(folder, "not complete", "not complete and lenn(x)")

    told, listed = motcua("lint", folder).stdout, motcua("lint", "--json", folder).stdout

    assert "(dòng 1, cột 18)" in told
    assert '"column": 18' in listed


def test_every_problem_is_told_at_once_in_english_too(motcua: Motcua, folder: Path) -> None:
    """One after the other would take as many runs as there are faults."""
    _changed(folder, "not complete", "import os")
    _changed(folder, 'motcua:limit="1 working-day"', 'motcua:limit="never"')

    result = motcua("--lang", "en", "lint", folder)

    assert 1 == result.exit_code
    assert "is refused" in result.stdout
    assert "Problems: 2, warnings: 0." in result.stdout


def test_warnings_stand_apart_and_do_not_fail(motcua: Motcua, folder: Path) -> None:
    """What is only suspect must not keep anybody from deploying."""
    _changed(folder, 'xmlns:motcua="urn:motcua:bpmn:1"', 'xmlns:motcua="urn:motcua:bpmn:1" xmlns:acme="urn:acme"')
    _changed(folder, '<bpmn:userTask id="sign"', '<bpmn:userTask acme:colour="red" id="sign"')

    result = motcua("lint", folder)

    assert 0 == result.exit_code
    assert "Cảnh báo (vẫn ban hành được):" in result.stdout
    assert "1 cảnh báo." in result.stdout


def test_single_files_belong_together(motcua: Motcua, folder: Path) -> None:
    """A diagram without its form is refused, with it it is not."""
    diagram, form = folder / "process.bpmn", folder / "forms" / "check.json"

    alone, together = motcua("lint", diagram), motcua("lint", diagram, form)

    assert (1, 0) == (alone.exit_code, together.exit_code)
    assert str(diagram) in alone.stdout


def test_a_zip_is_looked_into(motcua: Motcua, folder: Path, tmp_path: Path) -> None:
    """It is what people send around."""
    archive = tmp_path / "permit.zip"
    with zipfile.ZipFile(archive, "w") as written:
        written.write(folder / "process.bpmn", "process.bpmn")
        written.write(folder / "forms" / "check.json", "forms/check.json")

    assert 0 == motcua("lint", archive).exit_code


def test_what_is_no_zip_is_said_to_be_none(motcua: Motcua, tmp_path: Path) -> None:
    """A broken upload is the sender's, not ours."""
    archive = tmp_path / "permit.zip"
    archive.write_bytes(b"nothing")

    result = motcua("lint", archive)

    assert 1 == result.exit_code
    assert f"{archive} [notAZip]" in result.stdout


def test_a_folder_without_diagrams_is_an_error(motcua: Motcua, tmp_path: Path) -> None:
    """Nothing looked at is not the same as nothing wrong."""
    result = motcua("lint", tmp_path)

    assert 1 == result.exit_code
    assert f"Không có tệp .bpmn nào trong {tmp_path}" in result.stderr


def test_programs_get_the_findings_as_json(motcua: Motcua, folder: Path) -> None:
    """An editor shows them beside the element."""
    line = _changed(folder, 'motcua:limit="8 working-hours"', 'motcua:limit="soon"')

    (finding,) = json.loads(motcua("lint", folder, "--json").stdout)

    assert str(folder) == finding["path"]
    assert [("process.bpmn", line, "check", "limitRefused")] == [
        (p["file"], p["line"], p["elementId"], p["code"]) for p in finding["problems"]
    ]
