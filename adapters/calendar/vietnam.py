"""Vietnam's days off as the library ``holidays`` computes them, with the swaps that it knows: the seed of every calendar.

It only says what follows from the law and the moon; what a province decides for a year is published over it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import orjson

FIRST_YEAR, LAST_YEAR = 2020, 2099
"""The library's table of the moon ends there."""
AHEAD = 30
"""Years that are computed beyond the present one."""
HOURS = [["07:00", "11:30"], ["13:30", "17:00"]]
"""Đã đối chiếu: giờ mặc định trong phần mềm một cửa đang dùng; mùa đông, mùa hè mỗi tỉnh quyết định riêng."""


@cache
def computed(year: int) -> bytes:
    """The calendar as it is computed in a year, as JSON: all its years are provisional."""
    from holidays import country_holidays  # noqa: PLC0415 - a tenth of a second, needed once in a store's life

    years = range(FIRST_YEAR, min(year + AHEAD, LAST_YEAR) + 1)
    days_off = country_holidays("VN", years=years)
    worked = {day: HOURS for day in days_off.weekend_workdays if day.year in years}
    special: dict[Any, list[list[str]]] = {day: [] for day in days_off}
    special |= worked
    return orjson.dumps(
        {
            "weekdays": [0, 1, 2, 3, 4],
            "hours": HOURS,
            "years": list(years),
            "special": {day.isoformat(): hours for day, hours in sorted(special.items())},
            "provisional": list(years),
        }
    )
