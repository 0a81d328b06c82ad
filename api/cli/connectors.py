"""``motcua connectors``: what a diagram can call."""

from __future__ import annotations

import click

from api.cli import terminal
from api.cli.asked import Asked
from api.cli.client import service
from api.cli.language import say
from api.cli.program import command


@command(
    "connectors",
    vi="Những thao tác của hệ thống khác mà sơ đồ gọi được.",
    en="What diagrams can have other systems do.",
)
@click.pass_context
def connectors(ctx: click.Context) -> None:
    """List them, each with what it needs, gives, and can end in."""
    answer = service().get("/v1/connectors")
    if ctx.ensure_object(Asked).json:
        terminal.answer(answer)
        return
    if not answer["items"]:
        terminal.tell(say("Chưa khai báo kết nối nào.", "No connector is registered."))
    for row in answer["items"]:
        terminal.tell(f"{row['name']}  {row['host']}")
        for word, names in (
            (say("cần", "needs"), row["needs"]),
            (say("cho", "gives"), row["gives"]),
            (say("lỗi", "errors"), row["errors"]),
        ):
            if names:
                terminal.tell(f"  {word}: {', '.join(names)}")
