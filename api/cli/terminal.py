"""What is printed: for people in colours and tables where there is a terminal, plain where there is none, or JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console, JustifyMethod, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

WIDTH = 100
"""Columns where the width of a terminal is not known."""

_CONTROLS = dict.fromkeys([*range(9), *range(11, 32), *range(127, 160)], "\N{REPLACEMENT CHARACTER}")
"""What could command the terminal: names and values come from diagrams and people, and are only shown."""


def screen(*, error: bool = False) -> Console:
    """The terminal, or what stands in its place."""
    stream = sys.stderr if error else sys.stdout
    return Console(file=stream, highlight=False, markup=False, emoji=False, width=None if stream.isatty() else WIDTH)


def clean(text: str) -> str:
    """The text without control characters."""
    return text.translate(_CONTROLS)


def tell(text: str = "", style: str = "") -> None:
    """One line, never broken by us."""
    screen().print(Text(clean(text), style), soft_wrap=True)


def show(what: RenderableType) -> None:
    """Something that rich lays out."""
    console = screen()
    if console.is_terminal:
        console.print(what)
        return
    with console.capture() as captured:
        console.print(what)
    click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))


def complain(first: str, *more: str) -> None:
    """What is wrong, on the error output."""
    console = screen(error=True)
    console.print(Text(clean(first), "bold red"), soft_wrap=True)
    for line in more:
        console.print(Text(clean(line)), soft_wrap=True)


def answer(value: Any) -> None:
    """The answer for a program."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = (), whole: Sequence[int] = ()
) -> None:
    """A table, with some columns aligned to the right and some never broken.

    Where nobody looks it is the same with tabs between, so that it can be cut.
    """
    if not screen().is_terminal:
        for row in [columns, *rows]:
            click.echo("\t".join(clean(cell).replace("\t", " ").replace("\n", " ") for cell in row))
        return
    drawn = Table(box=SIMPLE_HEAD, header_style="bold", border_style="dim", padding=(0, 1, 0, 0), show_edge=False)
    for i, column in enumerate(columns):
        justify: JustifyMethod = "right" if i in right else "left"
        drawn.add_column(column, justify=justify, overflow="fold", no_wrap=i in right or i in whole)
    for row in rows:
        drawn.add_row(*(Text(clean(cell)) for cell in row))
    show(drawn)


@contextmanager
def busy(text: str) -> Iterator[None]:
    """Something turns while it lasts, where somebody looks."""
    console = screen(error=True)
    if not console.is_terminal:
        yield
        return
    with console.status(Text(text)):
        yield


def _unseen(done: int) -> None:
    pass


@contextmanager
def progress(text: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar that grows as it is told how much is done, where somebody looks."""
    console = screen(error=True)
    if not console.is_terminal:
        yield _unseen
        return
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=console
    ) as bar:
        task = bar.add_task(clean(text), total=total)
        yield lambda done: bar.update(task, completed=done)
