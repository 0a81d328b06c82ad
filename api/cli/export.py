"""``motcua export``: an instance's history as a file that can be verified anywhere."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli import terminal
from api.cli.asked import Asked, option
from api.cli.client import service
from api.cli.language import say
from api.cli.program import command


@command(
    "export",
    vi="Xuất lịch sử của một phiên xử lý thành JSON từng dòng, kiểm chứng được ở bất cứ đâu.",
    en="Write an instance's history as JSON lines that can be verified anywhere.",
)
@click.argument("instance", metavar="INSTANCE")
@option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path),
        vi="Tệp để ghi (không có: in ra màn hình).", en="File to write (else: standard output).")  # fmt: skip
@click.pass_context
def export(ctx: click.Context, instance: str, output: Path | None) -> None:
    """Fetch it whole before anything is written, so that half a history is never taken for one."""
    content = service().raw(f"/v1/process-instances/{instance}/export")
    if output is None:
        click.echo(content, nl=False)
        return
    output.write_bytes(content)
    lines = content.count(b"\n")
    if ctx.ensure_object(Asked).json:
        terminal.answer({"file": str(output), "lines": lines})
    else:
        terminal.tell(say(f"Đã ghi {lines} dòng vào {output}.", f"Wrote {lines} lines to {output}."), "green")
        terminal.tell(
            say(f"Kiểm chứng: motcua verify --file {output}", f"To verify: motcua verify --file {output}"), "dim"
        )
