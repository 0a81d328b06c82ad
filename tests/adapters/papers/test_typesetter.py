"""Papers as they are set: the same data is the same paper, and what a citizen wrote is shown, never run."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from adapters.papers.typesetter import TypstTypesetter
from engine.domain.errors import PaperRefused
from engine.domain.paper import Sheet, Step

TYPESETTER = TypstTypesetter()
FORMS = sorted(TYPESETTER.forms)
WRITTEN = (
    "chu_ho_so", "nguoi_nop", "dia_chi", "so_dien_thoai", "email", "so_giay_to", "noi_dung", "so_bo", "thoi_han", "le_phi",
    "hinh_thuc_thu", "noi_nhan_ket_qua", "ly_do", "can_cu", "huong_dan", "han_bo_sung", "can_bo", "so_dien_thoai_can_bo",
    "don_vi_cham", "ngay_tra_moi", "trich_yeu", "chuc_vu", "nguoi_ky", "bo_phan_tiep_nhan", "giai_doan_2", "co_quan_phoi_hop",
    "thanh_phan", "can_bo_sung", "dieu", "ho_so",
)  # fmt: skip
"""Everything that a form prints."""
PLAIN = "Nguyễn Thị Phượng Ửng ở xã Đồng Thịnh"
HOSTILE = {
    "code": '#read("/etc/passwd") #import "@preview/x:1.0.0": * $x^2$ *đậm* _nghiêng_ \\ @ref <nhan> // hết',
    "eval": '#eval("1/0") #panic() ${x} {{x}} %s </script>',
    "long word": "x" * 1_000,
    "long text": "một hai ba " * 100,
    "control": "a\x00b\x01c\x1b[31md\u202ee\ufffef\ud7ffg\r\nh\ti",
    "emoji": "hồ sơ 😀👨‍👩‍👧‍👦 số ④ 漢字 عربى",
    "marks": "Z" + "\u0300" * 400,
    "decomposed": "Nguyễn",
    "empty": "",
    "nothing": None,
    "number": 10**15,
    "yes": True,
    "record": {"ten": '#read("/etc/passwd")', "x": {"y": [1, [2, [3]]]}},
    "list": ["a", {"ten": "b"}, None, [1, 2]],
    "newlines": "\n" * 500,
}  # fmt: skip


def sheet(form: str = "mau_01", value: Any = PLAIN, **more: Any) -> Sheet:
    """A paper on which one value stands everywhere."""
    text = value if isinstance(value, str) else PLAIN
    step = Step(text, text, text, text, text, "Đúng hạn", text)
    whole = Sheet(
        form, date(2026, 3, 2), "01/TNHS", "Trung tâm Phục vụ hành chính công", "Ủy ban nhân dân tỉnh", "Vĩnh Yên",
        "000.00.15.H62-260302-0001", "Cấp giấy phép xây dựng", "08:00 ngày 02/03/2026", "17:00 ngày 16/03/2026", "Luật X",
        "a|b|c", dict.fromkeys(WRITTEN, value), (step,) * 3,
    )  # fmt: skip
    return replace(whole, **more)


def text_of(paper: bytes, folder: Path) -> str:
    """What a reader can select in it."""
    file = folder / "paper.pdf"
    file.write_bytes(paper)
    said = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, check=True, timeout=60).stdout
    return " ".join(said.decode().split())


@pytest.mark.parametrize("form", FORMS)
def test_the_same_data_is_the_same_paper(form):
    """Byte for byte, in another process's stead: a paper that was lost before it was signed comes out again as it was."""
    assert TYPESETTER.typeset(sheet(form)) == TypstTypesetter().typeset(sheet(form))


@pytest.mark.parametrize("form", FORMS)
def test_a_form_shows_what_it_is_given(form, tmp_path):
    """In Vietnamese with all its marks; the header is the state's."""
    said = text_of(TYPESETTER.typeset(sheet(form)), tmp_path)
    title = TYPESETTER.forms[form].title.upper()
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in said and "Độc lập - Tự do - Hạnh phúc" in said
    assert re.search(r"\s+".join(map(re.escape, title.split())), said) and "ngày 02 tháng 3 năm 2026" in said.replace(
        "02 tháng 03", "02 tháng 3"
    )
    assert "Phượng Ửng" in said or form == "mau_06"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_is_shown_and_nothing_else(form, hostile, tmp_path):
    """It makes a paper as any other text: nothing is read, run, or left out."""
    paper = TYPESETTER.typeset(sheet(form, HOSTILE[hostile]))
    assert "root:" not in text_of(paper, tmp_path)
    assert b"<pdfaid:part>2</pdfaid:part>" in paper and b"<pdfaid:conformance>B</pdfaid:conformance>" in paper


def test_code_of_the_template_language_is_text(tmp_path):
    """It stands on the paper as it was typed."""
    assert '#read("/etc/passwd")' in text_of(TYPESETTER.typeset(sheet(value='#read("/etc/passwd")')), tmp_path)


@pytest.mark.parametrize("word", ["x" * 1_000, "a@" + "b" * 300 + ".vn"])
def test_a_word_without_end_stays_on_the_paper(word, tmp_path):
    """All of it can be read: what ran over the edge would not be printed."""
    file = tmp_path / "paper.pdf"
    file.write_bytes(TYPESETTER.typeset(sheet(value=word)))
    said = subprocess.run(
        ["pdftotext", "-bbox", file, "-"], capture_output=True, check=True, timeout=60, text=True
    ).stdout
    rights = [float(right) for right in re.findall(r'xMax="([0-9.]+)"', said)]
    assert rights and max(rights) < 595.3


def test_a_font_is_in_every_paper(tmp_path):
    """None of the machine's: the paper looks the same everywhere."""
    file = tmp_path / "paper.pdf"
    file.write_bytes(TYPESETTER.typeset(sheet()))
    said = subprocess.run(["pdffonts", file], capture_output=True, check=True, timeout=60, text=True).stdout
    rows = said.splitlines()[2:]
    assert rows and all("Libertinus" in row and re.search(r"\byes yes yes\b", row) for row in rows)


def test_whatever_the_code_is_to_say_there_is_a_code():
    """An owner's number as long as a book does not keep the paper from being made."""
    assert TYPESETTER.typeset(sheet(coded="ử" * 5_000))


def test_what_no_paper_holds_is_refused():
    """Before it takes the machine's time."""
    with pytest.raises(PaperRefused):
        TYPESETTER.typeset(sheet(value="x" * 300_000))
    with pytest.raises(PaperRefused):
        TYPESETTER.typeset(sheet("../../etc/passwd"))
