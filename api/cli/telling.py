"""A story on the terminal: the time on the left, what happened on the right."""

from __future__ import annotations

from datetime import timedelta

from rich.table import Table
from rich.text import Text

from api.cli import terminal
from api.cli.language import say
from api.cli.moments import at, brief, local, span
from api.cli.status import named
from api.cli.story import Consequence, Deed

_WHEN = 20
"""Columns for the time."""
_STYLES = {"→": "cyan", "■": "bold green", "×": "red", "…": "yellow", "!": "bold red", "○": "dim", "·": ""}


class Teller:
    """Tells deeds as they come; remembers when the last one was."""

    def __init__(self) -> None:
        self._last: str | None = None

    def tell(self, deed: Deed, note: str | None = None) -> None:
        """One deed with everything that followed."""
        when = Text(local(deed.at), "bold")
        if (since := self._since(deed)) and (length := span(since)):
            when.append(say(f"\nsau {length}", f"\nafter {length}"), "dim")
        page = Table.grid(padding=(0, 1))
        page.add_column(width=_WHEN, no_wrap=True)
        page.add_column(overflow="fold")
        page.add_row(when, _told(deed, note))
        terminal.show(page)
        self._last = deed.at

    def _since(self, deed: Deed) -> timedelta | None:
        return None if self._last is None else at(deed.at) - at(self._last)


def _told(deed: Deed, note: str | None) -> Text:
    text = Text()
    text.append(terminal.clean(deed.actor or say("Hệ thống", "The service")), "blue" if deed.actor else "yellow")
    text.append(": ")
    text.append(terminal.clean(deed.what), "bold")
    _append_status(text, deed.status)
    if deed.late and deed.due is not None:
        due = brief(deed.due, deed.at)
        text.append(say(f"\n✘ trễ, hạn là {due}", f"\n✘ late, was due {due}"), "bold red")
    if note:
        text.append(f"\n“{terminal.clean(note)}”", "italic")
    if deed.legal_basis:
        text.append(f"\n§ {terminal.clean(deed.legal_basis)}", "green")
    for consequence in deed.consequences:
        text.append_text(_line(consequence))
    return text


def _line(consequence: Consequence) -> Text:
    times = f"{consequence.times} × " if consequence.times > 1 else ""
    line = Text("\n")
    line.append(f"{consequence.sign} {times}{terminal.clean(consequence.text)}", _STYLES.get(consequence.sign, ""))
    _append_status(line, consequence.status)
    if consequence.detail:
        line.append(f"  {terminal.clean(consequence.detail)}", "dim")
    return line


def _append_status(text: Text, status: str | None) -> None:
    if status:
        text.append("  ")
        text.append(f"[{terminal.clean(named(status))}]", "bold magenta")
