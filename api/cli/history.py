"""``motcua history``: what happened to a dossier, step by step."""

from __future__ import annotations

from typing import Any

import click

from api.cli import terminal
from api.cli.asked import Asked, option
from api.cli.client import Client, service
from api.cli.language import say
from api.cli.moments import at, local, span
from api.cli.program import command
from api.cli.story import Story
from api.cli.telling import Teller
from api.cli.work import state


@command(
    "history",
    vi="Kể lại lịch sử của một phiên xử lý: khi nào, ai, việc gì, theo căn cứ nào, rồi sao nữa.",
    en="Tell an instance's history: when, who, what, on which legal basis, and what followed.",
)
@click.argument("instance", metavar="INSTANCE")
@option("--activities", is_flag=True, vi="Bảng từng bước thay vì câu chuyện.",
        en="A table of activities instead of the story.")  # fmt: skip
@click.pass_context
def history(ctx: click.Context, instance: str, activities: bool) -> None:
    """All of it, or a row for each activity."""
    client, path = service(), f"/v1/process-instances/{instance}/{'activities' if activities else 'history'}"
    found = list(client.items(path))
    if ctx.ensure_object(Asked).json:
        terminal.answer(found)
    elif activities:
        terminal.table(_columns(), [_row(activity) for activity in found], right=(1, 5), whole=(0, 3))
    else:
        _tell(client, instance, found)


def _tell(client: Client, instance: str, records: list[dict[str, Any]]) -> None:
    head = client.get(f"/v1/process-instances/{instance}")
    terminal.tell(
        f"{head.get('name') or head.get('processDefinitionKey') or instance}  {head.get('businessKey') or ''}", "bold"
    )
    terminal.tell(
        f"{instance}: {state(head['state'])}, {say(f'{len(records)} bản ghi', f'{len(records)} records')}", "dim"
    )
    teller = Teller()
    for deed in Story().deeds(records):
        if not deed.technical:
            teller.tell(deed)


def _columns() -> list[str]:
    return [say("Bắt đầu", "Started"), say("Thời gian", "Took"), say("Bước", "Activity"),
            say("Trạng thái", "State"), say("Ai", "Who"), say("Bản ghi", "Records")]  # fmt: skip


def _row(activity: dict[str, Any]) -> list[str]:
    ended = activity.get("endedAt")
    took = span(at(ended) - at(activity["startedAt"])) if ended else ""
    records = f"{activity['startedSeq']}–{activity.get('endedSeq') or ''}"
    name = activity.get("name") or activity["elementId"]
    who = activity.get("actor") or ""
    return [local(activity["startedAt"]), took, name, state(activity["state"]), who, records]
