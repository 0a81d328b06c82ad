"""``motcua complete``: finish a user task."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli import terminal, values
from api.cli.asked import Asked, option
from api.cli.client import service
from api.cli.language import say
from api.cli.program import command
from api.cli.work import state, tell_incidents, tell_tasks


@command(
    "complete",
    vi="Hoàn thành việc TASK với các giá trị đã nhập.",
    en="Finish the user task TASK with what was entered.",
)
@click.argument("task", metavar="TASK")
@values.var
@values.file
@option("--as", "person", metavar="USER", vi="Làm thay cho người này.", en="Act on behalf of this person.")
@click.pass_context
def complete(ctx: click.Context, task: str, pairs: tuple[str, ...], source: Path | None, person: str | None) -> None:
    """Finish it, and say what came of it."""
    done = service(person).post(f"/v1/tasks/{task}/complete", {"variables": values.read(pairs, source)})
    if ctx.ensure_object(Asked).json:
        terminal.answer(done)
        return
    name = done["task"].get("name") or done["task"]["elementId"]
    terminal.tell(say(f"Đã hoàn thành: {name}", f"Finished: {name}"), "green")
    terminal.tell(f"  {say('phiên xử lý', 'process instance')}: {state(done['processInstance']['state'])}")
    tell_tasks(done["tasks"])
    tell_incidents(done["processInstance"].get("incidents") or [])
