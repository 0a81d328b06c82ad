"""``motcua start``: begin a process instance."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli import terminal, values
from api.cli.asked import Asked, option
from api.cli.client import service
from api.cli.language import say
from api.cli.program import command
from api.cli.work import tell_instance


@command(
    "start",
    vi="Bắt đầu một phiên xử lý theo phiên bản mới nhất của quy trình KEY.",
    en="Begin a process instance of the newest version of the process KEY.",
)
@click.argument("process", metavar="KEY")
@option("--business-key", metavar="CODE", vi="Mã hồ sơ.", en="The dossier's code.")
@values.var
@values.file
@option("--as", "person", metavar="USER", vi="Làm thay cho người này.", en="Act on behalf of this person.")
@click.pass_context
def start(
    ctx: click.Context,
    process: str,
    business_key: str | None,
    pairs: tuple[str, ...],
    source: Path | None,
    person: str | None,
) -> None:
    """Begin it, and say what it waits for."""
    body = {"processDefinitionKey": process, "variables": values.read(pairs, source)}
    if business_key is not None:
        body["businessKey"] = business_key
    client = service(person)
    instance = client.post("/v1/process-instances", body)
    if ctx.ensure_object(Asked).json:
        terminal.answer(instance)
        return
    terminal.tell(say(f"Đã bắt đầu phiên xử lý {instance['id']}", f"Began process instance {instance['id']}"), "green")
    tell_instance(instance)
