"""What other modelers write is read where it means the same, and never as something else."""

from __future__ import annotations

import pytest

from engine.runtime import language
from engine.runtime.erasure import ERASED, ErasedRead
from engine.runtime.failure import StepFailed, evaluate
from engine.runtime.language import LanguageError
from engine.runtime.variables import Variables

VARIABLES = {
    "phi": 75000, "am": -7, "ten": "An", "hop_le": True, "sai": False, "trong": None, "rong": "", "giay": ["a", "b"], "khong_giay": [],
    "ho_so": {"chu": {"ten": "Lê An", "tuoi": 40}, "giay": ["x", "y"], "phi": 0}, "khoá": 1,
}  # fmt: skip
EQUIVALENT = [
    ("${phi > 50000}", "phi > 50000"),
    ("${phi gt 50000 and phi le 75000}", "phi > 50000 and phi <= 75000"),
    ("${ phi ge 75000 && phi lt 80000 }", "phi >= 75000 and phi < 80000"),
    ("${phi == 75000 || sai}", "phi == 75000 or sai"),
    ("${phi eq 1 or phi ne 2}", "phi == 1 or phi != 2"),
    ("${!hop_le}", "not hop_le"),
    ("${not hop_le}", "not hop_le"),
    ("${!(hop_le && sai)}", "not (hop_le and sai)"),
    ("${!trong}", "not trong"),
    ("${empty rong}", "rong == ''"),
    ("${!empty giay && empty khong_giay && empty trong}", "len(giay) > 0"),
    ("${not empty phi}", "True"),
    ("${ho_so.chu.ten}", "ho_so['chu']['ten']"),
    ("${ho_so['chu'].tuoi + 1}", "ho_so['chu']['tuoi'] + 1"),
    ("${ho_so.giay[1] == 'y'}", "ho_so['giay'][1] == 'y'"),
    ('${giay[0] == "a"}', "giay[0] == 'a'"),
    ("${hop_le ? phi : 0}", "phi if hop_le else 0"),
    ("${sai ? 1 : hop_le ? 2 : 3}", "1 if sai else 2 if hop_le else 3"),
    ("${(phi - 5000) * 2 / 4}", "(phi - 5000) * 2 / 4"),
    ("${phi div 2}", "phi / 2"),
    ("${phi mod 7 == phi % 7}", "True"),
    ("${am % 3}", "-1"),
    ("${7 mod -3}", "1"),
    ("${-phi + - -1}", "-phi + 1"),
    ("${1 + 2 * 3 - 4}", "3"),
    ("${10 - 3 - 2}", "5"),
    ("${phi > 1 == hop_le}", "True"),
    ("${trong == null}", "trong is None"),
    ("${ten != null}", "ten is not None"),
    ("${hop_le == true && sai == false}", "True"),
    ("${'Lê \\'An\\' \"'}", "'Lê \\'An\\' \"'"),
    ('${"a\\\\b"}', "'a\\\\b'"),
    ("${khoá == 1}", "khoá == 1"),
    ("${1.5 + 2e3}", "2001.5"),
    ("${len(giay) == 2}", "len(giay) == 2"),
    ("${today() gt '2026-01-01'}", "today() > '2026-01-01'"),
    ("${\n phi > 1\n}", "phi > 1"),
    ("=phi > 50000", "phi > 50000"),
    ("= phi = 75000", "phi == 75000"),
    ("=phi != 75000 or hop_le", "phi != 75000 or hop_le"),
    ("=hop_le and not(sai)", "hop_le and not sai"),
    ("=not(hop_le and sai)", "not (hop_le and sai)"),
    ("=not(phi > 1) or not(not(sai))", "False"),
    ("=not(trong)", "None"),
    ("=trong and hop_le", "False"),
    ('=if phi >= 50000 then "cao" else "thấp"', "'cao'"),
    ("=if sai then 1 else if hop_le then 2 else 3", "2"),
    ('=ten in ["An", "Bình"]', "ten in ['An', 'Bình']"),
    ("=not(phi in [1, 2, 3])", "phi not in [1, 2, 3]"),
    ("=phi in [1, 75000] and hop_le", "True"),
    ("=ho_so.chu.tuoi >= 18", "ho_so['chu']['tuoi'] >= 18"),
    ('=ho_so.chu.ten = "Lê An"', "True"),
    ("=trong = null", "True"),
    ("=ten != null and hop_le = true", "True"),
    ("=(phi - 5000) * 2 / 4", "(phi - 5000) * 2 / 4"),
    ("=-phi + 1", "1 - phi"),
    ("=[1, phi]", "[1, phi]"),
    ('="a\\u0110\\n\\t\\"\\\\"', "'aĐ\\n\\t\"\\\\'"),
    ('=ten + " x"', "'An x'"),
    ("=sum([phi, 1])", "phi + 1"),
    ('=add(today(), "P1M")', "add(today(), 'P1M')"),
    ("=\n  phi > 1\n  and hop_le", "True"),
    ("=1 = 1 and 2 != 3", "True"),
]  # fmt: skip
NOW = {"__now": "2026-11-24T01:00:00.000000Z"}


