"""ISO 8601 durations: months are counted in the calendar, the rest has a length."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta

_NUMBER, _LAST = "([0-9]{1,9})", "([0-9]{1,9}(?:[.,][0-9]{1,9})?)"
_DURATION = re.compile(
    rf"P(?=.)(?:{_LAST}W|(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_LAST}D)?(?:T(?=.)(?:{_LAST}H)?(?:{_LAST}M)?(?:{_LAST}S)?)?)"
)


@dataclass(frozen=True, slots=True)
class Duration:
    """An ISO 8601 duration. Months are counted in the calendar, the rest has a length."""

    months: int
    length: timedelta

    @classmethod
    def read(cls, text: str) -> Duration:
        """Read ``P1Y2M3DT4H5M6S`` or ``P2W``; the last place may have decimals, years and months have none.

        Raises:
            ValueError: the text is no such duration.
        """
        found = _DURATION.fullmatch(text)
        if found is None or _has_decimals_before_the_last(text):
            raise ValueError("no ISO 8601 duration")
        weeks, years, months, *rest = found.groups("0")
        days, hours, minutes, seconds = (float(part.replace(",", ".")) for part in rest)
        try:
            length = timedelta(
                weeks=float(weeks.replace(",", ".")), days=days, hours=hours, minutes=minutes, seconds=seconds
            )
        except OverflowError as error:
            raise ValueError("longer than the calendar") from error
        return cls(12 * int(years) + int(months), length)

    def after(self, start: datetime, times: int = 1) -> datetime:
        """``start`` plus so many times this; a day that the month does not have is its last.

        Raises:
            ValueError: it runs out of the calendar.
        """
        year, month = divmod(start.year * 12 + start.month - 1 + self.months * times, 12)
        try:
            day = min(start.day, monthrange(year, month + 1)[1])
            return start.replace(year=year, month=month + 1, day=day) + self.length * times
        except (ValueError, OverflowError) as error:
            raise ValueError("beyond the calendar") from error

    def times_until(self, start: datetime, at: datetime) -> int:
        """How many times this fits between the two moments."""
        times = max(0, (at - start) // (timedelta(days=31) * self.months + self.length))
        try:
            while self.after(start, times + 1) <= at:
                times += 1
        except ValueError:
            return times
        return times


def _has_decimals_before_the_last(text: str) -> bool:
    return re.search(r"[.,][0-9]+[A-Z].", text) is not None
