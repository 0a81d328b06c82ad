"""``motcua why``: what a dossier waits for, since when, and who can do something about it."""

from __future__ import annotations

from typing import Any

import click

from api.cli import terminal
from api.cli.asked import Asked
from api.cli.client import service
from api.cli.language import either, say
from api.cli.moments import local
from api.cli.program import command
from api.cli.work import state


@command(
    "why",
    vi="Nói vì sao một phiên xử lý đứng yên: chờ gì, từ bao giờ, ai làm được gì.",
    en="Say why an instance stands still: what it waits for, since when, and who can do something.",
)
@click.argument("instance", metavar="INSTANCE")
@click.pass_context
def why(ctx: click.Context, instance: str) -> None:
    """A sentence for each wait, the longest first."""
    found = service().get(f"/v1/process-instances/{instance}/why")
    if ctx.ensure_object(Asked).json:
        terminal.answer(found)
        return
    terminal.tell(f"{instance}: {state(found['state'])}", "dim")
    for wait in found["waits"]:
        terminal.tell(f"• {either(wait['sentence'])}")
        terminal.tell(f"  {_times(wait)}", "dim")
    if not found["waits"]:
        terminal.tell(say("Không chờ gì.", "It waits for nothing."))


def _times(wait: dict[str, Any]) -> str:
    since = f"{say('từ', 'since')} {local(wait['since'])}"
    until = f"; {say('đến', 'until')} {local(wait['until'])}" if wait["until"] else ""
    named = f"; {wait['id']}" if wait["id"] else ""
    return since + until + named
