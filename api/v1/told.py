"""A legal clock in a sentence, for citizens and officers, in both languages."""

from __future__ import annotations

from collections.abc import Iterator

from engine.domain.calendar import LOCAL
from engine.domain.values import moment
from engine.service.reckoned import Reckoned

_UNITS = {
    "working-day": ("ngày làm việc", "working days"),
    "working-hour": ("giờ làm việc", "working hours"),
    "calendar-day": ("ngày", "days"),
    "calendar-hour": ("giờ", "hours"),
}
_Said = tuple[str, str]


def told(found: Reckoned) -> dict[str, str]:
    """How much of the limit is used, what did not count and why, and what else moved it."""
    parts = [_used(found), *_paused(found), *_changes(found)]
    return {"vi": f"{', '.join(vi for vi, _ in parts)}.", "en": f"{', '.join(en for _, en in parts)}."}


def _used(found: Reckoned) -> _Said:
    limit = found.limit
    if limit.unit == "same-day":
        closes = f" (trước {limit.cutoff:%H:%M})" if limit.cutoff else ""
        before = f" (before {limit.cutoff:%H:%M})" if limit.cutoff else ""
        return f"Nhận trong ngày{closes} thì trả trong ngày", f"Received on a day{before}, due the same day"
    vi, en = _UNITS[limit.unit]
    return f"Đã dùng {_number(found.used)}/{limit.amount} {vi}", f"{found.used:g} of {limit.amount} {en} used"


def _paused(found: Reckoned) -> Iterator[_Said]:
    names = ", ".join(dict.fromkeys(pause.name or pause.element for pause in found.clock.pauses))
    days = found.paused_days
    if names:
        yield f"tạm dừng {_number(days)} ngày vì {names}", f"paused {days:g} days because of {names}"


def _changes(found: Reckoned) -> Iterator[_Said]:
    clock = found.clock
    if clock.restarted_at is not None:
        day = _day(clock.restarted_at)
        yield f"tính lại từ đầu từ {day}", f"counted from the beginning again since {day}"
    if clock.stopped_at is not None:
        day = _day(clock.stopped_at)
        yield f"từ {day} không tính trễ hạn", f"nothing makes it late since {day}"
    if clock.extended_to is not None and clock.extended_at is not None:
        to, on = _day(clock.extended_to), _day(clock.extended_at)
        late_vi, late_en = (" (xin lỗi sau khi đã quá hạn)", " (after it was due)") if clock.extended_late else ("", "")
        yield (
            f"ngày {on} đã xin lỗi và hẹn lại đến {to}{late_vi}",
            f"on {on} given the new date {to} with an apology{late_en}",
        )


def _day(at: str) -> str:
    return moment(at).astimezone(LOCAL).strftime("%d/%m/%Y")


def _number(amount: float) -> str:
    return f"{amount:g}".replace(".", ",")
