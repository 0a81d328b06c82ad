"""``motcua worker``: run jobs beside the services that answer callers."""

from __future__ import annotations

import os

import click

from api import collector
from api.cli.program import command


@command(
    "worker",
    vi="Chạy các công việc máy (hẹn giờ, gửi thông điệp, gọi hệ thống khác) mà các tiến trình “serve” báo qua hàng đợi.\n\nCần "
    "MOTCUA_DATABASE_URL trên PostgreSQL và MOTCUA_BROKER_URL. Chạy bao nhiêu tiến trình cũng được.",
    en="Run jobs (timers, messages, calls to other systems) of which the 'serve' processes tell through the broker.\n\nNeeds "
    "MOTCUA_DATABASE_URL on PostgreSQL and MOTCUA_BROKER_URL. Any number may run.",
    alone=True,
)
@click.pass_context
def worker(ctx: click.Context) -> None:
    """Work until told to stop; how it ended is the exit code."""
    collector.rest()
    from api.settings import Settings
    from api.worker import work

    ctx.exit(work(Settings.of(os.environ)))
