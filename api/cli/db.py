"""``motcua db``: the database itself."""

from __future__ import annotations

import os

import click

from api.cli import terminal
from api.cli.asked import Asked
from api.cli.language import say
from api.cli.program import Family


@click.group("db", cls=Family, vi="Cơ sở dữ liệu.", en="The database.", alone=True)
def db() -> None:
    """Commands on the database."""


@db.command(
    "upgrade",
    vi="Đưa cơ sở dữ liệu lên cấu trúc mới nhất; dịch vụ phải dừng trước.",
    en="Bring the database to the newest schema; the service must be stopped first.",
    alone=True,
)
@click.pass_context
def upgrade(ctx: click.Context) -> None:
    """Upgrade it."""
    from api import bootstrap
    from api.settings import Settings

    settings = Settings.of(os.environ)
    with terminal.busy(say("Đang nâng cấp cơ sở dữ liệu …", "Upgrading the database …")):
        bootstrap.upgrade(settings)
    if ctx.ensure_object(Asked).json:
        terminal.answer({"upgraded": True})
    else:
        terminal.tell(say("Cơ sở dữ liệu đã ở cấu trúc mới nhất.", "The database has the newest schema."), "green")
