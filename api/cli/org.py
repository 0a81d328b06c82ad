"""``motcua org``: the tree of units."""

from __future__ import annotations

import json
from pathlib import Path

import click

from api.cli import terminal
from api.cli.asked import Asked, Place
from api.cli.client import service
from api.cli.failure import Failed
from api.cli.language import say
from api.cli.program import Family


@click.group("org", cls=Family, vi="Cây đơn vị.", en="The tree of units.")
def org() -> None:
    """Commands on the organisation."""


@org.command("publish", vi="Ban hành cây đơn vị từ tệp JSON.", en="Publish a tree of units from a JSON file.")
@click.argument("file", type=Place())
@click.pass_context
def publish(ctx: click.Context, file: Path) -> None:
    """Bring it into force."""
    try:
        tree = json.loads(file.read_text())
    except (OSError, ValueError) as error:
        raise Failed(say(f"Không đọc được {file}: {error}", f"{file} cannot be read: {error}")) from None
    done = service().put("/v1/organisation", tree)
    if ctx.ensure_object(Asked).json:
        terminal.answer(done)
    else:
        units = len(tree["units"])
        terminal.tell(say(f"Đã ban hành {units} đơn vị.", f"Published {units} units."), "green")
