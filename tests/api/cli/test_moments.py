"""Times as people write them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from api.cli.language import speak
from api.cli.moments import brief, local, span


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(seconds=20), ""),
        (timedelta(minutes=45), "45 phút"),
        (timedelta(hours=2), "2 giờ"),
        (timedelta(days=13, hours=22, minutes=5), "13 ngày 22 giờ"),
        (timedelta(days=1, minutes=5), "1 ngày 5 phút"),
    ],
)
def test_a_span_has_its_two_largest_units(length: timedelta, said: str) -> None:
    """Minutes say nothing about weeks."""
    assert said == span(length)


def test_times_are_local_with_their_weekday() -> None:
    """A clerk in Vĩnh Phúc does not count from Greenwich, and limits are in working days."""
    assert "T2 01/03/2021 00:15" == local("2021-02-28T17:15:00.000000Z")
    assert "" == local(None)


def test_a_year_is_named_only_where_it_is_another() -> None:
    """Procedures run over New Year."""
    assert "T6 31/12 08:00" == brief("2021-12-31T01:00:00Z", beside="2021-03-01T01:00:00Z")
    assert "T7 01/01/2022 08:00" == brief("2022-01-01T01:00:00Z", beside="2021-12-31T01:00:00Z")


def test_english_times_sort() -> None:
    """As English readers of logs expect."""
    speak("en")
    try:
        assert "Mon 2021-03-01 08:15" == local("2021-03-01T01:15:00Z")
        assert "1 day 2 hours" == span(timedelta(days=1, hours=2))
    finally:
        speak("vi")
