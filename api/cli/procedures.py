"""``motcua procedures``: the catalogue, and which version counts."""

from __future__ import annotations

from typing import Any

import click

from api.cli import terminal
from api.cli.asked import Asked, option
from api.cli.client import service
from api.cli.language import say
from api.cli.program import command

_STATES = {
    "deployed": ("đã tải lên, chưa phê duyệt", "deployed, not approved"),
    "approved": ("đã phê duyệt, chưa đến ngày", "approved, not yet in force"),
    "published": ("đang áp dụng", "published"),
    "superseded": ("đã được thay thế", "superseded"),
    "ended": ("hết hiệu lực", "ended"),
}


@command(
    "procedures",
    vi="Danh mục thủ tục; nêu mã để xem mọi phiên bản của một thủ tục.",
    en="The catalogue of procedures; name a code to see all versions of one.",
)
@click.argument("code", required=False)
@option("--field", vi="Chỉ thủ tục của lĩnh vực này.", en="Procedures of this field only.")
@option("--level", vi="Chỉ thủ tục của cấp này: tinh, huyen, xa, trung_uong.",
        en="Procedures of this level only: tinh, huyen, xa, trung_uong.")  # fmt: skip
@option("--on", metavar="DATE", vi="Danh mục vào ngày này thay vì hôm nay.", en="As it is on that day, not today.")
@option("--law-ended", is_flag=True, vi="Các phiên bản còn hồ sơ đang chạy mà căn cứ pháp lý đã hết hiệu lực.",
        en="Versions by which dossiers still run although their legal basis has ended.")  # fmt: skip
@click.pass_context
def procedures(
    ctx: click.Context, code: str | None, field: str | None, level: str | None, on: str | None, law_ended: bool
) -> None:
    """List them."""
    found = _asked(code, field, level, on, law_ended)
    if ctx.ensure_object(Asked).json:
        terminal.answer(found)
    elif code is not None:
        _tell_all(found)
    else:
        for row in found["items"]:
            _tell(row)
            if law_ended:
                terminal.tell(f"  {say('hồ sơ đang chạy', 'running')}: {', '.join(row['processInstanceIds'])}")


def _asked(code: str | None, field: str | None, level: str | None, on: str | None, law_ended: bool) -> dict[str, Any]:
    client = service()
    if code is not None or law_ended:
        found: dict[str, Any] = client.get(f"/v1/procedures/{code or 'legal-basis-ended'}", on=on)
        return found
    return {"items": list(client.items("/v1/procedures", field=field, level=level, on=on)), "next": None}


def _tell(row: dict[str, Any]) -> None:
    terminal.tell(f"{row['code']}\t{row['name']}\t{_version(row['version'])}")
    _warn(row["version"])


def _tell_all(row: dict[str, Any]) -> None:
    terminal.tell(f"{row['code']}  {row['name']}")
    for version in row["versions"]:
        terminal.tell(f"  {_version(version)}\t{version['processDefinitionId']}")
        _warn(version)


def _version(row: dict[str, Any]) -> str:
    state = say(*_STATES[row["state"]])
    approval = row["approval"]
    since = "" if approval is None else f", {approval['validFrom']} – {approval['validUntil'] or '…'}"
    return f"{row['key']} v{row['version']}: {state}{since}"


def _warn(version: dict[str, Any]) -> None:
    for basis in version["legalBasisEnded"]:
        terminal.tell(
            f"  {say('căn cứ đã hết hiệu lực', 'legal basis ended')}: {basis['text']} ({basis['validUntil']})", "yellow"
        )
