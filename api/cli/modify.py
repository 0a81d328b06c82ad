"""``motcua modify``: withdraw activities of an instance and start elsewhere, or only look what would come of it."""

from __future__ import annotations

from typing import Any

import click

from api.cli import terminal
from api.cli.asked import Asked, option
from api.cli.client import service
from api.cli.language import say
from api.cli.program import command
from api.cli.story import Story
from api.cli.telling import Teller
from api.cli.work import tell_instance


@command(
    "modify",
    vi="Rút các hoạt động đang mở của phiên xử lý INSTANCE và bắt đầu ở nơi khác, kèm lý do.",
    en="Withdraw living activities of the INSTANCE and start elsewhere, with a reason.",
)
@click.argument("instance", metavar="INSTANCE")
@option("--cancel", "cancelled", metavar="ACTIVITY", multiple=True, vi="Hoạt động phải rút (xem history --activities --json).",
        en="Activity to withdraw (see history --activities --json).")  # fmt: skip
@option("--start", "elements", metavar="ELEMENT[@SCOPE]", multiple=True, vi="Phần tử để bắt đầu, trong phạm vi đang mở nào.",
        en="Element to start, in which living scope.")  # fmt: skip
@option("--flow", "flows", metavar="FLOW[@SCOPE]", multiple=True, vi="Luồng coi như đã đi qua.",
        en="Flow that counts as taken.")  # fmt: skip
@option("--reason", required=True, vi="Lý do, được ghi vào lịch sử.", en="Why; it goes into the history.")
@option(
    "--dry-run", is_flag=True, vi="Chỉ xem kết quả, không lưu gì.", en="Only look what would come of it; store nothing."
)
@click.pass_context
def modify(
    ctx: click.Context,
    instance: str,
    cancelled: tuple[str, ...],
    elements: tuple[str, ...],
    flows: tuple[str, ...],
    reason: str,
    dry_run: bool,
) -> None:
    """Modify it, and tell what came of it."""
    client, path = service(), f"/v1/process-instances/{instance}"
    before = [] if ctx.ensure_object(Asked).json else list(client.items(f"{path}/history"))
    done = client.post(f"{path}/modification", plan(cancelled, elements, flows) | {"reason": reason}, dryRun=dry_run)
    if ctx.ensure_object(Asked).json:
        terminal.answer(done)
        return
    _tell(done, before, dry_run)


def plan(cancelled: tuple[str, ...], elements: tuple[str, ...], flows: tuple[str, ...]) -> dict[str, Any]:
    """What to withdraw and start, as the service wants it."""
    starts = [("elementId", element) for element in elements] + [("flowId", flow) for flow in flows]
    return {"cancel": list(cancelled), "start": [_arrival(kind, place) for kind, place in starts]}


def _arrival(kind: str, place: str) -> dict[str, str]:
    id, at, scope = place.partition("@")
    return {kind: id, "scopeId": scope} if at else {kind: id}


def _tell(done: dict[str, Any], before: list[dict[str, Any]], dry_run: bool) -> None:
    if dry_run:
        terminal.tell(
            say("Chạy thử, chưa lưu gì. Kết quả sẽ là:", "Dry run, nothing was stored. It would be:"), "yellow"
        )
    story, teller = Story(), Teller()
    story.deeds(before)
    for deed in story.deeds(done["records"]):
        teller.tell(deed)
    for warning in done["warnings"]:
        terminal.tell(f"  {say('lưu ý', 'note')}: {warning['detail']}", "yellow")
    tell_instance(done)
