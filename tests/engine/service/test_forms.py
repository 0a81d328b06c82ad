"""What people and callers may give as variables."""

from __future__ import annotations

import pytest

from engine.domain.errors import InvalidValues
from engine.domain.values import MOST_NODES
from engine.service.forms import check_values


@pytest.mark.parametrize("name", ["x", "họ_tên", "số1", "a" * 100, "now_", "If"])
def test_a_name_that_an_expression_can_read_is_taken(name):
    """Vietnamese letters included."""
    check_values({name: 1}, None, "/values")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "1a",
        "_a",
        "a b",
        "a" * 101,
        "if",
        "None",
        "True",
        "and",
        "len",
        "now",
        "sum",
        "ﬁle",
        "ho\u0323",
        "\U0001d431",
    ],
)
def test_a_name_that_no_expression_could_read_is_refused(name):
    """Python folds names to NFKC and has words of its own: such a variable would be kept and never seen."""
    with pytest.raises(InvalidValues) as refused:
        check_values({name: 1}, None, "/values")

    assert [fault.code for fault in refused.value.faults] == ["badName"]


@pytest.mark.parametrize(
    ("value", "code"),
    [([0] * MOST_NODES, "tooLarge"), ("a\0", "notUnicode"), ({"\ud800": 1}, "notUnicode"), (["\ud800"], "notUnicode")],
    ids=["large", "nul", "name", "surrogate"],
)
def test_a_value_that_cannot_be_kept_is_refused_with_a_sentence(value, code):
    """In both languages; a code without words would be an error of the server."""
    with pytest.raises(InvalidValues) as refused:
        check_values({"v": value, "w": 1}, None, "/values")

    (fault,) = refused.value.faults
    assert (fault.code, fault.pointer.startswith("/values/v")) == (code, True)
