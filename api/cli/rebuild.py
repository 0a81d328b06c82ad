"""``motcua rebuild``: make every table beside the log again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from api.cli import terminal
from api.cli.asked import Asked
from api.cli.failure import Failed
from api.cli.language import say
from api.cli.program import command
from api.cli.verify import reason

if TYPE_CHECKING:
    from engine.service.rebuild import RebuildFailed


@command(
    "rebuild",
    vi="Dựng lại mọi bảng bên cạnh nhật ký, chỉ từ nhật ký; dịch vụ phải dừng trước.\n\nGặp lịch sử hỏng thì nêu tên và "
    "không thay đổi gì.",
    en="Make every table beside the log again, from the log alone; the service must be stopped first.\n\nA damaged "
    "history is named, and then nothing is changed.",
    alone=True,
)
@click.pass_context
def rebuild(ctx: click.Context) -> None:
    """Rebuild all of it, or nothing."""
    count = _rebuilt()
    if ctx.ensure_object(Asked).json:
        terminal.answer({"processInstances": count})
    else:
        terminal.tell(say(f"Đã dựng lại {count} phiên xử lý.", f"Process instances rebuilt: {count}."), "green")


def _rebuilt() -> int:
    from api import bootstrap
    from api.settings import Settings
    from engine.service import rebuild as use_case

    service = bootstrap.wire(Settings.of(os.environ))
    try:
        with service.store.read() as queries:
            total = sum(1 for _ in queries.streams())
        with _progress(total) as progress:
            return use_case.rebuild(service.store, service.catalog, progress)
    except use_case.RebuildFailed as failed:
        raise _damaged(failed) from failed
    finally:
        service.stop()


def _damaged(failed: RebuildFailed) -> Failed:
    place = f"{failed.difference.seq} ({failed.difference.kind}): {reason(failed.difference.reason)}"
    return Failed(
        say(f"Lịch sử của phiên xử lý {failed.instance_id} bị hỏng, bản ghi {place}.",
            f"The history of process instance {failed.instance_id} is damaged, record {place}."),
        say("Chưa có gì thay đổi. Hãy khôi phục phiên xử lý này từ bản sao lưu rồi chạy lại.",
            "Nothing was changed. Restore that instance from a backup, then run this again."),
        answer={"code": "historyDamaged", "processInstanceId": failed.instance_id, "detail": str(failed)},
    )  # fmt: skip


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    """A bar on the error output, where somebody looks."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = terminal.screen(error=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(say("Đang dựng lại", "Rebuilding"), total=total)
        yield lambda done: bar.update(task, completed=done)
