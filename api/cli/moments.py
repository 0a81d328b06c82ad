"""Times and spans as people write them, in local time."""

from __future__ import annotations

from datetime import datetime, timedelta

from api.cli.language import say
from engine.domain.calendar import LOCAL
from engine.domain.values import moment

_DAYS_VI = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")
_DAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def at(text: str) -> datetime:
    """A time of the API, in local time."""
    return moment(text).astimezone(LOCAL)


def local(text: str | None) -> str:
    """``T2 01/03/2021 08:15``, or nothing."""
    return "" if not text else shown(at(text))


def brief(text: str, beside: str) -> str:
    """The same without its year, where that of the time beside it is meant."""
    when = at(text)
    if when.year != at(beside).year:
        return shown(when)
    day = when.weekday()
    return say(f"{_DAYS_VI[day]} {when:%d/%m %H:%M}", f"{_DAYS_EN[day]} {when:%m-%d %H:%M}")


def shown(when: datetime) -> str:
    """A local time with its weekday."""
    day = when.weekday()
    return say(f"{_DAYS_VI[day]} {when:%d/%m/%Y %H:%M}", f"{_DAYS_EN[day]} {when:%Y-%m-%d %H:%M}")


def span(length: timedelta) -> str:
    """``13 ngày 22 giờ``: the two largest units; nothing when it is less than a minute."""
    minutes = round(length.total_seconds() / 60)
    amounts = [(minutes // 1440, "ngày", "day"), (minutes // 60 % 24, "giờ", "hour"), (minutes % 60, "phút", "minute")]
    parts = [say(f"{n} {vi}", f"{n} {en}{'s' if n > 1 else ''}") for n, vi, en in amounts if n]
    return " ".join(parts[:2])
