"""``motcua serve``: run the service."""

from __future__ import annotations

import os
from pathlib import Path

import click

from api import collector
from api.cli.asked import Place, option
from api.cli.program import command


@command(
    "serve",
    vi="Chạy dịch vụ cho đến khi bị dừng.\n\nCấu hình bằng biến môi trường MOTCUA_DATABASE_URL, MOTCUA_BIND, "
    "MOTCUA_ADMIN_KEY, MOTCUA_CLOCK, MOTCUA_LOG_LEVEL.",
    en="Run the service until it is stopped.\n\nIt is set up by the environment: MOTCUA_DATABASE_URL, MOTCUA_BIND, "
    "MOTCUA_ADMIN_KEY, MOTCUA_CLOCK, MOTCUA_LOG_LEVEL.",
    alone=True,
)
@option("--deploy", metavar="DIR", type=Place(folder=True),
        vi="Ban hành các thủ tục trong thư mục này trước khi nhận việc.",
        en="Publish the procedures of this folder before taking requests.")  # fmt: skip
@option("--sandbox", is_flag=True,
        vi="Giả lập mọi hệ thống bên ngoài và ký bằng chứng thư thử; chỉ trên máy này.",
        en="Play all outside systems and sign with a test certificate; on this machine only.")  # fmt: skip
@click.pass_context
def serve(ctx: click.Context, deploy: Path | None, sandbox: bool) -> None:
    """Serve; how it ended is the exit code."""
    collector.rest()
    from api.server import serve as run
    from api.settings import Settings

    settings = Settings.of(os.environ)
    ctx.exit(run(settings.in_sandbox() if sandbox else settings, deploy))
