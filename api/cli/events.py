"""``motcua events``: what happens, as other systems are told of it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import click

from api.cli import terminal
from api.cli.asked import Asked, option
from api.cli.client import PAGE, service
from api.cli.moments import local
from api.cli.program import command

WAIT = 10
"""Seconds; an empty answer comes after so many."""


@command(
    "events",
    vi="Liệt kê sự kiện sau một vị trí, theo thứ tự xảy ra.",
    en="List events after a position, in the order in which they happened.",
)
@option(
    "--after", type=click.IntRange(0), default=0, metavar="POSITION", vi="Vị trí đã đọc.", en="What was read before."
)
@option(
    "--type",
    "types",
    multiple=True,
    metavar="KIND",
    vi="Chỉ loại này (có thể lặp lại).",
    en="Only this kind (may be repeated).",
)
@option("--process", metavar="KEY", vi="Chỉ phiên của quy trình này.", en="Only of this process.")
@option("--instance", metavar="ID", vi="Chỉ của phiên xử lý này.", en="Only of this process instance.")
@option("--follow", is_flag=True, vi="Chờ sự kiện mới, cho đến khi bị ngắt.", en="Wait for more, until interrupted.")
@click.pass_context
def events(
    ctx: click.Context, after: int, types: tuple[str, ...], process: str | None, instance: str | None, follow: bool
) -> None:
    """Read them to the end, or for ever."""
    query = {"types": ",".join(types) or None, "processDefinitionKey": process, "processInstanceId": instance}
    as_json = ctx.ensure_object(Asked).json
    for event in _read(after, follow, query):
        if as_json:
            click.echo(json.dumps(event, ensure_ascii=False))
        else:
            terminal.tell(_line(event))


def _read(after: int, follow: bool, query: dict[str, Any]) -> Iterator[dict[str, Any]]:
    client = service()
    while True:
        began = time.monotonic()
        page = client.get("/v1/events", **query, after=after, limit=PAGE, wait=WAIT if follow else None)
        yield from page["items"]
        after = page["next"]
        is_at_end = after >= page["end"]
        if is_at_end and not follow:
            return
        if is_at_end and not page["items"] and time.monotonic() - began < 1:
            time.sleep(1)  # there was no place to wait


def _line(event: dict[str, Any]) -> str:
    payload = event["data"]["payload"]
    about = payload.get("name") or payload.get("element") or event["data"]["processDefinitionKey"] or ""
    kind = event["type"].rpartition(".")[2]
    return f"{event['position']:>6}  {local(event['time'])}  {event['subject']}  {kind}  {about}".rstrip()
