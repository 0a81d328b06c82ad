"""``motcua restore``: a store made of a backup."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli import terminal
from api.cli.asked import Asked, Place, option
from api.cli.failure import Failed
from api.cli.language import say
from api.cli.program import command
from api.cli.verify import reason

if TYPE_CHECKING:
    from api.restore import Restored


@command(
    "restore",
    vi="Khôi phục một bản sao lưu vào tệp hoặc cơ sở dữ liệu mới, rồi nâng lên cấu trúc mới nhất.\n\nKiểm tra bản sao lưu "
    "trước; nếu hỏng giữa chừng thì không để lại gì. Không bao giờ ghi đè dữ liệu đang có.",
    en="Restore a backup into a new file or database, and bring it to the newest schema.\n\nThe backup is checked first; "
    "what fails half way leaves nothing behind. Data that is there is never written over.",
    alone=True,
)
@click.argument("file", metavar="FILE", type=Place(folder=False))
@option("--to", "url", metavar="URL", vi="Địa chỉ cơ sở dữ liệu mới (mặc định MOTCUA_DATABASE_URL).",
        en="Address of the new database (default: MOTCUA_DATABASE_URL).")  # fmt: skip
@option("--verify", "every", is_flag=True, vi="Kiểm chứng mọi lịch sử, không chỉ một số.",
        en="Verify every history, not only some.")  # fmt: skip
@click.pass_context
def restore(ctx: click.Context, file: Path, url: str | None, every: bool) -> None:
    """Restore all of it, or nothing."""
    from api import backup as backups
    from api import restore as restoring
    from api.settings import Settings

    environment = dict(os.environ) if url is None else os.environ | {"MOTCUA_DATABASE_URL": url}
    settings = Settings.of(environment)
    total = backups.read_manifest(file).process_instances
    with terminal.progress(say("Đang kiểm chứng", "Verifying"), total) as progress:
        restored = restoring.restore(settings, file, every=every, progress=progress)
    if restored.unlike:
        raise _damaged(restored)
    if ctx.ensure_object(Asked).json:
        terminal.answer(_answer(restored))
    else:
        _tell(restored)


def _tell(restored: Restored) -> None:
    manifest = restored.manifest
    count, before, now = manifest.process_instances, manifest.contents.schema, restored.schema
    terminal.tell(
        say(f"Đã khôi phục {count} phiên xử lý, như lúc {manifest.made_at} (phiên bản {manifest.product}).",
            f"Restored {count} process instances as they were at {manifest.made_at} (version {manifest.product})."),
        "green",
    )  # fmt: skip
    if before != now:
        terminal.tell(
            say(f"Cấu trúc dữ liệu được nâng từ {before} lên {now}.", f"The schema went from {before} to {now}.")
        )
    terminal.tell(
        say(f"Lịch sử đã kiểm chứng: {restored.verified}/{count}, đều giống hệt.",
            f"Histories verified: {restored.verified} of {count}, all identical.")
    )  # fmt: skip
    terminal.tell(
        say("Những gì xảy ra sau thời điểm đó không có trong bản sao lưu. Khởi động dịch vụ để hẹn giờ đến hạn chạy tiếp.",
            "What happened after that moment is not in it. Start the service: what fell due meanwhile runs then."), "dim",
    )  # fmt: skip


def _answer(restored: Restored) -> dict[str, object]:
    manifest = restored.manifest
    return {
        "processInstances": manifest.process_instances,
        "madeAt": manifest.made_at,
        "schemaBefore": manifest.contents.schema,
        "schema": restored.schema,
        "verified": restored.verified,
        "notIdentical": [{"processInstanceId": id, "reason": reason} for id, reason in restored.unlike],
    }


def _damaged(restored: Restored) -> Failed:
    named = [f"  {id}: {reason(why)}" for id, why in restored.unlike]
    return Failed(
        say("Đã khôi phục, nhưng các lịch sử sau không giống hệt:", "Restored, but these histories are not identical:"),
        *named,
        say("Chúng đã như vậy lúc sao lưu. Hãy so với bản sao lưu cũ hơn trước khi chạy dịch vụ.",
            "They were so when they were backed up. Compare with an older backup before the service runs."),
        answer=_answer(restored),
    )  # fmt: skip
