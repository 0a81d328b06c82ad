"""``motcua sandbox``: all outside systems, played on this machine."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli import terminal
from api.cli.language import say
from api.cli.program import command
from engine.ports import Played

if TYPE_CHECKING:
    from api.sandbox import Sandbox


@command(
    "sandbox",
    vi="Giả lập mọi hệ thống bên ngoài trên máy này, đến khi bấm Ctrl-C.",
    en="Play all outside systems on this machine, until Ctrl-C.",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the file of connectors here.")
@click.option(
    "--signing",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the file for signing here, and a test certificate beside it.",
)
@click.option("--secret", default="bi-mat-thu", show_default=True, help="What all of them take as their secret.")
@click.option("--seconds", type=click.FloatRange(0.1), default=None, help="End by itself after so many seconds.")
def sandbox(out: Path | None, signing: Path | None, secret: str, seconds: float | None) -> None:
    """Say which connectors lead to them, then show what they are sent."""
    from api.sandbox import Sandbox

    opened = Sandbox.open(secret)
    try:
        _say_files(opened, out, signing)
        _watch(opened.played, seconds)
    except KeyboardInterrupt:
        terminal.tell(say("Đã dừng.", "Stopped."))
    finally:
        opened.close()


def _say_files(opened: Sandbox, out: Path | None, signing: Path | None) -> None:
    if signing is not None:
        opened.write_signing(signing)
        _wrote(signing)
    if out is None:
        terminal.tell(opened.connectors())
    else:
        out.write_text(opened.connectors())
        _wrote(out)


def _wrote(file: Path) -> None:
    terminal.tell(say(f"Đã ghi {file}.", f"Wrote {file}."))


def _watch(played: Mapping[str, Played], seconds: float | None) -> None:
    """Bodies are shown in full: nothing here is real."""
    from api.sandbox import NAMES

    shown, ends = dict.fromkeys(played, 0), None if seconds is None else time.monotonic() + seconds
    while ends is None or time.monotonic() < ends:
        for system, place in played.items():
            for request in place.arrived[shown[system] :]:
                shown[system] += 1
                terminal.tell(
                    f"{NAMES[system]}  {request.method} {request.path}  {request.body.decode(errors='replace')}"
                )
        time.sleep(0.1)
