"""Periods as people name them: two days, both included, in local time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import click

from api.cli.asked import option
from api.cli.language import either, say
from engine.domain.calendar import LOCAL


class _Day(click.ParamType[date]):
    """``2026-03-31``."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(
                say(f"“{value}” không phải là ngày, ví dụ 2026-03-31.", f"'{value}' is no day; as 2026-03-31."),
                param,
                ctx,
            )


def of_period(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options ``--from``, ``--to`` and ``--by`` of a command."""
    options = (
        option("--from", "first", metavar="DATE", type=_Day(), required=True, vi="Ngày đầu của kỳ.",
               en="First day of the period."),
        option("--to", "last", metavar="DATE", type=_Day(), required=True, vi="Ngày cuối của kỳ (tính cả ngày này).",
               en="Its last day, which is part of it."),
        option("--by", type=click.Choice(["level", "unit", "field", "procedure"]), vi="Chia theo cấp, đơn vị, lĩnh vực, thủ tục.",
               en="Told apart by level, unit, field or procedure."),
        option("--rules-of", metavar="DATE", vi="Theo quy tắc của ngày này thay vì của ngày cuối kỳ.",
               en="By the rules of that day, not those of the period's last."),
    )  # fmt: skip
    for each in reversed(options):
        command = each(command)
    return command


def asked(first: date, last: date, by: str | None, rules_of: str | None) -> dict[str, Any]:
    """A period as the API has it: from a moment up to another, which does not belong to it.

    Raises:
        BadParameter: it ends before it begins.
    """
    if last < first:
        raise click.BadParameter(
            say("kỳ kết thúc trước khi bắt đầu", "the period ends before it begins"), param_hint="--to"
        )
    moments = {"from": _midnight(first), "to": _midnight(last + timedelta(days=1))}
    return {**moments, "by": by, "rulesOf": rules_of}


def _midnight(day: date) -> str:
    return datetime.combine(day, time(), LOCAL).isoformat()


def heading(found: dict[str, Any], first: date, last: date) -> str:
    """What is told, and of when."""
    return f"{found['name']}, {first:%d/%m/%Y} – {last:%d/%m/%Y}"


def source(found: dict[str, Any]) -> str:
    """By which rules, and how sure they are."""
    sure = "" if found["confirmed"] else say(" (chưa đối chiếu văn bản)", " (not compared with the original)")
    return say(
        f"Quy tắc áp dụng từ {found['validFrom']}{sure}: {found['source']}",
        f"Rules in force from {found['validFrom']} on{sure}: {found['source']}",
    )


def group(row: dict[str, Any]) -> str:
    """A group as people call it, and who came after it."""
    name = either(row["groupName"] or row["group"]) if row["group"] is not None else say("(không rõ)", "(not known)")
    return f"{name} → {row['successor']['name']}" if row["successor"] else name
