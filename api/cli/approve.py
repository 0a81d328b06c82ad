"""``motcua approve``: let a version of a procedure count from a day on."""

from __future__ import annotations

import click

from api.cli import terminal
from api.cli.asked import Asked, option
from api.cli.client import service
from api.cli.language import say
from api.cli.program import command


@command(
    "approve",
    vi="Phê duyệt phiên bản quy trình DEFINITION, áp dụng từ một ngày. Người đã tải lên không được tự phê duyệt.",
    en="Approve the version DEFINITION of a procedure from a day on. Not for who deployed it.",
)
@click.argument("definition", metavar="DEFINITION")
@option(
    "--reason", required=True, vi="Lý do, được ghi vào sổ quản trị.", en="Why; it goes into the administration's log."
)
@option("--document", required=True, vi="Văn bản làm căn cứ phê duyệt.", en="The document that decides it.")
@option(
    "--from", "first", metavar="DATE", required=True, vi="Ngày bắt đầu áp dụng.", en="First day on which it counts."
)
@option("--until", "last", metavar="DATE", vi="Ngày cuối áp dụng.", en="Last day on which it counts.")
@click.pass_context
def approve(ctx: click.Context, definition: str, reason: str, document: str, first: str, last: str | None) -> None:
    """Approve it."""
    sent = {"reason": reason, "legalDocument": document, "validFrom": first, "validUntil": last}
    done = service().post(f"/v1/process-definitions/{definition}/approve", sent)
    if ctx.ensure_object(Asked).json:
        terminal.answer(done)
        return
    row = done["approval"]
    terminal.tell(
        say(
            f"Đã phê duyệt {row['key']} v{row['version']}, áp dụng từ {row['validFrom']}.",
            f"Approved {row['key']} v{row['version']}, from {row['validFrom']} on.",
        )
    )
    for warning in done["warnings"]:
        terminal.tell(f"  {say('lưu ý', 'note')}: {warning['detail']}", "yellow")
