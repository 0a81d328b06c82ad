"""``motcua backup``: all that the service keeps, in one file."""

from __future__ import annotations

import os
from pathlib import Path

import click

from api.cli import terminal
from api.cli.asked import Asked
from api.cli.language import say
from api.cli.program import command


@command(
    "backup",
    vi="Sao lưu toàn bộ dữ liệu vào một tệp, cả khi dịch vụ đang chạy.\n\nTệp chứa dữ liệu cá nhân và khóa của chúng: hãy "
    "giữ như giữ cơ sở dữ liệu.",
    en="Copy all that the service keeps into one file, also while it runs.\n\nThe file holds personal values and their "
    "keys: guard it as you guard the database.",
    alone=True,
)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.pass_context
def backup(ctx: click.Context, file: Path) -> None:
    """Back up; the file is there whole or not at all."""
    from api import backup as backups
    from api.settings import Settings

    with terminal.busy(say("Đang sao lưu …", "Backing up …")):
        manifest = backups.write(Settings.of(os.environ), file)
    size = file.stat().st_size
    if ctx.ensure_object(Asked).json:
        terminal.answer({
            "file": str(file), "bytes": size, "madeAt": manifest.made_at, "processInstances": manifest.process_instances,
            "schema": manifest.contents.schema, "sha256": manifest.sha256,
        })  # fmt: skip
        return
    count = manifest.process_instances
    terminal.tell(
        say(f"Đã sao lưu {count} phiên xử lý vào {file} ({size:,} byte).",
            f"Backed up into {file}: {count} process instances, {size:,} bytes."), "green",
    )  # fmt: skip
    terminal.tell(say(f"Khôi phục: motcua restore {file} --to …", f"To restore: motcua restore {file} --to …"), "dim")
