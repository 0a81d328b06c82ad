"""``motcua indicators``: how the offices did, beside what was aimed at."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from api.cli import terminal
from api.cli.asked import Asked, option
from api.cli.client import service
from api.cli.language import either, say
from api.cli.periods import asked, group, heading, of_period, source
from api.cli.program import command


@command(
    "indicators",
    vi="Bộ chỉ số của một kỳ: chỉ tiêu, kết quả, đạt hay không, tính theo quy tắc nào.",
    en="The indicators of a period: what was aimed at, what came of it, whether it was reached, by which rule.",
)
@of_period
@option("--set", "set_", default="tinh_2021", show_default=True, vi="Bộ chỉ số.", en="The set of indicators.")
@click.pass_context
def indicators(ctx: click.Context, first: date, last: date, by: str | None, rules_of: str | None, set_: str) -> None:
    """Print them."""
    found = service().get("/v1/indicators", **asked(first, last, by, rules_of), set=set_)
    if ctx.ensure_object(Asked).json:
        terminal.answer(found)
    else:
        show(found, first, last)


def show(found: dict[str, Any], first: date, last: date) -> None:
    """The table of a period's indicators, as the API gave them."""
    terminal.tell(heading(found | {"name": either(found["name"])}, first, last), "bold")
    titles = [say(*title) for title in _TITLES]
    rows = [_row(figure) for figure in found["items"]]
    kept = [n for n in range(len(titles)) if n not in (0, 4) or _is_used(found, n)]
    terminal.table([titles[n] for n in kept], [[row[n] for n in kept] for row in rows], right=_right(kept))
    for each in found["points"]:
        terminal.tell(_points(each), "bold")
    terminal.tell(source(found), "dim")


_TITLES = (
    ("Nhóm", "Group"), ("Mã", "Id"), ("Chỉ số", "Indicator"), ("Kết quả", "Figure"), ("Điểm", "Points"), ("Chỉ tiêu", "Target"),
    ("Đạt", "Reached"), ("Quy tắc", "Rule"),
)  # fmt: skip


def _is_used(found: dict[str, Any], column: int) -> bool:
    if column == 0:
        return any(figure["group"] for figure in found["items"])
    return bool(found["points"])


def _right(kept: list[int]) -> list[int]:
    return [place for place, column in enumerate(kept) if column in (3, 4, 5)]


def _row(figure: dict[str, Any]) -> list[str]:
    reached = {True: say("đạt", "yes"), False: say("chưa", "no"), None: ""}[figure["met"]]
    below = "<" if figure["met"] is not None and figure["rule"]["below"] else "≥"
    target = "" if figure["target"] is None else f"{below} {figure['target']:g} %"
    points = "" if figure["maxPoints"] is None else f"{_number(figure['points'])} / {figure['maxPoints']:g}"
    return [
        group(figure),
        figure["id"],
        either(figure["name"]),
        _figure(figure),
        points,
        target,
        reached,
        _rule(figure),
    ]


def _figure(figure: dict[str, Any]) -> str:
    days = say(" ngày", " days") if figure["unit"] == "days" and figure["ratio"] is not None else ""
    if figure["missing"]:
        return say(f"N/A, thiếu {figure['missing']}", f"N/A, lacks {figure['missing']}")
    if figure["denominator"] is None:
        return str(figure["shown"])
    return f"{figure['shown']}{days} ({figure['numerator']:g}/{figure['denominator']:g})"


def _number(value: float | None) -> str:
    return "?" if value is None else f"{value:g}"


def _rule(figure: dict[str, Any]) -> str:
    rule = figure["rule"]
    below = f" / {rule['denominator']}" if rule["denominator"] else ""
    times = f" × {rule['times']}" if rule["times"] else ""
    return f"{rule['counts']}: {rule['numerator']}{below}{times}"


def _points(each: dict[str, Any]) -> str:
    of = f"{group(each)}: " if each["group"] else ""
    return of + say(
        f"Tổng điểm {each['points']:g} / {each['maxPoints']:g}, chưa rõ {each['unknown']:g}",
        f"Points {each['points']:g} of {each['maxPoints']:g}, {each['unknown']:g} not known",
    )
