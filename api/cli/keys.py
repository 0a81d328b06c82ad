"""``motcua keys``: who may enter with a key."""

from __future__ import annotations

from typing import Any

import click

from api.cli import terminal
from api.cli.asked import Asked, option
from api.cli.client import service
from api.cli.language import say
from api.cli.moments import local
from api.cli.program import Family


@click.group("keys", cls=Family, vi="Khóa truy cập.", en="Keys that open the service.")
def keys() -> None:
    """Commands on keys."""


@keys.command(
    "create",
    vi="Tạo khóa; khóa chỉ hiện một lần.\n\nVai trò: portal, officer, analyst, approver, operator, auditor, worker, admin.",
    en="Make a key; it is shown only this once.\n\nRoles: portal, officer, analyst, approver, operator, auditor, worker, admin.",
)
@click.argument("name")
@option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    metavar="ROLE",
    vi="Vai trò (có thể lặp lại).",
    en="A role (may be repeated).",
)
@option("--unit", metavar="CODE", vi="Mã đơn vị.", en="Code of the unit.")
@option(
    "--group",
    "groups",
    multiple=True,
    metavar="GROUP",
    vi="Nhóm xử lý (có thể lặp lại).",
    en="A candidate group (may be repeated).",
)
@option(
    "--topic",
    "topics",
    multiple=True,
    metavar="TOPIC",
    vi="Chủ đề công việc máy (có thể lặp lại).",
    en="A topic of jobs (may be repeated).",
)
@option("--expires", metavar="TIME", vi="Hết hạn lúc (ISO 8601).", en="When it ends (ISO 8601).")
@click.pass_context
def create(ctx: click.Context, /, name: str, expires: str | None, **more: Any) -> None:
    """Make one."""
    lists = {member: list(more.pop(member)) for member in ("roles", "groups", "topics")}
    made = service().post("/v1/api-keys", {"name": name, **lists, **more, "expiresAt": expires})
    if ctx.ensure_object(Asked).json:
        terminal.answer(made)
        return
    terminal.tell(say(f"Khóa của {name} (chỉ hiện một lần):", f"Key of {name} (shown only this once):"), "green")
    terminal.tell(made["secret"] or say("(đã hiện trước đó)", "(it was shown before)"))


@keys.command("list", vi="Liệt kê khóa, khóa mới nhất trước.", en="List keys, the newest first.")
@click.pass_context
def list_(ctx: click.Context) -> None:
    """All of them."""
    found = list(service().items("/v1/api-keys"))
    if ctx.ensure_object(Asked).json:
        terminal.answer(found)
        return
    terminal.table(_columns(), [_row(key) for key in found], whole=(1, 5))


def _columns() -> list[str]:
    return [
        say("Tên", "Name"), say("Bắt đầu bằng", "Begins with"), say("Vai trò", "Roles"), say("Đơn vị", "Unit"),
        say("Còn dùng", "Good"), say("Mã khóa", "Key id"),
    ]  # fmt: skip


def _row(key: dict[str, Any]) -> list[str]:
    return [key["name"], key["prefix"] or "–", ", ".join(key["roles"]), key["unit"] or "–", _good(key), key["id"]]


def _good(key: dict[str, Any]) -> str:
    if key["revokedAt"]:
        return say("đã thu hồi", "revoked")
    if key["expiresAt"] is None:
        return say("có", "yes")
    return say("đến ", "until ") + local(key["expiresAt"])


@keys.command("revoke", vi="Thu hồi một khóa.", en="Revoke a key.")
@click.argument("key_id", metavar="ID")
@click.pass_context
def revoke(ctx: click.Context, key_id: str) -> None:
    """Let nobody in with it any more."""
    gone = service().post(f"/v1/api-keys/{key_id}/revoke")
    if ctx.ensure_object(Asked).json:
        terminal.answer(gone)
    else:
        terminal.tell(say(f"Đã thu hồi khóa của {gone['name']}.", f"Revoked the key of {gone['name']}."), "green")
