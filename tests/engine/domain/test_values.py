"""What a variable may hold: what every store and every reader gives back unchanged, and no more than they can carry."""

from __future__ import annotations

import time

import pytest

from engine.domain.values import MOST_CHARACTERS, MOST_NODES, fault_in


def folded(times: int) -> object:
    """A list whose parts are shared: few objects, 2**times places."""
    value: object = [0]
    for _ in range(times):
        value = [value, value]
    return value


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ([0] * (MOST_NODES - 1), None),
        ([0] * MOST_NODES, ("/v", "tooLarge")),
        ("a" * MOST_CHARACTERS, None),
        ("a" * (MOST_CHARACTERS + 1), ("/v", "tooLarge")),
        (["a" * 100_000] * 11, ("/v", "tooLarge")),
        ({"k" * (MOST_CHARACTERS + 1): 0}, ("/v", "tooLarge")),
        (folded(60), ("/v", "tooLarge")),
        ({"a": {"b": ["\ud800"]}}, ("/v/a/b/0", "notUnicode")),
        ("a\0b", ("/v", "notUnicode")),
        ({"a": {"\udfff": 1}}, ("/v/a", "notUnicode")),
        ({"a\0": 1}, ("/v", "notUnicode")),
        ({"a/b": [1, {2: 3}]}, ("/v/a~1b/1", "notJson")),
        ([1, (2,)], ("/v/1", "notJson")),
        ([2**53 + 1], ("/v/0", "integerTooLarge")),
        ({"a": float("inf")}, ("/v/a", "numberNotFinite")),
        ("Nguyễn Văn Ấn 𠮷", None),
    ],
    ids=range(16),
)  # fmt: skip
def test_what_cannot_be_kept_is_found_with_its_place(value, fault):
    """Ten gigabytes out of one shared text, a text that no database takes: refused before anything is written."""
    assert fault_in(value, "/v") == fault


def test_finding_a_fault_is_itself_bounded():
    """Neither shared parts nor long names of what is around make the search long."""
    long_names: object = [0] * 90_000
    for _ in range(9):
        long_names = {"k" * 100_000: long_names}
    for value in (folded(200), [folded(16)] * 90_000, long_names):
        begun = time.process_time()
        fault_in(value)

        assert time.process_time() - begun < 0.25
