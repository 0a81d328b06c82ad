"""``motcua report``: how many dossiers came in, were settled, and are still there."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from api.cli import terminal
from api.cli.asked import Asked
from api.cli.client import service
from api.cli.language import either, say
from api.cli.periods import asked, group, heading, of_period, source
from api.cli.program import command


@command(
    "report",
    vi="Báo cáo tình hình giải quyết hồ sơ của một kỳ: mẫu 06a, 07a, 07b.",
    en="How dossiers were dealt with in a period: forms 06a, 07a, 07b.",
)
@click.argument("form")
@of_period
@click.pass_context
def report(ctx: click.Context, form: str, first: date, last: date, by: str | None, rules_of: str | None) -> None:
    """Print it: a line for each column, a number for each group."""
    found = service().get(f"/v1/reports/{form}", **asked(first, last, by, rules_of))
    if ctx.ensure_object(Asked).json:
        terminal.answer(found)
        return
    terminal.tell(heading(found | {"name": either(found["name"])}, first, last), "bold")
    titles = [say("Cột", "Column"), *(group(row) for row in found["rows"]), say("Cộng", "In all")]
    terminal.table(titles, [_line(column, found) for column in found["columns"]], right=range(1, len(titles)))
    if found["misplaced"]:
        terminal.tell(
            say(
                f"{found['misplaced']} hồ sơ không nằm trong đúng một cột: mẫu viết sai.",
                f"{found['misplaced']} dossiers are not in exactly one column: the form is wrong.",
            ),
            "red",
        )
    terminal.tell(source(found), "dim")


def _line(column: dict[str, Any], found: dict[str, Any]) -> list[str]:
    rows = [row["numbers"] for row in found["rows"]]
    return [either(column["name"]), *(str(numbers[column["id"]]) for numbers in (*rows, found["total"]))]
