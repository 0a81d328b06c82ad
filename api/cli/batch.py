"""``motcua batch``: one operation on many process instances."""

from __future__ import annotations

import time
from typing import Any

import click

from api.cli import terminal
from api.cli.asked import Asked, option
from api.cli.client import Client, service
from api.cli.language import say
from api.cli.modify import plan
from api.cli.moments import local
from api.cli.program import Family
from api.cli.work import state

PAUSE = 0.5
"""Seconds between two looks at a batch that is waited for."""
_STATES = {"paused": "tạm dừng", "cancelled": "đã hủy", "completed": "đã xong", "running": "đang chạy"}


@click.group("batch", cls=Family, vi="Một thao tác trên nhiều phiên xử lý.", en="One operation on many instances.")
def batch() -> None:
    """Commands on batches."""


@batch.command(
    "create",
    vi="Làm OPERATION (suspend, resume, cancel, retry, modify) với mọi phiên xử lý thỏa bộ lọc.",
    en="Do OPERATION (suspend, resume, cancel, retry, modify) to every instance that meets the filter.",
)
@click.argument("operation", type=click.Choice(["suspend", "resume", "cancel", "retry", "modify"]), metavar="OPERATION")
@option("--reason", required=True, vi="Lý do, được ghi vào lịch sử.", en="Why; it goes into the histories.")
@option("--process", metavar="KEY", vi="Chỉ phiên của quy trình này.", en="Only of this process.")
@option("--definition", metavar="ID", vi="Chỉ phiên của phiên bản này.", en="Only of this version.")
@option("--state", "in_state", type=click.Choice(["running", "suspended"]), vi="Chỉ phiên ở trạng thái này.",
        en="Only in this state.")  # fmt: skip
@option("--element", metavar="ID", vi="Chỉ phiên đang chờ tại phần tử này.", en="Only what waits at this element.")
@option("--business-key", "keys", metavar="CODE", multiple=True, vi="Chỉ các hồ sơ này.", en="Only these dossiers.")
@option("--prefix", metavar="TEXT", vi="Chỉ hồ sơ có mã bắt đầu như vậy.", en="Only dossiers whose code begins so.")
@option("--incident", metavar="CODE", vi="Chỉ phiên có sự cố loại này.", en="Only with such an incident.")
@option("--before", metavar="TIME", vi="Chỉ phiên bắt đầu trước lúc này.", en="Only started before.")
@option("--after", metavar="TIME", vi="Chỉ phiên bắt đầu từ lúc này.", en="Only started from then on.")
@option("--cancel", "cancelled", metavar="ACTIVITY", multiple=True, vi="Với modify: hoạt động phải rút.",
        en="With modify: activity to withdraw.")  # fmt: skip
@option("--start", "elements", metavar="ELEMENT[@SCOPE]", multiple=True, vi="Với modify: phần tử để bắt đầu.",
        en="With modify: element to start.")  # fmt: skip
@option("--flow", "flows", metavar="FLOW[@SCOPE]", multiple=True, vi="Với modify: luồng coi như đã đi qua.",
        en="With modify: flow that counts as taken.")  # fmt: skip
@option("--dry-run", is_flag=True, vi="Chỉ đếm, không làm gì.", en="Only count; do nothing.")
@click.pass_context
def create(ctx: click.Context, /, operation: str, reason: str, dry_run: bool, **options: Any) -> None:
    """Create it, or count whom it would mean."""
    body: dict[str, Any] = {"operation": operation, "reason": reason, "filter": _filter(options)}
    if operation == "modify":
        body["modification"] = plan(options["cancelled"], options["elements"], options["flows"])
    made = service().post("/v1/batches", body, dryRun=dry_run)
    if ctx.ensure_object(Asked).json:
        terminal.answer(made)
    elif dry_run:
        _tell_meant(made)
    else:
        terminal.tell(say(f"Đã tạo đợt xử lý {made['id']}", f"Created batch {made['id']}"), "green")
        _tell(made)


_FILTER = {
    "process": "processDefinitionKey",
    "definition": "processDefinitionId",
    "in_state": "state",
    "element": "elementId",
    "prefix": "businessKeyPrefix",
    "incident": "incidentCode",
    "before": "startedBefore",
    "after": "startedAfter",
}


def _filter(options: dict[str, Any]) -> dict[str, Any]:
    given = {name: options[option] for option, name in _FILTER.items() if options[option] is not None}
    return given | ({"businessKeys": list(options["keys"])} if options["keys"] else {})


