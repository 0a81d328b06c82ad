"""``motcua tasks``: the worklist, what is due first on top."""

from __future__ import annotations

from typing import Any

import click

from api.cli import terminal
from api.cli.asked import Asked, option
from api.cli.client import service
from api.cli.language import say
from api.cli.moments import local
from api.cli.program import command
from api.cli.work import whose


@command(
    "tasks",
    vi="Liệt kê việc đang mở, việc đến hạn trước đứng trước.",
    en="List open work, what is due first on top.",
)
@option("--group", metavar="GROUP", vi="Chỉ việc của nhóm này.", en="Only work of this group.")
@option("--assignee", metavar="USER", vi="Chỉ việc của người này.", en="Only work of this person.")
@option("--instance", metavar="ID", vi="Chỉ việc của phiên xử lý này.", en="Only work of this process instance.")
@click.pass_context
def tasks(ctx: click.Context, group: str | None, assignee: str | None, instance: str | None) -> None:
    """Read the whole list."""
    query = {"candidateGroup": group, "assignee": assignee, "processInstanceId": instance, "sort": "dueAt"}
    found = list(service().items("/v1/tasks", **query))
    if ctx.ensure_object(Asked).json:
        terminal.answer(found)
    elif found:
        _show(found)
    else:
        terminal.tell(say("Không có việc nào đang mở.", "No open work."))


_COLUMNS = (("Hạn", "Due"), ("Việc", "Task"), ("Ai làm", "Whose"), ("Hồ sơ", "Dossier"), ("Mã việc", "Task id"))


def _show(found: list[dict[str, Any]]) -> None:
    """The step's due time first; the dossier's beside it, where any has one."""
    both = any((task["dossier"] or {}).get("dueAt") for task in found)
    columns = [say(*names) for names in _COLUMNS]
    rows = [_row(task) for task in found]
    if both:
        columns.insert(1, say("Hạn hồ sơ", "Dossier due"))
        for row, task in zip(rows, found, strict=True):
            row.insert(1, local((task["dossier"] or {}).get("dueAt")) or "–")
    terminal.table(columns, rows, whole=(0, len(columns) - 1))


def _row(task: dict[str, Any]) -> list[str]:
    name = task.get("name") or task["elementId"]
    return [
        local(task.get("dueAt")) or "–",
        name,
        whose(task),
        task.get("businessKey") or "–",
        task["id"],
    ]
