"""``motcua calendar``: the working calendar, as people print it, and the decisions on its years."""

from __future__ import annotations

import tomllib
from calendar import Calendar as Weeks
from datetime import date
from pathlib import Path
from typing import Any

import click

from api.cli import terminal
from api.cli.asked import Asked, Place, option
from api.cli.client import service
from api.cli.failure import Failed
from api.cli.language import say
from api.cli.program import Family

_SIGNS = {"working": " ", "special": "*", "intake": "o", "off": "-", "weekend": "."}


@click.group("calendar", cls=Family, vi="Lịch làm việc.", en="The working calendar.")
def calendar() -> None:
    """Commands on the calendar."""


@calendar.command("show", vi="In lịch của một tháng, ví dụ 2027-02.", en="Print a month, as 2027-02.")
@click.argument("month", type=click.DateTime(["%Y-%m"]))
@option("--unit", vi="Lịch của đơn vị này.", en="The calendar of this unit.")
@click.pass_context
def show(ctx: click.Context, month: Any, unit: str | None) -> None:
    """Print it, weeks as rows."""
    found = service().get(f"/v1/calendars/{month.year}", unit=unit)
    days = {day["day"]: day for day in found["days"] if day["day"].startswith(month.strftime("%Y-%m"))}
    if ctx.ensure_object(Asked).json:
        terminal.answer({**found, "days": list(days.values())})
        return
    _tell(month.year, month.month, days)
    if found["provisional"]:
        terminal.tell(say("Năm này chưa có quyết định được xác nhận: lịch là tạm tính.",
                          "No confirmed decision on this year: its calendar is provisional."), "yellow")  # fmt: skip


def _tell(year: int, month: int, days: dict[str, Any]) -> None:
    weekdays = say("T2  T3  T4  T5  T6  T7  CN", "Mo  Tu  We  Th  Fr  Sa  Su")
    terminal.tell(f"{month:02}/{year}\n{weekdays}", "bold")
    for week in Weeks().monthdayscalendar(year, month):
        cells = [f"{day:>2}{_SIGNS[days[_iso(year, month, day)]['kind']]}" if day else "   " for day in week]
        terminal.tell(" ".join(cells).rstrip())
    for day, told in days.items():
        if told["kind"] in ("special", "intake"):
            hours = ", ".join("-".join(pair) for pair in told["hours"] or told["intake"])
            what = say("chỉ nhận và trả", "intake only") if told["kind"] == "intake" else say("làm việc", "worked")
            terminal.tell(f"{day[8:]}/{month:02}: {what} {hours}")
    terminal.tell(say("- nghỉ   . cuối tuần   * giờ khác hoặc làm bù   o chỉ nhận và trả hồ sơ",
                      "- off   . weekend   * other hours, or a day worked instead   o intake and return only"), "dim")  # fmt: skip


def _iso(year: int, month: int, day: int) -> str:
    return date(year, month, day).isoformat()


@calendar.command("publish", vi="Ban hành quyết định về lịch của một năm từ tệp TOML.",
                  en="Publish the decision on a year from a TOML file.")  # fmt: skip
@click.argument("file", type=Place())
@option("--dry-run", "dry", is_flag=True, vi="Chỉ xem bao nhiêu hồ sơ bị dời ngày hẹn.",
        en="Only see how many dossiers would be due at another time.")  # fmt: skip
@click.pass_context
def publish(ctx: click.Context, file: Path, dry: bool) -> None:
    """Bring it into force, or see what it would do."""
    text = _text(file)
    done = service().put(f"/v1/calendars/{_year(file, text)}", {"decision": text}, dryRun=dry)
    if ctx.ensure_object(Asked).json:
        terminal.answer(done)
    elif done["moves"] is None:
        terminal.tell(
            say(f"Đã ban hành lịch năm {done['year']}.", f"Published the calendar of {done['year']}."), "green"
        )
    else:
        _foretell(done["moves"])


def _foretell(moves: dict[str, Any]) -> None:
    many, later, earlier = f"{moves['dossiers']}{'' if moves['complete'] else '+'}", moves["later"], moves["earlier"]
    hours = f"{moves['mostHours']:g}"
    terminal.tell(
        say(
            f"{many} hồ sơ đang mở: {later} lùi hạn, {earlier} sớm hạn, nhiều nhất {hours} giờ.",
            f"{many} open dossiers: {later} due later, {earlier} earlier, by {hours} hours at most.",
        )
    )


def _text(file: Path) -> str:
    try:
        return file.read_text()
    except (OSError, ValueError) as error:
        raise Failed(say(f"Không đọc được {file}: {error}", f"{file} cannot be read: {error}")) from None


def _year(file: Path, text: str) -> Any:
    try:
        return int(tomllib.loads(text)["year"])
    except (ValueError, KeyError, TypeError) as error:
        raise Failed(say(f"{file} không nói năm (year): {error}", f"{file} does not say its year: {error}")) from None