@pytest.mark.parametrize(("foreign", "own"), EQUIVALENT)
def test_it_gives_what_the_language_itself_gives(foreign, own):
    """The text is kept as it was written: people find it again in their diagram."""
    read = language.expression(foreign, strict=True)

    assert read.value(VARIABLES | NOW) == language.expression(own).value(VARIABLES | NOW)
    assert read.text == foreign.strip()


def test_its_names_are_known():
    """The data flow of a diagram is read from them."""
    assert language.expression("${a.b == c && empty d[e]}").names == ("a", "c", "d", "e")
    assert language.expression("=if a.b then c else d in [e]").names == ("a", "c", "d", "e")


@pytest.mark.parametrize(
    ("text", "vi"),
    [
        ("${execution.getVariable('x')}", "đối tượng của hệ thống khác"),
        ("${x.size()}", "không gọi phương thức"),
        ("${bean.check(x)}", "không gọi phương thức"),
        ("#{x == 1}", "#{…} không dùng được"),
        ("Phí: ${x}", "bao trọn"),
        ("${x}${y}", "trong một cặp ${…}"),
        ("${x} > 1", "trong một cặp ${…}"),
        ("${x = 1}", "viết là =="),
        ("${x; y}", "một biểu thức"),
        ("${x instanceof y}", "instanceof"),
        ("${1 < x < 3}", "hai vế"),
        ("${x == y == z}", "hai vế"),
        ("${True}", "viết là true"),
        ("${x ? 1}", "cần “:”"),
        ("${x", "thiếu phần cuối: }"),
        ("${", "thiếu phần cuối"),
        ("${}", "không đứng ở đây"),
        ("${x &&}", "không đứng ở đây"),
        ("${x and or y}", "không đứng ở đây"),
        ("${x.}", "không đứng ở đây"),
        ("${x.1}", "không đứng ở đây"),
        ("${x[1}", "cần “]”"),
        ("${(x}", "cần “)”"),
        ("${f(x)}", "Không có hàm"),
        ("${size(x)}", "Có phải là “len”?"),
        ("${x.__class__}", "không được phép"),
        ("${_x}", "không được phép"),
        ("${'a}", "Ký tự không hiểu được"),
        ("${'\\x41'}", "Không có ký hiệu \\x"),
        ("${x ~ y}", "Ký tự không hiểu được"),
        ("${x -> y}", "không đứng ở đây"),
        ("${x += 1}", "viết là =="),
        ("${today(1)}", "nhận 0 giá trị"),
        ("${" + "(" * 100 + "x" + ")" * 100 + "}", "lồng quá sâu"),
        ("${" + "!" * 1000 + "x}", "lồng quá sâu"),
        ("=", "thiếu phần cuối"),
        ("==x", "không đứng ở đây"),
        ("=x == 1", "một dấu ="),
        ("=x && y", "Viết and"),
        ("=x || y", "Viết or"),
        ("=!x", "Viết not(…)"),
        ("=not x", "cần “(”"),
        ("=x ? 1 : 2", "if … then … else"),
        ("=if x then 1", "thiếu phần cuối: else"),
        ("='a'", 'dấu " "'),
        ("=xs[1]", "đếm danh sách từ 1"),
        ("=xs[item > 1]", "đếm danh sách từ 1"),
        ("=x in [1..5]", "x >= a and x <= b"),
        ("=x between 1 and 5", "x >= a and x <= b"),
        ("=x in xs", "danh sách viết ra"),
        ("=x in (1, 2)", "danh sách viết ra"),
        ("=for i in xs return i", "for trong tác vụ kịch bản"),
        ("=some i in xs satisfies i > 1", "for trong tác vụ kịch bản"),
        ("=every i in xs satisfies i > 1", "for trong tác vụ kịch bản"),
        ("=function(x) x", "Bỏ dấu = ở đầu"),
        ("={a: 1}", "Bỏ dấu = ở đầu"),
        ("=x ** 2", "Bỏ dấu = ở đầu"),
        ("=x instance of y", "Bỏ dấu = ở đầu"),
        ("=diện tích > 5", "không có dấu cách"),
        ("=string length(x) > 5", "không có dấu cách"),
        ('=date and time("2026-01-01T00:00:00")', "văn bản ISO 8601"),
        ('=@"2026-01-01"', "văn bản ISO 8601"),
        ("=count(xs)", "Có phải là “len”?"),
        ('=duration("P1D")', "Không có hàm"),
        ("=x.y()", "không gọi phương thức"),
        ("=1 = 2 = 3", "hai vế"),
        ("=x > 5 // ghi chú", "không đứng ở đây"),
        ("=then", "không đứng ở đây"),
        ("=x.", "thiếu phần cuối"),
        ("=(" * 60, "không đứng ở đây"),
        ("=" + "(" * 60 + "x", "lồng quá sâu"),
    ],
)  # fmt: skip
def test_what_means_nothing_here_is_refused_with_what_to_write(text, vi):
    """A sentence in each language; the place points into what was written."""
    with pytest.raises(LanguageError) as refused:
        language.expression(text)

    assert vi in refused.value.vi
    assert refused.value.en
    assert refused.value.line is not None and refused.value.column is not None


