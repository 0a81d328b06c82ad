"""``motcua subscriptions``: other systems that are sent events."""

from __future__ import annotations

from typing import Any

import click

from api.cli import terminal
from api.cli.asked import Asked, option
from api.cli.client import service
from api.cli.language import say
from api.cli.moments import local
from api.cli.program import Family

_STATES = {"active": "đang gửi", "paused": "tạm dừng", "failing": "gửi không được", "disabled": "bên nhận đã từ chối"}


@click.group("subscriptions", cls=Family, vi="Gửi sự kiện cho hệ thống khác.", en="Events sent to other systems.")
def subscriptions() -> None:
    """Commands on subscriptions."""


@subscriptions.command(
    "create",
    vi="Gửi sự kiện đến URL; khóa ký chỉ hiện một lần.",
    en="Have events sent to a URL; the secret is shown only this once.",
)
@click.argument("receiver", metavar="URL")
@option(
    "--type",
    "types",
    multiple=True,
    metavar="KIND",
    vi="Chỉ loại này (có thể lặp lại).",
    en="Only this kind (may be repeated).",
)
@option("--process", metavar="KEY", vi="Chỉ phiên của quy trình này.", en="Only of this process.")
@option("--from", "position", type=click.IntRange(0), metavar="POSITION", vi="Từ sau vị trí này; không có: từ bây giờ.",
        en="From behind this position on; without it from now on.")  # fmt: skip
@option("--description", default="", metavar="TEXT", vi="Dùng để làm gì.", en="What it is for.")
@click.pass_context
def create(
    ctx: click.Context,
    receiver: str,
    types: tuple[str, ...],
    process: str | None,
    position: int | None,
    description: str,
) -> None:
    """Make one."""
    body = {"url": receiver, "types": list(types), "processDefinitionKey": process, "description": description}
    made = service().post("/v1/subscriptions", body | {"from": "now" if position is None else position})
    _tell_secret(ctx, made)


def _tell_secret(ctx: click.Context, made: dict[str, Any]) -> None:
    if ctx.ensure_object(Asked).json:
        terminal.answer(made)
        return
    terminal.tell(say(f"Đăng ký nhận sự kiện {made['id']}", f"Subscription {made['id']}"), "green")
    terminal.tell(say("Khóa ký (chỉ hiện một lần):", "Secret (shown only this once):"))
    terminal.tell(made["secret"] or say("(đã hiện trước đó)", "(it was shown before)"))


@subscriptions.command("list", vi="Liệt kê, mới nhất trước.", en="List them, the newest first.")
@click.pass_context
def list_(ctx: click.Context) -> None:
    """All of them."""
    found = list(service().items("/v1/subscriptions"))
    if ctx.ensure_object(Asked).json:
        terminal.answer(found)
        return
    columns = [say("Gửi đến", "To"), say("Trạng thái", "State"), say("Vị trí", "Position"), say("Lần cuối", "Last"),
               say("Lỗi", "Error"), say("Mã", "Id")]  # fmt: skip
    terminal.table(columns, [_row(each) for each in found], right=(2,), whole=(5,))


def _row(each: dict[str, Any]) -> list[str]:
    state = say(_STATES[each["state"]], each["state"])
    return [
        each["url"],
        state,
        str(each["position"]),
        local(each["lastDeliveredAt"]) or "–",
        each["lastError"] or "–",
        each["id"],
    ]


@subscriptions.command("pause", vi="Tạm dừng gửi; không mất gì.", en="Send nothing for a while; nothing is lost.")
@click.argument("id", metavar="SUBSCRIPTION")
@click.pass_context
def pause(ctx: click.Context, id: str) -> None:
    """Until it is resumed."""
    _tell(ctx, service().post(f"/v1/subscriptions/{id}/pause"))


@subscriptions.command("resume", vi="Gửi tiếp, ngay bây giờ.", en="Send again, now.")
@click.argument("id", metavar="SUBSCRIPTION")
@click.pass_context
def resume(ctx: click.Context, id: str) -> None:
    """Where it stopped."""
    _tell(ctx, service().post(f"/v1/subscriptions/{id}/resume"))


@subscriptions.command("replay", vi="Gửi lại từ sau một vị trí.", en="Send again from behind a position on.")
@click.argument("id", metavar="SUBSCRIPTION")
@click.argument("after", type=click.IntRange(0), metavar="POSITION")
@click.pass_context
def replay(ctx: click.Context, id: str, after: int) -> None:
    """Each event has the id that it had."""
    _tell(ctx, service().post(f"/v1/subscriptions/{id}/replay", {"after": after}))


@subscriptions.command(
    "rotate",
    vi="Tạo khóa ký mới; khóa cũ còn dùng được 24 giờ.",
    en="Make a new secret; the old one is good for 24 hours more.",
)
@click.argument("id", metavar="SUBSCRIPTION")
@click.pass_context
def rotate(ctx: click.Context, id: str) -> None:
    """Both sign meanwhile."""
    _tell_secret(ctx, service().post(f"/v1/subscriptions/{id}/secrets"))


@subscriptions.command("delete", vi="Không gửi nữa.", en="Send nothing more.")
@click.argument("id", metavar="SUBSCRIPTION")
@click.pass_context
def delete(ctx: click.Context, id: str) -> None:
    """It is forgotten."""
    _tell(ctx, service().delete(f"/v1/subscriptions/{id}"))


def _tell(ctx: click.Context, found: dict[str, Any]) -> None:
    if ctx.ensure_object(Asked).json:
        terminal.answer(found)
        return
    state = say(_STATES[found["state"]], found["state"])
    terminal.tell(f"{found['id']}: {state}, {say('vị trí', 'position')} {found['position']}")
