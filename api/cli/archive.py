"""``motcua archive``: ended instances that are past their class's time go into files."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.cli import terminal
from api.cli.asked import Asked, option
from api.cli.failure import Failed
from api.cli.language import say
from api.cli.program import command
from api.cli.verify import reason

if TYPE_CHECKING:
    from engine.domain.retention import Period
    from engine.service.archivist import Archivist, Outcome


class _Period(click.ParamType[Any]):
    """A period as retention classes have it."""

    name = "period"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The period.

        Raises:
            BadParameter: it is none.
        """
        from engine.domain.retention import Period, RetentionRefused

        try:
            return Period.read(value)
        except RetentionRefused as refused:
            self.fail(str(refused), param, ctx)


@command(
    "archive",
    vi="Chuyển các phiên xử lý đã kết thúc quá thời hạn của lớp lưu giữ vào tệp.\n\nMỗi tệp được đọc lại và kiểm chứng "
    "trước khi xóa khỏi cơ sở dữ liệu. Trên SQLite dịch vụ phải dừng trước; khi dịch vụ chạy, đặt MOTCUA_ARCHIVE để nó tự làm.",
    en="Move ended instances that are past their retention class's time into files.\n\nEach file is read back and verified "
    "before anything is deleted. On SQLite the service must be stopped first; a running one does it by itself with "
    "MOTCUA_ARCHIVE.",
    alone=True,
)
@option("--to", "folder", metavar="DIR", required=True, type=click.Path(file_okay=False, path_type=Path),
        vi="Thư mục của kho lưu trữ.", en="Folder of the archive.")  # fmt: skip
@option("--older-than", "older_than", metavar="PERIOD", type=_Period(),
        vi="Đã kết thúc lâu hơn thế này (P2Y, P90D), thay cho thời hạn của lớp.",
        en="Ended longer ago than this (P2Y, P90D), whatever the class says.")  # fmt: skip
@option("--dry-run", "dry", is_flag=True, vi="Chỉ đếm.", en="Only count.")
@click.pass_context
def archive(ctx: click.Context, folder: Path, older_than: Period | None, dry: bool) -> None:
    """Archive what is due, or count it."""
    from api import bootstrap
    from api.settings import Settings

    service = bootstrap.wire(Settings.of(os.environ))
    try:
        service.writer.start()
        archivist = bootstrap.archivist(service, folder)
        if dry:
            _tell_due(ctx, archivist, older_than)
        else:
            _tell_done(ctx, _run(archivist, older_than))
    finally:
        service.stop()


def _run(archivist: Archivist, older_than: Period | None) -> Outcome:
    with terminal.busy(say("Đang lưu trữ …", "Archiving …")):
        return archivist.run(older_than)


def _tell_due(ctx: click.Context, archivist: Archivist, older_than: Period | None) -> None:
    counts = Counter((kept.name, ended_at[:7]) for _, ended_at, kept in archivist.due(older_than))
    if ctx.ensure_object(Asked).json:
        terminal.answer(
            {"due": [{"class": c, "month": m, "processInstances": n} for (c, m), n in sorted(counts.items())]}
        )
        return
    terminal.tell(say(f"Đến hạn lưu trữ: {counts.total()}.", f"Due for the archive: {counts.total()}."))
    for (name, month), count in sorted(counts.items()):
        terminal.tell(f"  {name}  {month}  {count}")


def _tell_done(ctx: click.Context, done: Outcome) -> None:
    if done.unlike:
        raise Failed(
            say(f"Đã lưu trữ {done.archived}; các lịch sử sau không giống hệt nên ở lại:",
                f"Archived {done.archived}; these histories are not identical and stay:"),
            *(f"  {id}: {reason(why)}" for id, why in done.unlike),
            answer=_answer(done),
        )  # fmt: skip
    if ctx.ensure_object(Asked).json:
        terminal.answer(_answer(done))
        return
    terminal.tell(
        say(f"Đã lưu trữ {done.archived} phiên xử lý vào {len(done.files)} tệp.",
            f"Archived {done.archived} process instances into {len(done.files)} files."), "green",
    )  # fmt: skip
    for name in done.files:
        terminal.tell(f"  {name}.ndjson")
    for name, count in done.unknown.items():
        terminal.tell(
            say(f"Không có lớp lưu giữ “{name}” ({count} định nghĩa): các phiên đó ở lại.",
                f"There is no retention class '{name}' ({count} definitions): their instances stay."), "yellow",
        )  # fmt: skip


def _answer(done: Outcome) -> dict[str, Any]:
    return {
        "archived": done.archived,
        "files": done.files,
        "notIdentical": [{"processInstanceId": id, "reason": why} for id, why in done.unlike],
        "unknownClasses": done.unknown,
    }