@pytest.mark.parametrize(
    "text",
    ["${'1' == 1}", "${ten == 5}", "${phi && hop_le}", "${sai || ten}", "${!ten}", "${ten ? 1 : 2}", "${'5' < 10}", "${'1' + 2}",
     '=1 = "1"', "=phi != ten", "=phi and hop_le", "=not(phi)", "=if ten then 1 else 2", "=hop_le = 1", "=[1] = 1", "${ho_so.x == 1}"],
)  # fmt: skip
def test_what_the_other_would_convert_is_an_incident(text):
    """Camunda gives some result; another one than ours would be worse than none."""
    scope = Variables(None, "", values=VARIABLES)  # type: ignore[arg-type]
    with pytest.raises(StepFailed) as failed:
        evaluate(language.expression(text), scope)

    assert failed.value.code == "expressionFailed"
    assert failed.value.expression == text


@pytest.mark.parametrize(
    "text",
    [
        "${g == 1}",
        "${1 != g}",
        "${g && true}",
        "${!g}",
        "${empty g}",
        "${g % 2}",
        "=g = null",
        "=not(g)",
        "=g.a",
        "=g in [1]",
    ],
)
def test_an_erased_value_is_noticed(text):
    """In whatever notation it is read."""
    with pytest.raises(ErasedRead):
        language.expression(text).value({"g": ERASED})


def test_a_script_is_written_in_the_language_itself():
    """There is no statement in the other notations."""
    for text in ("= x", "${x = 1}"):
        with pytest.raises(LanguageError):
            language.script(text)