def _tell_meant(made: dict[str, Any]) -> None:
    total = made["total"]
    terminal.tell(say(f"Chạy thử: {total} phiên xử lý", f"Dry run: {total} instances"), "yellow")
    for head in made["first"]:
        terminal.tell(f"  {head['id']}  {head['businessKey'] or '–'}  {state(head['state'])}")


@batch.command("list", vi="Liệt kê các đợt xử lý, mới nhất trước.", en="List batches, the newest first.")
@click.pass_context
def list_(ctx: click.Context) -> None:
    """All of them."""
    found = list(service().items("/v1/batches"))
    if ctx.ensure_object(Asked).json:
        terminal.answer(found)
        return
    columns = [say("Lúc", "When"), say("Thao tác", "Operation"), say("Trạng thái", "State"), say("Xong", "Done"),
               say("Từ chối", "Refused"), say("Tổng", "Total"), say("Mã", "Id")]  # fmt: skip
    terminal.table(columns, [_row(each) for each in found], right=(3, 4, 5), whole=(0, 6))


def _row(each: dict[str, Any]) -> list[str]:
    numbers = [str(each[name]) for name in ("done", "failed", "total")]
    return [local(each["createdAt"]), each["operation"], _state(each), *numbers, each["id"]]


def _state(each: dict[str, Any]) -> str:
    return say(_STATES[each["state"]], each["state"])


@batch.command("show", vi="Xem một đợt xử lý và những phiên bị từ chối.", en="Show a batch and what was refused.")
@click.argument("id", metavar="BATCH")
@option("--wait", is_flag=True, vi="Chờ đến khi xong.", en="Wait until it has ended.")
@click.pass_context
def show(ctx: click.Context, id: str, wait: bool) -> None:
    """How far it is, once or until it ends."""
    client = service()
    found = _awaited(client, id) if wait else client.get(f"/v1/batches/{id}")
    if ctx.ensure_object(Asked).json:
        terminal.answer(found)
        return
    _tell(found)
    for item in client.items(f"/v1/batches/{id}/items", state="failed"):
        terminal.tell(f"  {item['processInstanceId']}: {item['detail']}", "red")


def _awaited(client: Client, id: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/v1/batches/{id}")
    with terminal.progress(say("Đang xử lý", "Working"), found["total"]) as reached:
        while found["state"] == "running":
            reached(found["total"] - found["remaining"])
            time.sleep(PAUSE)
            found = client.get(f"/v1/batches/{id}")
        reached(found["total"] - found["remaining"])
    return found


def _tell(found: dict[str, Any]) -> None:
    terminal.tell(f"  {found['operation']}: {_state(found)}, {found['reason']}")
    counts = [f"{found[name]} {say(*words)}" for name, words in _COUNTS.items()]
    terminal.tell(f"  {', '.join(counts)}")


_COUNTS = {
    "total": ("phiên", "instances"),
    "done": ("đã xong", "done"),
    "failed": ("bị từ chối", "refused"),
    "remaining": ("còn lại", "left"),
}


def _change(ctx: click.Context, id: str, verb: str) -> None:
    changed = service().post(f"/v1/batches/{id}/{verb}")
    if ctx.ensure_object(Asked).json:
        terminal.answer(changed)
    else:
        _tell(changed)


@batch.command("pause", vi="Tạm dừng một đợt xử lý.", en="Pause a batch.")
@click.argument("id", metavar="BATCH")
@click.pass_context
def pause(ctx: click.Context, id: str) -> None:
    """No further instance has its turn."""
    _change(ctx, id, "pause")


@batch.command("resume", vi="Cho một đợt xử lý chạy tiếp.", en="Let a batch go on.")
@click.argument("id", metavar="BATCH")
@click.pass_context
def resume(ctx: click.Context, id: str) -> None:
    """It goes on where it was paused."""
    _change(ctx, id, "resume")


@batch.command("cancel", vi="Hủy phần còn lại của một đợt xử lý.", en="Cancel what is left of a batch.")
@click.argument("id", metavar="BATCH")
@click.pass_context
def cancel(ctx: click.Context, id: str) -> None:
    """What is done stays done."""
    _change(ctx, id, "cancel")


@batch.command(
    "undo",
    vi="Liệt kê thao tác ngược lại cho từng phiên đã xong, hoặc vì sao không có; không làm gì cả.",
    en="List what would undo it for each instance that is done, or why nothing does; does nothing itself.",
)
@click.argument("id", metavar="BATCH")
@click.pass_context
def undo(ctx: click.Context, id: str) -> None:
    """Only a list."""
    found = list(service().items(f"/v1/batches/{id}/undo"))
    if ctx.ensure_object(Asked).json:
        terminal.answer(found)
        return
    for item in found:
        terminal.tell(f"  {item['processInstanceId']}: {item['operation'] or item['detail']}")
